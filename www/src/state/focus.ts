/** How long what is shown counts as fresh, in milliseconds. */
const FRESH = 5_000;

/** Does it again when somebody comes back to this tab: another one may have changed what is shown. Returns how to end that. */
export function onReturn(again: () => unknown): () => void {
  let last = Date.now();
  const returned = () => {
    if (document.hidden || Date.now() - last < FRESH) return;
    last = Date.now();
    again();
  };
  document.addEventListener("visibilitychange", returned);
  addEventListener("focus", returned);
  return () => {
    document.removeEventListener("visibilitychange", returned);
    removeEventListener("focus", returned);
  };
}
