// The Worker's entry: the Rust core as built by worker-build, and a guard around it.
//
// A panic in Rust aborts the WebAssembly instance. The runtime reports it to the global "error" event, but the call
// in which it happened, and every other call in flight, would wait for ever: nothing is left to settle their promises.
// So each call is raced against that event, and fails at once; worker-build's shim makes a fresh instance for the next.
import { DurableObject } from "cloudflare:workers";
import Gate, { Registry as RustRegistry } from "../../build/index.js";

class Aborted extends Error {
  message = "the WebAssembly instance was aborted";
}

/** Longer than any call takes. */
const WAIT_MS = 15 * 60_000;

const inFlight = new Set();

addEventListener("error", (event) => {
  if (!(event.error instanceof WebAssembly.RuntimeError)) return;
  for (const fail of inFlight) fail(new Aborted());
  inFlight.clear();
});

async function guarded(call) {
  let fail;
  const aborted = new Promise((_, reject) => {
    fail = reject;
    inFlight.add(fail);
  });
  // A request that waits for nothing else is cancelled as hung before word of an abort elsewhere in the isolate reaches it.
  const wait = setTimeout(() => {}, WAIT_MS);
  try {
    return await Promise.race([call(), aborted]);
  } finally {
    clearTimeout(wait);
    inFlight.delete(fail);
  }
}

export class Registry extends DurableObject {
  #registry;

  constructor(ctx, env) {
    super(ctx, env);
    this.#registry = new RustRegistry(ctx, env);
  }

  fetch(request) {
    return guarded(() => this.#registry.fetch(request));
  }

  alarm() {
    return guarded(() => this.#registry.alarm());
  }
}

// A registry that shares its isolate with the gate takes the gate's requests down with it, so these are guarded too.
export default class extends Gate {
  async fetch(request) {
    try {
      return await guarded(() => super.fetch(request));
    } catch (error) {
      if (!(error instanceof Aborted)) throw error;
      console.error(JSON.stringify({ event: "aborted", reason: error.message, status: 503 }));
      return unavailable();
    }
  }
}

/** As src/core/reply.rs answers where the gate cannot judge, but a request may have been forwarded already. */
function unavailable() {
  const problem = {
    type: "urn:tidegate:problem:unavailable",
    title: "The gate cannot judge this request now",
    status: 503,
    detail: "The gate failed while it handled this request; whether it took effect is not known.",
  };
  const headers = { "content-type": "application/problem+json", "cache-control": "no-store", "retry-after": "5" };
  return new Response(JSON.stringify(problem), { status: 503, headers });
}
