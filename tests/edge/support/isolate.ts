// A gate whose store and registry are steered, in a new isolate before every test.
import { env } from "cloudflare:test";
import { afterEach, beforeEach } from "vitest";

import { switches } from "../main.ts";
import { Steering } from "./kv.ts";
import { START, at } from "./rotation.ts";
import { StubSteering, forgetShared } from "./stub.ts";

export const kv = new Steering();
export const registry = new StubSteering();

/** Begins a new isolate, with these variables. */
export function isolate(variables: object = {}) {
  const steered = { TOKENS: kv.around(env.TOKENS), REGISTRY: registry.around(env.REGISTRY), ORIGIN: env.RECORDER };
  switches.env = { ...env, ...steered, ...variables };
}

/** Lets what goes on in the background come to its end. */
export const settle = () => new Promise((done) => setTimeout(done, 50));

/** Before every test of a file: a new isolate that knows nothing, at START, with a store and a registry that work. */
export function isolateEach() {
  beforeEach(async () => {
    at(START);
    kv.reset();
    registry.reset();
    await forgetShared();
    isolate();
  });
  afterEach(async () => {
    switches.env = undefined;
    await settle();
  });
}
