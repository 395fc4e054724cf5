// The gate without what it needs: KV that fails, hangs or holds garbage, and secrets and bindings that are missing. What
// becomes of it over time, with memory and feed, is in freshness.test.ts.
import { env } from "cloudflare:test";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { switches } from "./main.ts";
import { type Created, admin, ask, askWith, ifMatch, ok, problem, withEnv } from "./support/gate.ts";
import { Steering, failing, hanging } from "./support/kv.ts";
import { logged, onlyLine } from "./support/log.ts";
import { received } from "./support/recorder.ts";
import { StubSteering, altered, forgetShared, out } from "./support/stub.ts";
import { timersOf } from "./support/timers.ts";
import { acme, publishDemo } from "./support/world.ts";

const kv = new Steering();
const registry = new StubSteering();
let a: Created;

beforeAll(async () => {
  await publishDemo();
  a = await acme();
});

beforeEach(async () => {
  kv.reset();
  registry.reset();
  await forgetShared();
  const steered = { TOKENS: kv.around(env.TOKENS), REGISTRY: registry.around(env.REGISTRY) };
  switches.env = { ...env, ORIGIN: env.RECORDER, ...steered };
  await received();
});

afterEach(() => {
  switches.env = undefined;
});

const contacts = () => askWith(a.token, "/contacts/?locationId=acme");
const whoami = () => askWith(a.token, "/_tidegate/whoami");

/** Expects the answer of a gate that cannot judge, a log line that says why, and that nothing was forwarded. */
async function expectUnavailable(response: Response, code: string, reason: string) {
  expect(response.headers.get("retry-after")).toBe("5");
  const body = await problem(response, 503, "unavailable");
  expect(JSON.stringify(body)).not.toContain(reason);
  expect(logged()).toMatchObject([{ event: "denied", code, status: 503, reason: expect.stringContaining(reason) }]);
  expect(await received()).toEqual([]);
}

const record = () => `i:${a.id}`;
const on = (key: () => string, fault: (key: string) => unknown) => {
  kv.onRead = (read) => (read === key() ? fault(read) : env.TOKENS.get(read));
};

describe("KV", () => {
  const garbage: [string, unknown][] = [
    ["an empty text", ""],
    ["no JSON", "garbage"],
    ["null", "null"],
    ["an unknown version", '{"v":2,"rev":1}'],
    ["a number", "7"],
    ["no UTF-8", new Uint8Array([0x22, 0xff, 0x22]).buffer],
    ["no bytes", 7],
    ["something too long", `"${"x".repeat(10_000_000)}"`],
  ];

  /** Expects 503 while the registry gives no records either; and that with the registry's help it is passed. */
  async function expectHealed(call: () => Promise<Response>, reason: string) {
    registry.onRead = (path) => (path === "/feed" ? undefined : out(path));
    await expectUnavailable(await call(), "store_unavailable", reason);
    registry.onRead = undefined;
    switches.env = { ...switches.env };
    expect((await call()).status).toBe(200);
    expect(onlyLine("degraded")).toMatchObject({ basis: { degraded: [expect.stringContaining(reason)] } });
  }

  it.each(garbage)("%s as the record: the registry's is taken, else 503", async (_, value) => {
    on(record, () => value);
    await expectHealed(contacts, record());
  });

  it.each(garbage)("%s as the policy: the registry's is taken, else 503", async (_, value) => {
    on(
      () => "policy",
      () => value,
    );
    await expectHealed(contacts, "policy");
  });

  it("one operation of the policy is garbage: the registry's policy is taken, else 503", async () => {
    const text = (await env.TOKENS.get("policy")) ?? "";
    const garbage = text.replace('{"path":"/contacts/","method":"G', '{"path":"/contacts/","method":"X');
    expect(garbage).not.toBe(text);
    on(
      () => "policy",
      () => garbage,
    );
    await expectHealed(contacts, "policy");
  });

  it("one operation of the policy is garbage: none of its block is believed, and a dead token learns nothing of it", async () => {
    const text = (await env.TOKENS.get("policy")) ?? "";
    on(
      () => "policy",
      () => text.replace('{"path":"/contacts/","method":"G', '{"path":"/contacts/","method":"X'),
    );
    registry.onRead = (path) => (path === "/feed" ? undefined : out(path));
    await expectUnavailable(await askWith(a.token, "/teapot"), "store_unavailable", "policy");
    const dead = await acme();
    await ok(200, admin("POST", `/integrations/${dead.id}/rotate`, { expire: "now" }, ifMatch(dead.rev)));
    expect((await askWith(dead.token, "/contacts/?locationId=acme")).status).toBe(401);
  });

  it.each([
    ["the record", record, contacts],
    ["the policy", () => "policy", contacts],
    ["the policy, for a request without a token", () => "policy", () => ask("/status")],
  ])("throws on %s: the registry's is taken, else 503", async (_, key, call) => {
    on(key, failing);
    await expectHealed(call, key());
  });

  it("throws on the record, of whoami: the registry's is taken, else 503", async () => {
    on(record, failing);
    registry.onRead = (path) => (path === "/feed" ? undefined : out(path));
    await expectUnavailable(await whoami(), "store_unavailable", record());
    registry.onRead = undefined;
    switches.env = { ...switches.env };
    expect((await whoami()).status).toBe(200);
  });

  it("hangs: the gate gives up after 5 seconds", async () => {
    on(record, hanging);
    expect(await timersOf(async () => expect((await contacts()).status).toBe(200))).toContain(5_000);
  });

  it("holds another integration's record under the key", async () => {
    const other = await acme();
    on(record, () => env.TOKENS.get(`i:${other.id}`));
    await expectHealed(contacts, record());
  });

  it("holds no policy, while one is published: the registry's is taken", async () => {
    on(
      () => "policy",
      () => null,
    );
    expect((await contacts()).status).toBe(200);
    expect(registry.reads).toEqual(["/feed", "/policy"]);
  });

  it("holds no policy, and none is published", async () => {
    on(
      () => "policy",
      () => null,
    );
    registry.onRead = altered(() => ({ policy: null }));
    await expectUnavailable(await contacts(), "misconfigured", "no policy is published");
  });

  // A bucket of R2 has `get` and `put`; to a service, every name is a method.
  const bucket = { get: async () => null, put: async () => undefined, head: async () => null };
  it.each([
    ["is not bound", undefined],
    ["is a text", "tokens"],
    ["is a bucket", bucket],
    ["is a Durable Object", env.REGISTRY],
    ["is a service", env.RECORDER],
  ])("%s: the registry gives what is needed, else 503; the log says what to bind", async (_, TOKENS) => {
    const told = "TOKENS must be bound to a KV namespace";
    registry.onRead = (path) => (path === "/feed" ? undefined : out(path));
    await withEnv({ TOKENS, ORIGIN: env.RECORDER, REGISTRY: registry.around(env.REGISTRY) }, async () => {
      await expectUnavailable(await contacts(), "store_unavailable", told);
    });
    await withEnv({ TOKENS, ORIGIN: env.RECORDER }, async () => {
      expect((await contacts()).status).toBe(200);
      expect(onlyLine("degraded")).toMatchObject({
        basis: { degraded: expect.arrayContaining([expect.stringContaining(told)]) },
      });
    });
  });

  it("knows no such integration, nor does the feed: 401, not 503", async () => {
    on(record, () => null);
    registry.onRead = altered(() => ({ revs: {} }));
    expect((await ask("/status")).status).toBe(200); // the policy is remembered, and plays no part
    await problem(await contacts(), 401, "invalid-token");
    expect([registry.of("/records"), kv.reads]).toEqual([[], ["policy", record()]]);
  });

  it("recovers: the next request passes", async () => {
    on(record, failing);
    registry.onRead = out;
    expect((await contacts()).status).toBe(503);
    kv.onRead = undefined;
    expect((await contacts()).status).toBe(200);
  });
});

describe("reads", () => {
  it("a forged or malformed token costs none", async () => {
    const [, id, rest] = a.token.split("_") as [string, string, string];
    const other = await acme();
    const mistyped = rest.slice(0, -1) + (rest.endsWith("0") ? "4" : "0");
    const tokens = [`pit_${id}_${mistyped}`, `pit_${other.id}_${rest}`, `pit_${id}_${"0".repeat(58)}`];
    kv.reset();
    for (const token of tokens) await problem(await askWith(token, "/contacts/"), 401, "invalid-token");
    expect(kv.reads).toEqual([]);
  });

  it("a credential of others costs no more than none: an operation may be public", async () => {
    kv.reset();
    await problem(await askWith("ghp_x", "/contacts/"), 401, "invalid-token");
    expect(kv.reads).toEqual(["policy"]);
    await problem(await askWith("ghp_y", "/contacts/"), 401, "invalid-token");
    expect(kv.reads).toEqual(["policy"]);
  });

  it("a path that is refused costs none", async () => {
    await problem(await askWith(a.token, "/contacts//a"), 400, "ambiguous-request");
    expect(kv.reads).toEqual([]);
  });

  it("a second request with a token costs none", async () => {
    await contacts();
    expect(kv.reads.sort()).toEqual([record(), "policy"].sort());
    kv.reset();
    expect((await contacts()).status).toBe(200);
    expect(kv.reads).toEqual([]);
  });
});

describe("configuration", () => {
  const everything = [contacts, whoami, () => ask("/status")];
  const KEY = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE";

  it.each([
    ["no TOKEN_KEYS", { TOKEN_KEYS: undefined }, "TOKEN_KEYS"],
    ["empty TOKEN_KEYS", { TOKEN_KEYS: "" }, "TOKEN_KEYS"],
    ["TOKEN_KEYS too short", { TOKEN_KEYS: "AQEB" }, "TOKEN_KEYS"],
    ["TOKEN_KEYS with padding", { TOKEN_KEYS: `${KEY}=` }, "TOKEN_KEYS"],
    [
      "a second key malformed",
      { TOKEN_KEYS: `${KEY},x` },
      "TOKEN_KEYS must be base64url keys of 32 bytes, without padding and comma-separated: key 2 is not",
    ],
    ["TOKEN_KEYS with a comma too many", { TOKEN_KEYS: `${KEY},` }, "TOKEN_KEYS"],
    ["TOKEN_PREFIX in upper case", { TOKEN_PREFIX: "PIT" }, "TOKEN_PREFIX"],
    ["TOKEN_PREFIX with an underscore", { TOKEN_PREFIX: "a_b" }, "TOKEN_PREFIX"],
    ["REALM with a quote", { REALM: 'a"b' }, "REALM"],
    ["REALM too long", { REALM: "x".repeat(129) }, "REALM"],
    ["MAX_STALENESS_SECONDS too low", { MAX_STALENESS_SECONDS: "6" }, "MAX_STALENESS_SECONDS must be 7 to 300"],
    ["MAX_STALENESS_SECONDS too high", { MAX_STALENESS_SECONDS: "301" }, "MAX_STALENESS_SECONDS"],
    ["MAX_STALENESS_SECONDS of a word", { MAX_STALENESS_SECONDS: "ten" }, "MAX_STALENESS_SECONDS"],
    ["LAST_KNOWN_GOOD_SECONDS too high", { LAST_KNOWN_GOOD_SECONDS: "3601" }, "LAST_KNOWN_GOOD_SECONDS"],
    ["ON_REGISTRY_OUTAGE in another case", { ON_REGISTRY_OUTAGE: "Deny" }, "ON_REGISTRY_OUTAGE must be serve or deny"],
    ["no REGISTRY", { REGISTRY: undefined }, "REGISTRY"],
  ])("%s: everything is refused", async (_, changes, reason) => {
    await withEnv({ ORIGIN: env.RECORDER, ...changes }, async () => {
      for (const call of everything) {
        const response = await call();
        await problem(response, 503, "unavailable");
      }
      expect((await ask("/_tidegate/healthz")).status).toBe(200);
    });
    expect(logged()).toHaveLength(everything.length);
    for (const line of logged())
      expect(line).toMatchObject({ code: "misconfigured", reason: expect.stringContaining(reason) });
    expect(await received()).toEqual([]);
  });

  it.each([
    ["no ORIGIN", {}, "ORIGIN"],
    ["ORIGIN that is a text", { ORIGIN: "https://api.example.com" }, "ORIGIN_URL"],
    ["ORIGIN_URL with a path", { ORIGIN_URL: "https://api.example.com/v1" }, "ORIGIN_URL"],
    ["ORIGIN_URL without a scheme", { ORIGIN_URL: "api.example.com" }, "ORIGIN_URL"],
    ["ORIGIN_URL with a user", { ORIGIN_URL: "https://a@api.example.com" }, "ORIGIN_URL"],
    ["ORIGIN_URL of another scheme", { ORIGIN_URL: "ftp://api.example.com" }, "ORIGIN_URL"],
    ["ORIGIN_TIMEOUT_SECONDS of 0", { ORIGIN: env.RECORDER, ORIGIN_TIMEOUT_SECONDS: "0" }, "ORIGIN_TIMEOUT_SECONDS"],
    [
      "ORIGIN_TIMEOUT_SECONDS with a sign",
      { ORIGIN: env.RECORDER, ORIGIN_TIMEOUT_SECONDS: "+30" },
      "ORIGIN_TIMEOUT_SECONDS must be 1 to 600",
    ],
    [
      "ORIGIN_TIMEOUT_SECONDS with zeros",
      { ORIGIN: env.RECORDER, ORIGIN_TIMEOUT_SECONDS: "007" },
      "ORIGIN_TIMEOUT_SECONDS",
    ],
    [
      "ORIGIN_TIMEOUT_SECONDS of a word",
      { ORIGIN: env.RECORDER, ORIGIN_TIMEOUT_SECONDS: "soon" },
      "ORIGIN_TIMEOUT_SECONDS",
    ],
  ])("%s: what would be forwarded is refused", async (_, changes, reason) => {
    await withEnv({ ORIGIN: undefined, ...changes }, async () => {
      await expectUnavailable(await contacts(), "misconfigured", reason);
    });
  });

  it("TOKEN_PREFIX and REALM that are set are used", async () => {
    await withEnv({ TOKEN_PREFIX: "key", REALM: "Demo API" }, async () => {
      await problem(await whoami(), 401, "invalid-token");
      expect((await ask("/contacts/")).headers.get("www-authenticate")).toBe('Bearer realm="Demo API"');
    });
  });

  it("a key that is retired still verifies; one that is gone does not", async () => {
    const other = "AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM";
    await withEnv({ TOKEN_KEYS: `${other},${KEY}` }, async () => expect((await whoami()).status).toBe(200));
    await withEnv({ TOKEN_KEYS: other }, async () => expect((await whoami()).status).toBe(401));
  });
});
