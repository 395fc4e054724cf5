// The gate with a recorder behind it, and a token to ask it with.
import { env } from "cloudflare:test";
import { afterEach, beforeAll, beforeEach } from "vitest";

import { switches } from "../main.ts";
import type { Created } from "./gate.ts";
import { received } from "./recorder.ts";
import { acme, publishDemo } from "./world.ts";

/** An integration of Acme's that may read and write contacts. */
export let a: Created;

/** Sets the gate up before the tests of a file, and anew before each of them. */
export function gateWithRecorder() {
  beforeAll(async () => {
    await publishDemo();
    a = await acme();
  });

  beforeEach(async () => {
    switches.env = { ...env, ORIGIN: env.RECORDER };
    await received();
  });

  afterEach(() => {
    Object.assign(switches, { env: undefined, rawTarget: undefined });
  });
}
