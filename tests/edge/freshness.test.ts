// The stated bound: whatever KV serves, a change is seen within MAX_STALENESS_SECONDS. KV stands still in most of these
// tests: it goes on serving what it served before the change, for ever.
import { env } from "cloudflare:test";
import { beforeAll, describe, expect, it } from "vitest";

import { demoPolicy } from "./support/demo.ts";
import { type Created, admin, ask, askWith, ifMatch, ok, problem } from "./support/gate.ts";
import { isolate, isolateEach, kv, registry, settle } from "./support/isolate.ts";
import { failing, hanging } from "./support/kv.ts";
import { logged, onlyLine } from "./support/log.ts";
import { START, at, take } from "./support/rotation.ts";
import { altered, feed, forgetShared, out, overloaded, share, sharedFeed, silent } from "./support/stub.ts";
import { timersOf, withoutTimeOuts } from "./support/timers.ts";
import { acme, publishDemo } from "./support/world.ts";

/** MAX_STALENESS_SECONDS, LAST_KNOWN_GOOD_SECONDS; a copy is asked for after DUE seconds, KV after VOUCHED. */
const BOUND = 10;
const GOOD = 300;
const DUE = 5;
const VOUCHED = 60;

/** From now on KV serves what it holds now. */
async function freezeKv() {
  const { keys } = await env.TOKENS.list();
  const frozen = new Map(await Promise.all(keys.map(async ({ name }) => [name, await env.TOKENS.get(name)] as const)));
  kv.onRead = (key) => frozen.get(key) ?? null;
}

const CONTACTS_OF_ACME = "/contacts/?locationId=acme";

async function status(token: string, path = CONTACTS_OF_ACME, init: RequestInit = {}): Promise<number> {
  const response = await askWith(token, path, init);
  await response.text();
  return response.status;
}

beforeAll(async () => {
  at(START);
  await publishDemo();
});

isolateEach();

/** An integration whose record and policy this isolate remembers since START. */
async function warm(variables: object = {}): Promise<Created> {
  const a = await acme();
  isolate(variables);
  expect(await status(a.token)).toBe(200);
  await settle();
  kv.reset();
  registry.reset();
  return a;
}

describe("while KV stands still", () => {
  it("a revoked token stops within the bound, its successor works", async () => {
    const a = await warm();
    await freezeKv();
    const b = await take("now", a);
    at(START + BOUND);
    expect([await status(a.token), await status(b.token)]).toEqual([401, 200]);
    expect(registry.reads).toEqual(["/feed", `/records/${a.id}`]);
  });

  it("not a moment after the bound does the revoked one pass, whatever the background did", async () => {
    const a = await warm();
    await freezeKv();
    await take("now", a);
    registry.onRead = (path) => (path === "/feed" ? silent(path) : undefined);
    at(START + BOUND - 1);
    expect(await status(a.token)).toBe(200); // the copy of START is BOUND - 1 old, and clocks may differ by 1 s
    registry.onRead = undefined;
    at(START + BOUND - 0.999);
    expect(await status(a.token)).toBe(401);
  });

  it("a new integration's token works within the bound", async () => {
    await warm();
    await freezeKv();
    const b = await acme();
    expect(await env.TOKENS.get(`i:${b.id}`)).not.toBeNull();
    at(START + BOUND);
    expect(await status(b.token)).toBe(200);
    expect(registry.reads).toEqual(["/feed", `/records/${b.id}`]);
  });

  it("a deleted integration is dead within the bound, and no second read is needed to know it", async () => {
    const a = await warm();
    await freezeKv();
    await take("delete", a);
    at(START + BOUND);
    expect([await status(a.token), await status(a.token)]).toEqual([401, 401]);
    expect(registry.of("/records")).toHaveLength(1);
  });

  it("scopes that were taken away are gone within the bound", async () => {
    const a = await warm();
    await freezeKv();
    await ok(200, admin("PATCH", `/integrations/${a.id}`, { scopes: [] }, ifMatch(a.rev)));
    at(START + BOUND);
    expect(await status(a.token)).toBe(403);
  });

  it("a policy that was published is in force within the bound", async () => {
    const a = await warm();
    await freezeKv();
    const { rev } = await ok(200, admin("GET", "/policy"));
    const rule = { method: "GET", path: "/new", access: "authenticated" };
    const settings = { ...demoPolicy.settings, rules: [...((demoPolicy.settings as any).rules ?? []), rule] };
    await ok(200, admin("PUT", "/policy", { ...demoPolicy, settings }));
    at(START + BOUND);
    expect(await status(a.token, "/new")).toBe(200);
    expect(registry.reads).toEqual(["/feed", "/policy"]);
    await ok(200, admin("POST", "/policy/rollback", { to: rev }));
  });

  it("a cold isolate knows at once", async () => {
    const a = await warm();
    await freezeKv();
    const b = await take("now", a);
    await forgetShared();
    isolate();
    expect([await status(a.token), await status(b.token)]).toEqual([401, 200]);
  });

  it("whoami keeps the bound too", async () => {
    const a = await warm();
    await freezeKv();
    await take("now", a);
    at(START + BOUND);
    expect(await status(a.token, "/_tidegate/whoami")).toBe(401);
  });

  it("what the registry said is remembered, and asked for once", async () => {
    const a = await warm();
    await freezeKv();
    const b = await take("now", a);
    at(START + BOUND);
    for (let time = 0; time < 5; time += 1) expect(await status(b.token)).toBe(200);
    expect([registry.reads, kv.reads]).toEqual([["/feed", `/records/${a.id}`], [`i:${a.id}`]]);
  });

  it("a flood of denials reads KV once a second, and the registry once", async () => {
    const a = await warm();
    await freezeKv();
    await take("now", a);
    at(START + BOUND);
    for (let second = 0; second < 4; second += 1) {
      at(START + BOUND + second * 1.001);
      for (let time = 0; time < 3; time += 1) expect(await status(a.token)).toBe(401);
    }
    expect(registry.of("/records")).toEqual([`/records/${a.id}`]);
    expect(kv.reads.filter((key) => key === `i:${a.id}`)).toHaveLength(4);
  });

  it("a revocation while a body is on its way counts", async () => {
    const a = await warm();
    const { settings } = demoPolicy as any;
    const document = structuredClone(demoPolicy.documents[0]) as any;
    const operation = document.paths["/contacts/"].post;
    operation.requestBody = {
      content: { "application/json": { schema: { type: "object", properties: { locationId: { type: "string" } } } } },
    };
    const owners = settings.owner_parameters.sub_account.map((one: any) => ({ ...one, body: true }));
    const owner_parameters = { ...settings.owner_parameters, sub_account: owners };
    const { rev } = await ok(200, admin("GET", "/policy"));
    await ok(200, admin("PUT", "/policy", { documents: [document], settings: { ...settings, owner_parameters } }));
    isolate();
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const headers = { "content-type": "application/json" };
    const answer = status(a.token, "/contacts/", { method: "POST", body: readable, headers });
    const writer = writable.getWriter();
    const text = new TextEncoder();
    await writer.write(text.encode('{"locationId":'));
    await settle();
    await freezeKv();
    await take("now", a);
    at(START + BOUND);
    await writer.write(text.encode('"acme"}'));
    await writer.close();
    expect(await answer).toBe(401);
    await ok(200, admin("POST", "/policy/rollback", { to: rev }));
  });
});

describe("what it costs", () => {
  it("a warm isolate with a fresh feed reads nothing", async () => {
    const a = await warm();
    at(START + DUE - 0.001);
    for (let time = 0; time < 3; time += 1) expect(await status(a.token)).toBe(200);
    expect([kv.reads, registry.reads]).toEqual([[], []]);
  });

  it("a copy that is due is fetched in the background: nobody waits for it", async () => {
    const a = await warm();
    registry.onRead = (path) => (path === "/feed" ? silent(path) : undefined);
    at(START + DUE);
    await withoutTimeOuts(3_000, async () => {
      for (let time = 0; time < 3; time += 1) expect(await status(a.token)).toBe(200);
    });
    expect(registry.reads).toEqual(["/feed"]);
  });

  it("many requests of one isolate read a slow feed once", async () => {
    const a = await warm();
    at(START + BOUND);
    await forgetShared();
    registry.onRead = async (path) => void (path === "/feed" && (await new Promise((done) => setTimeout(done, 2_500))));
    // Those who wait look again sooner, so that they have looked as often as they may before it comes.
    const { setTimeout: real } = globalThis;
    Object.assign(globalThis, { setTimeout: (work: () => void, ms = 0) => real(work, ms < 100 ? 1 : ms) });
    const statuses = await Promise.all(Array.from({ length: 10 }, () => status(a.token)));
    Object.assign(globalThis, { setTimeout: real });
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(registry.reads).toEqual(["/feed"]);
  });

  it("a read whose request went away keeps nobody else from the record", async () => {
    const a = await acme();
    isolate();
    kv.onRead = (key) => (key === "policy" ? env.TOKENS.get(key) : failing(key));
    registry.reset();
    let release = () => {};
    const held = new Promise<undefined>((resolve) => (release = () => resolve(undefined)));
    registry.onRead = (path) => (path === "/feed" ? undefined : held);
    // Without its timers nothing ends a request, as nothing ends one that the runtime has cancelled.
    const gone = await withoutTimeOuts(3_000, async () => {
      const asked = status(a.token);
      await expect.poll(() => registry.of("/records").length).toBe(1);
      return [asked]; // in a list, as it is not awaited yet
    });
    const answer = status(a.token);
    registry.onRead = undefined;
    await new Promise((done) => setTimeout(done, 2_500));
    at(START + 4); // its note has run out
    expect(await answer).toBe(200);
    expect(registry.of("/records")).toHaveLength(2);
    release();
    await gone[0];
  });

  it("a cold isolate reads feed, record and policy together", async () => {
    const a = await acme();
    isolate();
    let release = () => {};
    const held = new Promise<undefined>((resolve) => (release = () => resolve(undefined)));
    registry.onRead = () => held;
    const answer = status(a.token);
    await expect.poll(() => registry.reads.length).toBe(1);
    expect(kv.reads.sort()).toEqual([`i:${a.id}`, "policy"].sort());
    release();
    expect(await answer).toBe(200);
    expect([kv.reads.length, registry.reads]).toEqual([2, ["/feed"]]);
  });

  it("many requests of one isolate read the feed once", async () => {
    const a = await warm();
    at(START + BOUND);
    await forgetShared();
    const statuses = await Promise.all(Array.from({ length: 30 }, () => status(a.token)));
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(registry.reads).toEqual(["/feed"]);
  });

  it("and a record that KV cannot give once", async () => {
    const a = await acme();
    isolate();
    expect(await status(a.token, "/status")).toBe(200);
    isolate();
    kv.onRead = (key) => (key === "policy" ? env.TOKENS.get(key) : failing(key));
    registry.reset();
    registry.onRead = async (path) => void (path !== "/feed" && (await settle()));
    const statuses = await Promise.all(Array.from({ length: 10 }, () => status(a.token)));
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(registry.of("/records").length).toBeLessThanOrEqual(2);
  });

  it("no more than 16 records at a time, and all of them come", async () => {
    const all: Created[] = [];
    for (let n = 0; n < 30; n += 1) all.push(await acme());
    isolate();
    kv.onRead = (key) => (key === "policy" ? env.TOKENS.get(key) : failing(key));
    registry.reset();
    registry.onRead = async (path) => void (path !== "/feed" && (await settle()));
    const statuses = await Promise.all(all.map(({ token }) => status(token)));
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect([registry.of("/records").length, registry.most <= 17]).toEqual([30, true]);
  });

  it("KV is read again after a minute of a warm isolate, the feed every five seconds", async () => {
    const a = await warm();
    for (let second = 1; second < VOUCHED; second += 1) {
      at(START + second);
      expect(await status(a.token)).toBe(200);
      if (second % DUE === 0)
        await expect.poll(async () => (await sharedFeed())?.askedAt).toBe((START + second) * 1000);
    }
    expect(kv.reads).toEqual([]);
    expect(registry.reads).toEqual(Array(VOUCHED / DUE - 1).fill("/feed"));
    at(START + VOUCHED);
    expect(await status(a.token)).toBe(200);
    expect(kv.reads.sort()).toEqual([`i:${a.id}`, "policy"].sort());
  });
});

describe("the location's cache", () => {
  it("gives another isolate the copy, without the registry", async () => {
    const a = await warm();
    expect((await sharedFeed())!.askedAt).toBe(START * 1000);
    isolate();
    at(START + DUE - 0.001);
    expect(await status(a.token)).toBe(200);
    expect(registry.reads).toEqual([]);
  });

  it("a copy from there ages from when it was asked for, not from when it was found", async () => {
    const a = await warm();
    await freezeKv();
    await take("now", a);
    isolate();
    at(START + DUE - 0.001);
    await share({ ...(await feed()), revs: {}, made_at_ms: START * 1000 }, START * 1000);
    expect(await status(a.token)).toBe(200);
    registry.onRead = (path) => (path === "/feed" ? silent(path) : undefined);
    at(START + BOUND - 1);
    expect(await status(a.token)).toBe(200);
    registry.onRead = undefined;
    at(START + BOUND - 0.999);
    expect(await status(a.token)).toBe(401);
  });

  it.each([
    ["is due", -DUE, -DUE],
    ["was made longer ago than it was asked for", -DUE, 0],
    ["was asked for longer ago than it was made", 0, -DUE],
    ["was made in the future", 1.001, 0],
    ["was asked for in the future", 0, 1.001],
  ])("a copy that %s is not taken", async (_, made, asked) => {
    const a = await acme();
    await share({ ...(await feed()), made_at_ms: (START + made) * 1000 }, (START + asked) * 1000);
    isolate();
    expect(await status(a.token)).toBe(200);
    expect(registry.reads).toEqual(["/feed"]);
  });

  it.each([
    ["of an unknown version", { v: 2 }],
    ["with a field too many", { more: 1 }],
    ["that contradicts itself", { floor: 1_000_000 }],
  ])("a copy %s is not taken", async (_, change) => {
    const a = await acme();
    await share({ ...(await feed()), ...change } as never, START * 1000);
    isolate();
    expect(await status(a.token)).toBe(200);
    expect(registry.reads).toEqual(["/feed"]);
  });
});

describe("a line that breaks", () => {
  it.each([
    ["a feed that skips", (seq: number) => ({ seq: seq + 9, floor: seq + 1 }), []],
    ["a sequence that went back", () => ({ seq: 0, floor: 0, made_at_ms: (START + BOUND) * 1000 }), ["policy"]],
  ])("%s: what is remembered is forgotten", async (_, change, more) => {
    const a = await warm();
    registry.onRead = altered(({ seq }) => change(seq));
    at(START + BOUND);
    expect(await status(a.token)).toBe(200);
    expect(kv.reads.sort()).toEqual([`i:${a.id}`, ...more]);
  });

  it("one that goes on: nothing is forgotten", async () => {
    const a = await warm();
    registry.onRead = altered(({ seq }) => ({ seq: seq + 9, floor: seq }));
    at(START + BOUND);
    expect(await status(a.token)).toBe(200);
    expect(kv.reads).toEqual([]);
  });

  it("a feed that overflows: what it does not list is read from the registry", async () => {
    const a = await acme();
    isolate();
    registry.onRead = altered(() => ({ complete: false, revs: {} }));
    expect([await status(a.token), await status(a.token)]).toEqual([200, 200]);
    expect(registry.reads).toEqual(["/feed", `/records/${a.id}`]);
  });

  it("a change that comes and goes in the feed between two looks at its record still ends what is remembered", async () => {
    const b = await acme();
    const a = await warm();
    expect(await status(b.token)).toBe(200);
    await freezeKv();
    await take("now", a);
    at(START + BOUND);
    expect(await status(b.token)).toBe(200); // this copy lists the change; nobody asks for its record
    registry.onRead = altered(({ seq }) => ({ seq: seq + 4_000, floor: seq, complete: false, revs: {} }));
    at(START + 2 * BOUND);
    registry.reads = [];
    expect([await status(b.token), await status(a.token)]).toEqual([200, 401]);
    expect(registry.reads).toEqual(["/feed", `/records/${a.id}`]);
  });

  it("so does one that the feed has forgotten for its age, while KV is out", async () => {
    const b = await acme();
    const a = await warm({ LAST_KNOWN_GOOD_SECONDS: "3600" });
    expect(await status(b.token)).toBe(200);
    await take("now", a);
    at(START + BOUND);
    expect(await status(b.token)).toBe(200);
    kv.onRead = failing;
    registry.onRead = altered(({ seq }) => ({ floor: seq, revs: {} }));
    at(START + 1_000);
    expect([await status(b.token), await status(a.token)]).toEqual([200, 401]);
    expect(registry.of("/records")).toEqual([`/records/${a.id}`]);
  });

  it("a clock that steps back: everything is read again", async () => {
    const a = await warm();
    at(START - 2);
    expect(await status(a.token)).toBe(200);
    expect([kv.reads.length, registry.reads]).toEqual([2, ["/feed"]]);
  });

  it("a clock that steps back while a copy is on its way: that copy is not taken, the next one is", async () => {
    const a = await warm({ ON_REGISTRY_OUTAGE: "deny" });
    await forgetShared();
    at(START + 2 * BOUND);
    registry.onRead = (path) => void (path === "/feed" && at(START + BOUND));
    expect([await status(a.token), registry.of("/feed").length]).toEqual([200, 2]);
    at(START + BOUND + DUE - 0.001);
    expect(await status(a.token)).toBe(200);
  });

  it("a clock that steps back by less than clocks may differ: nothing is", async () => {
    const a = await warm();
    at(START - 0.9);
    expect(await status(a.token)).toBe(200);
    expect([kv.reads, registry.reads]).toEqual([[], []]);
  });
});

describe("the registry", () => {
  const broken: [string, (path: string) => unknown][] = [
    ["cannot be reached", out],
    ["is overloaded", overloaded],
    ["hangs", silent],
    ["answers 500", () => new Response("x", { status: 500 })],
    ["answers garbage", () => new Response("garbage")],
    ["knows no feed", () => new Response("{}", { status: 404 })],
  ];

  it.each(broken)("%s, serve: KV's word counts, with its delay, and the log says so", async (_, fault) => {
    const a = await warm();
    registry.onRead = fault;
    at(START + BOUND);
    expect(await status(a.token)).toBe(200);
    const line = onlyLine("degraded");
    expect(line).toMatchObject({
      integration: a.id,
      basis: { record: { from: "kv", age_ms: 0 }, feed_age_ms: BOUND * 1000 },
    });
    expect((line.basis as any).degraded.join()).toContain("change feed");
    expect(kv.reads.sort()).toEqual([`i:${a.id}`, "policy"].sort());
  });

  it.each(broken)("%s, deny: 503 once the copy is too old, not before", async (_, fault) => {
    const a = await warm({ ON_REGISTRY_OUTAGE: "deny" });
    registry.onRead = fault;
    at(START + BOUND - 1);
    expect(await status(a.token)).toBe(200);
    at(START + BOUND);
    await problem(await askWith(a.token, CONTACTS_OF_ACME), 503, "unavailable");
    await problem(await ask("/status"), 503, "unavailable");
    await problem(await askWith(a.token, "/_tidegate/whoami"), 503, "unavailable");
    registry.onRead = undefined;
    at(START + BOUND + 10);
    expect(await status(a.token)).toBe(200);
  });

  it("hangs: one request waits 3 seconds, the next ones do not", async () => {
    const a = await warm();
    registry.onRead = silent;
    at(START + BOUND);
    expect(await timersOf(async () => expect(await status(a.token)).toBe(200))).toContain(3_000);
    await withoutTimeOuts(3_000, async () => {
      for (let time = 0; time < 5; time += 1) expect(await status(a.token)).toBe(200);
    });
  });

  it("is back: the bound holds again", async () => {
    const a = await warm();
    await freezeKv();
    await take("now", a);
    registry.onRead = out;
    at(START + BOUND);
    expect(await status(a.token)).toBe(200); // KV's own delay
    registry.onRead = undefined;
    at(START + BOUND + DUE);
    expect(await status(a.token)).toBe(401);
  });

  it("is out: what the last copy knew to be stale is served by nobody", async () => {
    const a = await warm();
    await freezeKv();
    await take("now", a);
    registry.onRead = (path) => (path === "/feed" ? undefined : out(path));
    at(START + BOUND);
    await problem(await askWith(a.token, CONTACTS_OF_ACME), 503, "unavailable");
    registry.onRead = out;
    at(START + 3 * BOUND);
    await problem(await askWith(a.token, CONTACTS_OF_ACME), 503, "unavailable");
    kv.onRead = undefined; // KV has caught up
    expect(await status(a.token)).toBe(401);
  });

  it("cannot give one record: that one is refused, and the bound holds for the others", async () => {
    const [a, b] = [await acme(), await warm()];
    await freezeKv();
    await take("now", a);
    await take("now", b);
    registry.onRead = (path) => (path === `/records/${a.id}` ? new Response("x", { status: 503 }) : undefined);
    at(START + BOUND);
    await problem(await askWith(a.token, CONTACTS_OF_ACME), 503, "unavailable");
    expect(await status(b.token)).toBe(401);
    at(START + 2 * BOUND);
    await problem(await askWith(a.token, CONTACTS_OF_ACME), 503, "unavailable");
    expect([await status(b.token), registry.of("/feed").length]).toEqual([401, 2]);
  });

  it("is out: memory serves 5 seconds, then KV is read", async () => {
    const a = await warm();
    registry.onRead = out;
    at(START + BOUND);
    expect(await status(a.token)).toBe(200);
    kv.reset();
    at(START + BOUND + 4.999);
    expect([await status(a.token), kv.reads]).toEqual([200, []]);
    at(START + BOUND + 5);
    expect([await status(a.token), kv.reads.length]).toEqual([200, 2]);
  });
});

describe("KV", () => {
  it("is out: what was read within LAST_KNOWN_GOOD_SECONDS serves, and nobody else is asked for it", async () => {
    const a = await warm();
    kv.onRead = failing;
    for (const second of [VOUCHED, 2 * VOUCHED, GOOD - 1]) {
      at(START + second);
      expect(await status(a.token)).toBe(200);
      await settle();
    }
    expect(new Set(registry.reads)).toEqual(new Set(["/feed"]));
    expect(logged().filter(({ event }) => event === "degraded").length).toBe(3);
  });

  it("is out for longer: the registry gives what KV cannot", async () => {
    const a = await warm();
    kv.onRead = failing;
    at(START + GOOD);
    expect([await status(a.token), await status(a.token)]).toEqual([200, 200]);
    expect(registry.reads.sort()).toEqual(["/feed", "/policy", `/records/${a.id}`].sort());
  });

  it("is out: a window still ends on the second, and a revocation within the bound", async () => {
    const a = await acme();
    const b = await take("later", a, 60);
    isolate();
    expect([await status(a.token), await status(b.token)]).toEqual([200, 200]);
    kv.onRead = failing;
    at(START + 60);
    expect([await status(a.token), await status(b.token)]).toEqual([401, 200]);
    await take("delete", b);
    at(START + 60 + BOUND);
    expect(await status(b.token)).toBe(401);
  });

  it("and the registry are out: last known good, then 503", async () => {
    const a = await warm();
    kv.onRead = failing;
    registry.onRead = out;
    at(START + GOOD - 1);
    expect(await status(a.token)).toBe(200);
    at(START + GOOD);
    await problem(await askWith(a.token, CONTACTS_OF_ACME), 503, "unavailable");
  });

  it("LAST_KNOWN_GOOD_SECONDS of 0: nothing that KV should have confirmed serves", async () => {
    const a = await warm({ LAST_KNOWN_GOOD_SECONDS: "0" });
    kv.onRead = failing;
    registry.onRead = out;
    at(START + VOUCHED);
    await problem(await askWith(a.token, CONTACTS_OF_ACME), 503, "unavailable");
  });

  it("hangs: one request waits 5 seconds, the next ones do not", async () => {
    const a = await warm();
    kv.onRead = hanging;
    at(START + VOUCHED);
    expect(await timersOf(async () => expect(await status(a.token)).toBe(200))).toContain(5_000);
    await withoutTimeOuts(3_000, async () => {
      for (let time = 0; time < 5; time += 1) expect(await status(a.token)).toBe(200);
    });
  });

  it("gives an older rev than before: it is not believed", async () => {
    const a = await acme();
    const old = await env.TOKENS.get(`i:${a.id}`);
    const b = await take("now", a);
    isolate();
    expect([await status(a.token), await status(b.token)]).toEqual([401, 200]);
    kv.onRead = (key) => (key === `i:${a.id}` ? old : env.TOKENS.get(key));
    at(START + VOUCHED);
    expect([await status(a.token), await status(b.token)]).toEqual([401, 200]);
    expect(registry.of("/records")).toHaveLength(1);
  });

  it("gives a newer rev than the feed lists: it is believed", async () => {
    const a = await acme();
    isolate();
    registry.onRead = altered(() => ({ revs: { [a.id]: 0 } }));
    expect(await status(a.token)).toBe(200);
    expect(registry.reads).toEqual(["/feed"]);
  });
});

describe("the log", () => {
  it("says of a denial where its ground came from, and how old it and the feed were", async () => {
    const a = await warm();
    at(START + 0.5);
    expect(await status(a.token, "/nowhere")).toBe(404);
    expect(onlyLine("denied").basis).toEqual({
      record: { from: "memory", age_ms: 500 },
      policy: { from: "memory", age_ms: 500 },
      feed_age_ms: 500,
      degraded: [],
    });
  });

  it("has no line for a grant, unless something was degraded", async () => {
    const a = await warm();
    expect(await status(a.token)).toBe(200);
    expect(logged()).toEqual([]);
  });
});

it("an answer tells nobody outside where its ground came from", async () => {
  const a = await warm();
  const names = [...(await askWith(a.token, CONTACTS_OF_ACME)).headers.keys()];
  expect(names.filter((name) => /feed|age|stale|registry/.test(name))).toEqual([]);
});
