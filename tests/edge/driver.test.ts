// What the driver does with a request whose instance is gone when its reads are made: it begins anew, unless something was sent
// that counts once. The loss of the instance is only noted here, not caused: faults.test.ts has real panics.
import { env } from "cloudflare:test";
import { beforeAll, beforeEach, expect, it } from "vitest";

import { noteFailure } from "../../worker/js/instance.js";
import { switches } from "./main.ts";
import { ADMIN, API, admin, ask, askWith, problem, withEnv } from "./support/gate.ts";
import { OWNER_KEY } from "./support/keys.ts";
import { Steering } from "./support/kv.ts";
import { StubSteering } from "./support/stub.ts";
import { acme, publishDemo } from "./support/world.ts";

const lose = () => noteFailure(new Error("the test says so"));
const registry = new StubSteering();

beforeAll(publishDemo);
beforeEach(() => {
  registry.reset();
  switches.env = { ...env, REGISTRY: registry.around(env.REGISTRY) };
});

/** The asset store, which has the instance lost while it is asked: the first so many times. */
function store(times: number) {
  const asked: string[] = [];
  const fetch = (url: string, init: RequestInit) => {
    if (asked.push(url) <= times) lose();
    return env.ASSETS.fetch(url, init);
  };
  switches.env = { ...env, ASSETS: { fetch } };
  return asked;
}

it("a command is sent once: its answer is 503, although the registry gave one", async () => {
  registry.onCommand = () => {
    lose(); // the registry itself would notice, and make an instance afresh
    return Response.json({}, { status: 201 });
  };
  await problem(await admin("POST", "/sub-accounts", { id: "once", name: "Once" }), 503, "unavailable");
  await problem(await admin("GET", "/session"), 503, "unavailable");
  expect(registry.commands).toEqual(["POST /sub-accounts by owner-key", "GET /session by owner-key"]);
  registry.reset();
  expect((await admin("GET", "/session")).status).toBe(200);
});

it("a file of the page is asked for again", async () => {
  const asked = store(2);
  const response = await ask("/_tidegate/");
  expect([response.status, asked.length]).toEqual([200, 3]);
  expect(await response.text()).toContain("The page");
});

it("three times, and no more", async () => {
  const asked = store(9);
  await problem(await ask("/_tidegate/"), 503, "unavailable");
  expect(asked.length).toBe(4);
});

it("a record is read again", async () => {
  const { token } = await acme();
  const kv = Object.assign(new Steering(), {
    onRead: (key: string) => {
      if (key.startsWith("i:") && kv.reads.filter((read) => read === key).length === 1) lose();
      return env.TOKENS.get(key);
    },
  });
  switches.env = { ...env, TOKENS: kv.around(env.TOKENS) };
  expect((await askWith(token, "/contacts/?locationId=acme")).status).toBe(200);
  expect(kv.reads.filter((read) => read.startsWith("i:")).length).toBe(2);
});

it("a body that was read is not asked of the client again", async () => {
  const bytes = new TextEncoder().encode(JSON.stringify({ key: OWNER_KEY }));
  let pulls = 0;
  const body = new ReadableStream({
    pull(controller) {
      pulls += 1;
      lose();
      controller.enqueue(bytes);
      controller.close();
    },
  });
  const headers = { "content-type": "application/json", origin: ADMIN };
  expect((await ask(`${API}/session`, { method: "POST", headers, body })).status).toBe(204);
  expect([pulls, registry.commands]).toEqual([1, ["POST /session by owner-key"]]);
});

// The driver keeps answers that have no more than a number in the machine.
it("an answer that is given again is the same, and never that of other settings or to another kind of request", async () => {
  const whole = async (response: Response) => [response.status, [...response.headers], await response.text()];
  const kinds = [
    () => ask("/contacts/?locationId=acme"),
    () => askWith("pit_nonsense", "/contacts/?locationId=acme"),
    () => ask("/contacts/?locationId=acme", { headers: { authorization: "Basic eDp5" } }),
    () => ask("/contacts/../x", { headers: { authorization: "Bearer a, Bearer b" } }),
    () => ask("/_tidegate/whoami"),
  ];
  const all = async () => Promise.all(kinds.map(async (kind) => whole(await kind())));
  const first = await all();
  expect(first.map(([status]) => status)).toEqual([401, 401, 401, 400, 401]);
  expect(JSON.stringify(first)).toContain('realm=\\"api\\"');
  for (let time = 0; time < 3; time += 1) expect(await all()).toEqual(first);
  await withEnv({ REALM: "other" }, async () => {
    for (let time = 0; time < 3; time += 1) expect(JSON.stringify(await all())).not.toContain('realm=\\"api\\"');
  });
  expect(await all()).toEqual(first);
});
