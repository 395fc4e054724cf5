// Idempotency keys: a request that mints a token is carried out once, however often it is sent.
import { env } from "cloudflare:test";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";

import { ACME } from "./support/demo.ts";
import { ADMIN, API, type Created, admin, ask, ifMatch, ok, problem, withEnv } from "./support/gate.ts";
import { OWNER_KEY } from "./support/keys.ts";
import { everything, tables } from "./support/registry.ts";
import { START, at, take, use } from "./support/rotation.ts";
import { timersOf } from "./support/timers.ts";
import { acme, publishDemo } from "./support/world.ts";

const DAY = 24 * 3600;
const body = { name: "once", owner: ACME, scopes: ["contacts.readonly"] };

beforeAll(publishDemo);
beforeEach(() => at(START));

const key = (value: string) => ({ "idempotency-key": value });
const createWith = (value: string, change: object = {}) =>
  admin("POST", "/integrations", { ...body, ...change }, key(value));
const rotateWith = (value: string, { id, rev }: Pick<Created, "id" | "rev">, how: object = { expire: "now" }) =>
  admin("POST", `/integrations/${id}/rotate`, how, { ...ifMatch(rev), ...key(value) });
const tokens = async () => (await tables()).tokens!.length;

describe("creating", () => {
  it("sent again: no second one, and the answer shows the first as it is now", async () => {
    const { integration, token } = await ok(201, createWith("create-1"));
    const before = await everything();
    const again = await problem(await createWith("create-1"), 409, "already-done");
    expect(again.current).toEqual(integration);
    expect(JSON.stringify(again)).not.toContain(token);
    expect(await everything()).toEqual(before);
    await ok(200, admin("PATCH", `/integrations/${integration.id}`, { name: "later" }, ifMatch(1)));
    expect((await problem(await createWith("create-1"), 409, "already-done")).current).toMatchObject({
      name: "later",
      rev: 2,
    });
  });

  it("many times at once: exactly one", async () => {
    const before = await tokens();
    const answers = await Promise.all(Array.from({ length: 8 }, () => createWith("create-2")));
    for (const answer of answers) await answer.text();
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(7).fill(409)]);
    expect(await tokens()).toBe(before + 1);
  });

  it("something else under the same key: refused", async () => {
    await ok(201, createWith("create-3"));
    const before = await everything();
    expect((await problem(await createWith("create-3", { name: "other" }), 422, "invalid-field")).field).toBe(
      "Idempotency-Key",
    );
    expect(await everything()).toEqual(before);
  });

  it("that was refused is not done: the same key may be used for it", async () => {
    await problem(await createWith("create-4", { scopes: ["nobody.knows"] }), 422, "invalid-field");
    await ok(201, createWith("create-4"));
  });

  it("and deleting: sent again, it says that it is gone, and makes no new one", async () => {
    const { integration } = await ok(201, createWith("create-5"));
    await take("delete", integration);
    expect((await problem(await createWith("create-5"), 409, "already-done")).current).toBeNull();
  });

  it("after an answer that was lost: the way out that the problem names", async () => {
    await ok(201, createWith("create-6"));
    const { current } = await problem(await createWith("create-6"), 409, "already-done");
    const { token } = await ok(200, rotateWith("rotate-6", current));
    expect(await use(token)).toBe("current");
  });
});

describe("rotating", () => {
  it("sent again, with the same If-Match: one new token", async () => {
    const a = await acme();
    const { integration } = await ok(200, rotateWith("rotate-1", a));
    expect((await problem(await rotateWith("rotate-1", a), 409, "already-done")).current).toEqual(integration);
    expect((await problem(await rotateWith("rotate-1", { ...a, rev: 2 }), 409, "already-done")).current.rev).toBe(2);
  });

  it("another integration, or in another way, under the same key: refused", async () => {
    const [a, b] = [await acme(), await acme()];
    await ok(200, rotateWith("rotate-2", a));
    await problem(await rotateWith("rotate-2", b), 422, "invalid-field");
    await problem(await rotateWith("rotate-2", { ...a, rev: 2 }, { expire: "later" }), 422, "invalid-field");
    await problem(await createWith("rotate-2"), 422, "invalid-field");
  });

  it("while a rotation is under way: refused as always, and not taken for done", async () => {
    const a = await acme();
    const b = await take("later", a, 60);
    await problem(await rotateWith("rotate-3", b, { expire: "later" }), 409, "conflict");
    await ok(200, rotateWith("rotate-3", b, { expire: "now" }));
  });
});

describe("a key", () => {
  it("is kept for 24 hours", async () => {
    const { integration } = await ok(201, createWith("day"));
    at(START + DAY - 1);
    await problem(await createWith("day"), 409, "already-done");
    at(START + DAY);
    expect((await ok(201, createWith("day"))).integration.id).not.toBe(integration.id);
    expect((await tables()).idempotency!.filter((row: any) => row.key === "day")).toHaveLength(1);
  });

  it("of somebody else is another request", async () => {
    const signedIn = await ask(`${API}/session`, {
      method: "POST",
      headers: { "content-type": "application/json", origin: ADMIN },
      body: JSON.stringify({ key: OWNER_KEY }),
    });
    const cookie = signedIn.headers.get("set-cookie")!.split(";")[0]!;
    await ok(201, createWith("whose"));
    const headers = { cookie, origin: ADMIN, "content-type": "application/json", ...key("whose") };
    const theirs = await ask(`${API}/integrations`, { method: "POST", headers, body: JSON.stringify(body) });
    await problem(theirs, 422, "invalid-field");
  });

  it.each([
    ["empty", ""],
    ["too long", "k".repeat(65)],
    ["with a space", "a b"],
    ["given twice", "a, b"],
    ["not ASCII", "\u00e9"],
  ])("%s: refused, and nothing is done", async (_, value) => {
    const before = await everything();
    expect((await problem(await createWith(value), 422, "invalid-field")).field).toBe("Idempotency-Key");
    expect(await everything()).toEqual(before);
  });

  it("is read on these two routes only: every other change is safe to send again as it is", async () => {
    const a = await acme();
    await ok(200, admin("PATCH", `/integrations/${a.id}`, { name: "b" }, { ...ifMatch(1), ...key("a b") }));
    await ok(200, admin("PATCH", `/integrations/${a.id}`, { name: "c" }, { ...ifMatch(2), ...key("a b") }));
  });

  it("is stored with a digest, and nothing of the request", async () => {
    await ok(201, createWith("digest", { name: "a name to look for" }));
    const [row] = (await tables()).idempotency!.filter((one: any) => one.key === "digest") as any[];
    expect(Object.keys(row).sort()).toEqual(["at", "integration", "key", "request"]);
    expect(row.request).toMatch(/^[0-9a-f]{64}$/);
  });
});

it("the registry does not answer an admin in 20 seconds: 503", async () => {
  const stub = { fetch: () => new Promise(() => {}) };
  const REGISTRY = { getByName: () => stub, idFromName: (name: string) => env.REGISTRY.idFromName(name) };
  await withEnv({ REGISTRY }, async () => {
    const hung = async () => problem(await createWith("hung"), 503, "registry-unavailable");
    expect(await timersOf(hung)).toContain(20_000);
  });
});

it.each([
  ["throws", () => Promise.reject(new Error("secret name of the registry"))],
  ["is overloaded", () => Promise.reject(Object.assign(new Error("overloaded"), { overloaded: true }))],
])("the registry %s: an admin gets 503, and is told nothing of why", async (_, fetch) => {
  const REGISTRY = { getByName: () => ({ fetch }), idFromName: (name: string) => env.REGISTRY.idFromName(name) };
  await withEnv({ REGISTRY }, async () => {
    const answer = await problem(await createWith("thrown"), 503, "registry-unavailable");
    expect(JSON.stringify(answer)).not.toMatch(/secret|overloaded/);
  });
});
