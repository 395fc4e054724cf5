// An upgrade: KV has the records of an earlier release, without MACs, and the registry writes all of them afresh. The gate is
// used all the while. `cargo xtask bench rewrite` runs it with 10,000 and reads its figures.
import { env, runInDurableObject } from "cloudflare:test";
import { afterAll, beforeAll, expect, inject, it } from "vitest";

import { switches } from "./main.ts";
import { type Created, admin, askWith, ok } from "./support/gate.ts";
import { registryKv } from "./support/kv.ts";
import { logged } from "./support/log.ts";
import { evict } from "./support/registry.ts";
import { StubSteering } from "./support/stub.ts";
import { patiently } from "./support/timers.ts";
import { acme, publishDemo } from "./support/world.ts";

declare module "vitest" {
  interface TaskMeta {
    rewrite?: Record<
      "integrations" | "seconds" | "requests" | "unavailable" | "records" | "policies" | "feeds",
      number
    >;
  }
}

/** More than one alarm writes. */
const INTEGRATIONS = inject("integrations");
/** With more of them it is a bench. */
const MOST_OF_A_TEST = 700;
/** In milliseconds, on a busy machine. */
const LIMIT = Math.max(120_000, INTEGRATIONS * 60);
/** How many of them are used while KV is written. */
const USED = 30;
/** Half of what one alarm writes. */
const FEW_PUTS = 250;

const registry = new StubSteering();
const used: Created[] = [];

/** A new isolate. */
const isolate = () => (switches.env = { ...env, REGISTRY: registry.around(env.REGISTRY), ORIGIN: env.RECORDER });

const inRegistry = (work: (storage: DurableObjectStorage) => unknown) =>
  runInDurableObject(env.REGISTRY.getByName("registry"), async (_, { storage }) => void (await work(storage)));

/** As an earlier release wrote it. */
const withoutMac = (text: string) => text.replace(/,"mac":"[0-9a-f]+"\}$/, "}");

beforeAll(async () => {
  await publishDemo();
  for (let n = 0; n < USED; n += 1) used.push(await acme());
  const { id } = used[0]!;
  const others = Array.from({ length: INTEGRATIONS - USED }, (_, n) => String(n).padStart(16, "0"));
  await inRegistry(({ sql }) => {
    for (const other of others) {
      sql.exec(
        `INSERT INTO integrations (id, rev, level, owner_id, name, description, scopes, last_n, created_at, updated_at)
          SELECT ?, rev, level, owner_id, name, description, scopes, last_n, created_at, updated_at
          FROM integrations WHERE id = ?`,
        other,
        id,
      );
      sql.exec(
        `INSERT INTO tokens (integration, n, hash, created_at) SELECT ?, n, hash, created_at
          FROM tokens WHERE integration = ?`,
        other,
        id,
      );
    }
  });
  const record = (await env.TOKENS.get(`i:${id}`))!;
  for (const other of others) await env.TOKENS.put(`i:${other}`, withoutMac(record.replaceAll(id, other)));
  for (const { id } of used) await env.TOKENS.put(`i:${id}`, withoutMac((await env.TOKENS.get(`i:${id}`))!));
  const {
    templates: _templates,
    blocks: _blocks,
    mac: _mac,
    ...policy
  } = JSON.parse((await env.TOKENS.get("policy"))!);
  await env.TOKENS.put("policy", JSON.stringify(policy));
  await inRegistry(async (storage) => {
    storage.sql.exec("UPDATE projection SET format = '', target = NULL, after = NULL, listed = 0");
    await storage.setAlarm(Date.now() + 15 * 60_000); // for something else
  });
  await evict();
  registryKv.reset();
}, LIMIT);

afterAll(() => {
  switches.env = undefined;
});

it("KV is written afresh by the alarm while everybody is served", { timeout: LIMIT }, async ({ task }) => {
  const statuses = new Map<number, number>();
  let most = 0;
  const use = async ({ token }: Created) => {
    const before = registryKv.writes.length;
    const response = await askWith(token, "/contacts/?locationId=acme");
    await response.arrayBuffer();
    statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
    most = Math.max(most, registryKv.writes.length - before);
  };
  const resync = () => ok(200, admin("GET", "/resync"));
  const started = Date.now();
  const rewritten = async () => {
    isolate();
    await use(used[0]!);
    expect((await resync()).waiting).toBeGreaterThan(INTEGRATIONS - FEW_PUTS);
    while (!(await resync()).complete) {
      isolate(); // one more, to which all records are new
      for (const one of used) await use(one);
    }
  };
  // A bench measures with the time-outs that there are.
  await (INTEGRATIONS > MOST_OF_A_TEST ? rewritten() : patiently(rewritten));
  task.meta.rewrite = {
    integrations: INTEGRATIONS,
    seconds: (Date.now() - started) / 1000,
    requests: [...statuses.values()].reduce((sum, count) => sum + count, 0),
    unavailable: statuses.get(503) ?? 0,
    records: registry.of("/records").length,
    policies: registry.of("/policy").length,
    feeds: registry.of("/feed").length,
  };
  expect(registryKv.writes.filter((key) => key !== "policy")).toHaveLength(INTEGRATIONS);
  expect(logged().filter(({ event }) => event === "denied")).toEqual([]);
  expect([...statuses.keys()]).toEqual([200]);
  expect(most, "puts while one request waited").toBeLessThan(FEW_PUTS);
  registry.reset();
  isolate();
  for (const one of used) await use(one);
  expect(registry.of("/records")).toEqual([]);
});
