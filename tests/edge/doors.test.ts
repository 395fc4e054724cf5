// The doors of the admin plane: what must be verified before anything reaches the registry, wrong keys that lock nobody out, and
// floods that fill no log.
import { env } from "cloudflare:test";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";

import openapi from "../../src/admin/openapi.json";
import tokens from "../corpus/tokens.json";
import { switches } from "./main.ts";
import { ADMIN, API, admin, ask, askWith, forget, ifMatch, ok, problem, withEnv } from "./support/gate.ts";
import { OWNER_KEY } from "./support/keys.ts";
import { Steering, failing } from "./support/kv.ts";
import { logLines, logged, onlyLine } from "./support/log.ts";
import { tables } from "./support/registry.ts";
import { START, at } from "./support/rotation.ts";
import { StubSteering, forgetShared } from "./support/stub.ts";
import { acme, publishDemo } from "./support/world.ts";

const JSON_TYPE = { "content-type": "application/json" };
const CLIENT = { "cf-connecting-ip": "192.0.2.77" };
const WRONG_KEY = `owner_${"w".repeat(43)}`;
const registry = new StubSteering();

beforeAll(publishDemo);
beforeEach(() => {
  at(START);
  registry.reset();
  switches.env = { ...env, REGISTRY: registry.around(env.REGISTRY) };
});

interface SignIn {
  body?: BodyInit | null;
  headers?: object;
}

function signIn({ body = JSON.stringify({ key: OWNER_KEY }), headers = {} }: SignIn = {}): Promise<Response> {
  return ask(`${API}/session`, {
    method: "POST",
    headers: { ...JSON_TYPE, ...CLIENT, origin: ADMIN, ...headers },
    body,
  } as RequestInit);
}

const status = async (answer: Promise<Response>) => {
  const response = await answer;
  await response.text();
  return response.status;
};

/** Every route of the admin API that asks the registry, with an id in its path, and whether it takes a body. */
/** What there can be in the place of a path's parameter. */
function named(path: string): string {
  if (path.startsWith("/sub-accounts")) return "acme";
  return path.startsWith("/features") ? "private_integrations" : "0123456789abcdef";
}

const routes = Object.entries(openapi.paths).flatMap(([path, item]) =>
  Object.entries(item)
    .filter(([method]) => ["get", "post", "put", "patch", "delete"].includes(method))
    .map(([method, operation]) => ({
      method: method.toUpperCase(),
      path: path.replace(/\{[^}]*\}/, named(path)),
      body: "requestBody" in (operation as object) ? "{}" : undefined,
    }))
    .filter(
      (route) =>
        !["/openapi.json", "/sign-in"].includes(route.path) && `${route.method} ${route.path}` !== "POST /session",
    ),
);

function send({ method, path, body }: (typeof routes)[number], headers: object): Promise<Response> {
  return ask(`${API}${path}`, {
    method,
    body,
    headers: { ...(body ? JSON_TYPE : {}), ...CLIENT, origin: ADMIN, ...headers } as HeadersInit,
  });
}

/** What the gate asks of the registry: each call, and what was verified before it. The two lists are all there is. */
describe("what reaches the registry", () => {
  const done = () => new Response(null, { status: 204 });

  it("by a command: nothing without the owner key or a session's tag", async () => {
    const { token } = await acme();
    const cookie = (await signIn()).headers.get("set-cookie")!.split(";")[0]!;
    registry.reset();
    registry.onCommand = done;
    const unverified: [object, number][] = [
      [{}, 401],
      [{ authorization: `Bearer ${WRONG_KEY}` }, 401],
      [{ authorization: `Basic ${OWNER_KEY}` }, 401],
      [{ authorization: OWNER_KEY }, 401],
      [{ authorization: `Bearer ${token}` }, 401],
      [{ authorization: "Bearer ", cookie }, 401],
      [{ cookie: "__Host-tidegate=" }, 401],
      [{ cookie: `__Host-tidegate=${"A".repeat(43)}.${"0".repeat(32)}` }, 401],
      [{ cookie: `${cookie}0` }, 401],
      [{ cookie: `${cookie}; ${cookie}` }, 401],
      [{ cookie: `${cookie}, ${cookie}` }, 401],
      [{ cookie, origin: "https://gate.example" }, 403],
      [{ "x-registry-actor": "owner-key" }, 401],
    ];
    for (const route of routes)
      for (const [headers, expected] of unverified)
        expect(await status(send(route, headers)), `${route.method} ${route.path} ${JSON.stringify(headers)}`).toBe(
          expected,
        );
    expect([registry.commands, registry.reads]).toEqual([[], []]);
  });

  it("by a command: each route once for the owner key, and once for a session, as itself", async () => {
    const cookie = (await signIn()).headers.get("set-cookie")!.split(";")[0]!;
    // A test of a token asks the registry and goes on at the gate: tested.test.ts.
    const whole = routes.filter(({ path }) => !/^\/integrations\/[^/]+\/test$/.test(path));
    for (const [headers, actor] of [
      [{ authorization: `Bearer ${OWNER_KEY}` }, "owner-key"],
      [{ cookie }, "session:"],
    ] as const) {
      registry.reset();
      registry.onCommand = done;
      for (const route of whole) expect(await status(send(route, headers))).toBe(204);
      expect(registry.commands.map((command) => command.replace(/session:[0-9a-f]{64}$/, "session:"))).toEqual(
        whole.map(({ method, path }) => `${method} ${path} by ${actor}`),
      );
    }
  });

  it("by a sign-in: once, after its key was found right", async () => {
    expect(await status(signIn())).toBe(204);
    expect(registry.commands).toEqual(["POST /session by owner-key"]);
  });

  it("by the gate: nothing for a forged credential, nor for what the gate answers alone", async () => {
    forget();
    switches.env = { ...env, REGISTRY: registry.around(env.REGISTRY) };
    const ours = tokens.cases.filter(({ outcome, text }) => outcome !== "ok" && text.startsWith("pit_"));
    const forged = ours.map(({ text }) => `Bearer ${text}`);
    expect(forged.length).toBeGreaterThan(5);
    for (const authorization of [...forged, `Bearer ${OWNER_KEY}`, "Bearer tga_x"]) {
      for (const path of ["/status", "/contacts/", "/_tidegate/whoami"]) {
        expect([400, 401], authorization).toContain(await status(ask(path, { headers: { authorization } })));
      }
    }
    for (const path of [
      "/_tidegate/healthz",
      "/_tidegate/whoami",
      "/_tidegate/",
      `${API}/openapi.json`,
      `${API}/sign-in`,
      "/a//b",
      "/_tidegate/nothing",
    ])
      await status(ask(path));
    expect([registry.reads, registry.commands]).toEqual([[], []]);
  });

  it("by the gate: feed and policy, once, for requests without a credential of ours", async () => {
    forget();
    const kv = Object.assign(new Steering(), {
      onRead: (key: string) => (key === "policy" ? failing(key) : env.TOKENS.get(key)),
    });
    switches.env = { ...env, REGISTRY: registry.around(env.REGISTRY), TOKENS: kv.around(env.TOKENS) };
    for (const authorization of [undefined, "Bearer x", "Bearer a, Bearer b", "Basic eDp5"]) {
      const headers = authorization === undefined ? {} : { authorization };
      for (const path of ["/status", "/contacts/", "/nowhere"]) {
        expect([200, 400, 401], `${authorization} ${path}`).toContain(await status(ask(path, { headers })));
      }
    }
    expect(registry.commands).toEqual([]);
    for (const read of registry.reads) expect(["/feed", "/policy"]).toContain(read);
    expect(new Set(registry.reads).size).toBe(registry.reads.length);
  });

  it.each([503, 404])("by the gate: the policy once, where the registry answers %i", async (answer) => {
    forget();
    await forgetShared();
    registry.onRead = (path) => (path === "/policy" ? new Response(null, { status: answer }) : undefined);
    const kv = Object.assign(new Steering(), {
      onRead: (key: string) => (key === "policy" ? failing(key) : env.TOKENS.get(key)),
    });
    switches.env = { ...env, REGISTRY: registry.around(env.REGISTRY), TOKENS: kv.around(env.TOKENS) };
    const atOnce = Array.from({ length: 20 }, () => status(ask("/status")));
    expect(new Set(await Promise.all(atOnce))).toEqual(new Set([503]));
    for (let n = 0; n < 20; n++) expect(await status(ask("/contacts/"))).toBe(503);
    expect(registry.of("/policy")).toEqual(["/policy"]);
  });

  it("by the gate: the record of a genuine token only", async () => {
    const { id, token } = await acme();
    registry.reset();
    forget();
    const kv = Object.assign(new Steering(), {
      onRead: (key: string) => (key.startsWith("i:") ? failing(key) : env.TOKENS.get(key)),
    });
    switches.env = { ...env, REGISTRY: registry.around(env.REGISTRY), TOKENS: kv.around(env.TOKENS) };
    expect(await status(askWith(token, "/contacts/?locationId=acme"))).toBe(200);
    expect(registry.of("/records/")).toEqual([`/records/${id}`]);
    // The feed may still be in the location's cache.
    expect(registry.reads.filter((read) => read !== "/feed")).toEqual([`/records/${id}`]);
  });
});

describe("a sign-in's body", () => {
  const huge = "x".repeat(5_000);
  const malformed: [string, SignIn, number, string][] = [
    ["nothing", { body: null }, 400, "malformed-json"],
    ["no JSON", { body: "{" }, 400, "malformed-json"],
    ["bytes that are no text", { body: new Uint8Array([0xff, 0xfe, 0x7b, 0]) }, 400, "malformed-json"],
    ["no key", { body: "{}" }, 422, "invalid-field"],
    ["a key that is no text", { body: '{"key":1}' }, 422, "invalid-field"],
    ["more than a key", { body: JSON.stringify({ key: OWNER_KEY, more: 1 }) }, 422, "invalid-field"],
    ["a wrong key", { body: JSON.stringify({ key: WRONG_KEY }) }, 401, "wrong-key"],
    ["more than 4 KiB", { body: JSON.stringify({ key: huge }) }, 413, "too-large"],
    [
      "the right key and white space, more than 4 KiB",
      { body: `${JSON.stringify({ key: OWNER_KEY })}${" ".repeat(5_000)}` },
      413,
      "too-large",
    ],
    ["another type", { headers: { "content-type": "text/plain" } }, 415, "not-json"],
    ["another charset", { headers: { "content-type": "application/json; charset=utf-16" } }, 415, "not-json"],
    ["a content coding", { headers: { "content-encoding": "gzip" } }, 415, "not-json"],
    ["another origin's", { headers: { origin: "https://evil.example" } }, 403, "cross-origin"],
  ];

  it.each(malformed)("%s: refused before the registry, with a line in the log", async (_, what, expected, kind) => {
    const response = await signIn(what);
    expect(response.headers.has("set-cookie")).toBe(false);
    await problem(response, expected, kind);
    expect(registry.commands).toEqual([]);
    expect(onlyLine("refused")).toEqual({
      event: "refused",
      code: kind,
      status: expected,
      method: "POST",
      client: expect.stringMatching(/^[0-9a-f]{32}$/),
      number: 1,
    });
  });

  it("may begin with a byte order mark", async () => {
    expect(await status(signIn({ body: `\ufeff${JSON.stringify({ key: OWNER_KEY })}` }))).toBe(204);
  });

  it("may have 4 KiB", async () => {
    const body = JSON.stringify({ key: OWNER_KEY });
    expect(await status(signIn({ body: body + " ".repeat(4_096 - body.length) }))).toBe(204);
  });

  it("that has no end: 413", async () => {
    const chunk = new TextEncoder().encode(" ".repeat(1_000));
    const body = new ReadableStream({ pull: (controller) => controller.enqueue(chunk) });
    await problem(await signIn({ body }), 413, "too-large");
    expect(registry.commands).toEqual([]);
  });

  it("that is held back, or comes one byte at a time: 408, and others are served meanwhile", async () => {
    const timers: ReturnType<typeof setInterval>[] = [];
    const slow = (each: number) =>
      new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode('{"key":"'));
          if (each > 0) timers.push(setInterval(() => controller.enqueue(new Uint8Array([0x61])), each));
        },
        cancel: () => timers.forEach(clearInterval),
      });
    const held = Array.from({ length: 100 }, (_, n) => signIn({ body: slow(n % 2 === 0 ? 0 : 100) }));
    expect(await status(signIn())).toBe(204);
    expect(await status(admin("GET", "/sub-accounts"))).toBe(200);
    for (const answer of held) await problem(await answer, 408, "too-slow");
    expect(registry.commands).toEqual(["POST /session by owner-key", "GET /sub-accounts by owner-key"]);
  });

  it("of 20,000 malformed ones, as fast as they go, none reaches the registry, and a revocation meanwhile succeeds", async () => {
    const victim = await acme();
    registry.reset();
    let sent = 0;
    let revoked: Promise<number> | undefined;
    const flood = async () => {
      while (sent < 20_000) {
        const [, what, expected] = malformed[(sent += 1) % malformed.length]!;
        if (sent > 5_000)
          revoked ??= status(admin("DELETE", `/integrations/${victim.id}`, undefined, ifMatch(victim.rev)));
        expect(await status(signIn(what))).toBe(expected);
      }
    };
    await Promise.all(Array.from({ length: 100 }, flood));
    expect(await revoked).toBe(204);
    expect(registry.commands).toEqual([`DELETE /integrations/${victim.id} by owner-key`]);
    await problem(await admin("GET", `/integrations/${victim.id}`), 404, "not-found");
    expect(logged().filter(({ event }) => event === "refused").length).toBeLessThan(200);
  }, 300_000);
});

describe("a policy", () => {
  it("is not read while four others are: 503 too-busy", async () => {
    const ends = new Set<() => void>();
    const unfinished = () => {
      let end: () => void;
      return new ReadableStream({
        start(controller) {
          const write = (text: string) => controller.enqueue(new TextEncoder().encode(text));
          write("{");
          ends.add((end = () => (write("}"), controller.close())));
        },
        cancel: () => void ends.delete(end),
      });
    };
    const preview = (body: BodyInit) => {
      const headers = { ...JSON_TYPE, authorization: `Bearer ${OWNER_KEY}` };
      return ask(`${API}/policy/preview`, { method: "POST", headers, body } as RequestInit);
    };
    // None of five is answered before it ends but the one that finds four others being read.
    const asked = Array.from({ length: 5 }, () => preview(unfinished()));
    await problem(await Promise.race(asked), 503, "too-busy");
    ends.forEach((end) => end());
    const statuses = await Promise.all(asked.map((answer) => answer.then((response) => response.status)));
    expect(statuses.sort()).toEqual([422, 422, 422, 422, 503]);
    expect(await status(preview("{}"))).toBe(422);
  });
});

describe("wrong owner keys", () => {
  const bearer = (key: string, headers: object = CLIENT) =>
    ask(`${API}/sub-accounts`, { headers: { ...headers, authorization: `Bearer ${key}` } });

  it("lock nobody out, however many there are, and leave some lines that hold neither key nor address", async () => {
    for (let time = 0; time < 100; time += 1) {
      expect(await status(signIn({ body: JSON.stringify({ key: WRONG_KEY }) }))).toBe(401);
      expect(await status(bearer(WRONG_KEY))).toBe(401);
    }
    expect(await status(signIn())).toBe(204);
    expect(await status(bearer(OWNER_KEY))).toBe(200);
    const lines = logged().filter(({ event }) => event === "refused");
    expect(lines.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 16, 32, 64, 128]);
    expect(new Set(lines.map(({ client, code }) => `${code} ${client}`)).size).toBe(1);
    const everywhere = logLines.join() + JSON.stringify(await tables());
    for (const secret of [WRONG_KEY, "192.0.2.77"]) expect(everywhere).not.toContain(secret);
    expect(await tables()).toMatchObject({ tries: [], known_clients: [] });
  });

  it("of one IPv6 network are one client's, of another another's", async () => {
    for (const address of ["2001:db8:0:1::1", "2001:db8:0:1:ffff::9", "2001:db8:0:2::1", "192.0.2.1"]) {
      await status(bearer(WRONG_KEY, { "cf-connecting-ip": address }));
    }
    const [one, same, ...others] = logged().map(({ client }) => client);
    expect(one).toBe(same);
    expect(new Set([one, ...others]).size).toBe(3);
  });

  it("are logged where there are no token keys to digest the client's address with, too", async () => {
    await withEnv({ TOKEN_KEYS: "" }, async () => problem(await bearer(WRONG_KEY), 401, "wrong-key"));
    expect(onlyLine("refused").client).toBeNull();
  });
});

describe("a flood of denials", () => {
  const lines = () => logged().filter(({ event }) => event === "denied");

  it("leaves ten lines and then one for each doubling, by code, and tells afterwards how many there were", async () => {
    const { token } = await acme();
    for (let time = 0; time < 100; time += 1) expect(await status(askWith("pit_x", "/status"))).toBe(401);
    for (let time = 0; time < 3; time += 1) expect(await status(ask("/contacts/"))).toBe(401);
    for (let time = 0; time < 20; time += 1)
      expect(await status(askWith(token, "/contacts/?locationId=globex"))).toBe(403);
    const numbers = (code: string) =>
      lines()
        .filter((line) => line.code === code)
        .map(({ number }) => number);
    expect(numbers("malformed_token")).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 16, 32, 64]);
    expect(numbers("no_credential")).toEqual([1, 2, 3]);
    expect(numbers("wrong_owner")).toHaveLength(20); // nobody floods with these but a token's holder
    at(START + 60);
    logLines.length = 0;
    for (let time = 0; time < 2; time += 1) expect(await status(askWith("pit_x", "/status"))).toBe(401);
    expect(lines().map(({ number, number_before }) => [number, number_before])).toEqual([
      [1, 100],
      [2, undefined],
    ]);
  });
});

describe("a misconfigured variable", () => {
  /** The variable, a value of no form, and what of the two planes needs it. */
  const broken: [string, object, { gate: boolean; admin: boolean; session: boolean }][] = [
    ["OWNER_KEY", { OWNER_KEY: "x".repeat(49) }, { gate: false, admin: true, session: true }],
    ["ADMIN_HOST", { ADMIN_HOST: "https://x" }, { gate: false, admin: true, session: true }],
    ["ADMIN_HOST", { ADMIN_HOST: "admin.example/path" }, { gate: false, admin: true, session: true }],
    ["API_URL", { API_URL: "api.example.com" }, { gate: false, admin: true, session: true }],
    ["TOKEN_KEYS", { TOKEN_KEYS: "" }, { gate: true, admin: false, session: true }],
    ["TOKEN_KEYS", { TOKEN_KEYS: "AAAA" }, { gate: true, admin: false, session: true }],
    ["TOKEN_PREFIX", { TOKEN_PREFIX: "P" }, { gate: true, admin: false, session: false }],
    ["REALM", { REALM: 'a"b' }, { gate: true, admin: false, session: false }],
    ["ORIGIN_URL", { ORIGIN: undefined, ORIGIN_URL: "api.example.com" }, { gate: true, admin: false, session: false }],
    ["ORIGIN", { ORIGIN: "https://api.example.com" }, { gate: true, admin: false, session: false }],
    ["ORIGIN", { ORIGIN: { service: "api" } }, { gate: true, admin: false, session: false }],
    ["ORIGIN", { ORIGIN: env.TOKENS }, { gate: true, admin: false, session: false }],
    ["ORIGIN_TIMEOUT_SECONDS", { ORIGIN_TIMEOUT_SECONDS: "0" }, { gate: true, admin: false, session: false }],
    ["MAX_STALENESS_SECONDS", { MAX_STALENESS_SECONDS: "1" }, { gate: true, admin: false, session: false }],
    ["LAST_KNOWN_GOOD_SECONDS", { LAST_KNOWN_GOOD_SECONDS: "-1" }, { gate: true, admin: false, session: false }],
    ["ON_REGISTRY_OUTAGE", { ON_REGISTRY_OUTAGE: "allow" }, { gate: true, admin: false, session: false }],
    ...[undefined, "registry", {}, env.TOKENS, env.RECORDER].map((REGISTRY): (typeof broken)[number] => [
      "REGISTRY",
      { REGISTRY },
      { gate: true, admin: true, session: true },
    ]),
    // A value in wrangler.toml without quotes, a list, a table: never the default.
    ["TOKEN_KEYS", { TOKEN_KEYS: {} }, { gate: true, admin: false, session: true }],
    ["OWNER_KEY", { OWNER_KEY: 7 }, { gate: false, admin: true, session: true }],
    ["ADMIN_HOST", { ADMIN_HOST: ["admin.example"] }, { gate: false, admin: true, session: true }],
    ["OIDC_TRUST_EMAIL", { OIDC_TRUST_EMAIL: true }, { gate: false, admin: true, session: true }],
    ["MAX_STALENESS_SECONDS", { MAX_STALENESS_SECONDS: 300 }, { gate: true, admin: false, session: false }],
    ["REMOVED_HEADERS", { REMOVED_HEADERS: ["X-Internal-*"] }, { gate: true, admin: false, session: false }],
    ["REMOVED_HEADERS", { REMOVED_HEADERS: "*" }, { gate: true, admin: false, session: false }],
    ...[
      " ",
      "https://a b",
      "https://api.example.com.",
      "https://api.example.com:http",
      "https://api.example.com\\v1",
    ].map((ORIGIN_URL): (typeof broken)[number] => [
      "ORIGIN_URL",
      { ORIGIN: undefined, ORIGIN_URL },
      { gate: true, admin: false, session: false },
    ]),
  ];

  /**
   * The variable, values of no form, and what of the admin API needs it. What the registry reads is in tests/registry/src/audit.rs: its
   * environment is not the Worker's.
   */
  it.each<[string, unknown[], string]>([
    ["BRAND_NAME", ["Ac\u202eme", 1], "/sign-in"],
    ["BRAND_LOGO", ["https://example.com/logo.svg", {}], "/sign-in"],
    ["BRAND_COLOR", ["red", 7], "/sign-in"],
    ["USAGE_ADDRESSES", ["Hashed", "clear ", false], "/usage"],
  ])("%s: what needs it answers 503 and names it; all else works", async (name, values, path) => {
    for (const value of values) {
      await withEnv({ [name]: value }, async () => {
        const { detail } = await problem(await admin("GET", path), 503, "misconfigured");
        expect(detail, String(value)).toMatch(new RegExp(`^${name} must be `));
        const reasons = logged().map(({ reason }) => String(reason));
        logLines.length = 0;
        expect(
          reasons.some((reason) => reason.includes(name)),
          reasons.join(),
        ).toBe(true);
        expect(await status(ask("/status"))).toBe(200);
        expect(await status(admin("GET", "/sub-accounts"))).toBe(200);
      });
    }
  });

  it.each(broken)(
    "%s (%j): the plane that needs it answers 503, and the log names it; the other one works",
    async (name, changes, needs) => {
      const named = () => {
        const reasons = logged().map(({ reason }) => String(reason));
        logLines.length = 0;
        for (const reason of reasons)
          expect((reason.match(/misconfigured/g) ?? []).length, reason).toBeLessThanOrEqual(1);
        return reasons.some((reason) => new RegExp(`\\b${name}\\b`).test(reason));
      };
      await withEnv(changes, async () => {
        expect([await status(ask("/status")), named()], "the gate").toEqual(needs.gate ? [503, true] : [200, false]);
        expect([await status(admin("GET", "/sub-accounts")), named()], "the admin plane").toEqual(
          needs.admin ? [503, true] : [200, false],
        );
        expect([await status(signIn()), named()], "a sign-in").toEqual(needs.session ? [503, true] : [204, false]);
        expect(await status(ask("/_tidegate/healthz"))).toBe(200);
      });
      expect(await ok(200, admin("GET", "/session"))).toMatchObject({ actor: "owner-key" });
    },
  );
});
