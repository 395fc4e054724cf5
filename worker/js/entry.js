// The Worker's entry: the Rust core as built by worker-build, and a guard around it.
//
// A panic in Rust aborts the WebAssembly instance. Where that happens in a call, the call throws. Where it happens later, the
// runtime reports it to the global "error" event, but the call, and every other call in flight, would wait for ever: nothing
// is left to settle their promises. So each call that waits is raced against that event, and fails at once; worker-build's
// shim makes a fresh instance for the next.
import { DurableObject } from "cloudflare:workers";
import Gate, { Courier as RustCourier, Registry as RustRegistry, Usage as RustUsage } from "../../build/index.js";
import { forward, names } from "./http.js";

// The shim binds them to no instance of its class; called so, a request pays for none.
const { answer_at_once: answerAtOnce, answer_failure: answerFailure, is_cookie_of_ours: isCookieOfOurs } = Gate.prototype;

class Aborted extends Error {
  message = "the WebAssembly instance was aborted";
}

/** Longer than any call takes. */
const WAIT_MS = 15 * 60_000;

const inFlight = new Set();

/** Whether the instance may be gone, and no fresh one was made yet. Texts must not be handed to it then. */
let isAborted = false;

addEventListener("error", (event) => {
  isAborted = true; // rather once too often: then one request is slow, and sees to it
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
  } catch (error) {
    isAborted = true;
    throw error;
  } finally {
    clearTimeout(wait);
    inFlight.delete(fail);
  }
}

/** A Durable Object class of the core's, each of its calls guarded. */
const guardedObject = (RustObject) =>
  class extends DurableObject {
    #object;

    constructor(ctx, env) {
      super(ctx, env);
      this.#object = new RustObject(ctx, env);
    }

    fetch(request) {
      return guarded(() => this.#object.fetch(request));
    }

    alarm() {
      return guarded(() => this.#object.alarm());
    }
  };

export class Registry extends guardedObject(RustRegistry) {}
export class Usage extends guardedObject(RustUsage) {}
export class Courier extends guardedObject(RustCourier) {}

// An object, not a class: it has no method but this one for whoever holds a service binding, and costs less. Nor is it an async
// function: a request that is forwarded at once has the one promise that it needs.
export default {
  fetch(request, env, ctx) {
    try {
      const answer = atOnce(request, env);
      if (answer === undefined) return inTime(request, env, ctx);
      if (typeof answer !== "string") return answer;
      return forward(env.ORIGIN, request, undefined, answer, setsCookieOfOurs, (error) => failure(request, env, error));
    } catch (error) {
      return unavailable(error);
    }
  },
};

/** A denial; or, as text, how to forward what is granted; nothing, where something has to be read to tell. */
function atOnce(request, env) {
  if (isAborted) return undefined;
  const { method, url, headers } = request;
  return answerAtOnce(env, method, url, headers.get("authorization") ?? undefined, names(headers), headers);
}

/** Whether an origin's `Set-Cookie` line sets a cookie of ours. */
function setsCookieOfOurs(line) {
  if (isAborted) throw new Aborted(); // nobody is left to tell
  return isCookieOfOurs(line);
}

/** The answer to a request that could not be forwarded at once. */
function failure(request, env, error) {
  try {
    return answerFailure(request, env, error);
  } catch (thrown) {
    return unavailable(thrown);
  }
}

// A registry that shares its isolate with the gate takes the gate's requests down with it, so these are guarded too.
async function inTime(request, env, ctx) {
  try {
    const gate = new Gate(ctx, env); // makes a fresh instance where the last one is gone
    isAborted = false;
    return await guarded(() => gate.fetch(request));
  } catch (error) {
    return unavailable(error);
  }
}

/**
 * What a call is answered with that was ended by an abort, its own or another's, or that threw what nobody expected: as
 * src/reply.rs answers where the gate cannot judge, but a request may have been forwarded already.
 */
function unavailable(error) {
  isAborted = true;
  const isAbort = error instanceof WebAssembly.RuntimeError;
  if (isAbort) reportError(error); // ends the other calls too, as if it had been later
  const reason = isAbort || error instanceof Aborted ? new Aborted().message : `unexpected ${error?.name}`;
  console.error(JSON.stringify({ event: "aborted", reason, status: 503 }));
  const problem = {
    type: "urn:tidegate:problem:unavailable",
    title: "The gate cannot judge this request now",
    status: 503,
    detail: "The gate failed while it handled this request; whether it took effect is not known.",
  };
  const headers = { "content-type": "application/problem+json", "cache-control": "no-store", "retry-after": "5" };
  return new Response(JSON.stringify(problem), { status: 503, headers });
}
