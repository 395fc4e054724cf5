/** Asks again and again, each time after the last answer and with longer pauses, while somebody looks. Returns how to end it. */
export function poll(again: () => Promise<unknown>): () => void {
  const SHORTEST = 2000;
  const LONGEST = 30_000;
  let isOver = false;
  let pause = SHORTEST;
  let timer: ReturnType<typeof setTimeout>;

  async function ask() {
    if (!document.hidden) await again();
    pause = Math.min(pause * 1.5, LONGEST);
    if (!isOver) timer = setTimeout(ask, pause);
  }

  timer = setTimeout(ask, pause);
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}
