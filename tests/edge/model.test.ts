// The real registry and the real gate against a toy (support/sequence.ts): random commands of several admins, stale ones
// and two at once, a clock that also steps back, a KV that refuses writes, objects that end. After each step the gate
// judges tokens, and each fares as in the toy.
import { afterEach, beforeAll, describe, expect, inject, it } from "vitest";

import { switches } from "./main.ts";
import { registryKv } from "./support/kv.ts";
import { START, at } from "./support/rotation.ts";
import { Sequence } from "./support/sequence.ts";
import { publishDemo } from "./support/world.ts";

/** The last is `MODEL_SEED`, where the environment sets it: `MODEL_SEED=$RANDOM` looks for what none of the others finds. */
const SEEDS = [1, 2, 3, 4, 5, 1148133091, inject("seed")];
const STEPS = 80;

beforeAll(async () => {
  at(START);
  await publishDemo();
});

afterEach(() => {
  registryKv.reset();
  switches.env = undefined;
});

describe(`every token's fate, after each of ${STEPS} random steps`, () => {
  const counts: Record<string, number> = {};

  it.each(SEEDS)("seed %d", async (seed) => {
    const sequence = new Sequence(seed);
    await sequence.run(STEPS);
    for (const [what, count] of Object.entries(sequence.trace.counts)) counts[what] = (counts[what] ?? 0) + count;
  });

  it("among the steps was each of their kinds", () => {
    const kinds = ["later: 200", "later: 409", "now: 200", "cancel: 200", "cancel: 409", "finish: 200", "rename: 200"];
    const others = ["later: 412", "delete: 200", "raced", "refused by KV", "stepped back", "passed", "evicted", "rung"];
    for (const kind of [...kinds, ...others]) expect(counts[kind], kind).toBeGreaterThan(0);
  });
});
