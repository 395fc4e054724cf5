// Classes 21 to 29 of docs/security.md, in workerd: what a verdict rests on, secrets, the admin plane, and owners.
import { env } from "cloudflare:test";
import { beforeEach, describe, expect, it } from "vitest";

import tokens from "../../corpus/tokens.json";
import { switches } from "../main.ts";
import { ACME } from "../support/demo.ts";
import { ADMIN, API, admin, ask, askWith, create, ifMatch, ok, problem } from "../support/gate.ts";
import { refused } from "../support/hostile.ts";
import { OWNER_KEY } from "../support/keys.ts";
import { Steering, failing } from "../support/kv.ts";
import { logLines } from "../support/log.ts";
import { a, gateWithRecorder } from "../support/recorded.ts";
import { received } from "../support/recorder.ts";
import { everything } from "../support/registry.ts";
import { START, at, send, take, use } from "../support/rotation.ts";
import { StubSteering, out } from "../support/stub.ts";
import { acme } from "../support/world.ts";
import { putRecord } from "../support/sign.ts";

gateWithRecorder();

beforeEach(() => {
  at(START);
});

const CONTACTS = "/contacts/?locationId=acme";

it("class 21: a verdict is never used again", async () => {
  const [reader, other] = [await acme(["contacts.readonly"]), await create(ACME, [])];
  for (let times = 0; times < 3; times += 1) {
    expect((await askWith(reader.token, CONTACTS)).status).toBe(200);
    await problem(await askWith(other.token, CONTACTS), 403, "insufficient-scope");
    await problem(await askWith(reader.token, "/contacts/", { method: "POST", body: "{}" }), 403, "insufficient-scope");
    await problem(await askWith(reader.token, "/contacts/?locationId=globex"), 403, "wrong-owner");
    await problem(await ask(CONTACTS), 401, "missing-token");
  }
});

describe("class 22: nothing fails open", () => {
  // What KV cannot give, the registry can; so it is out too.
  const registryOut = () => ({ REGISTRY: Object.assign(new StubSteering(), { onRead: out }).around(env.REGISTRY) });
  const kv = (onRead: (key: string) => any) => ({
    TOKENS: Object.assign(new Steering(), { onRead }).around(env.TOKENS),
  });
  const broken: [string, () => object][] = [
    ["KV and registry throw", () => ({ ...kv(failing), ...registryOut() })],
    ["KV holds no JSON, and the registry throws", () => ({ ...kv(() => "{"), ...registryOut() })],
    ["KV is not bound, and the registry throws", () => ({ TOKENS: undefined, ...registryOut() })],
    ["the registry is not bound", () => ({ REGISTRY: undefined })],
    ["no token keys", () => ({ TOKEN_KEYS: "" })],
    ["token keys that are none", () => ({ TOKEN_KEYS: "AAAA" })],
  ];

  it.each(broken)("%s: 503", async (_, changes) => {
    switches.env = { ...env, ORIGIN: env.RECORDER, ...changes() };
    await problem(await askWith(a.token, CONTACTS), 503, "unavailable");
    expect(await received()).toEqual([]);
  });
});

it("class 23: a forged token is told the same, whether or not its integration exists, and costs no read", async () => {
  const kv = new Steering();
  switches.env = { ...env, ORIGIN: env.RECORDER, TOKENS: kv.around(env.TOKENS) };
  const forged = tokens.cases.find(({ outcome }) => outcome === "forged")!.text;
  const id = forged.split("_")[1]!;
  const answered = async (token: string) => {
    const response = await askWith(token, CONTACTS);
    return JSON.stringify([response.status, [...response.headers], await response.text()]);
  };
  const unknown = await answered(forged);
  const record = JSON.parse((await env.TOKENS.get(`i:${a.id}`))!);
  await putRecord(id, { ...record, mac: undefined, id });
  const known = await answered(forged);
  expect(known).toContain("invalid-token");
  expect([unknown, await answered(`${a.token}0`), await answered(`pit_${a.id}_`)]).toEqual([known, known, known]);
  expect(kv.reads).toEqual([]);
});

it("class 35: what others wrote to KV grants nothing", async () => {
  const text = (await env.TOKENS.get("policy"))!;
  const policy = JSON.parse(text);
  for (const operation of policy.operations) operation.access = "public";
  await env.TOKENS.put("policy", JSON.stringify(policy));
  switches.env = { ...env, ORIGIN: env.RECORDER };
  const response = await ask(CONTACTS);
  await env.TOKENS.put("policy", text);
  await problem(response, 401, "missing-token");
  expect(await received()).toEqual([]);
});

it("class 24: what was revoked is dead within ten seconds, and a window ends on the second", async () => {
  const first = await acme();
  expect(await use(first.token)).toBe("current");
  const second = await take("later", first, 60);
  at(START + 10);
  expect([await use(first.token), await use(second.token)]).toEqual([expect.stringContaining("outgoing"), "current"]);
  at(START + 60);
  expect(await use(first.token)).toBe("dead");
  await take("delete", second);
  at(START + 70);
  expect(await use(second.token)).toBe("dead");
});

it("class 25: no answer and no log line repeats a credential", async () => {
  const secret = a.token.split("_")[2]!;
  const texts: string[] = [];
  for (const value of [
    `Bearer ${a.token}`,
    `Bearer ${a.token}0`,
    a.token,
    `Bearer ${a.token}, Bearer ${a.token}`,
    `Basic ${a.token}`,
  ]) {
    for (const path of [CONTACTS, "/contacts/../x%2f", "/_tidegate/whoami", `${API}/policy`, "/nowhere"]) {
      texts.push(await (await ask(path, { headers: { authorization: value } })).text());
    }
  }
  for (const { headers } of await received()) texts.push(JSON.stringify(headers));
  for (const text of [...texts, ...logLines]) expect(text).not.toContain(secret);
});

it("class 26: a deadline is neither revived nor extended", async () => {
  const first = await acme();
  const second = await take("later", first, 60);
  await problem(await send("later", second, 3600), 409, "conflict");
  at(START + 60);
  for (const step of ["cancel", "finish"] as const) await problem(await send(step, second), 409, "conflict");
  const third = await take("later", second, 60);
  expect([await use(first.token), await use(third.token)]).toEqual(["dead", "current"]);
});

describe("class 27: the admin plane", () => {
  const body = JSON.stringify({ id: "new", name: "New" });
  const json = { "content-type": "application/json" };
  const key = { authorization: `Bearer ${OWNER_KEY}` };

  it("a change from elsewhere, or that is not declared as JSON, changes nothing", async () => {
    const signedIn = await ask(`${API}/session`, {
      ...{ method: "POST", headers: { ...json, origin: ADMIN }, body: JSON.stringify({ key: OWNER_KEY }) },
    });
    const session = { cookie: signedIn.headers.get("set-cookie")!.split(";")[0]! };
    const before = await everything();
    const post = (headers: Record<string, string>) => ask(`${API}/sub-accounts`, { method: "POST", headers, body });
    await problem(await post({ ...session, ...json }), 403, "cross-origin");
    await problem(await post({ ...session, ...json, origin: "https://evil.example" }), 403, "cross-origin");
    await problem(await post({ ...key, ...json, origin: "https://evil.example" }), 403, "cross-origin");
    await problem(await post({ ...session, origin: ADMIN, "content-type": "text/plain" }), 415, "not-json");
    await problem(
      await post({ ...json, origin: ADMIN, cookie: `${session.cookie}; ${session.cookie}x` }),
      401,
      "not-signed-in",
    );
    expect(await everything()).toEqual(before);
  });

  it("a name is data: it comes back as JSON that no browser takes for a page", async () => {
    const name = '<script>alert("x")</script>';
    const { id } = await create(ACME, [], name);
    const response = await admin("GET", `/integrations/${id}`);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect((await response.json<any>()).name).toBe(name);
  });
});

it("class 28: nothing is read without a bound", async () => {
  await refused([`/${"a".repeat(8192)}`, `/status?${"a".repeat(16_385)}`], 414, "target-too-long");
  await refused(["/a".repeat(257)], 400, "ambiguous-request");
  await problem(
    await ask(CONTACTS, { headers: { authorization: `Bearer ${"a".repeat(8192)}` } }),
    431,
    "authorization-too-long",
  );
  await problem(
    await admin("POST", "/sub-accounts", JSON.stringify({ id: "x", name: "x".repeat(64 * 1024) })),
    413,
    "too-large",
  );
  const scopes = Array.from({ length: 201 }, (_, n) => `s${n}`);
  await problem(await admin("POST", "/integrations", { name: "n", owner: ACME, scopes }), 422, "invalid-field");
  await problem(
    await admin("PATCH", `/integrations/${a.id}`, { name: "x".repeat(101) }, ifMatch(a.rev)),
    422,
    "invalid-field",
  );
  expect((await ok(200, admin("GET", `/integrations/${a.id}`))).rev).toBe(a.rev);
});

it("class 29: another owner's id cannot be smuggled in", async () => {
  const smuggled = [
    "locationId=acme&locationId=globex",
    "locationId[]=globex&locationId=acme",
    "locationId=acme&LocationID=globex",
  ];
  const more = [
    "locationId=acme;locationId=globex",
    "locationId=acme&location%49d=globex",
    "locationId=acme&location%00Id=globex",
  ];
  await refused(
    [...smuggled, ...more].map((query) => `/contacts/?${query}`),
    400,
    "ambiguous-owner",
  );
  await refused(["/contacts/"], 400, "missing-owner");
  await refused(
    ["/contacts/?locationId=globex", "/contacts/?locationId=ACME", "/locations/globex"],
    403,
    "wrong-owner",
  );
});
