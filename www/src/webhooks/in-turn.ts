/** How many calls are under way at once, so that a long list does not delay others. */
const AT_ONCE = 4;
const waiting: (() => void)[] = [];
let underWay = 0;

/** Calls as soon as fewer than four other calls are under way. */
export async function inTurn<T>(ask: () => Promise<T>): Promise<T> {
  if (underWay >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
  underWay += 1;
  try {
    return await ask();
  } finally {
    underWay -= 1;
    waiting.shift()?.();
  }
}
