// tests/corpus/tokens.json and records.json over HTTP, through whoami.
import { env } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import decisions from "../corpus/decisions.json";
import records from "../corpus/records.json";
import tokens from "../corpus/tokens.json";
import { switches } from "./main.ts";
import { ask, problem } from "./support/gate.ts";
import { TOKEN_KEYS } from "./support/keys.ts";
import { Steering } from "./support/kv.ts";
import { logLines, logged } from "./support/log.ts";
import { putRecord, sign } from "./support/sign.ts";
import { StubSteering, out } from "./support/stub.ts";

const whoami = (authorization: string) => ask("/_tidegate/whoami", { headers: { authorization } });
const kv = new Steering();
const registry = new StubSteering();

/** The registry gives no record: what KV holds is what there is. */
beforeEach(() => {
  kv.reset();
  registry.onRead = (path) => (path === "/feed" ? undefined : out(path));
  switches.env = { ...env, TOKENS: kv.around(env.TOKENS), REGISTRY: registry.around(env.REGISTRY) };
});

afterEach(() => {
  switches.env = undefined;
});

describe("tokens", () => {
  it.each(tokens.cases)("$outcome: $what", async ({ text, outcome, id, hash }) => {
    expect(tokens.token_keys).toBe(TOKEN_KEYS);
    if (outcome === "ok") {
      const owner = { level: "agency", id: "a" };
      const record = { v: 1, rev: 1, id, owner, name: "n", scopes: [], tokens: [{ n: 1, hash }] };
      await putRecord(id, record);
      const response = await whoami(`Bearer ${text}`);
      expect(response.status).toBe(200);
      expect(await response.json()).toMatchObject({ integration: { id } });
      expect(kv.reads).toEqual([`i:${id}`]);
    } else {
      const response = await whoami(`Bearer ${text}`);
      expect(response.headers.get("www-authenticate")).toBe('Bearer realm="api", error="invalid_token"');
      await problem(response, 401, "invalid-token");
      expect(logged()).toMatchObject([{ code: `${outcome}_token`, integration: null }]);
      expect(kv.reads).toEqual([]);
    }
  });
});

it("a MAC is what docs/storage.md says", async () => {
  const signed = records.cases.filter(({ text, stored }) => text !== undefined && text !== stored);
  expect(signed.length).toBeGreaterThan(30);
  for (const { what, text, stored } of signed) expect(await sign(`i:${records.id}`, text!), what).toBe(stored);
});

describe("records", () => {
  const now = 1768464000 - 1; // the last second of the window in the vectors
  const key = `i:${records.id}`;

  it.each(records.cases)("$outcome: $what", async ({ stored, outcome, record }) => {
    vi.setSystemTime(now * 1000);
    await env.TOKENS.put(key, stored);
    const response = await whoami(decisions.tokens.tenant);
    if (outcome === "live" && record!.paused) {
      await problem(response, 401, "invalid-token");
      expect(logged()).toMatchObject([{ code: "paused_integration" }]);
    } else if (outcome === "live") {
      expect(response.status).toBe(200);
      const { name, owner, scopes, outgoing, expires_at } = record!;
      const ends = [outgoing?.until, expires_at ?? undefined].filter((end) => end !== undefined);
      const end = new Date(Math.min(...ends) * 1000);
      const token = {
        use: outgoing ? "outgoing" : "current",
        ...(ends.length > 0 && { expires_at: end.toISOString().replace(".000", "") }),
      };
      const at = (seconds: number) => new Date(seconds * 1000).toISOString().replace(".000", "");
      const integration = {
        id: records.id,
        name,
        state: outgoing ? "rotating" : "steady",
        ...(expires_at && { expires_at: at(expires_at) }),
      };
      const rotation = outgoing && { rotation: { ends_at: at(outgoing.until) } };
      expect(await response.json()).toEqual({ integration, owner, scopes, token, ...rotation });
    } else if (outcome === "gone") {
      await problem(response, 401, "invalid-token");
    } else {
      await problem(response, 503, "unavailable");
      expect(logged()).toMatchObject([
        { code: "store_unavailable", reason: expect.stringContaining(`${key} is corrupt`) },
      ]);
      expect(logLines.join()).not.toContain("Zapier");
    }
  });
});
