// The gate with a recorder behind it, for the attack classes of docs/security.md.
import { env } from "cloudflare:test";
import { afterEach, beforeAll, beforeEach, expect } from "vitest";

import { switches } from "../main.ts";
import { type Created, ask, problem } from "./gate.ts";
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

/** Asks with the token, for a raw target that no URL parser has seen. */
export function askRaw(target: string, init: RequestInit = {}): Promise<Response> {
  switches.rawTarget = target;
  const headers = { authorization: `Bearer ${a.token}`, ...(init.headers as Record<string, string>) };
  return ask("/", { ...init, headers }).finally(() => {
    switches.rawTarget = undefined;
  });
}

/** Expects that each raw target is refused so, and that nothing of it is forwarded. */
export async function refused(targets: string[], status: number, kind: string, init: RequestInit = {}) {
  for (const target of targets) {
    await problem(await askRaw(target, init), status, kind).catch((error) => {
      throw new Error(`${target}: ${error.message}`);
    });
  }
  expect(await received()).toEqual([]);
}
