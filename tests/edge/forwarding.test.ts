// What passes the gate: to the origin exactly what was judged and who asks, to the client exactly what the origin said.
import { env } from "cloudflare:test";
import { beforeEach, describe, expect, inject, it } from "vitest";

import { switches } from "./main.ts";
import { ACME, CONTACTS } from "./support/demo.ts";
import { GATE, admin, ask, askThroughBinding, askWith, create, ifMatch, ok, problem, withEnv } from "./support/gate.ts";
import { logLines, onlyLine } from "./support/log.ts";
import { a, gateWithRecorder } from "./support/recorded.ts";
import { answerNext, identity, onlyReceived, received } from "./support/recorder.ts";

gateWithRecorder();

const who = () => ({
  "x-tidegate-integration": a.id,
  "x-tidegate-level": "sub_account",
  "x-tidegate-owner": "acme",
  "x-tidegate-scopes": CONTACTS.join(" "),
  "x-tidegate-token": "current",
});

const through = (path: string, init: RequestInit = {}) =>
  askThroughBinding(path, { ...init, headers: { authorization: `Bearer ${a.token}`, ...init.headers } });

describe("header fields", () => {
  const NAMES = ["Owner", "Level", "Integration", "Scopes", "Token", "Admin"];
  const spellings = NAMES.flatMap((name) => [
    `X-Tidegate-${name}`,
    `x-tidegate-${name.toLowerCase()}`,
    `X_TIDEGATE_${name.toUpperCase()}`,
    `X-Tidegate_${name}`,
    `x_tidegate-${name}`,
    `X.Tidegate.${name}`,
    `x~tidegate!${name}`,
  ]);

  it.each([...spellings, "X-Tidegate", "X_Tidegate"])("%s from the client does not reach the origin", async (name) => {
    for (const path of ["/contacts/?locationId=acme", "/status"]) {
      expect((await through(path, { headers: { [name]: "forged" } })).status).toBe(200);
      const seen = await onlyReceived();
      expect(identity(seen)).toEqual(who());
      expect(JSON.stringify(seen.headers)).not.toContain("forged");
    }
  });

  it("from a client without a token, to a public operation: none reach the origin", async () => {
    const response = await ask("/status", { headers: { "x-tidegate-owner": "acme", x_tidegate_level: "agency" } });
    expect(response.status).toBe(200);
    expect(identity(await onlyReceived())).toEqual({});
  });

  it("Connection cannot name ours away, and what it names is gone", async () => {
    const connection = "close, X-Tidegate-Owner, x-tidegate-level, X-Custom, CF-Connecting-IP, Host";
    const headers = { connection, "x-custom": "hop", "x-kept": "end", "cf-connecting-ip": "192.0.2.1" };
    await ask("/contacts/?locationId=acme", { headers: { authorization: `Bearer ${a.token}`, ...headers } });
    const seen = await onlyReceived();
    expect(identity(seen)).toEqual(who());
    expect(seen.headers).toMatchObject({ "x-kept": "end", "cf-connecting-ip": "192.0.2.1" });
    expect(seen.headers).not.toHaveProperty("x-custom");
    expect(seen.headers).not.toHaveProperty("connection");
  });

  it("hop-by-hop fields are gone", async () => {
    const hop = {
      te: "trailers",
      "keep-alive": "timeout=5",
      "proxy-authorization": "Basic eA==",
      "proxy-connection": "x",
      trailer: "x",
    };
    await through("/contacts/?locationId=acme", { headers: { ...hop, upgrade: "h2c", "x-kept": "1" } });
    const { headers } = await onlyReceived();
    for (const name of [...Object.keys(hop), "upgrade"]) expect(headers).not.toHaveProperty(name);
    expect(headers["x-kept"]).toBe("1");
  });

  it.each([
    ["__Host-tidegate=secret", undefined],
    ["a=1; __Host-tidegate=secret; b=2", "a=1; b=2"],
    ["a=1, __Host-tidegate=secret; b=2", "a=1; b=2"],
    ["a=1", "a=1"],
  ])("Cookie: %s reaches the origin as %s, and Authorization never does", async (cookie, expected) => {
    await through("/contacts/?locationId=acme", { headers: { cookie } });
    const { headers } = await onlyReceived();
    expect([headers.cookie, headers.authorization]).toEqual([expected, undefined]);
    expect(JSON.stringify(headers)).not.toContain(a.token);
  });

  it("a bare token is accepted, and does not reach the origin either", async () => {
    const response = await ask("/contacts/?locationId=acme", { headers: { authorization: a.token } });
    expect(response.status).toBe(200);
    expect((await onlyReceived()).headers).not.toHaveProperty("authorization");
  });

  it.each(["X-Original-URL", "X-Rewrite-URL", "X-Forwarded-Uri", "X-HTTP-Method-Override"])(
    "%s plays no part in the verdict",
    async (name) => {
      const value = name.includes("Method") ? "GET" : "/status";
      await problem(
        await ask("/contacts/?locationId=acme", { method: "POST", headers: { [name]: value } }),
        401,
        "missing-token",
      );
      await problem(await through("/nowhere", { headers: { [name]: value } }), 404, "unknown-operation");
      expect(await received()).toEqual([]);
    },
  );
});

describe("bodies", () => {
  const sha256 = async (bytes: Uint8Array) =>
    [...new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))]
      .map((byte) => byte.toString(16).padStart(2, "0"))
      .join("");

  it("a small one with its length", async () => {
    await through("/contacts/", {
      method: "POST",
      body: '{"name":"é"}',
      headers: { "content-type": "application/json" },
    });
    const seen = await onlyReceived();
    expect(seen).toMatchObject({ method: "POST", text: '{"name":"é"}', length: 13 });
    expect(seen.headers).toMatchObject({ "content-length": "13", "content-type": "application/json" });
  });

  it("4 MB, streamed, byte for byte", async () => {
    const chunk = crypto.getRandomValues(new Uint8Array(64 * 1024));
    const whole = new Uint8Array(64 * chunk.length);
    for (let part = 0; part < 64; part += 1) whole.set(chunk, part * chunk.length);
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const sent = (async () => {
      const writer = writable.getWriter();
      for (let part = 0; part < 64; part += 1) await writer.write(chunk);
      await writer.close();
    })();
    const response = await through("/contacts/", { method: "POST", body: readable });
    await sent;
    expect(response.status).toBe(200);
    expect(await onlyReceived()).toMatchObject({ length: whole.length, sha256: await sha256(whole) });
  });

  it("none of a request that is denied", async () => {
    await problem(await through("/locations/", { method: "GET" }), 403, "wrong-level");
    expect(await received()).toEqual([]);
  });
});

describe("answers", () => {
  it.each([204, 304, 400, 404, 418, 500, 503])("%d is passed on as it is", async (status) => {
    const body = [204, 304].includes(status) ? undefined : "the origin's own words";
    await answerNext({ status, body, headers: { "x-origin": "1", "content-type": "text/x" } });
    const response = await through("/contacts/?locationId=acme");
    expect([response.status, response.headers.get("x-origin"), await response.text()]).toEqual([
      status,
      "1",
      body ?? "",
    ]);
  });

  it.each([301, 302, 303, 307, 308])("%d is passed on, not followed", async (status) => {
    await answerNext({ status, headers: { location: `${GATE}/contacts/?locationId=globex` } });
    const response = await through("/contacts/?locationId=acme");
    expect([response.status, response.headers.get("location")]).toEqual([
      status,
      `${GATE}/contacts/?locationId=globex`,
    ]);
    expect(await received()).toHaveLength(1);
  });

  it("OPTIONS is an operation of its own: not in this policy", async () => {
    const response = await through("/contacts/?locationId=acme", { method: "OPTIONS" });
    expect([response.status, response.headers.get("allow")]).toEqual([405, "GET, POST, HEAD"]);
    expect(await received()).toEqual([]);
  });

  it("HEAD goes by the operation of GET where the settings say so", async () => {
    const response = await through("/contacts/?locationId=acme", { method: "HEAD" });
    expect([response.status, await response.text()]).toEqual([200, ""]);
    expect(await onlyReceived()).toMatchObject({ method: "HEAD" });
    await problem(await through("/contacts/?locationId=globex"), 403, "wrong-owner");
    expect((await through("/contacts/?locationId=globex", { method: "HEAD" })).status).toBe(403);
  });
});

describe("the demo API behind the gate", () => {
  beforeEach(() => {
    switches.env = undefined;
  });

  it("a WebSocket passes with a granted token, both ways", async () => {
    const response = await through("/socket", { headers: { upgrade: "websocket" } });
    expect(response.status).toBe(101);
    const socket = response.webSocket!;
    socket.accept();
    const echoed = new Promise((resolve) => socket.addEventListener("message", ({ data }) => resolve(data)));
    socket.send("over the gate");
    expect(await echoed).toBe("over the gate");
    socket.close();
  });

  it("and is refused without one, or with a dead one", async () => {
    const upgrade = { upgrade: "websocket" };
    await problem(await askThroughBinding("/socket", { headers: upgrade }), 401, "missing-token");
    await problem(await askWith(`${a.token}x`, "/socket", { headers: upgrade }), 401, "invalid-token");
  });

  it("too slow: 504, no later than the limit", async () => {
    await withEnv({ ORIGIN_TIMEOUT_SECONDS: "1" }, async () => {
      await problem(await askWith(a.token, "/slow?seconds=5"), 504, "origin-too-slow"); // else it would be 200
    });
  });

  it("redirect, teapot and the rest come as they are", async () => {
    expect((await through("/redirect")).status).toBe(302);
    expect((await through("/teapot")).status).toBe(418);
    expect(await (await through("/echo")).json()).toMatchObject({ method: "GET", headers: who() });
  });
});

describe("ORIGIN_URL", () => {
  it("is reached over the network, with the very target and who asks", async () => {
    await withEnv({ ORIGIN: undefined, ORIGIN_URL: inject("originUrl") }, async () => {
      const response = await askWith(a.token, "/contacts/?locationId=acme&x=%20a+b&&=", { method: "GET" });
      expect([response.status, response.headers.get("x-wire")]).toEqual([200, "1"]);
      const seen: any = await response.json();
      expect(seen).toMatchObject({ method: "GET", target: "/contacts/?locationId=acme&x=%20a+b&&=", headers: who() });
      expect(seen.headers).not.toHaveProperty("authorization");
    });
  });

  it("that breaks off in the middle of its answer: so does the gate, and makes nothing up", async () => {
    await withEnv({ ORIGIN: undefined, ORIGIN_URL: inject("originUrl") }, async () => {
      const response = await askWith(a.token, "/contacts/?locationId=acme", { headers: { "x-cut": "1" } });
      expect(response.status).toBe(200);
      const reader = response.body!.getReader();
      let text = "";
      const all = async () => {
        for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
          text += new TextDecoder().decode(value);
        }
      };
      await expect(all()).rejects.toThrow();
      expect("the first part").toContain(text);
    });
    expect((await askWith(a.token, "/contacts/?locationId=acme")).status).toBe(200);
  });

  it("that nobody listens on: 502", async () => {
    await withEnv({ ORIGIN: undefined, ORIGIN_URL: "http://127.0.0.1:1" }, async () => {
      await problem(await askWith(a.token, "/contacts/?locationId=acme"), 502, "origin-unreachable");
    });
  });

  it("gives way to the binding", async () => {
    await withEnv({ ORIGIN: env.RECORDER, ORIGIN_URL: "http://127.0.0.1:1" }, async () => {
      expect((await askWith(a.token, "/contacts/?locationId=acme")).status).toBe(200);
    });
  });
});

// What memory can judge is forwarded without a future; everything else within one.
describe.each([
  ["read for it", false],
  ["remembered", true],
])("by a record that is %s, an origin binding", (_, isRemembered) => {
  /** Asks with a token while the origin does this; before that it works. */
  async function askWhile(fetch: () => unknown, token = a.token, ORIGIN_TIMEOUT_SECONDS = "60"): Promise<Response> {
    let works = isRemembered;
    const ORIGIN = { fetch: (...sent: [Request, RequestInit]) => (works ? env.RECORDER.fetch(...sent) : fetch()) };
    return withEnv({ ORIGIN, ORIGIN_TIMEOUT_SECONDS }, async () => {
      if (isRemembered) expect((await askWith(token, "/contacts/?locationId=acme")).status).toBe(200);
      works = false;
      return askWith(token, "/contacts/?locationId=acme");
    });
  }

  const secret = () => new Error("secret name of the origin");
  it.each([
    ["rejects", () => Promise.reject(secret())],
    [
      "throws",
      () => {
        throw secret();
      },
    ],
    ["gives no promise", () => undefined],
  ])("that %s: 502, and nothing of it is told", async (_, fetch) => {
    const body = await problem(await askWhile(fetch), 502, "origin-unreachable");
    expect(JSON.stringify([body, logLines])).not.toContain("secret name");
    expect(onlyLine("denied").reason).toMatch(/the bound service threw|unknown error/);
  });

  it("that never answers: 504", async () => {
    await problem(await askWhile(() => new Promise(() => {}), a.token, "3"), 504, "origin-too-slow");
  });

  it("whose answer cannot be given on with what there is to tell: 502", async () => {
    const { id, rev, token } = await create(ACME, CONTACTS);
    await ok(200, admin("POST", `/integrations/${id}/rotate`, { expire: "later" }, ifMatch(rev)));
    const answer = { status: 200, headers: null, body: null };
    await problem(await askWhile(() => Promise.resolve(answer), token), 502, "origin-unreachable");
  });
});
