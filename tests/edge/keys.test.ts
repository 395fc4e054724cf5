// Automation keys: on the admin API they do what they may, on the gate they are nothing.
import { beforeAll, beforeEach, expect, it } from "vitest";

import { API, admin, ask, askWith, ifMatch, ok, problem, withEnv } from "./support/gate.ts";
import { START, at, rfc3339 } from "./support/rotation.ts";
import { publishDemo } from "./support/world.ts";

beforeAll(publishDemo);

beforeEach(() => {
  at(START);
});

const permission = (verb: string, place = "agency") => ({ verb, place });

/** Makes a key; gives its id and text. */
async function make(...permissions: object[]): Promise<{ id: string; token: string }> {
  const body = { name: "CI", permissions, expires_at: rfc3339(START + 3600) };
  const { key, token } = await ok(201, admin("POST", "/keys", body));
  expect(token).toMatch(new RegExp(`^tga_${key.id}_[0-9a-hjkmnp-tv-z]{58}$`));
  return { id: key.id, token };
}

const send = (token: string, method: string, path: string) =>
  ask(`${API}${path}`, { method, headers: { authorization: `Bearer ${token}` } });

/** No Durable Object, no KV: whoever asks either throws. */
const REGISTRY = { getByName: () => ({ fetch: () => Promise.reject(new Error("asked")) }), idFromName: () => "x" };
const TOKENS = { get: () => Promise.reject(new Error("asked")) };

it("a key does what it may, and is told what it lacks", async () => {
  const { token } = await make(permission("policy.view"));
  expect((await send(token, "GET", "/policy")).status).toBe(200);
  const refused = await problem(await send(token, "GET", "/integrations"), 403, "forbidden");
  expect(refused).toMatchObject({ verb: "integrations.view" });
  const place = await problem(await send(token, "POST", "/resync"), 403, "forbidden");
  expect(place).toMatchObject({ verb: "settings.manage", place: "agency", detail: expect.stringContaining("owner") });
});

it("a key ends on the second, and with its deletion", async () => {
  const { id, token } = await make(permission("policy.view"));
  at(START + 3600);
  await problem(await send(token, "GET", "/policy"), 401, "wrong-key");
  at(START);
  await ok(204, admin("DELETE", `/keys/${id}`, undefined, ifMatch(1)));
  await problem(await send(token, "GET", "/policy"), 401, "wrong-key");
});

it("a forged key never comes to the registry", async () => {
  const { token } = await make(permission("policy.view"));
  const last = token.at(-1) === "0" ? "1" : "0";
  const others = [token.slice(0, -1) + last, token.replace("tga_", "pit_"), token.toUpperCase(), "tga_", `${token}x`];
  await withEnv({ REGISTRY }, async () => {
    for (const other of others) await problem(await send(other, "GET", "/policy"), 401, "wrong-key");
    await problem(await send(token, "GET", "/policy"), 503, "registry-unavailable");
  });
});

it("on the gate a key is 401 before anything is read", async () => {
  const { token } = await make(permission("integrations.manage", "sub_accounts"));
  await withEnv({ REGISTRY, TOKENS }, async () => {
    await problem(await askWith(token, "/contacts/?locationId=acme"), 401, "invalid-token");
  });
});

it("the ways to sign in are told to everyone, and no more than that", async () => {
  const ways = { owner_key: true, oidc: null, has_session: false, brand: { name: null, logo: null, color: null } };
  const answer = await ask(`${API}/sign-in`);
  expect([answer.status, await answer.json()]).toEqual([200, ways]);
});
