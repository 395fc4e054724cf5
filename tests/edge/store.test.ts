// KV in the hands of somebody who can write it: nothing is granted that was never genuine. The registry answers in its stead,
// or nobody does.
import { env, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { switches } from "./main.ts";
import { AGENCY } from "./support/demo.ts";
import { type Created, admin, ask, askWith, create, ifMatch, ok, problem } from "./support/gate.ts";
import { isolate, isolateEach, kv, registry, settle } from "./support/isolate.ts";
import { TOKEN_KEYS } from "./support/keys.ts";
import { logged, onlyLine } from "./support/log.ts";
import { received } from "./support/recorder.ts";
import { alarm, evict, kvContents, ring, tables } from "./support/registry.ts";
import { START, at, take } from "./support/rotation.ts";
import { sign, signPolicy } from "./support/sign.ts";
import { forgetShared, out, sharePolicy, sharedPolicy } from "./support/stub.ts";
import { acme, publishDemo } from "./support/world.ts";

const CONTACTS = "/contacts/?locationId=acme";
const [FIRST, SECOND] = TOKEN_KEYS.split(",") as [string, string];
let a: Created;

/** The registry gives the feed, and nothing else: what KV holds is what there is. */
const onlyFeed = (path: string) => (path === "/feed" ? undefined : out(path));

const inKv = async (key: string) => (await env.TOKENS.get(key))!;
const sql = (statement: string, ...values: (string | number | null)[]) =>
  runInDurableObject(env.REGISTRY.getByName("registry"), (_, { storage }) =>
    storage.sql.exec(statement, ...values).toArray(),
  );

async function status(token: string | undefined, path = CONTACTS): Promise<number> {
  const response = await (token === undefined ? ask(path) : askWith(token, path));
  await response.text();
  return response.status;
}

/** What KV gives under a key, whatever it holds. */
const kvGives = (key: string, value: string | null) => {
  kv.onRead = (read) => (read === key ? value : env.TOKENS.get(read));
};

beforeAll(async () => {
  at(START);
  await publishDemo();
  a = await acme();
});

isolateEach();
beforeEach(async () => void (await received()));

describe("the policy", () => {
  const opened = (text: string) => {
    const policy = JSON.parse(text);
    for (const operation of policy.operations) operation.access = "public";
    return policy;
  };

  const attacks: [string, (text: string) => string | Promise<string>][] = [
    ["rewritten, everything public, at the same rev", (text) => JSON.stringify(opened(text))],
    [
      "rewritten as an earlier release wrote it",
      (text) => JSON.stringify({ ...opened(text), templates: undefined, blocks: undefined, mac: undefined }),
    ],
    [
      "laid out as the registry does, with the MAC of before",
      async (text) => {
        const forged = await signPolicy(opened(text));
        return forged.replace(/"mac":"[0-9a-f]+"/, /"mac":"[0-9a-f]+"/.exec(text)![0]);
      },
    ],
    [
      "signed by a key of somebody else's",
      (text) => signPolicy(opened(text), "AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM"),
    ],
    [
      "its operation needs another scope of as many letters",
      (text) => text.replaceAll("contacts.readonly", "contacts.readanly"),
    ],
    [
      "its lines in another order",
      (text) => {
        const lines = text.split("\n");
        const start = lines.findIndex((line) => line.endsWith('"operations":[')) + 1;
        return [...lines.slice(0, start), ...lines.slice(start, -1).reverse(), lines.at(-1)].join("\n");
      },
    ],
    ["cut off", (text) => text.slice(0, -100)],
    ["another rev", (text) => text.replace('"rev":1,', '"rev":2,')],
  ];

  it.each(attacks)("%s: nobody is let in, and the registry's is taken", async (_, attack) => {
    const forged = await attack(await inKv("policy"));
    expect(forged).not.toBe(await inKv("policy"));
    kvGives("policy", forged);
    registry.onRead = onlyFeed;
    for (const token of [undefined, a.token]) {
      expect(await status(token)).toBe(503);
    }
    expect(await received()).toEqual([]);
    registry.onRead = undefined;
    isolate();
    expect([await status(undefined), await status(a.token)]).toEqual([401, 200]);
    expect((await received()).length).toBe(1);
  });

  it("with an operation that was changed: its block of 16 is not believed, and the others go on from KV", async () => {
    const { mac, templates, blocks, ...policy } = JSON.parse(await inKv("policy"));
    const others = Array.from({ length: 16 }, (_, n) => ({
      ...policy.operations[0],
      path: `/a/${"abcdefghijklmnop"[n]}`,
      method: "GET",
      access: "public",
    }));
    const text = await signPolicy({ ...policy, operations: [...others, ...policy.operations] });
    registry.onRead = onlyFeed;
    kvGives("policy", text.replace('{"path":"/contacts/","method":"G', '{"path":"/contacts/","method":"X'));
    expect([await status(undefined, "/a/h"), await status(a.token), await status(undefined, "/status")]).toEqual([
      200, 503, 503,
    ]);
    expect(
      new Set(
        logged()
          .filter(({ event }) => event === "denied")
          .map(({ reason }) => reason.replace(/\d+/, "N")),
      ).size,
    ).toBe(1);
    expect(logged().find(({ event }) => event === "denied")!.reason).toContain("is not the one that was signed");
  });
});

describe("a record", () => {
  const attacks: [string, (text: string) => string | Promise<string>][] = [
    ["with more scopes", (text) => text.replace("contacts.readonly", "contacts.readall!")],
    ["of another owner", (text) => text.replace('"acme"', '"acmf"')],
    ["at a higher rev", (text) => text.replace('"rev":1,', '"rev":9,')],
    ["as an earlier release wrote it", (text) => text.replace(/,"mac":"[0-9a-f]+"/, "")],
    ["cut off", (text) => text.slice(0, -1)],
    [
      "signed by a key of somebody else's",
      (text) =>
        sign(`i:${a.id}`, text.replace(/,"mac":"[0-9a-f]+"/, ""), "AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM"),
    ],
    ["signed for another key", (text) => sign("i:0000000000000000", text.replace(/,"mac":"[0-9a-f]+"/, ""))],
    ["with two MACs", (text) => sign(`i:${a.id}`, text)],
  ];

  it.each(attacks)("%s is not believed: 503, and the registry's is taken", async (_, attack) => {
    const forged = await attack(await inKv(`i:${a.id}`));
    expect(forged).not.toBe(await inKv(`i:${a.id}`));
    kvGives(`i:${a.id}`, forged);
    registry.onRead = onlyFeed;
    expect(await status(a.token)).toBe(503);
    expect(onlyLine("denied")).toMatchObject({
      code: "store_unavailable",
      reason: expect.stringContaining(`in KV i:${a.id} is corrupt`),
    });
    registry.onRead = undefined;
    isolate();
    expect(await status(a.token)).toBe(200);
  });

  it("of an agency's integration, under a sub-account's key, is not believed", async () => {
    const agency = await create(AGENCY, []);
    kvGives(`i:${a.id}`, await inKv(`i:${agency.id}`));
    registry.onRead = onlyFeed;
    expect(await status(a.token)).toBe(503);
  });

  it("that is put back revives nothing while the feed lists the key; later it is the genuine value that it once was", async () => {
    const b = await acme();
    const old = await inKv(`i:${b.id}`);
    const c = await take("now", b);
    kvGives(`i:${b.id}`, old);
    await forgetShared();
    isolate();
    expect([await status(b.token), await status(c.token)]).toEqual([401, 200]);
    at(START + 14 * 60);
    isolate();
    expect([await status(b.token), await status(c.token)]).toEqual([401, 200]);
    // docs/security.md says this first: 15 minutes later nothing but KV tells which of two genuine values is the newer.
    at(START + 16 * 60);
    await forgetShared();
    isolate();
    expect([await status(b.token), await status(c.token)]).toEqual([200, 401]);
    expect(JSON.parse(old).rev).toBe(1);
  });

  const later: [string, object][] = [
    ["addresses", { v: 2, ip: { allow: ["192.0.2.0/24"] } }],
    ["limits", { v: 2, limits: { daily: 1 } }],
    ["a kind", { v: 2, kind: "legacy" }],
    ["version 3", { v: 3 }],
    ["version 3 and all of that", { v: 3, ip: {}, limits: {}, kind: "legacy" }],
    ["an end in version 1", { expires_at: 1_900_000_000 }],
  ];

  it.each(later)("with %s and a right MAC is a fault: 503, never a grant", async (_, fields) => {
    const { mac, ...record } = JSON.parse(await inKv(`i:${a.id}`));
    const text = JSON.stringify({ ...record, ...fields, rev: 5 });
    kvGives(`i:${a.id}`, await sign(`i:${a.id}`, text));
    registry.onRead = onlyFeed;
    expect(await status(a.token)).toBe(503);
    await problem(await askWith(a.token, "/_tidegate/whoami"), 503, "unavailable");
    // The registry's row needs no later version, so its answer is the whole truth.
    registry.onRead = undefined;
    isolate();
    expect(await status(a.token)).toBe(200);
  });

  it("whose row needs version 3: the registry gives no lesser one, changes nothing but by deleting, and leaves KV alone", async () => {
    const b = await acme();
    await sql("UPDATE integrations SET record_version = 3 WHERE id = ?", b.id);
    kvGives(`i:${b.id}`, null);
    isolate();
    expect(await status(b.token)).toBe(503);
    expect(
      (await admin("POST", `/integrations/${b.id}/rotate`, { expire: "now" }, ifMatch(1))).status,
    ).toBeGreaterThanOrEqual(500);
    const before = await inKv(`i:${b.id}`);
    await ok(202, admin("POST", "/resync"));
    for (let rings = 0; (await ok(200, admin("GET", "/resync"))).waiting > 0 && rings < 10; rings += 1) await ring();
    expect([await inKv(`i:${b.id}`), (await ok(200, admin("GET", `/integrations/${b.id}`))).rev]).toEqual([before, 1]);
    await ok(204, admin("DELETE", `/integrations/${b.id}`, undefined, ifMatch(1)));
    kv.reset();
    isolate();
    expect(await status(b.token)).toBe(401);
  });
});

describe("the life of an integration, where its row has one", () => {
  /** As the issue "The life of an integration" will set it. */
  async function setLife(id: string, expiresAt: number | null, paused: boolean) {
    await sql(
      "UPDATE integrations SET expires_at = ?, paused = ?, record_version = 2 WHERE id = ?",
      expiresAt,
      paused ? 1 : 0,
      id,
    );
    await ok(202, admin("POST", "/resync"));
    await ring();
    isolate();
  }

  it("a pause: the record is of version 2, the token is dead, and a change keeps it", async () => {
    const b = await acme();
    await setLife(b.id, null, true);
    expect(JSON.parse(await inKv(`i:${b.id}`))).toMatchObject({ v: 2, paused: true });
    await problem(await askWith(b.token, CONTACTS), 401, "invalid-token");
    expect(onlyLine("denied").code).toBe("paused_integration");
    const c = await take("now", b);
    isolate();
    expect([await status(b.token), await status(c.token)]).toEqual([401, 401]);
    expect(JSON.parse(await inKv(`i:${b.id}`))).toMatchObject({ v: 2, rev: 2, paused: true });
  });

  it("an end: callers are told in its last 30 days, and it ends on the second, remembered or not", async () => {
    const b = await acme();
    const end = START + 31 * 24 * 3600;
    await setLife(b.id, end, false);
    const told = async () => (await askWith(b.token, CONTACTS)).headers.get("tidegate-token-expires");
    expect(await told()).toBeNull();
    at(START + 24 * 3600);
    expect(await told()).toBe(new Date(end * 1000).toISOString().replace(".000", ""));
    at(end - 1);
    expect(await status(b.token)).toBe(200);
    at(end);
    expect(await status(b.token)).toBe(401);
    expect(logged().at(-1)).toMatchObject({ code: "expired_integration" });
  });
});

describe("the policy in this location's cache", () => {
  it("is what one isolate was answered, signed; another reads it there and not from the registry", async () => {
    kvGives("policy", null);
    expect(await status(a.token)).toBe(200);
    await settle();
    expect(await sharedPolicy()).toBe(await inKv("policy"));
    registry.reset();
    isolate();
    expect(await status(a.token)).toBe(200);
    expect(registry.of("/policy")).toEqual([]);
  });

  it("is not believed without its MAC, nor when it is old, of the future, or older than the feed says", async () => {
    const text = await inKv("policy");
    const { templates, blocks, mac, ...policy } = JSON.parse(text);
    for (const operation of policy.operations) operation.access = "public";
    kvGives("policy", null);
    const before = await signPolicy({ ...policy, rev: 0 });
    for (const [left, askedAt] of [
      [JSON.stringify(policy), START],
      [(await signPolicy(policy)).replace(/"mac":"[0-9a-f]+"/, `"mac":"${mac}"`), START],
      ["garbage", START],
      [before, START],
      [text, START - 5],
      [text, START + 2],
    ] as const) {
      registry.reset();
      await forgetShared();
      await sharePolicy(left, askedAt * 1000);
      isolate();
      expect([await status(undefined), await status(a.token)]).toEqual([401, 200]);
      expect(registry.of("/policy"), left.slice(0, 80)).toEqual(["/policy"]);
      await settle();
    }
  });
});

describe("what all of KV is written in", () => {
  const unsigned = (text: string) => text.replace(/,"mac":"[0-9a-f]+"\}$/, "}");
  const projection = async () => (await tables()).projection![0] as { format: string; target: string | null };

  /** All of KV as the release before wrote it. */
  async function writeAsBefore() {
    for (const [key, text] of Object.entries(await kvContents())) {
      const { templates, blocks, ...policy } = JSON.parse(unsigned(text!));
      await env.TOKENS.put(key, key === "policy" ? JSON.stringify(policy) : unsigned(text!));
    }
  }

  async function rewritten() {
    let rings = 0;
    while ((await alarm()) !== null && rings < 20) {
      at(START + (rings += 1) * 3600);
      await ring();
    }
    at(START);
    for (const [key, text] of Object.entries(await kvContents())) expect(text, key).toMatch(/,"mac":"[0-9a-f]{64}"\}$/);
  }

  const complete = async () => (await ok(200, admin("GET", "/resync"))).complete;

  afterEach(() => {
    switches.registryEnv = undefined;
  });

  it("after an upgrade: it is written afresh in the background, and everybody is served meanwhile", async () => {
    const before = await kvContents();
    await writeAsBefore();
    await sql("UPDATE projection SET format = '', target = NULL, after = NULL, listed = 0");
    await evict();
    isolate();
    expect([await status(undefined), await status(a.token)]).toEqual([401, 200]);
    expect([await complete(), await alarm()]).toEqual([false, expect.any(Number)]);
    await rewritten();
    expect([await complete(), await kvContents()]).toEqual([true, before]);
    registry.reset();
    isolate();
    expect([await status(a.token), registry.of("/records"), registry.of("/policy")]).toEqual([200, [], []]);
  });

  it("after a rollback: what the earlier release put is noticed at the next start", async () => {
    const { format } = await projection();
    await evict();
    expect(await projection()).toMatchObject({ format, target: null });
    // As that release does it: a row, a put that it begins, and the row's end.
    await sql("INSERT INTO outbox (key, rev, value, since) VALUES ('i:x', 1, '{}', 0)");
    await sql("UPDATE outbox SET tries = tries + 1 WHERE key = 'i:x'");
    await sql("DELETE FROM outbox WHERE key = 'i:x'");
    expect(await projection()).toMatchObject({ format: "", target: null });
    await writeAsBefore();
    await evict();
    isolate();
    expect(await status(a.token)).toBe(200);
    expect(await projection()).toMatchObject({ format: "", target: format });
    await rewritten();
    expect(await projection()).toMatchObject({ format, target: null });
  });

  it("after a new token key was put first: another one may go once all is signed with it", async () => {
    const third = "AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM";
    const keys = { TOKEN_KEYS: `${third},${FIRST},${SECOND}` };
    switches.registryEnv = keys;
    await evict();
    isolate(keys);
    expect([await status(a.token), await complete()]).toEqual([200, false]);
    await rewritten();
    expect(await complete()).toBe(true);
    const [record] = [await inKv(`i:${a.id}`)];
    expect(record).toBe(await sign(`i:${a.id}`, unsigned(record), third));
    registry.onRead = onlyFeed;
    isolate({ TOKEN_KEYS: FIRST });
    expect(await status(a.token)).toBe(503); // the key that signs is not among these
    registry.reset();
    switches.registryEnv = undefined;
    await evict();
    isolate();
    expect(await status(a.token)).toBe(200);
    await rewritten();
  });

  it.each([
    ["a bucket", { get: async () => null, put: async () => undefined }],
    ["a text", "tokens"],
  ])("where TOKENS is %s nothing counts as put, and the log says what to bind", async (_, TOKENS) => {
    switches.registryEnv = { TOKENS };
    await evict();
    const { rev: before } = await ok(200, admin("GET", `/integrations/${a.id}`));
    const change = { description: `put nowhere: ${typeof TOKENS}` };
    const { rev } = await ok(200, admin("PATCH", `/integrations/${a.id}`, change, ifMatch(before)));
    a = { ...a, rev };
    expect((await ok(200, admin("GET", "/resync"))).waiting).toBeGreaterThan(0);
    expect(JSON.parse(await inKv(`i:${a.id}`)).rev).toBe(before);
    expect(JSON.stringify(logged())).toContain("TOKENS must be bound to a KV namespace");
    switches.registryEnv = undefined;
    await evict();
    await rewritten();
    expect((await ok(200, admin("GET", "/resync"))).waiting).toBe(0);
    expect(JSON.parse(await inKv(`i:${a.id}`)).rev).toBe(rev);
  });

  it("without token keys nothing is put, and the alarm tries again", async () => {
    switches.registryEnv = { TOKEN_KEYS: "" };
    await evict();
    const before = await kvContents();
    await ok(200, admin("PATCH", `/integrations/${a.id}`, { description: "later" }, ifMatch(a.rev)));
    expect([await kvContents(), await alarm()]).toEqual([before, expect.any(Number)]);
    switches.registryEnv = undefined;
    await evict();
    at(START + 60);
    await ring();
    expect(JSON.parse(await inKv(`i:${a.id}`)).rev).toBe(a.rev + 1);
  });
});
