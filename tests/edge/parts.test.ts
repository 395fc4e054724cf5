// A policy of 20,000 operations, which KV holds in parts: what is published, what a request reads of it, and what KV may lose.
import { env } from "cloudflare:test";
import { beforeAll, describe, expect, it, vi } from "vitest";

import { ACME } from "./support/demo.ts";
import { type Created, admin, ask, askWith, create, forget, ifMatch, ok, problem, withEnv } from "./support/gate.ts";
import { StubSteering, forgetShared } from "./support/stub.ts";

const OPERATIONS = 20_000;
const METHODS = ["get", "put", "post", "delete"];
const PATHS = OPERATIONS / METHODS.length;

const settings = { schemes: { Tenant: { level: "sub_account", private_integrations: true } } };

/** One of four templates has two parameters; an operation's scope is its path's, and one of them needs no token. */
function document(summary: string) {
  const paths: Record<string, object> = {};
  for (let at = 0; at < PATHS; at++) {
    const path = at % 4 === 0 ? `/area${at % 400}/{id}/things${at}/{thing}` : `/area${at % 400}/things${at}`;
    const security = at === 1 ? [] : [{ Tenant: [`area${at % 40}.readonly`] }];
    paths[path] = Object.fromEntries(METHODS.map((method) => [method, { summary: `${summary} ${at}`, security }]));
  }
  return { openapi: "3.1.0", info: { title: "Many", version: "1" }, paths };
}

/** KV, and the keys that were read of it. */
function counted(without: (key: string) => boolean = () => false) {
  const read: string[] = [];
  const get = (key: string, ...rest: [never]) => {
    read.push(key);
    return without(key) ? Promise.resolve(null) : env.TOKENS.get(key, ...rest);
  };
  return { read, env: { TOKENS: { get, getWithMetadata: get } } };
}

/** Publishes, and waits until KV has it: a command writes a few parts, and the alarm those that are left, the head last. */
async function publish(body: object, headers: object = {}) {
  const published = await ok(200, admin("PUT", "/policy", body, headers));
  await inKv(published.rev);
  return published;
}

const inKv = (rev: number) =>
  vi.waitFor(async () => expect(await env.TOKENS.get("policy")).toContain(`"rev":${rev},`), { timeout: 120_000 });

const isPart = (key: string) => key.startsWith("policy/");
const partsInKv = async () => (await env.TOKENS.list({ prefix: "policy/" })).keys.map(({ name }) => name);
const sha256 = async (text: string) => {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
};

describe("20,000 operations", () => {
  let a: Created;
  let rev: number;

  beforeAll(async () => {
    const published = await publish({ documents: [document("An operation")], settings });
    expect(published.report).toMatchObject({ operations: OPERATIONS, errors: [] });
    rev = published.rev;
    await ok(201, admin("POST", "/sub-accounts", { id: "acme", name: "Acme Dental" }));
    a = await create(ACME, ["area7.readonly"]);
  });

  it("are in KV as a head, and parts whose keys are the digests of their texts", async () => {
    const head = (await env.TOKENS.get("policy"))!;
    expect(head.slice(0, 7)).toBe('{"v":2,');
    const parts = await partsInKv();
    expect(parts.length).toBeGreaterThan(5);
    for (const key of parts) {
      const text = (await env.TOKENS.get(key))!;
      expect(text.length).toBeLessThanOrEqual(1_000_000);
      expect(key).toBe(`policy/${await sha256(text)}`);
      expect(head).toContain(key.slice("policy/".length));
    }
  });

  it("a new isolate's first answer is right, and needs few of the parts; the next one needs none", async () => {
    const all = (await partsInKv()).length;
    const kv = counted();
    await withEnv(kv.env, async () => {
      expect((await askWith(a.token, "/area7/things7")).status).toBe(404); // from the demo API, which has no such thing
      const first = kv.read.filter(isPart).length;
      expect(first).toBeGreaterThan(0);
      expect(first).toBeLessThan(all);
      await problem(await askWith(a.token, "/area7/things7", { method: "PATCH" }), 405, "method-not-allowed");
      expect(kv.read.filter(isPart).length).toBe(first);
    });
  });

  it("each is judged by its own line", async () => {
    forget();
    const { missing } = await problem(await askWith(a.token, "/area8/x/things8/y"), 403, "insufficient-scope");
    expect(missing).toEqual(["area8.readonly"]);
    await problem(await askWith(a.token, "/area199/things4999"), 403, "insufficient-scope");
    await problem(await askWith(a.token, "/area200/things5000"), 404, "unknown-operation");
    await problem(await ask("/area7/things7"), 401, "missing-token");
    expect((await ask("/area1/things1")).status).toBe(404); // from the demo API: it needs no token
  });

  it("parts that KV does not give come from the registry", async () => {
    const kv = counted(isPart);
    await withEnv(kv.env, async () => {
      expect((await askWith(a.token, "/area46/things46")).status).toBe(403);
      expect((await askWith(a.token, "/area7/things7")).status).toBe(404);
    });
    expect(kv.read.some(isPart)).toBe(true);
  });

  it("each of them once, however many ask at once without a token", async () => {
    const registry = new StubSteering();
    const parts = await partsInKv();
    const asks = async () => {
      await forgetShared(parts);
      const changes = { ...counted(isPart).env, REGISTRY: registry.around(env.REGISTRY) };
      return withEnv(changes, async () => {
        const answers = await Promise.all(Array.from({ length: 50 }, () => ask("/area1/things1")));
        return new Set(answers.map(({ status }) => status));
      });
    };
    expect(await asks()).toEqual(new Set([404])); // from the demo API
    const read = registry.of("/policy/parts/");
    expect(read.length).toBeGreaterThan(1);
    expect(new Set(read).size).toBe(read.length);
    registry.reset();
    registry.onRead = (path) => (path.startsWith("/policy/parts/") ? new Response(null, { status: 503 }) : undefined);
    expect(await asks()).toEqual(new Set([503]));
    expect(registry.of("/policy/parts/").length).toBe(1);
  });

  it("a part that was written over is not believed", async () => {
    const parts = await partsInKv();
    const texts = await Promise.all(parts.map((key) => env.TOKENS.get(key)));
    const forge = (text: string | null) => text!.replaceAll("area8.readonly", "area7.readonly");
    await Promise.all(parts.map((key, at) => env.TOKENS.put(key, forge(texts[at]!))));
    forget();
    await problem(await askWith(a.token, "/area8/x/things8/y"), 403, "insufficient-scope");
    await Promise.all(parts.map((key, at) => env.TOKENS.put(key, texts[at]!)));
  });

  it("a publication that changes one operation writes few parts, and a roll back none", async () => {
    const before = new Set(await partsInKv());
    const next = document("An operation");
    next.paths["/area7/things7"] = { get: { summary: "changed", security: [{ Tenant: ["area9.readonly"] }] } };
    const published = await publish({ documents: [next], settings }, ifMatch(rev));
    const added = (await partsInKv()).filter((key) => !before.has(key));
    expect(added.length).toBeGreaterThan(0);
    expect(added.length).toBeLessThan(before.size);
    forget();
    await problem(await askWith(a.token, "/area7/things7"), 403, "insufficient-scope");
    const back = await ok(200, admin("POST", "/policy/rollback", { to: rev }, ifMatch(published.rev)));
    await inKv(back.rev);
    expect(new Set(await partsInKv())).toEqual(new Set([...before, ...added]));
    forget();
    expect((await askWith(a.token, "/area7/things7")).status).toBe(404);
  });

  it("a short policy is in one piece again", async () => {
    const short = {
      openapi: "3.1.0",
      info: { title: "Few", version: "1" },
      paths: { "/status": { get: { security: [] } } },
    };
    await publish({ documents: [short], settings });
    expect((await env.TOKENS.get("policy"))!.slice(0, 40)).not.toContain('"v":2');
    forget();
    expect((await ask("/status")).status).toBe(200);
    await problem(await askWith(a.token, "/area7/things7"), 404, "unknown-operation");
  });
});
