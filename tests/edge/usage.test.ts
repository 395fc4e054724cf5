// What tokens are used for, as the gate counts it and the admin API tells it: real requests, real stores.
import { env, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";

import { switches } from "./main.ts";
import { type Created, admin, ask, askWith, forget, ifMatch, ok, problem, withEnv } from "./support/gate.ts";
import { alarm } from "./support/registry.ts";
import { rfc3339, take } from "./support/rotation.ts";
import { acme, publishDemo } from "./support/world.ts";

const CONTACTS = "/contacts/?locationId=acme";
/** A count is visible after 30 seconds, and the tests' machine may be busy. */
const PATIENCE = { timeout: 60_000, interval: 250 };

beforeAll(publishDemo);

afterEach(() => {
  switches.env = undefined;
});

const usage = (id: string, query = "") => ok(200, admin("GET", `/integrations/${id}/usage${query}`));
const sum = (groups: { requests: number }[]) => groups.reduce((all, group) => all + group.requests, 0);

/** Waits until so many requests of an integration are counted; more than were sent are never told. */
async function counted(id: string, requests: number, query = "?by=operation") {
  return vi.waitFor(async () => {
    const told = await usage(id, query);
    expect(sum(told.groups)).toBeLessThanOrEqual(requests);
    expect(sum(told.groups)).toBe(requests);
    return told;
  }, PATIENCE);
}

async function send(token: string, path: string, times: number, status: number) {
  for (let time = 0; time < times; time += 1) {
    const response = await askWith(token, path, { headers: { "user-agent": "tests/1.0" } });
    expect(response.status).toBe(status);
    await response.text();
  }
}

it("tells what was sent: by operation, outcome, token and time, and how the origin answered", async () => {
  const a = await acme();
  await send(a.token, CONTACTS, 5, 200);
  await send(a.token, "/contacts/nobody?locationId=acme", 2, 404);
  await send(a.token, "/contacts/?locationId=globex", 3, 403);
  await send(a.token, "/nowhere", 1, 404);
  const told = await counted(a.id, 11);
  const group = (operation: string) => told.groups.find((group: any) => group.operation === operation);
  expect(group("GET /contacts/")).toMatchObject({
    requests: 8,
    outcomes: expect.arrayContaining([
      { outcome: "granted", requests: 5 },
      { outcome: "wrong_owner", requests: 3 },
    ]),
    answers: [{ class: "2xx", requests: 5 }],
  });
  expect(group("")).toMatchObject({ requests: 1, outcomes: [{ outcome: "unknown_operation", requests: 1 }] });
  expect(told.tokens).toMatchObject([
    { n: 1, last_hour: 11, last_day: 11, last_use: { user_agent: "tests/1.0" }, sources: expect.any(Array) },
  ]);
  expect(told.completeness.gaps).toEqual([]);
  for (const by of ["outcome", "token", "hour"]) {
    expect(sum((await usage(a.id, `?by=${by}`)).groups)).toBe(11);
  }
  const all = await vi.waitFor(async () => {
    const told = await ok(200, admin("GET", "/usage")); // of 64 objects, the first time with a new database each
    expect(told.silent).toBe(0);
    return told;
  }, PATIENCE);
  expect(all.groups.find((group: any) => group.integration === a.id).requests).toBe(11);
  expect(sum((await ok(200, admin("GET", "/usage?by=operation"))).groups)).toBeGreaterThanOrEqual(11);
});

it("a use is visible, and the old token's is told apart from the new one's", async () => {
  const a = await acme();
  await send(a.token, CONTACTS, 1, 200);
  await counted(a.id, 1);
  forget(); // what the isolate remembers of the integration is from before the rotation
  const rotated = await ok(200, admin("POST", `/integrations/${a.id}/rotate`, { expire: "later" }, ifMatch(a.rev)));
  await send(rotated.token, CONTACTS, 2, 200);
  await send(a.token, CONTACTS, 3, 200);
  const told = await counted(a.id, 6, "?by=token");
  expect(told.groups).toMatchObject([
    { token: 1, requests: 4 },
    { token: 2, requests: 2 },
  ]);
  expect(told.tokens.map(({ n, last_hour }: any) => [n, last_hour])).toEqual([
    [1, 4],
    [2, 2],
  ]);
});

describe("without its store", () => {
  /** Stores that fail, and what they were asked. */
  function failing(fetch: () => Promise<Response>) {
    const calls: string[] = [];
    const getByName = (name: string) => ({
      fetch: (url: string) => {
        calls.push(`${name} ${url}`);
        return fetch();
      },
    });
    return { calls, bindings: { USAGE: { getByName } } };
  }

  it.each([
    ["fails", () => Promise.reject(new Error("Durable Object is overloaded."))],
    ["answers 500", () => Promise.resolve(new Response("no", { status: 500 }))],
    ["never answers", () => new Promise<Response>(() => {})],
  ])("that %s, verdicts and answers are the same, and no zeros are told", async (_, fetch) => {
    const a = await acme();
    const stores = failing(fetch as () => Promise<Response>);
    await withEnv(stores.bindings, async () => {
      await send(a.token, CONTACTS, 3, 200);
      await send(a.token, "/contacts/?locationId=globex", 1, 403);
      await problem(await admin("GET", `/integrations/${a.id}/usage`), 503, "usage-unavailable");
    });
  });

  it("nothing without a genuine token, and no admin who was not verified, reaches a store", async () => {
    const a = await acme();
    const stores = failing(() => Promise.resolve(Response.json({})));
    await withEnv(stores.bindings, async () => {
      await (await ask("/status")).text();
      await (await askWith(`${a.token.slice(0, -4)}0000`, CONTACTS)).text();
      await (await ask(`/_tidegate/api/integrations/${a.id}/usage`)).text();
      await (await ask(`/_tidegate/api/integrations/${a.id}/usage`, { headers: { authorization: "Bearer x" } })).text();
      await (await ask("/_tidegate/api/usage", { headers: { cookie: "__Host-tidegate=x" } })).text();
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      expect(stores.calls).toEqual([]);
    });
  });
});

describe("the admin API", () => {
  let a: Created;
  beforeAll(async () => {
    a = await acme();
  });

  it.each([
    ["?from=2026-11-02T00:00:00Z&to=2026-11-01T00:00:00Z", "to"],
    ["?from=2026-11-01T00:00:00Z&to=2026-11-01T00:00:00Z", "to"],
    ["?from=2025-01-01T00:00:00Z&to=2026-11-01T00:00:00Z", "to"],
    ["?from=yesterday", "from"],
    ["?to=1700000000", "to"],
    ["?by=moon", "by"],
    ["?by=integration", "by"],
    ["?by=hour&by=hour", "by"],
    ["?limit=3", "query"],
  ])("refuses %s", async (query, field) => {
    const refused = await admin("GET", `/integrations/${a.id}/usage${query}`);
    expect(await problem(refused, 422, "invalid-field")).toMatchObject({ field });
  });

  it("refuses a grouping of all use that there is not", async () => {
    expect(await problem(await admin("GET", "/usage?by=token"), 422, "invalid-field")).toMatchObject({ field: "by" });
  });

  it("knows no integration that never was", async () => {
    await problem(await admin("GET", "/integrations/0000000000000000/usage"), 404, "not-found");
  });

  it("forgets", async () => {
    await send(a.token, CONTACTS, 2, 200);
    await counted(a.id, 2);
    expect((await admin("DELETE", `/integrations/${a.id}/usage`)).status).toBe(204);
    const told = await usage(a.id);
    expect([told.groups, told.tokens]).toEqual([[], []]);
    const { events } = await ok(200, admin("GET", `/integrations/${a.id}/events`));
    expect(events[0].kind).toBe("usage.deleted");
  });
});

it("a store keeps what it is told, and takes a flush once", async () => {
  const stub = env.USAGE.getByName("usage-00");
  const flush = {
    v: 1,
    isolate: "a".repeat(32),
    seq: 1,
    lost: 0,
    since_ms: Date.now(),
    from_ms: Date.now(),
    made_at_ms: Date.now(),
    tokens: [],
  };
  for (const body of [flush, flush]) {
    const taken = await stub.fetch("https://usage/flush", { method: "POST", body: JSON.stringify(body) });
    expect(taken.status).toBe(200);
  }
  const garbage = await stub.fetch("https://usage/flush", { method: "POST", body: "garbage" });
  expect(garbage.status).toBe(422);
});

it("a first use is handed to an endpoint that wants it at once, whatever else the alarm waits for", async () => {
  const { id } = await take("later", await acme());
  const wanted = { integration: id, url: "https://hooks.partner.io/first-use", kinds: ["rotation.first_use"] };
  await ok(201, admin("POST", "/endpoints", wanted));
  // What the rotation has led to is done: what is due next is a matter of days.
  await vi.waitFor(async () => expect((await alarm())! - Date.now()).toBeGreaterThan(3_600_000), PATIENCE);
  const now = rfc3339(Math.floor(Date.now() / 1000));
  const handed = { store: 0, at: now, uses: [{ integration: id, n: 2, first_at: now, last_at: now }] };
  const registry = env.REGISTRY.getByName("registry");
  const [status, waiting, at] = await runInDurableObject(registry, async (object: any, { storage }) => {
    const asked = new Request("https://registry.usage/used", { method: "POST", body: JSON.stringify(handed) });
    const answer = await object.fetch(asked);
    const { n } = storage.sql.exec("SELECT count(*) AS n FROM hand_overs").one();
    const at = await storage.getAlarm();
    storage.sql.exec("DELETE FROM hand_overs"); // nobody is at the address
    return [answer.status, n, at];
  });
  expect([status, waiting]).toEqual([204, 1]);
  expect(at - Date.now()).toBeLessThan(60_000);
});

it.each([
  ["REGISTRY", () => env.USAGE.getByName("usage-00"), "https://registry-reads/feed"],
  ["COURIER", () => env.USAGE.getByName("usage-00"), "https://courier/take"],
  ["USAGE", () => env.REGISTRY.getByName("registry"), "https://usage/flush"],
  ["COURIER", () => env.REGISTRY.getByName("registry"), "https://courier/take"],
  ["REGISTRY", () => env.COURIER.getByName("e"), "https://registry/policy"],
  ["USAGE", () => env.COURIER.getByName("e"), "https://usage/flush"],
])("where %s is bound to another class, that says so, and not that there is nothing", async (_, stub, url) => {
  const answer = await stub().fetch(url, { method: "POST", body: "{}" });
  expect(answer.status).toBe(503);
  expect(await answer.json()).toMatchObject({
    type: "urn:tidegate:problem:misconfigured",
    detail: expect.stringContaining("REGISTRY is Registry, USAGE is Usage, COURIER is Courier"),
  });
});
