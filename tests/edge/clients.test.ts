// What real clients send, and what real origins answer: header fields, credentials of others, statuses, names.
import { env, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeAll, describe, expect, inject, it, vi } from "vitest";

import { switches } from "./main.ts";
import { ACME, CONTACTS } from "./support/demo.ts";
import {
  admin,
  ask,
  askThroughBinding,
  askWith,
  create,
  forget,
  ifMatch,
  ok,
  problem,
  withEnv,
} from "./support/gate.ts";
import { OWNER_KEY } from "./support/keys.ts";
import { logLines, logged } from "./support/log.ts";
import { a, gateWithRecorder } from "./support/recorded.ts";
import { onlyReceived, received } from "./support/recorder.ts";
import { tables } from "./support/registry.ts";

gateWithRecorder();
afterEach(() => vi.restoreAllMocks());

const LIST = "/contacts/?locationId=acme";

/** What the gate asks of the platform's fetch while `ORIGIN_URL` is set. */
async function asked(work: () => Promise<Response>): Promise<Request> {
  const requests: Request[] = [];
  vi.spyOn(globalThis, "fetch").mockImplementation(async (request) => {
    requests.push(request as Request);
    return new Response("{}");
  });
  await withEnv({ ORIGIN: undefined, ORIGIN_URL: "https://origin.example" }, work);
  expect(requests).toHaveLength(1);
  return requests[0]!;
}

describe("a location's cache", () => {
  it("is told to stay out, by no field that the origin would see", async () => {
    const request = await asked(() => askWith(a.token, LIST, { headers: { "if-none-match": '"v1"' } }));
    expect(request.cf).toEqual({ cacheTtl: -1, cacheLevel: "bypass" });
    expect(request.cache).toBeUndefined();
    expect([...request.headers.keys()].filter((name) => /^(cache-control|pragma)$/.test(name))).toEqual([]);
    expect(request.headers.get("if-none-match")).toBe('"v1"');
  });

  it.each(["no-cache", "max-age=0"])("Cache-Control: %s is the client's, and passes", async (value) => {
    const request = await asked(() => askWith(a.token, LIST, { headers: { "cache-control": value } }));
    expect(request.headers.get("cache-control")).toBe(value);
  });
});

const CLIENT = { "cf-connecting-ip": "192.0.2.1" };
const CLAIMS = {
  "x-forwarded-for": "198.51.100.7",
  "x-forwarded-host": "evil.example",
  "x-forwarded-proto": "gopher",
  x_forwarded_host: "evil.example",
  forwarded: "for=198.51.100.7",
  "x-real-ip": "198.51.100.7",
  "true-client-ip": "198.51.100.7",
  expect: "100-continue",
};

describe("what the origin hears of the client", () => {
  const expectPlatformsWord = (headers: Record<string, string>) => {
    expect(headers).toMatchObject({
      "x-forwarded-for": "192.0.2.1",
      "x-forwarded-host": "gate.example",
      "x-forwarded-proto": "https",
    });
    for (const name of ["x_forwarded_host", "forwarded", "x-real-ip", "true-client-ip", "expect"])
      expect(headers).not.toHaveProperty(name);
  };

  it("by a service binding", async () => {
    await askWith(a.token, LIST, { headers: { ...CLIENT, ...CLAIMS } });
    expectPlatformsWord((await onlyReceived()).headers);
  });

  it("by ORIGIN_URL", async () => {
    const request = await asked(() => askWith(a.token, LIST, { headers: { ...CLIENT, ...CLAIMS } }));
    expectPlatformsWord(Object.fromEntries(request.headers));
  });

  it("where the platform says nothing, nothing", async () => {
    await askWith(a.token, LIST, { headers: CLAIMS });
    expect((await onlyReceived()).headers).not.toHaveProperty("x-forwarded-for");
  });

  it("REMOVED_HEADERS names more that stays behind", async () => {
    await withEnv({ ORIGIN: env.RECORDER, REMOVED_HEADERS: "X-Internal-*, Debug" }, async () => {
      await askWith(a.token, LIST, {
        headers: { "x-internal-user": "1", x_internal_user: "1", debug: "1", "x-debug": "1" },
      });
      const { headers } = await onlyReceived();
      expect(headers).toMatchObject({ "x-debug": "1" });
      for (const name of ["x-internal-user", "x_internal_user", "debug"]) expect(headers).not.toHaveProperty(name);
    });
    await withEnv({ ORIGIN: env.RECORDER, REMOVED_HEADERS: "Authorization" }, async () => {
      await ask("/status", { headers: { authorization: "Basic dXNlcjpwYXNz", accept: "text/plain" } });
      const { headers } = await onlyReceived();
      expect(headers).toMatchObject({ accept: "text/plain" });
      expect(headers).not.toHaveProperty("authorization");
    });
    await withEnv({ ORIGIN: env.RECORDER, REMOVED_HEADERS: "a b" }, async () => {
      await problem(await askWith(a.token, LIST), 503, "unavailable");
      expect((await ask("/_tidegate/healthz")).status).toBe(200);
    });
    await received();
  });
});

describe("Authorization on a public operation", () => {
  const FOREIGN = [
    "Basic eDp5",
    "Bearer sesame",
    'Digest a="b", c="d"',
    "Bearer",
    "sesame",
    `Negotiate ${"a".repeat(9000)}`,
  ];

  it.each(FOREIGN)("%s passes byte for byte, and nowhere else", async (authorization) => {
    expect((await ask("/status", { headers: { authorization } })).status).toBe(200);
    expect((await onlyReceived()).headers.authorization).toBe(authorization);
    const request = await asked(() => ask("/status", { headers: { authorization } }));
    expect(request.headers.get("authorization")).toBe(authorization);
    expect([400, 401, 431]).toContain((await ask(LIST, { headers: { authorization } })).status);
    expect(await received()).toEqual([]);
  });

  it("a token of ours is judged as everywhere, and stays with the gate", async () => {
    expect((await askWith(a.token, "/status")).status).toBe(200);
    const { headers } = await onlyReceived();
    expect(headers).not.toHaveProperty("authorization");
    expect(headers["x-tidegate-owner"]).toBe("acme");
    await problem(await askWith(`${a.token}x`, "/status"), 401, "invalid-token");
    expect(await received()).toEqual([]);
  });

  it.each([
    ["the owner key", OWNER_KEY],
    ["an automation key", "tga_x"],
  ])("%s is 401, and never forwarded", async (_, key) => {
    for (const authorization of [key, `Bearer ${key}`]) {
      await problem(await ask("/status", { headers: { authorization } }), 401, "invalid-token");
      await problem(await ask(LIST, { headers: { authorization } }), 401, "invalid-token");
    }
    expect(await received()).toEqual([]);
  });

  it("one of ours beside anything else is 400", async () => {
    for (const authorization of [
      `Bearer ${a.token}, Basic eDp5`,
      `Basic ${a.token}`,
      `Basic eDp5, Bearer ${OWNER_KEY}`,
      `Bearer "${a.token}"`,
    ]) {
      await problem(await ask("/status", { headers: { authorization } }), 400, "ambiguous-request");
    }
    expect(await received()).toEqual([]);
  });
});

describe("a credential", () => {
  it.each([" ", "\t", " \t "])("may have white space %j around it", async (space) => {
    for (const authorization of [`Bearer ${a.token}${space}`, `${space}Bearer ${a.token}`, `${a.token}${space}`]) {
      expect((await ask(LIST, { headers: new Headers([["authorization", authorization]]) })).status).toBe(200);
    }
    await received();
  });

  it.each(["Bearer Bearer T", 'Bearer "T"', "Bearer: T", "Bearer token=T", "Bearer {{token}}", "Bearer", "Token T"])(
    "%s: the answer shows the form",
    async (form) => {
      const response = await ask(LIST, { headers: { authorization: form.replace("T", a.token) } });
      const { detail } = await problem(response, 400, "ambiguous-request");
      expect(detail).toContain('"Authorization: Bearer <token>"');
      expect(detail).not.toContain(a.token);
    },
  );
});

// What memory can judge is forwarded without a future; everything else within one.
describe.each([
  ["read for it", false],
  ["remembered", true],
])("by a record that is %s, an answer", (_, isRemembered) => {
  /** Asks while the origin answers so. */
  async function answered(answer: Response, init: RequestInit = {}): Promise<Response> {
    let works = isRemembered;
    const ORIGIN = {
      fetch: (...sent: [Request, RequestInit]) => (works ? env.RECORDER.fetch(...sent) : Promise.resolve(answer)),
    };
    return withEnv({ ORIGIN }, async () => {
      if (isRemembered) expect((await askWith(a.token, LIST)).status).toBe(200);
      works = false;
      return askWith(a.token, LIST, init);
    });
  }

  it("loses what would reach the admin page and what is for the next hop, and nothing else", async () => {
    const cookies = [
      "a=1; Path=/",
      "__Host-tidegate=stolen; Path=/; Secure",
      "b=2",
      "=__Host-tidegate=stolen",
      "__Host-tidegates=3",
    ];
    const fields: [string, string][] = [
      ["clear-site-data", '"cookies"'],
      ["Service-Worker-Allowed", "/"],
      ["proxy-authenticate", "Basic"],
      ["Proxy-Connection", "keep-alive"],
      ["x-kept", "1"],
      ["vary", "a"],
    ];
    const headers = new Headers([...fields, ...cookies.map((cookie) => ["set-cookie", cookie] as [string, string])]);
    const response = await answered(new Response("body", { status: 203, headers }));
    expect([response.status, await response.text()]).toEqual([203, "body"]);
    expect(response.headers.getSetCookie()).toEqual(["a=1; Path=/", "b=2", "__Host-tidegates=3"]);
    expect(Object.fromEntries([...response.headers].filter(([name]) => name !== "set-cookie"))).toMatchObject({
      "x-kept": "1",
      vary: "a",
    });
    for (const [name] of fields.slice(0, 4)) expect(response.headers.has(name), name).toBe(false);
  });

  it("that carries nothing of it is given on as it is", async () => {
    const answer = new Response("body", {
      headers: [
        ["set-cookie", "a=1"],
        ["set-cookie", "b=2"],
      ],
    });
    expect(await answered(answer)).toBe(answer);
  });

  it("with a WebSocket keeps it, without a cookie of ours", async () => {
    const { 0: client, 1: server } = new WebSocketPair();
    server.accept();
    const headers = new Headers([
      ["set-cookie", "__Host-tidegate=stolen"],
      ["set-cookie", "a=1"],
    ]);
    const answer = new Response(null, { status: 101, webSocket: client, headers });
    const response = await answered(answer, { headers: { upgrade: "websocket" } });
    expect([response.status, response.headers.getSetCookie()]).toEqual([101, ["a=1"]]);
    const heard = new Promise((resolve) => server.addEventListener("message", ({ data }) => resolve(data)));
    response.webSocket!.accept();
    response.webSocket!.send("still open");
    expect(await heard).toBe("still open");
  });

  it.each([0, 1, 2, 99, 100, 101, 102, 103, 199, 600, 999, 65_536])("with the status %d is 502", async (status) => {
    const answer = { status, headers: new Headers(), body: null } as unknown as Response;
    const { detail } = await problem(await answered(answer), 502, "unusable-answer");
    expect(detail).toContain("may have taken effect");
  });
});

it("a connection that fails: the 502 says that the request may have taken effect", async () => {
  await withEnv({ ORIGIN: undefined, ORIGIN_URL: inject("originUrl") }, async () => {
    const { detail } = await problem(
      await askWith(a.token, LIST, { headers: { "x-reset": "1" } }),
      502,
      "origin-unreachable",
    );
    expect(detail).toContain("may have taken effect");
  });
});

it("an answer whose header fields are too long for workerd: 502, and the log says what that can be, without a value of them", async () => {
  await withEnv({ ORIGIN: undefined, ORIGIN_URL: inject("originUrl") }, async () => {
    const asked = (bytes: number) => askWith(a.token, LIST, { headers: { "x-long-answer": String(bytes) } });
    expect((await asked(96_000)).status).toBe(200);
    logLines.length = 0;
    const { detail } = await problem(await asked(2_000_000), 502, "origin-unreachable");
    expect(detail).toContain("its answer could not be read");
    const [{ code, reason }] = logged() as [Record<string, string>];
    expect([code, reason]).toEqual([
      "origin_unreachable",
      expect.stringContaining("its header fields are malformed or too long"),
    ]);
    expect(logLines.join()).not.toContain("sesame");
  });
});

describe("the gate's own addresses", () => {
  it("answer HEAD as GET, without a body", async () => {
    for (const [path, headers] of [
      ["/_tidegate/healthz", {}],
      ["/_tidegate/whoami", { authorization: `Bearer ${a.token}` }],
      ["/_tidegate/api/integrations", { authorization: `Bearer ${OWNER_KEY}` }],
      ["/_tidegate/api/openapi.json", {}],
    ] as const) {
      const response = await askThroughBinding(path, { method: "HEAD", headers });
      expect([response.status, await response.text()]).toEqual([200, ""]);
    }
  });

  it.each(["POST", "PUT", "DELETE", "OPTIONS"])("refuse %s", async (method) => {
    for (const path of ["/_tidegate/healthz", "/_tidegate/whoami"]) {
      const response = await ask(path, { method });
      expect(response.headers.get("allow")).toBe("GET, HEAD");
      await problem(response, 405, "method-not-allowed");
    }
  });

  it("too long a path or query is 414", async () => {
    await problem(await askWith(a.token, `${LIST}&ids=${"a".repeat(17_000)}`), 414, "target-too-long");
    await problem(await ask(`/_tidegate/${"a".repeat(9_000)}`), 414, "target-too-long");
    for (const [method, path] of [
      ["GET", "/integrations"],
      ["POST", "/session"],
      ["GET", "/none"],
    ] as const)
      await problem(await admin(method, `${path}?q=${"a".repeat(17_000)}`), 414, "target-too-long");
  });
});

describe("the admin API", () => {
  const events = async (id: string) => (await tables()).events!.filter((event: any) => event.integration === id);

  it("an edit that changes nothing makes no revision and no event, and writes nothing to KV", async () => {
    const { id } = await create(ACME, CONTACTS, "Café");
    const [before, stored] = [await ok(200, admin("GET", `/integrations/${id}`)), await env.TOKENS.get(`i:${id}`)];
    for (const edit of [
      { name: "Café" },
      { name: "Cafe\u0301" },
      { description: "" },
      { scopes: [...CONTACTS].reverse() },
    ]) {
      const response = await admin("PATCH", `/integrations/${id}`, edit, ifMatch(1));
      expect(response.headers.get("etag")).toBe('"1"');
      expect(await ok(200, Promise.resolve(response))).toEqual(before);
    }
    expect(await events(id)).toHaveLength(1);
    expect(await env.TOKENS.get(`i:${id}`)).toBe(stored);
    expect((await tables()).outbox).toEqual([]);
    await problem(await admin("PATCH", `/integrations/${id}`, { name: "Café" }, ifMatch(2)), 412, "stale");
  });

  it("takes a weak entity tag, as an edge that compresses makes it", async () => {
    const { id } = await create(ACME, CONTACTS);
    await ok(200, admin("PATCH", `/integrations/${id}`, { name: "weak" }, { "if-match": 'W/"1"' }));
    await problem(
      await admin("PATCH", `/integrations/${id}`, { name: "stale" }, { "if-match": 'W/"1"' }),
      412,
      "stale",
    );
    await ok(204, admin("DELETE", `/integrations/${id}`, undefined, { "if-match": 'W/"2"' }));
  });

  it.each(["\u200b", "abc\u202efdp.exe", "\u2066x\u2069", "\u3164", "\u200d", "a\ufeffb", "a\u00adb"])(
    "refuses the name %j",
    async (name) => {
      expect(
        (await problem(await admin("POST", "/integrations", { name, owner: ACME, scopes: [] }), 422, "invalid-field"))
          .field,
      ).toBe("name");
      expect((await problem(await admin("POST", "/sub-accounts", { id: "x", name }), 422, "invalid-field")).field).toBe(
        "name",
      );
      const edit = { name: "n", description: name, owner: ACME, scopes: [] };
      expect((await problem(await admin("POST", "/integrations", edit), 422, "invalid-field")).field).toBe(
        "description",
      );
    },
  );

  it("keeps names in one spelling, and finds them in any", async () => {
    const { integration } = await ok(
      201,
      admin("POST", "/integrations", { name: "Re\u0301sume\u0301 👩\u200d💻", owner: ACME, scopes: [] }),
    );
    expect(integration.name).toBe("R\u00e9sum\u00e9 👩\u200d💻");
    for (const q of ["R\u00e9sum\u00e9", "RE\u0301SUME\u0301"]) {
      expect((await ok(200, admin("GET", `/integrations?${new URLSearchParams({ q })}`))).total, q).toBe(1);
    }
  });

  it("reads and lists what an older release stored", async () => {
    const { id } = await create(ACME, CONTACTS, "before");
    await runInDurableObject(env.REGISTRY.getByName("registry"), (_, { storage: { sql } }) => {
      sql.exec(
        "UPDATE integrations SET name = ?, description = ? WHERE id = ?",
        "\u202eold\u200b",
        "e\u0301\u2028",
        id,
      );
    });
    expect(await ok(200, admin("GET", `/integrations/${id}`))).toMatchObject({
      name: "\u202eold\u200b",
      description: "e\u0301\u2028",
    });
    expect((await ok(200, admin("GET", "/integrations?limit=200"))).integrations).toContainEqual(
      expect.objectContaining({ id }),
    );
    await ok(200, admin("PATCH", `/integrations/${id}`, { scopes: [] }, ifMatch(1)));
    await problem(await admin("PATCH", `/integrations/${id}`, { name: "\u202eold" }, ifMatch(2)), 422, "invalid-field");
  });

  it.each<[string, (text: string) => Uint8Array]>([
    ["UTF-16", (text) => new Uint8Array(Uint16Array.from(`\ufeff${text}`, (unit) => unit.charCodeAt(0)).buffer)],
    ["UTF-16", (text) => new Uint8Array(Uint16Array.from(text, (unit) => unit.charCodeAt(0)).buffer)],
    ["UTF-32", (text) => new Uint8Array(Uint32Array.from(text, (unit) => unit.charCodeAt(0)).buffer)],
  ])("names %s, in which a body is not accepted", async (name, encode) => {
    const body = encode(JSON.stringify({ name: "wide", owner: ACME, scopes: [] }));
    const { detail } = await problem(await admin("POST", "/integrations", body), 400, "malformed-json");
    expect(detail).toBe(`The body is in ${name}; send UTF-8.`);
  });

  it("accepts a body with a byte order mark", async () => {
    await ok(
      201,
      admin("POST", "/integrations", `\ufeff${JSON.stringify({ name: "marked", owner: ACME, scopes: [] })}`),
    );
  });
});

describe("the demo API", () => {
  beforeAll(forget);

  it("keeps first and last name", async () => {
    switches.env = undefined;
    const body = JSON.stringify({ firstName: "Rosan", lastName: "Deo" });
    const response = await askWith(a.token, "/contacts/", {
      method: "POST",
      body,
      headers: { "content-type": "application/json" },
    });
    expect(await ok(201, Promise.resolve(response))).toMatchObject({
      contact: { firstName: "Rosan", lastName: "Deo", locationId: "acme" },
    });
  });
});
