// The registry's tests (src/) on the SQL of a Durable Object. `cargo test -p registry-tests` runs the same natively.
import { env, runInDurableObject } from "cloudflare:test";
import { expect, it } from "vitest";

import module from "../../target/registry-tests/registry_tests_worker_bg.wasm";
import { initSync, names, run } from "../../target/registry-tests/registry_tests_worker.js";

initSync({ module });

it("there are tests", () => {
  expect(names().length).toBeGreaterThan(80);
});

it.each(names())("%s", async (name: string) => {
  await runInDurableObject(env.DATABASE.getByName(name), (_, { storage }) => run(storage, name));
});
