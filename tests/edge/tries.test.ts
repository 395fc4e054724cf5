// Wrong owner keys: ten a minute from one client, a hundred from all together; and the owner is not locked out by others.
import { env, runInDurableObject } from "cloudflare:test";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";

import { API, GATE, ask, forget, problem } from "./support/gate.ts";
import { OWNER_KEY } from "./support/keys.ts";
import { logLines, onlyLine } from "./support/log.ts";
import { tables } from "./support/registry.ts";
import { START, at } from "./support/rotation.ts";
import { acme, publishDemo } from "./support/world.ts";

const MINUTE = 60;
const MOST_OF_ONE = 10;
const MOST_OF_ALL = 100;

let now = START;

beforeAll(publishDemo);
beforeEach(() => {
  forget();
  at((now += 2 * MINUTE));
});

const from = (client: string) => ({ "cf-connecting-ip": client });

function signIn(client: string, key: string): Promise<Response> {
  const headers = { ...from(client), "content-type": "application/json", origin: GATE };
  return ask(`${API}/session`, { method: "POST", headers, body: JSON.stringify({ key }) });
}

const bearer = (client: string, key: string) =>
  ask(`${API}/sub-accounts`, { headers: { ...from(client), authorization: `Bearer ${key}` } });

const status = async (answer: Promise<Response>) => {
  const response = await answer;
  await response.text();
  return response.status;
};

async function fail(client: string, times = MOST_OF_ONE) {
  for (let time = 0; time < times; time += 1) expect(await status(signIn(client, `wrong ${time}`))).toBe(401);
}

describe("from one client", () => {
  it.each([["signing in", signIn], ["the owner key", bearer]])("%s: the eleventh is refused, the right key too", async (_, tryKey) => {
    for (let time = 0; time < MOST_OF_ONE; time += 1) expect(await status(tryKey("192.0.2.1", "wrong"))).toBe(401);
    const refused = await tryKey("192.0.2.1", "wrong");
    expect(refused.headers.get("retry-after")).toBe(String(MINUTE));
    await problem(refused, 429, "too-many-tries");
    expect([await status(signIn("192.0.2.1", OWNER_KEY)), await status(bearer("192.0.2.1", OWNER_KEY))]).toEqual([429, 429]);
    expect(await status(signIn("192.0.2.2", OWNER_KEY))).toBe(204);
  });

  it("both ways count together", async () => {
    await fail("192.0.2.1", 5);
    for (let time = 0; time < 5; time += 1) expect(await status(bearer("192.0.2.1", "wrong"))).toBe(401);
    expect(await status(bearer("192.0.2.1", OWNER_KEY))).toBe(429);
  });

  it("no other answer tells the right key from a wrong one, before or after", async () => {
    const untyped = (key: string) =>
      ask(`${API}/integrations`, { method: "POST", headers: { ...from("192.0.2.1"), authorization: `Bearer ${key}` } });
    expect([await status(untyped("wrong")), await status(untyped(OWNER_KEY))]).toEqual([415, 415]);
    await fail("192.0.2.1");
    expect([await status(untyped("wrong")), await status(untyped(OWNER_KEY))]).toEqual([415, 415]);
  });

  it("bodies that are held back until all are let in count one by one", async () => {
    const held = Array.from({ length: MOST_OF_ONE + 5 }, (_, n) => {
      const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
      const headers = { ...from("192.0.2.1"), "content-type": "application/json", origin: GATE };
      const answer = status(ask(`${API}/session`, { method: "POST", headers, body: readable }));
      return { answer, writer: writable.getWriter(), rest: `wrong ${n}"}` };
    });
    const text = new TextEncoder();
    for (const { writer } of held) await writer.write(text.encode('{"key":"'));
    await new Promise((done) => setTimeout(done, 200));
    for (const { writer, rest } of held) {
      await writer.write(text.encode(rest));
      await writer.close();
    }
    const statuses = (await Promise.all(held.map(({ answer }) => answer))).sort();
    expect(statuses).toEqual([...Array(MOST_OF_ONE).fill(401), ...Array(5).fill(429)]);
  });

  it("after a minute it may try again; a try that was refused did not count", async () => {
    await fail("192.0.2.1");
    at(now + MINUTE - 1);
    const refused = await signIn("192.0.2.1", OWNER_KEY);
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "1"]);
    at(now + MINUTE);
    expect(await status(signIn("192.0.2.1", OWNER_KEY))).toBe(204);
  });

  it("a new isolate knows it too", async () => {
    await fail("192.0.2.1");
    forget();
    expect(await status(signIn("192.0.2.1", OWNER_KEY))).toBe(429);
  });

  it("the right key is no try, however often", async () => {
    for (let time = 0; time < 2 * MOST_OF_ONE; time += 1) expect(await status(bearer("192.0.2.1", OWNER_KEY))).toBe(200);
  });

  it("a session is not held back: its id cannot be found by trying", async () => {
    const signedIn = await signIn("192.0.2.1", OWNER_KEY);
    const cookie = signedIn.headers.get("set-cookie")!.split(";")[0]!;
    await fail("192.0.2.1");
    expect(await status(ask(`${API}/sub-accounts`, { headers: { ...from("192.0.2.1"), cookie } }))).toBe(200);
  });

  it("all addresses of an IPv6 /64 are one client, those of another are not", async () => {
    for (let n = 0; n < MOST_OF_ONE; n += 1) await fail(`2001:db8:0:1::${n}`, 1);
    expect(await status(signIn("2001:db8:0:1:ffff::1", OWNER_KEY))).toBe(429);
    expect(await status(signIn("2001:db8:0:2::1", OWNER_KEY))).toBe(204);
  });
});

describe("from many", () => {
  it("a hundred: others are refused, who had the right key lately is not", async () => {
    expect(await status(signIn("198.51.100.1", OWNER_KEY))).toBe(204);
    for (let n = 0; n < MOST_OF_ALL / MOST_OF_ONE; n += 1) await fail(`203.0.113.${n}`);
    expect(await status(signIn("203.0.113.99", OWNER_KEY))).toBe(429);
    expect(await status(signIn("198.51.100.1", OWNER_KEY))).toBe(204);
    expect(await status(bearer("198.51.100.1", OWNER_KEY))).toBe(200);
    at(now + MINUTE);
    expect(await status(signIn("203.0.113.99", OWNER_KEY))).toBe(204);
    now += MINUTE;
  }, 60_000);
});

it("where it cannot be noted that a key was right, the answer comes all the same", async () => {
  const sql = (query: string) =>
    runInDurableObject(env.REGISTRY.getByName("registry"), (_, { storage }) => void storage.sql.exec(query));
  await sql("ALTER TABLE known_clients RENAME TO mislaid");
  const { token } = await acme();
  await sql("ALTER TABLE mislaid RENAME TO known_clients");
  expect(token).toMatch(/^\w+/);
  expect(onlyLine("registry").reason).toContain("known_clients");
});

it("no address is stored or logged, and what is stored does not grow", async () => {
  await fail("192.0.2.77");
  await signIn("192.0.2.77", "wrong");
  expect(JSON.stringify(await tables()) + logLines.join()).not.toContain("192.0.2.77");
  at((now += 2 * MINUTE));
  await fail("192.0.2.78", 1);
  expect((await tables()).tries).toHaveLength(1);
});
