// The Worker's entry: the Rust core as wasm-bindgen exports it, on the instance that instance.js looks after.
import { DurableObject } from "cloudflare:workers";
import {
  Courier as RustCourier,
  Registry as RustRegistry,
  Usage as RustUsage,
  answer_at_once as answerAtOnce,
  answer_failure as answerFailure,
  fetch as answerInTime,
  is_cookie_of_ours as isCookieOfOurs,
} from "../../build/index.js";
import { forward, names } from "./http.js";
import { Aborted, freshInstance, guarded, isAbort, isUncertain, noteFailure } from "./instance.js";

/** A Durable Object class of the core's, each of its calls guarded. */
const guardedObject = (RustObject) =>
  class extends DurableObject {
    #object;
    #instance;

    fetch(request) {
      return guarded(() => this.#current().fetch(request));
    }

    alarm() {
      return guarded(() => this.#current().alarm());
    }

    /** The object in Rust, made afresh in a fresh instance. */
    #current() {
      const instance = freshInstance();
      if (this.#instance !== instance) {
        this.#object = new RustObject(this.ctx, this.env);
        this.#instance = instance;
      }
      return this.#object;
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
  if (isUncertain()) return undefined;
  const { method, url, headers } = request;
  return answerAtOnce(env, method, url, headers.get("authorization") ?? undefined, names(headers), headers);
}

/** Whether an origin's `Set-Cookie` line sets a cookie of ours. */
function setsCookieOfOurs(line) {
  if (isUncertain()) throw new Aborted(); // nobody is left to tell
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
    freshInstance();
    return await guarded(() => {
      const answer = answerInTime(request, env, ctx);
      ctx.waitUntil(answer); // to its end, whether or not the client stays: what a future holds is not freed if it is dropped
      return answer;
    });
  } catch (error) {
    return unavailable(error);
  }
}

/**
 * What a call is answered with that was ended by an abort, its own or another's, or that threw what nobody expected: as
 * src/reply.rs answers where the gate cannot judge, but a request may have been forwarded already.
 */
function unavailable(error) {
  noteFailure(error);
  if (isAbort(error)) reportError(error); // ends the other calls too, as if it had been later
  const reason = isAbort(error) || error instanceof Aborted ? new Aborted().message : `unexpected ${error?.name}`;
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
