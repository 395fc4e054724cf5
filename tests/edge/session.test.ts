// Who may use the admin API: the owner key, sessions, and pages of other origins.
import { env } from "cloudflare:test";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";

import { ADMIN, API, GATE, admin, ask, ok, problem, withEnv } from "./support/gate.ts";
import { OWNER_KEY, TOKEN_KEYS } from "./support/keys.ts";
import { logged } from "./support/log.ts";
import { everything } from "./support/registry.ts";
import { START, at, rfc3339 } from "./support/rotation.ts";
import { publishDemo } from "./support/world.ts";

const LIFETIME = 12 * 3600;
const JSON_TYPE = { "content-type": "application/json" };
const newSubAccount = JSON.stringify({ id: "new", name: "New" });

beforeAll(publishDemo);

beforeEach(() => {
  at(START);
});

function signIn(key: unknown = OWNER_KEY, headers: object = { origin: ADMIN }): Promise<Response> {
  const init = { method: "POST", headers: { ...JSON_TYPE, ...headers }, body: JSON.stringify({ key }) };
  return ask(`${API}/session`, init as RequestInit);
}

/** Signs in; gives back what the browser would send from then on. */
async function session(): Promise<{ cookie: string }> {
  const response = await signIn();
  expect(response.status).toBe(204);
  return { cookie: response.headers.get("set-cookie")!.split(";")[0]! };
}

const send = (method: string, path: string, headers: object, body?: string) =>
  ask(`${API}${path}`, { method, headers: { ...(body ? JSON_TYPE : {}), ...headers } as HeadersInit, body });

describe("a session", () => {
  it("is a cookie that scripts cannot read and other sites cannot send", async () => {
    const response = await signIn();
    expect([response.status, await response.text()]).toEqual([204, ""]);
    const [pair, ...attributes] = response.headers.get("set-cookie")!.split("; ");
    expect(pair).toMatch(/^__Host-tidegate=[A-Za-z0-9_-]{43}\.[0-9a-f]{32}$/);
    expect(attributes.sort()).toEqual(["HttpOnly", `Max-Age=${LIFETIME}`, "Path=/", "SameSite=Strict", "Secure"]);
    expect(response.headers.get("cache-control")).toBe("no-store");
  });

  it("that was made up never comes to the registry", async () => {
    const { cookie } = await session();
    const [id, tag] = cookie.split("=")[1]!.split(".");
    const others = ["x", id, `${id}.`, `x.${tag}`, `.${tag}`, `${id}.${tag!.slice(1)}`, `${id}.${"0".repeat(32)}`];
    const REGISTRY = { getByName: () => ({ fetch: () => Promise.reject(new Error("asked")) }), idFromName: () => "x" };
    await withEnv({ REGISTRY }, async () => {
      for (const other of others) {
        const answer = await send("GET", "/session", { cookie: `__Host-tidegate=${other}` });
        await problem(answer, 401, "not-signed-in");
      }
      await problem(await send("GET", "/session", { cookie }), 503, "registry-unavailable");
    });
  });

  it("reads and changes, as itself", async () => {
    const mine = await session();
    expect((await send("GET", "/policy", mine)).status).toBe(200);
    expect((await send("POST", "/resync", { ...mine, origin: ADMIN })).status).toBe(202);
    const { tables } = await everything();
    expect(tables.events!.at(-1)).toMatchObject({
      kind: "registry.resynced",
      actor: "owner-key",
    });
  });

  it("tells who asks and when it ends; the owner key has no end", async () => {
    const mine = await session();
    at(START + 60);
    const told = await ok(200, send("GET", "/session", mine));
    const expires_at = rfc3339(START + LIFETIME);
    expect(told).toMatchObject({ actor: "owner-key", expires_at, api_url: GATE, person: null, grantable: null });
    expect(told.permissions).toContainEqual({ verb: "settings.manage", place: "agency" });
    expect(await ok(200, admin("GET", "/session"))).toEqual({ ...told, expires_at: null });
    at(START + LIFETIME);
    await problem(await send("GET", "/session", mine), 401, "not-signed-in");
    await problem(await send("GET", "/session", {}), 401, "not-signed-in");
  });

  it("ends when signed out, and the cookie is taken back", async () => {
    const mine = await session();
    const out = await send("DELETE", "/session", { ...mine, origin: ADMIN });
    expect(out.status).toBe(204);
    expect(out.headers.get("set-cookie")).toMatch(/^__Host-tidegate=; .*Max-Age=0/);
    await problem(await send("GET", "/policy", mine), 401, "not-signed-in");
  });

  it("ends after 12 hours, on the second", async () => {
    const mine = await session();
    at(START + LIFETIME - 1);
    expect((await send("GET", "/policy", mine)).status).toBe(200);
    at(START + LIFETIME);
    await problem(await send("GET", "/policy", mine), 401, "not-signed-in");
  });

  it("is kept as a digest only", async () => {
    const { cookie } = await session();
    expect(JSON.stringify(await everything())).not.toContain(cookie.split("=")[1]);
  });

  it.each([
    ["no cookie", ""],
    ["another cookie", "tidegate=x; other=y"],
    ["an empty one", "__Host-tidegate="],
    ["one that nobody was given", `__Host-tidegate=${"A".repeat(43)}`],
    ["two of them", "__Host-tidegate=a; __Host-tidegate=b"],
  ])("%s is none", async (_, cookie) => {
    await problem(await send("GET", "/policy", { cookie }), 401, "not-signed-in");
  });

  it("beside a wrong owner key does not count", async () => {
    const mine = await session();
    await problem(await send("GET", "/policy", { ...mine, authorization: "Bearer wrong" }), 401, "wrong-key");
  });
});

describe("the owner key", () => {
  it.each([
    ["another", "x".repeat(40)],
    ["nothing", ""],
    ["a part of it", OWNER_KEY.slice(0, -1)],
    ["it and more", `${OWNER_KEY}x`],
    ["in another case", OWNER_KEY.toUpperCase()],
  ])("%s does not sign in, nor pass", async (_, key) => {
    await problem(await signIn(key), 401, "wrong-key");
    const response = await send("GET", "/policy", { authorization: `Bearer ${key}` });
    expect(response.headers.get("www-authenticate")).toContain("Bearer realm=");
    await problem(response, 401, "wrong-key");
  });

  it.each(["Basic", "Token", ""])("under the scheme %j does not pass", async (scheme) => {
    await problem(await send("GET", "/policy", { authorization: `${scheme} ${OWNER_KEY}`.trim() }), 401, "wrong-key");
  });

  it.each([
    undefined,
    "",
    "x".repeat(49),
    OWNER_KEY.slice(0, -1),
    `${OWNER_KEY}x`,
    `${OWNER_KEY}\n`,
    OWNER_KEY.toUpperCase(),
  ])(
    "that is unset or of another form (%j): nothing passes, and the answer and the log say how to make one",
    async (key) => {
      await withEnv({ OWNER_KEY: key }, async () => {
        for (const given of [key ?? "", OWNER_KEY]) {
          const headers = { authorization: `Bearer ${given.trim()}` };
          const { detail } = await problem(await send("GET", "/policy", headers), 503, "misconfigured");
          expect(detail).toContain("cargo xtask secret OWNER_KEY");
          await problem(await signIn(given), 503, "misconfigured");
        }
        expect((await ask("/status")).status).toBe(200);
      });
      expect(logged().map(({ reason }) => reason)).toContainEqual(
        expect.stringContaining("cargo xtask secret OWNER_KEY"),
      );
    },
  );

  it("that is another one ends every session, and starts others", async () => {
    const mine = await session();
    const other = `owner_${"z".repeat(43)}`;
    await withEnv({ OWNER_KEY: other }, async () => {
      await problem(await send("GET", "/policy", mine), 401, "not-signed-in");
      await problem(await signIn(OWNER_KEY), 401, "wrong-key");
    });
    expect((await send("GET", "/policy", mine)).status).toBe(200);
  });

  it("a session ends with the first token key too, whose MAC its cookie carries; another one behind it does nothing", async () => {
    const mine = await session();
    const [first, second] = TOKEN_KEYS.split(",");
    await withEnv({ TOKEN_KEYS: first }, async () => expect((await send("GET", "/policy", mine)).status).toBe(200));
    await withEnv({ TOKEN_KEYS: `${second},${first}` }, async () => {
      await problem(await send("GET", "/policy", mine), 401, "not-signed-in");
    });
  });

  it("is not a token, and a token is not the owner key", async () => {
    const answer = await ask("/contacts/", { headers: { authorization: `Bearer ${OWNER_KEY}` } });
    await problem(answer, 401, "invalid-token");
    const { token } = await ok(
      201,
      admin("POST", "/integrations", { name: "n", owner: { level: "agency", id: "a" }, scopes: [] }),
    );
    await problem(await send("GET", "/policy", { authorization: `Bearer ${token}` }), 401, "wrong-key");
  });
});

describe("changes from elsewhere", () => {
  const elsewhere: [string, object][] = [
    ["another origin", { origin: "https://evil.example" }],
    ["the API's host", { origin: GATE }],
    ["the same name over http", { origin: "http://admin.example" }],
    ["another port", { origin: "https://admin.example:8443" }],
    ["a name that begins alike", { origin: "https://admin.example.evil.example" }],
    ["an opaque origin", { origin: "null" }],
    ["a cross-site fetch", { "sec-fetch-site": "cross-site" }],
    ["a sibling's fetch", { "sec-fetch-site": "same-site" }],
  ];

  it.each(elsewhere)("%s: refused, with a session and with the key", async (_, from) => {
    const before = await everything();
    await problem(await signIn(OWNER_KEY, from), 403, "cross-origin");
    for (const who of [{ authorization: `Bearer ${OWNER_KEY}` }, { cookie: "__Host-tidegate=x" }]) {
      await problem(await send("POST", "/sub-accounts", { ...who, ...from }, newSubAccount), 403, "cross-origin");
    }
    expect(await everything()).toEqual(before);
  });

  it("a session that does not say where it comes from: refused", async () => {
    const mine = await session();
    const before = await everything();
    await problem(await send("POST", "/sub-accounts", mine, newSubAccount), 403, "cross-origin");
    expect(await everything()).toEqual(before);
  });

  it("reads with a session from another origin: refused", async () => {
    const mine = await session();
    await problem(await send("GET", "/policy", { ...mine, origin: "https://evil.example" }), 403, "cross-origin");
  });

  it("no answer allows another origin to read it", async () => {
    for (const method of ["GET", "OPTIONS"]) {
      const answer = await send(method, "/policy", {
        origin: "https://evil.example",
        "access-control-request-method": "PUT",
      });
      expect([...answer.headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
    }
  });
});

describe("ADMIN_HOST", () => {
  const owner = { authorization: `Bearer ${OWNER_KEY}` };

  it("confines the admin plane to its name", async () => {
    await withEnv({ ADMIN_HOST: "elsewhere.example" }, async () => {
      for (const path of ["/policy", "/openapi.json", "/session"]) {
        await problem(await send("GET", path, owner), 404, "not-found");
      }
      expect((await signIn()).status).toBe(404);
      expect((await ask("/_tidegate/healthz")).status).toBe(200);
      await problem(await ask("/_tidegate/whoami"), 401, "missing-token");
    });
  });

  it.each(["Admin.Example", "admin.example:443"])("lets it be reached there (%s)", async (ADMIN_HOST) => {
    await withEnv({ ADMIN_HOST }, async () => {
      expect((await send("GET", "/policy", owner)).status).toBe(200);
    });
  });

  it.each(["Gate.Example", "gate.example:443"])(
    "serves nothing of the API (%s): it would share an origin with the admin's session",
    async (ADMIN_HOST) => {
      await withEnv({ ADMIN_HOST }, async () => {
        for (const path of ["/status", "/contacts/"]) await problem(await ask(path), 404, "not-found");
        for (const path of ["/status", "/sw.js"]) {
          await problem(await ask(path, { headers: { "service-worker": "script" } }), 404, "not-found");
        }
        await problem(await ask("/_tidegate/whoami"), 401, "missing-token");
      });
      expect((await ask("/status")).status).toBe(200);
    },
  );

  describe("that is not set", () => {
    const without = (work: () => Promise<void>) => withEnv({ ADMIN_HOST: "" }, work);

    it("there is no page and no session, and the answer says why", async () => {
      const mine = await session();
      const asked: unknown[] = [];
      const REGISTRY = {
        getByName: () => ({ fetch: (...call: unknown[]) => asked.push(call) }),
        idFromName: () => "x",
      };
      await withEnv({ ADMIN_HOST: "", REGISTRY }, async () => {
        for (const path of ["/_tidegate/", "/_tidegate", "/_tidegate/assets/index-D3aB_x-9.js"]) {
          const { detail } = await problem(await ask(path), 404, "no-admin-host");
          expect(detail).toContain("ADMIN_HOST");
        }
        const signedIn = await signIn();
        expect(signedIn.headers.has("set-cookie")).toBe(false);
        await problem(signedIn, 404, "no-admin-host");
        for (const path of ["/policy", "/session"]) await problem(await send("GET", path, mine), 401, "not-signed-in");
        await problem(await send("POST", "/resync", { ...mine, origin: ADMIN }), 401, "not-signed-in");
      });
      expect(asked).toEqual([]);
    });

    it("the API takes the owner key as a bearer token, on every host", async () => {
      await without(async () => {
        expect((await send("GET", "/policy", owner)).status).toBe(200);
        expect((await ask("/status")).status).toBe(200);
      });
    });
  });
});

it("these tests have an environment of their own, whatever .dev.vars says", () => {
  expect(env).toMatchObject({
    OWNER_KEY,
    TOKEN_PREFIX: "",
    REALM: "",
    ADMIN_HOST: "admin.example",
    API_URL: GATE,
    ORIGIN_URL: "",
  });
});
