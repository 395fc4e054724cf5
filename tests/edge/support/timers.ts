// The timers of the isolate under test, which the gate's driver and the WASM's glue set.

type Timer = (work: () => void, ms?: number, ...rest: unknown[]) => unknown;

async function withTimers<T>(change: (real: Timer) => Timer, work: () => Promise<T>): Promise<T> {
  const { setTimeout: real } = globalThis;
  Object.assign(globalThis, { setTimeout: change(real as Timer) });
  try {
    return await work();
  } finally {
    Object.assign(globalThis, { setTimeout: real });
  }
}

/** How long the timers are that are set meanwhile, in milliseconds. */
export async function timersOf(work: () => Promise<unknown>): Promise<number[]> {
  const all: number[] = [];
  const noting =
    (real: Timer): Timer =>
    (done, ms = 0, ...rest) => (all.push(ms), real(done, ms, ...rest));
  await withTimers(noting, work);
  return all;
}

/** Without time-outs of `ms` or more: what waits for an answer that does not come waits for good. */
export const withoutTimeOuts = <T>(ms: number, work: () => Promise<T>) =>
  withTimers(
    (real) =>
      (done, after = 0, ...rest) =>
        after < ms ? real(done, after, ...rest) : 0,
    work,
  );

/** With time-outs that no machine is too busy for. */
export const patiently = <T>(work: () => Promise<T>) =>
  withTimers(
    (real) =>
      (done, after = 0, ...rest) =>
        real(done, after < 500 ? after : after * 60, ...rest),
    work,
  );
