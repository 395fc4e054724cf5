// How the attack classes of docs/security.md are tried.
import { expect } from "vitest";

import { switches } from "../main.ts";
import { ask, problem } from "./gate.ts";
import { a } from "./recorded.ts";
import { received } from "./recorder.ts";

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
