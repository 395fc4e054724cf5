// Classes 13 to 20 of docs/security.md, in workerd: header fields and methods.
import { describe, expect, it } from "vitest";

import { ask, askWith, problem } from "../support/gate.ts";
import { a, gateWithRecorder } from "../support/recorded.ts";
import { identity, onlyReceived, received } from "../support/recorder.ts";

gateWithRecorder();

const CONTACTS = "/contacts/?locationId=acme";
const bearer = () => ({ authorization: `Bearer ${a.token}` });
const sent = (headers: Record<string, string>, path = CONTACTS) => ask(path, { headers: { ...bearer(), ...headers } });

it("class 13: two credentials are none", async () => {
  for (const other of [`Bearer ${a.token}`, "Bearer x", "Basic eDp5"]) {
    for (const both of [
      [`Bearer ${a.token}`, other],
      [other, `Bearer ${a.token}`],
    ]) {
      const headers = new Headers(both.map((value) => ["authorization", value] as [string, string]));
      await problem(await ask(CONTACTS, { headers }), 400, "ambiguous-request");
    }
  }
  expect(await received()).toEqual([]);
});

it("class 14: identity fields of the client's do not reach the origin", async () => {
  const claims = { "X-Tidegate-Owner": "globex", "X-Tidegate-Level": "agency", "X-Tidegate-Admin": "1" };
  expect((await sent(claims)).status).toBe(200);
  expect(identity(await onlyReceived())).toMatchObject({
    "x-tidegate-owner": "acme",
    "x-tidegate-level": "sub_account",
  });
  expect((await ask("/status", { headers: claims })).status).toBe(200);
  expect(identity(await onlyReceived())).toEqual({});
});

it("class 15: nor do they in another spelling", async () => {
  const claims = { x_tidegate_owner: "globex", "X-TIDEGATE_OWNER": "globex", "x.tidegate.owner": "globex" };
  for (const [name, value] of Object.entries(claims)) {
    expect((await sent({ [name]: value })).status).toBe(200);
    expect(JSON.stringify((await onlyReceived()).headers)).not.toContain("globex");
  }
});

const URIS = [
  "X-Original-URL",
  "X-Original-URI",
  "X-Rewrite-URL",
  "X_Original_URL",
  "X-Forwarded-Uri",
  "X-Forwarded-Path",
];

it.each(URIS)("class 16: %s decides nothing", async (name) => {
  await problem(await ask(CONTACTS, { headers: { [name]: "/status" } }), 401, "missing-token");
  await problem(await sent({ [name]: "/status" }, "/admin"), 404, "unknown-operation");
  expect(await received()).toEqual([]);
  expect((await sent({ [name]: "/admin" })).status).toBe(200);
  const { headers } = await onlyReceived();
  expect(JSON.stringify(headers)).not.toContain("/admin");
});

it.each(["x-middleware-subrequest", "X_Middleware_Subrequest", "cf-worker", "x-inject-panic", "x-tidegate-internal"])(
  "class 17: %s opens nothing",
  async (name) => {
    const value = "src/middleware:src/middleware:src/middleware";
    await problem(await ask(CONTACTS, { headers: { [name]: value } }), 401, "missing-token");
    expect(await received()).toEqual([]);
    if (!/middleware|tidegate/i.test(name)) return;
    await sent({ [name]: value });
    expect(JSON.stringify((await onlyReceived()).headers)).not.toContain("middleware");
  },
);

it("class 18: Connection cannot name our fields away", async () => {
  const connection = "close, X-Tidegate-Owner, x-tidegate-level, X-Forwarded-For, X-Hop";
  const client = { "cf-connecting-ip": "192.0.2.1", "x-forwarded-for": "198.51.100.7" };
  expect((await sent({ connection, "x-hop": "1", ...client })).status).toBe(200);
  const seen = await onlyReceived();
  expect(identity(seen)).toMatchObject({ "x-tidegate-owner": "acme", "x-tidegate-level": "sub_account" });
  expect(seen.headers).toMatchObject({ "x-forwarded-for": "192.0.2.1" });
  expect(seen.headers).not.toHaveProperty("x-hop");
});

describe("class 19: nobody is exempt", () => {
  it.each(["kube-probe/1.30", "GoogleHC/1.0", "ELB-HealthChecker/2.0", "Amazon-Route53-Health-Check-Service", ""])(
    "the user agent %j",
    async (agent) => {
      await problem(await ask(CONTACTS, { headers: { "user-agent": agent } }), 401, "missing-token");
      expect(await received()).toEqual([]);
    },
  );

  it("no path of the origin is for health checks, and our own tells nothing else", async () => {
    for (const path of ["/healthz", "/ping", "/readyz", "/.well-known/health"]) {
      await problem(await ask(path), 401, "missing-token");
    }
    expect(Object.keys(await (await ask("/_tidegate/healthz")).json<object>()).sort()).toEqual(["status", "version"]);
    expect(await received()).toEqual([]);
  });
});

describe("class 20: methods", () => {
  it.each(["OPTIONS", "PROPFIND", "patch", "PURGE"])(
    "%s is an operation of its own, and in no document",
    async (method) => {
      const response = await askWith(a.token, CONTACTS, { method });
      expect([response.status, response.headers.get("allow")]).toEqual([405, "GET, POST, HEAD"]);
      expect((await ask(CONTACTS, { method })).status).toBe(401);
      expect(await received()).toEqual([]);
    },
  );

  it("Upgrade makes no GET of another method", async () => {
    const headers = { connection: "Upgrade", upgrade: "websocket", "sec-websocket-version": "13" };
    expect((await askWith(a.token, CONTACTS, { method: "HEAD", headers })).status).toBe(200);
    const seen = await onlyReceived();
    expect([seen.method, seen.headers.upgrade]).toEqual(["HEAD", undefined]);
  });

  it.each(["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "X_HTTP_METHOD_OVERRIDE"])(
    "%s is not heard, and not passed on",
    async (name) => {
      await problem(
        await askWith(a.token, CONTACTS, { method: "PATCH", headers: { [name]: "GET" } }),
        405,
        "method-not-allowed",
      );
      expect(await received()).toEqual([]);
      await sent({ [name]: "DELETE" });
      expect(JSON.stringify((await onlyReceived()).headers)).not.toContain("DELETE");
    },
  );
});
