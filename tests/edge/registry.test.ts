// The registry and its outbox: whatever becomes of KV, what was acknowledged is not lost, and KV comes to hold it.
import { env } from "cloudflare:test";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";

import { type Created, admin, askWith, forget, ifMatch, ok, problem, withEnv } from "./support/gate.ts";
import { failing, hanging, registryKv } from "./support/kv.ts";
import { logged, onlyLine } from "./support/log.ts";
import { alarm, evict, everything, kvContents, ring, tables } from "./support/registry.ts";
import { START, at, take } from "./support/rotation.ts";
import { forgetShared } from "./support/stub.ts";
import { timersOf } from "./support/timers.ts";
import { acme, publishDemo } from "./support/world.ts";

/** Seconds for which a put that has not answered keeps others from starting (LEASE_MS in outbox/mod.rs). */
const LEASE = 60;
/** Seconds after which a put is made once more where an earlier one could land late (outbox/table.rs). */
const AGAIN = 15 * 60;

/** What a cold isolate says, in a location where nobody has asked for the feed. */
const whoami = async (token: string) => {
  forget();
  await forgetShared();
  const response = await askWith(token, "/_tidegate/whoami");
  await response.text();
  return response.status;
};
const published = async ({ id }: Created) => (await ok(200, admin("GET", `/integrations/${id}`))).published;
const rename = (of: Created, name: string) =>
  ok(200, admin("PATCH", `/integrations/${of.id}`, { name }, ifMatch(of.rev)));
const revInKv = async ({ id }: Created) => JSON.parse((await env.TOKENS.get(`i:${id}`)) ?? "{}").rev;
const waiting = async () => (await tables()).outbox!.filter((row: any) => row.again_at === null).length;

beforeAll(async () => {
  at(START);
  await publishDemo();
});

beforeEach(() => {
  at(START);
  registryKv.reset();
});

afterEach(async () => {
  registryKv.reset();
  at(START + 24 * 3600);
  for (let rings = 0; (await tables()).outbox!.length > 0 && rings < 10; rings += 1) await ring();
});

describe("a put that fails", () => {
  it("is retried by the alarm until KV takes it; published tells", async () => {
    registryKv.onWrite = failing;
    const a = await acme();
    expect(onlyLine("outbox").reason).toContain(`i:${a.id}`);
    expect([await published(a), await waiting(), await whoami(a.token)]).toEqual([false, 1, 200]);
    expect(await alarm()).toBe((START + 5) * 1000);

    at(START + 5);
    expect(await ring()).toBe(true);
    expect([await published(a), await waiting(), await alarm()]).toEqual([false, 1, (START + 10) * 1000]);

    registryKv.reset();
    expect(await ring()).toBe(true);
    expect([await published(a), await waiting(), await whoami(a.token)]).toEqual([true, 0, 200]);
    expect([await alarm(), registryKv.writes]).toEqual([(START + 5 + AGAIN) * 1000, [`i:${a.id}`]]);

    at(START + 5 + AGAIN); // once more, over whatever the refused puts may have left
    expect(await ring()).toBe(true);
    expect([await alarm(), registryKv.writes]).toEqual([null, [`i:${a.id}`, `i:${a.id}`]]);
  });

  it("once more that fails too is tried until KV takes it", async () => {
    registryKv.onWrite = failing;
    const a = await acme();
    registryKv.reset();
    await ring();
    registryKv.onWrite = failing;
    at(START + AGAIN);
    await ring();
    expect([await published(a), (await tables()).outbox!.length]).toEqual([true, 1]);
    registryKv.reset();
    await ring(); // taken; but what was refused just now may land late too
    expect([(await tables()).outbox!.length, await alarm()]).toEqual([1, (START + 2 * AGAIN) * 1000]);
    at(START + 2 * AGAIN);
    await ring();
    expect([(await tables()).outbox!.length, await alarm()]).toEqual([0, null]);
  });

  it.each([
    ["waits for its time", []],
    ["has failed", [failing]],
  ])("a change while once more %s is put once more itself", async (_, faults) => {
    registryKv.onWrite = failing;
    const a = await acme();
    registryKv.reset();
    await ring();
    for (const fault of faults) {
      at(START + AGAIN);
      registryKv.onWrite = fault;
      await ring();
    }
    registryKv.reset();
    await rename(a, "second");
    const { outbox, feed } = await tables();
    expect([await revInKv(a), outbox, feed!.find((row: any) => row.key === `i:${a.id}`)]).toMatchObject([
      2,
      [{ key: `i:${a.id}`, rev: 2, again_at: START + faults.length * AGAIN + AGAIN }],
      { rev: 2, told_at: null },
    ]);
  });

  it("or hangs: the admin waits no longer than 5 seconds, and the alarm does the rest", async () => {
    registryKv.onWrite = hanging;
    let a!: Created;
    expect(await timersOf(async () => (a = await acme()))).toContain(5_000);
    expect(await published(a)).toBe(false);
    registryKv.reset();
    expect([await ring(), await published(a)]).toEqual([true, false]); // the put may still land: no other starts
    at(START + LEASE);
    expect([await ring(), await published(a), await whoami(a.token)]).toEqual([true, true, 200]);
  });

  it("and hung while the clock was far ahead: it keeps nobody waiting until then", async () => {
    at(START + 3600);
    registryKv.onWrite = hanging;
    const a = await acme();
    registryKv.reset();
    at(START);
    expect([await ring(), await published(a)]).toEqual([true, true]);
  });

  it("does not keep other keys from KV for longer than it is down", async () => {
    registryKv.onWrite = failing;
    const [a, b] = [await acme(), await acme()];
    expect([await published(a), await published(b), await waiting()]).toEqual([false, false, 2]);
    registryKv.reset();
    await ring();
    expect([await published(a), await published(b)]).toEqual([true, true]);
  });

  it("loses nothing when the object ends before the retry", async () => {
    registryKv.onWrite = failing;
    const a = await acme();
    await evict();
    expect([await published(a), await alarm()]).toEqual([false, (START + 5) * 1000]);
    registryKv.reset();
    await ring();
    expect([await published(a), await whoami(a.token)]).toEqual([true, 200]);
  });
});

describe("order", () => {
  it("of changes while KV is down, only the newest is put", async () => {
    const a = await acme();
    registryKv.onWrite = failing;
    const b = await rename(a, "second");
    await rename(b, "third");
    expect([await revInKv(a), await waiting()]).toEqual([1, 1]);
    registryKv.reset();
    await ring();
    expect([await revInKv(a), registryKv.writes]).toEqual([3, [`i:${a.id}`]]);
  });

  it("a change during a slow put is put after it, never before", async () => {
    const a = await acme();
    registryKv.reset();
    const landed: string[] = [];
    let release = () => {};
    const slow = new Promise<void>((resolve) => (release = resolve));
    registryKv.onWrite = async (key) => {
      registryKv.onWrite = undefined;
      await slow;
      landed.push(key);
    };
    const first = rename(a, "second");
    await expect.poll(() => registryKv.writes).toEqual([`i:${a.id}`]);
    const second = await rename({ ...a, rev: 2 }, "third");
    expect([second.published, registryKv.writes.length, landed]).toEqual([false, 1, []]);
    release();
    await first;
    expect([await revInKv(a), landed.length, registryKv.writes.length, await published(a)]).toEqual([3, 1, 2, true]);
  });

  it("a change of the same second during a slow put, which KV then refuses, is left to the alarm", async () => {
    const a = await acme();
    registryKv.reset();
    let release = () => {};
    const slow = new Promise<void>((resolve) => (release = resolve));
    registryKv.onWrite = () => slow;
    const first = rename(a, "second");
    await expect.poll(() => registryKv.writes).toEqual([`i:${a.id}`]);
    await rename({ ...a, rev: 2 }, "third");
    Object.assign(registryKv, { onWrite: failing });
    release();
    await first;
    expect([await waiting(), await alarm()]).toEqual([1, (START + 5) * 1000]);
    registryKv.reset();
    await ring();
    expect([await revInKv(a), await waiting()]).toEqual([3, 0]);
  });

  it("KV never goes back to an older revision", async () => {
    const a = await acme();
    const revs: number[] = [];
    let current: any = { rev: a.rev };
    for (const name of ["b", "c", "d", "e"]) {
      registryKv.onWrite = revs.length % 2 ? failing : undefined;
      current = await rename({ ...a, rev: current.rev }, name);
      revs.push(await revInKv(a));
    }
    registryKv.reset();
    await ring();
    revs.push(await revInKv(a));
    expect(revs).toEqual([...revs].sort((one, other) => one - other));
    expect(revs.at(-1)).toBe(5);
  });
});

describe("a deleted integration", () => {
  it("leaves a tombstone for at least 24 hours, and its token is dead", async () => {
    const a = await acme();
    await take("delete", a);
    const { keys } = await env.TOKENS.list({ prefix: `i:${a.id}` });
    expect(JSON.parse((await env.TOKENS.get(`i:${a.id}`))!)).toEqual({
      v: 1,
      rev: 2,
      id: a.id,
      gone: true,
      mac: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    vi.useRealTimers(); // KV has a clock of its own
    expect(keys[0]!.expiration! - Date.now() / 1000).toBeGreaterThan(24 * 3600);
    expect(await whoami(a.token)).toBe(401);
  });

  it("stays dead while KV is down, in the admin API at once", async () => {
    const a = await acme();
    registryKv.onWrite = failing;
    await take("delete", a);
    await problem(await admin("GET", `/integrations/${a.id}`), 404, "not-found");
    registryKv.reset();
    await ring();
    expect(await whoami(a.token)).toBe(401);
    at(START + AGAIN);
    for (let rings = 0; rings < 2; rings += 1) {
      await ring();
      expect(await whoami(a.token)).toBe(401);
    }
  });

  it("is never brought back by a change that waited with it", async () => {
    const a = await acme();
    registryKv.onWrite = failing;
    const b = await rename(a, "second");
    await take("delete", { id: a.id, rev: b.rev });
    registryKv.reset();
    await ring();
    expect([registryKv.writes, await revInKv(a), await whoami(a.token)]).toEqual([[`i:${a.id}`], 3, 401]);
  });

  it("is never brought back by a slow put that lands first", async () => {
    const a = await acme();
    registryKv.reset();
    let release = () => {};
    const slow = new Promise<void>((resolve) => (release = resolve));
    registryKv.onWrite = () => ((registryKv.onWrite = undefined), slow);
    const first = rename(a, "second");
    await expect.poll(() => registryKv.writes).toEqual([`i:${a.id}`]);
    await take("delete", { id: a.id, rev: 2 });
    release();
    await first;
    expect([await revInKv(a), await whoami(a.token)]).toEqual([3, 401]);
  });

  it("is not brought back by a refused put that lands after the tombstone", async () => {
    const a = await acme();
    const live = (await env.TOKENS.get(`i:${a.id}`))!;
    registryKv.onWrite = failing;
    const b = await rename(a, "second");
    registryKv.reset();
    await take("delete", { id: a.id, rev: b.rev });
    await env.TOKENS.put(`i:${a.id}`, live);
    expect([await revInKv(a), await whoami(a.token)]).toEqual([1, 401]); // the feed knows better than KV
    at(START + AGAIN);
    await ring();
    expect([await revInKv(a), await whoami(a.token)]).toEqual([3, 401]);
  });

  it("is not brought back by one that lands any time within 15 minutes", async () => {
    const a = await acme();
    const live = (await env.TOKENS.get(`i:${a.id}`))!;
    registryKv.onWrite = failing;
    const b = await rename(a, "second");
    registryKv.reset();
    await take("delete", { id: a.id, rev: b.rev });
    at(START + 60);
    await ring();
    at(START + AGAIN - 1);
    await env.TOKENS.put(`i:${a.id}`, live);
    for (const second of [AGAIN, AGAIN + 60, 2 * AGAIN, 3 * AGAIN]) {
      at(START + second);
      await ring();
      expect([second, await whoami(a.token)]).toEqual([second, 401]);
    }
  });

  it("is put again by a resync, and stays dead", async () => {
    const a = await acme();
    await take("delete", a);
    await env.TOKENS.delete(`i:${a.id}`);
    await ok(202, admin("POST", "/resync"));
    await ring();
    expect(JSON.parse((await env.TOKENS.get(`i:${a.id}`))!)).toMatchObject({ gone: true });
    expect(await whoami(a.token)).toBe(401);
  });
});

describe("resync", () => {
  it("restores a KV that was wiped or corrupted", async () => {
    const [a, b] = [await acme(), await acme()];
    const before = await kvContents();
    for (const key of Object.keys(before)) await env.TOKENS.delete(key);
    await env.TOKENS.put(`i:${b.id}`, '{"v":1,"rev":99,"id":"forged"}');
    await env.TOKENS.put("policy", "not JSON");
    expect([await whoami(a.token), await whoami(b.token)]).toEqual([200, 200]); // the registry heals it at once
    await ok(202, admin("POST", "/resync"));
    for (let rings = 0; (await ok(200, admin("GET", "/resync"))).waiting > 0 && rings < 10; rings += 1) await ring();
    const parsed = (contents: object) =>
      Object.fromEntries(Object.entries(contents).map(([key, text]) => [key, JSON.parse(text)]));
    expect(parsed(await kvContents())).toEqual(parsed(before));
    expect([await whoami(a.token), await whoami(b.token)]).toEqual([200, 200]);
  });

  it("goes on by the alarm when KV fails in the middle", async () => {
    await acme();
    registryKv.onWrite = failing;
    const { waiting: atFirst } = await ok(202, admin("POST", "/resync"));
    expect(atFirst).toBeGreaterThan(0);
    expect((await ok(200, admin("GET", "/resync"))).waiting).toBe(atFirst);
    registryKv.reset();
    await ring();
    expect((await ok(200, admin("GET", "/resync"))).waiting).toBe(0);
    expect(registryKv.writes).toHaveLength(atFirst);
  });
});

it("an object that ends loses nothing", async () => {
  const a = await acme();
  const b = await take("later", a, 60);
  const before = await everything();
  await evict();
  expect(await everything()).toEqual(before);
  expect([await whoami(a.token), await whoami(b.token)]).toEqual([200, 200]);
  expect((await take("cancel", b)).rev).toBe(3);
  expect(logged().filter(({ event }) => event === "registry")).toEqual([]);
});

it("a registry that cannot be reached: 503, and nothing is said of why", async () => {
  await withEnv({ REGISTRY: undefined }, async () => {
    await problem(await admin("GET", "/policy"), 503, "misconfigured");
  });
});
