// The change feed from the registry's side: every acknowledged change is in the next copy, and stays until KV has had it
// for a quarter of an hour.
import { env, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { type Created, admin, askWith, forget, ifMatch, ok, problem } from "./support/gate.ts";
import { failing, hanging, registryKv } from "./support/kv.ts";
import { alarm, evict, ring, tables } from "./support/registry.ts";
import { START, at, send, take } from "./support/rotation.ts";
import { feed, forgetShared } from "./support/stub.ts";
import { acme, publishDemo } from "./support/world.ts";
import { sign, signPolicy } from "./support/sign.ts";

const KEPT = 15 * 60;
const MOST = 4_000;

const sql = (query: string, ...values: unknown[]) =>
  runInDurableObject(env.REGISTRY.getByName("registry"), (_, { storage }) =>
    storage.sql.exec(query, ...values).toArray(),
  );

const rename = (of: Created, name: string) =>
  ok(200, admin("PATCH", `/integrations/${of.id}`, { name }, ifMatch(of.rev)));

/** What a cold isolate says of a token, in a location where nobody has asked for the feed. */
async function whoami(token: string): Promise<number> {
  forget();
  await forgetShared();
  const response = await askWith(token, "/_tidegate/whoami");
  await response.text();
  return response.status;
}

let now = START;
const pass = (seconds: number) => at((now += seconds));

beforeAll(async () => {
  at(now);
  await publishDemo();
});

beforeEach(() => {
  registryKv.reset();
  pass(2 * KEPT);
});

afterEach(async () => {
  registryKv.reset();
  pass(24 * 3600);
  for (let rings = 0; (await tables()).outbox!.length > 0 && rings < 10; rings += 1) await ring();
});

describe("a change", () => {
  it("of every kind is in the next copy, with the next number", async () => {
    const { seq } = await feed();
    const a = await acme();
    expect(await feed()).toMatchObject({ v: 1, seq: seq + 1, complete: true, policy: 1, revs: { [a.id]: 1 } });
    await rename(a, "b");
    const c = await take("later", { id: a.id, rev: 2 }, 60);
    await take("cancel", c);
    await take("delete", { id: a.id, rev: 4 });
    expect(await feed()).toMatchObject({ seq: seq + 5, made_at_ms: now * 1000, revs: { [a.id]: 5 } });
  });

  it("that is refused is not", async () => {
    const a = await acme();
    const before = await feed();
    await problem(await send("finish", a), 409, "conflict");
    await problem(await send("now", { id: a.id, rev: 7 }), 412, "stale");
    await problem(await admin("POST", "/integrations", { name: "" }), 422, "invalid-field");
    expect(await feed()).toEqual(before);
  });

  it("of the policy too; publishing the same again is none", async () => {
    const { seq, policy } = await feed();
    const published = await ok(200, admin("GET", "/policy"));
    expect(published.rev).toBe(policy);
    await ok(200, admin("POST", "/policy/rollback", { to: policy }));
    expect(await feed()).toMatchObject({ seq, policy });
  });

  it("stays for 15 minutes after KV took it; the floor tells that it is gone", async () => {
    const a = await acme();
    const { seq, floor } = await feed();
    pass(KEPT - 1);
    expect(await feed()).toMatchObject({ seq, floor, revs: { [a.id]: 1 } });
    pass(1);
    expect(await feed()).toMatchObject({ seq, floor: seq, revs: {} });
    await evict();
    expect(await feed()).toMatchObject({ seq, floor: seq, revs: {} });
  });

  it("stays for as long as KV does not take it, and 15 minutes more", async () => {
    registryKv.onWrite = failing;
    const a = await acme();
    pass(3600);
    await ring();
    expect((await feed()).revs).toEqual({ [a.id]: 1 });
    registryKv.reset();
    await ring(); // taken; but one of the refused puts may still land, so it is put again
    pass(KEPT);
    await ring();
    pass(KEPT - 1);
    expect((await feed()).revs).toEqual({ [a.id]: 1 });
    pass(1);
    expect((await feed()).revs).toEqual({});
  });

  it("of before the feed's time is in it if KV does not have it yet, or has had it for less than 15 minutes", async () => {
    const [edited, deleted] = [await acme(), await acme()];
    pass(60);
    await rename(edited, "b");
    await take("delete", deleted);
    pass(KEPT - 1);
    registryKv.onWrite = failing;
    const a = await acme();
    const webhooks = ["endpoints", "messages", "hand_overs", "couriers", "publications"];
    for (const table of [...webhooks, "idle", "event_chain"]) await sql(`DROP TABLE ${table}`);
    const ofEvents = ["kind", "actor", "place", "time"].map((by) => `events_by_${by}`);
    for (const index of [...ofEvents, "events_of_changes", "outbox_by_turn", "integrations_by_use"])
      await sql(`DROP INDEX ${index}`);
    const later = {
      events: ["actor_name", "place", "request", "chain"],
      tokens: ["last_used_at", "first_used_at", "when_quiet"],
      integrations: ["used_at", "counted_since", "resumed_at", "scopes_since"],
      sub_accounts: ["folded_text"],
    };
    for (const [table, columns] of Object.entries(later))
      for (const column of columns) await sql(`ALTER TABLE ${table} DROP COLUMN ${column}`);
    const life = ["due", "undo", "token_rules"];
    const people = ["people", "person_sessions", "logins", "automation_keys", "features", "policy_parts"];
    for (const table of [...life, ...people]) await sql(`DROP TABLE ${table}`);
    for (const index of ["integrations_unscheduled", "integrations_by_end", "tokens_by_age", "tokens_by_deadline"])
      await sql(`DROP INDEX ${index}`);
    await sql("ALTER TABLE integrations DROP COLUMN due_rev");
    await sql("ALTER TABLE tokens DROP COLUMN last_four");
    await sql("DROP TRIGGER earlier_release_puts");
    await sql("DROP TABLE projection");
    await sql("ALTER TABLE outbox DROP COLUMN puts");
    for (const column of ["expires_at", "paused", "record_version"])
      await sql(`ALTER TABLE integrations DROP COLUMN ${column}`);
    await sql("DROP TABLE feed");
    for (const table of ["feed_state", "idempotency", "tries", "known_clients"]) await sql(`DROP TABLE ${table}`);
    await sql("DROP INDEX policy_versions");
    for (const table of ["documents", "policy_documents", "agency"]) await sql(`DROP TABLE ${table}`);
    for (const column of ["documents", "counts", "event_types"])
      await sql(`ALTER TABLE policies DROP COLUMN ${column}`);
    await sql("ALTER TABLE sub_accounts DROP COLUMN rev");
    await sql("UPDATE schema SET version = 2");
    await evict();
    const revs = { [a.id]: 1, [edited.id]: 2, [deleted.id]: 2 };
    expect(await feed()).toMatchObject({ seq: 3, floor: 0, complete: true, revs });
    pass(KEPT);
    expect(await feed()).toMatchObject({ seq: 3, floor: 3, complete: true, revs: { [a.id]: 1 } });
  });
});

it("a resync changes nothing, so it is not in the feed", async () => {
  await acme();
  const { seq } = await feed();
  await ok(202, admin("POST", "/resync"));
  expect((await feed()).seq).toBe(seq);
});

it("more changes than a copy lists: the newest are listed, and the copy says that it is not complete", async () => {
  const a = await acme();
  const { seq } = await feed();
  const ids = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${MOST})
    INSERT INTO feed (key, rev, seq, told_at) SELECT 'i:' || printf('%016d', i), 7, ${seq} + i, ? FROM n`;
  await sql(ids, now);
  await sql("UPDATE feed_state SET seq = seq + ?", MOST);
  const copy = await feed();
  expect(copy).toMatchObject({ seq: seq + MOST, floor: seq, complete: false });
  expect([Object.keys(copy.revs).length, a.id in copy.revs]).toEqual([MOST, false]);
  expect(await whoami(a.token)).toBe(200); // its record is read from the registry
  pass(KEPT);
  expect(await feed()).toMatchObject({ seq: seq + MOST, floor: seq + MOST, complete: true, revs: {} });
});

describe("what the gate reads", () => {
  const read = (path: string) => env.REGISTRY.getByName("registry").fetch(`https://registry-reads${path}`);

  it.each([
    "/",
    "/records/",
    "/records/x",
    "/records/0000000000000000",
    "/integrations",
    "/feed/",
    "//feed",
    "/session",
  ])("%s is nothing", async (path) => {
    expect((await read(path)).status).toBe(404);
  });

  it("is what KV has, without the MAC, deleted ones too", async () => {
    const a = await acme();
    const record = async () => sign(`i:${a.id}`, await (await read(`/records/${a.id}`)).text());
    expect(await record()).toBe(await env.TOKENS.get(`i:${a.id}`));
    expect(await signPolicy(await (await read("/policy")).json())).toBe(await env.TOKENS.get("policy"));
    await take("delete", a);
    expect(await record()).toBe(await env.TOKENS.get(`i:${a.id}`));
  });

  it("cannot be reached through the admin API", async () => {
    for (const path of ["/feed", "/records/0000000000000000", "-reads/feed"]) {
      expect((await admin("GET", path)).status).toBe(404);
    }
  });
});

describe("KV refuses writes for an hour, while admins work", () => {
  it("nothing acknowledged is lost, every token is what its admin was told, and KV gets it all", async () => {
    const gone = await acme();
    registryKv.reset();
    registryKv.onWrite = failing;
    const created: Created[] = [];
    for (let n = 0; n < 4; n += 1) {
      created.push(await acme());
      pass(15 * 60);
      await ring();
    }
    await take("delete", gone);
    const rotated = await take("now", created[0]!);
    expect([await whoami(gone.token), await whoami(created[0]!.token), await whoami(rotated.token)]).toEqual([
      401, 401, 200,
    ]);
    for (const { token } of created.slice(1)) expect(await whoami(token)).toBe(200);
    await evict();
    registryKv.reset();
    await ring();
    const [first, ...others] = created.map(({ id }) => `i:${id}`);
    expect([...registryKv.writes].sort()).toEqual([first, ...others, `i:${gone.id}`].sort());
    expect(JSON.parse((await env.TOKENS.get(first!))!)).toMatchObject({ rev: 2 });
    expect((await tables()).outbox!.filter((row: any) => row.again_at === null)).toEqual([]);
  });
});

it("keys that KV refuses for good do not keep the others from it", async () => {
  const refused: string[] = [];
  registryKv.onWrite = failing;
  for (let n = 0; n < 6; n += 1) refused.push(`i:${(await acme()).id}`);
  registryKv.onWrite = (key) => (refused.includes(key) ? failing(key) : undefined);
  pass(1);
  const a = await acme();
  for (let rings = 0; rings < 3; rings += 1) await ring();
  expect((await ok(200, admin("GET", `/integrations/${a.id}`))).published).toBe(true);
});

describe("the object ends", () => {
  it("between commit and put: the change is there, and the alarm puts it", async () => {
    registryKv.onWrite = hanging;
    const answer = admin("POST", "/integrations", {
      name: "cut",
      owner: { level: "sub_account", id: "acme" },
      scopes: [],
    });
    await expect.poll(() => registryKv.writes.length).toBe(1);
    await evict();
    await problem(await answer, 503, "registry-unavailable");
    registryKv.reset();
    const { integrations } = await ok(200, admin("GET", "/integrations?limit=200"));
    const [cut] = integrations.filter(({ name }: any) => name === "cut");
    expect(cut).toMatchObject({ rev: 1, published: false });
    expect((await feed()).revs).toMatchObject({ [cut.id]: 1 });
    expect(await ring()).toBe(true);
    expect(JSON.parse((await env.TOKENS.get(`i:${cut.id}`))!)).toMatchObject({ rev: 1 });
  });

  it("and its alarm is forgotten: the next read of the feed sets it again", async () => {
    registryKv.onWrite = failing;
    const a = await acme();
    await runInDurableObject(env.REGISTRY.getByName("registry"), (_, { storage }) => storage.deleteAlarm());
    expect(await alarm()).toBeNull();
    await feed();
    expect(await alarm()).not.toBeNull();
    registryKv.reset();
    await ring();
    expect(await env.TOKENS.get(`i:${a.id}`)).not.toBeNull();
  });
});
