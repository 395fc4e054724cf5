/**
 * Asks again and again, each time after the last answer and with longer pauses, while somebody looks. `shortest` is the first pause and
 * `longest` the limit of the others, in milliseconds. Returns how to end it.
 */
export function poll(again: () => Promise<unknown>, shortest = 2000, longest = 30_000): () => void {
  let isOver = false;
  let pause = shortest;
  let timer: ReturnType<typeof setTimeout>;

  async function ask() {
    if (!document.hidden) await again();
    pause = Math.min(pause * 1.5, longest);
    if (!isOver) timer = setTimeout(ask, pause);
  }

  timer = setTimeout(ask, pause);
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}
