// The Worker's entry: the Rust core as built by worker-build, and a guard around its Durable Object.
//
// A panic in Rust aborts the WebAssembly instance. The runtime reports it to the global "error" event, but the call
// in which it happened, and every other call in flight, would wait for ever: nothing is left to settle their promises.
// So each call is raced against that event, and fails at once; worker-build's shim makes a fresh instance for the next.
import { DurableObject } from "cloudflare:workers";
import Gate, { Registry as RustRegistry } from "../../build/index.js";

const inFlight = new Set();

addEventListener("error", (event) => {
  if (!(event.error instanceof WebAssembly.RuntimeError)) return;
  for (const fail of inFlight) fail(new Error("the registry's instance was aborted"));
  inFlight.clear();
});

async function guarded(call) {
  let fail;
  const aborted = new Promise((_, reject) => {
    fail = reject;
    inFlight.add(fail);
  });
  try {
    return await Promise.race([call(), aborted]);
  } finally {
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

export default Gate;
