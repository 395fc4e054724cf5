// The instance of the WebAssembly module: calls that cannot hang, and a fresh instance after an abort.
//
// A panic in Rust aborts the instance. Where that happens in a call, the call throws. Where it happens later, the runtime reports
// it to the global "error" event, but the call, and every other call in flight, would wait for ever: nothing is left to settle
// their promises. So each call that waits is raced against that event, and fails at once.
import { __wbg_reset_state as makeFreshInstance, __worker_init_state as stateOfWorker } from "../../build/index.js";

/** Kept by the crate `worker`: whether the instance is gone, and the number of the instance. */
const state = stateOfWorker();

/** Longer than any call takes. */
const WAIT_MS = 15 * 60_000;

const inFlight = new Set();

/** Whether the instance may be gone. Too often is safe: then one request takes the slow way, and finds out. */
let mayBeGone = false;

/** What a call fails with when the instance was aborted while it waited. */
export class Aborted extends Error {
  message = "the WebAssembly instance was aborted";
}

addEventListener("error", ({ error }) => {
  noteFailure(error);
  if (!isAbort(error)) return;
  for (const fail of inFlight) fail(new Aborted());
  inFlight.clear();
});

/** Whether an error says that the instance was aborted. */
export const isAbort = (error) => error instanceof WebAssembly.RuntimeError;

/** Whether the instance may be gone, and no fresh one was made yet. Texts must not be handed to it then. */
export const isUncertain = () => mayBeGone;

/** To be called with whatever a call into the instance throws. */
export function noteFailure(error) {
  mayBeGone = true;
  if (isAbort(error)) state.criticalError = true; // a panic has done so itself; a full memory or stack has not
}

/** Makes a fresh instance if the last one is gone. Returns the number of the instance: objects of another one are of no use. */
export function freshInstance() {
  if (state.criticalError) {
    makeFreshInstance();
    state.criticalError = false;
  }
  mayBeGone = false;
  return state.instanceId;
}

/** Waits for a call, until the instance is aborted. */
export async function guarded(call) {
  let fail;
  const aborted = new Promise((_, reject) => {
    fail = reject;
    inFlight.add(fail);
  });
  // A request that waits for nothing else is cancelled as hung before word of an abort elsewhere in the isolate reaches it.
  const wait = setTimeout(() => {}, WAIT_MS);
  try {
    return await Promise.race([call(), aborted]);
  } catch (error) {
    noteFailure(error);
    throw error;
  } finally {
    clearTimeout(wait);
    inFlight.delete(fail);
  }
}
