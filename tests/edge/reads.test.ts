// The driver's reads by themselves: calls of services whose responses are kept, responses from other servers, signatures, and
// random bytes. The servers are real ones, and so is WebCrypto.
import { env } from "cloudflare:test";
import { describe, expect, inject, it } from "vitest";

import { Reads } from "../../worker/js/reads.js";

const [BYTES, FAILED, TOO_SLOW, TOO_LONG, GENUINE, NOT_GENUINE] = [1, 2, 3, 4, 5, 6];
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

function reads({ init = {}, bindings = env as object } = {}) {
  const waiting: Promise<unknown>[] = [];
  const ctx = { waitUntil: (promise: Promise<unknown>) => waiting.push(promise) };
  return { waiting, reads: new Reads(new Request("https://gate.example/", init), bindings, ctx) };
}

async function one(read: object, from = reads().reads): Promise<[number, Uint8Array]> {
  const [reading] = (await from.make([read])) as [[number, Uint8Array]];
  return reading;
}

const call = (more: object) => ({
  ...{ read: "call", service: "registry", method: "GET", url: "https://registry/x", fields: [] },
  ...{ with_body: false, limit: 0, once: true, timeout_ms: 1_000 },
  ...more,
});

/** An environment whose registry answers like this. */
const registry = (answer: (url: string, init: RequestInit) => unknown) => ({
  bindings: { REGISTRY: { getByName: () => ({ fetch: async (url: string, init: RequestInit) => answer(url, init) }) } },
});

describe("a call of a service", () => {
  it("gives the status, keeps the response, and goes to its end whether or not the client stays", async () => {
    const response = new Response("all of it", { status: 207, headers: { a: "1", etag: '"e"' } });
    const { reads: made, waiting } = reads(registry(() => response));
    expect(await one(call({}), made)).toEqual([207, new Uint8Array(0)]);
    expect([made.isSpent, waiting.length]).toEqual([true, 1]);
    expect(made.relay({ status: null, keep: null, set: [], append: [] })).toBe(response);
  });

  it("sends the client's body only where it is told to, and no field of the client's", async () => {
    const sent: RequestInit[] = [];
    const init = { method: "POST", body: "mine", headers: { cookie: "secret" } };
    const { reads: made } = reads({ init, ...registry((_, with_) => sent.push(with_) && new Response()) });
    await one(call({ method: "POST", fields: [["a", "1"]] }), made);
    await one(call({ method: "POST", with_body: true }), made);
    expect([sent[0]!.body, [...new Headers(sent[0]!.headers)]]).toEqual([null, [["a", "1"]]]);
    expect(await new Response(sent[1]!.body).text()).toBe("mine");
  });

  it("is answered by the status, the body, and the fields that are kept or set", async () => {
    const stored = () => new Response("x", { status: 201, headers: { etag: '"e"', "set-cookie": "a=b", b: "2" } });
    const { reads: made } = reads(registry(stored));
    await one(call({ once: false }), made);
    const answer = made.relay({
      ...{ status: null, keep: ["ETag", "Absent"], append: [] },
      set: [["Cache-Control", "no-cache"]],
    });
    expect([answer.status, await answer.text(), made.isSpent]).toEqual([201, "x", false]);
    expect(Object.fromEntries(answer.headers)).toEqual({ etag: '"e"', "cache-control": "no-cache" });
  });

  it("whose answer nobody wants is cancelled", async () => {
    let cancelled = false;
    const body = new ReadableStream({ cancel: () => void (cancelled = true) });
    const { reads: made } = reads(registry(() => new Response(body)));
    await one(call({}), made);
    made.discard();
    expect(cancelled).toBe(true);
  });

  it("gives nothing where another kind of thing is bound, or says what to bind", async () => {
    const object = { idFromName: () => "", getByName: () => ({ fetch: async () => new Response("x") }) };
    const usage = { read: "usage", store: "usage-00", url: "https://usage/", body: "{}", timeout_ms: 1_000 };
    for (const bound of [undefined, null, "text", 7, {}, env.TOKENS, { ...object, fetch: object.getByName }]) {
      const made = reads({ bindings: { REGISTRY: bound, USAGE: bound } }).reads;
      expect(await one(call({}), made)).toEqual([0, new Uint8Array(0)]);
      const [code, message] = await one(usage, made);
      expect([code, text(message)]).toEqual([FAILED, "USAGE must be bound to the Durable Object Usage"]);
    }
    expect((await one(usage, reads({ bindings: { USAGE: object } }).reads))[0]).toBe(200);
    for (const bound of [undefined, "text", env.TOKENS, object]) {
      const made = reads({ bindings: { ASSETS: bound } }).reads;
      expect(await one(call({ service: "assets" }), made)).toEqual([0, new Uint8Array(0)]);
    }
  });

  it("that is not bound, fails or is silent gives that, and throws nothing", async () => {
    expect(await one(call({}), reads({ bindings: {} }).reads)).toEqual([0, new Uint8Array(0)]);
    const failing = reads(registry(() => Promise.reject(new Error("overloaded"))));
    const [code, message] = await one(call({}), failing.reads);
    expect([code, text(message)]).toEqual([FAILED, "Error: overloaded"]);
    const silent = reads(registry(() => new Promise(() => {})));
    expect((await one(call({ timeout_ms: 20 }), silent.reads))[0]).toBe(TOO_SLOW);
  });
});

describe("a response from another server", () => {
  const url = () => `${inject("originUrl")}/token`;
  const fetched = (more: object = {}) => {
    const asked = { read: "fetch", method: "GET", url: url(), fields: [], body: null, limit: 10_000, once: false };
    return one({ ...asked, timeout_ms: 5_000, ...more });
  };

  it("comes with status and body; a form is sent as it is", async () => {
    const [status, body] = await fetched({
      method: "POST",
      fields: [["Content-Type", "application/x-www-form-urlencoded"]],
      body: "grant_type=authorization_code&code=x%20y",
    });
    expect(status).toBe(200);
    expect(JSON.parse(text(body))).toMatchObject({
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: "grant_type=authorization_code&code=x%20y",
    });
  });

  it("is not read further than it may be long", async () => {
    expect(await fetched({ limit: 10 })).toEqual([TOO_LONG, new Uint8Array(0)]);
    const [status, whole] = await fetched();
    expect(status).toBe(200);
    expect((await fetched({ limit: whole.length }))[0]).toBe(200);
    expect((await fetched({ limit: whole.length - 1 }))[0]).toBe(TOO_LONG);
  });

  it("that redirects is given as it is, and nobody is asked further", async () => {
    const [status, body] = await fetched({ fields: [["X-Redirect", url()]] });
    expect([status, text(body)]).toEqual([302, ""]);
  });

  it("that does not come, in time or at all, is a failure", async () => {
    expect((await fetched({ fields: [["X-Silent", "1"]], timeout_ms: 50 }))[0]).toBe(TOO_SLOW);
    expect((await fetched({ fields: [["X-Half", "1"]], timeout_ms: 200 }))[0]).toBe(TOO_SLOW);
    expect((await fetched({ fields: [["X-Reset", "1"]] }))[0]).toBe(FAILED);
    expect((await fetched({ url: "no address" }))[0]).toBe(FAILED);
  });
});

describe("a signature", () => {
  const DATA = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0";
  const algorithms = [
    [
      "RS256",
      { name: "RSASSA-PKCS1-v1_5", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" },
    ],
    ["ES256", { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" }],
    ["EdDSA", { name: "Ed25519" }],
  ] as const;

  async function signed(parameters: (typeof algorithms)[number][1]) {
    const pair = (await crypto.subtle.generateKey(parameters, true, ["sign", "verify"])) as CryptoKeyPair;
    const { kty, n, e, crv, x, y } = (await crypto.subtle.exportKey("jwk", pair.publicKey)) as JsonWebKey;
    const signature = await crypto.subtle.sign(parameters, pair.privateKey, new TextEncoder().encode(DATA));
    return { key: JSON.parse(JSON.stringify({ kty, n, e, crv, x, y })), signature: [...new Uint8Array(signature)] };
  }

  it.each(algorithms)("by %s is genuine for its key and its text alone", async (algorithm, parameters) => {
    const { key, signature } = await signed(parameters);
    const other = await signed(parameters);
    const verify = async (more: object) =>
      (await one({ read: "verify", key, algorithm, signature, data: DATA, ...more }))[0];
    expect(await verify({})).toBe(GENUINE);
    expect(await verify({ data: `${DATA}x` })).toBe(NOT_GENUINE);
    expect(await verify({ signature: signature.map((byte, at) => (at === 9 ? byte ^ 1 : byte)) })).toBe(NOT_GENUINE);
    // Of a wrong length, it is refused before it is looked at, by some.
    for (const short of [signature.slice(1), []])
      expect([NOT_GENUINE, FAILED]).toContain(await verify({ signature: short }));
    expect(await verify({ key: other.key })).toBe(NOT_GENUINE);
  });

  it("is nobody's where the key is not one of its algorithm", async () => {
    const { key, signature } = await signed(algorithms[1][1]);
    const verify = (more: object) => one({ read: "verify", key, algorithm: "ES256", signature, data: DATA, ...more });
    for (const more of [
      { algorithm: "RS256" },
      { algorithm: "EdDSA" },
      { algorithm: "none" },
      { key: {} },
      { key: { kty: "oct", k: "AAAA" } },
    ])
      expect((await verify(more))[0], JSON.stringify(more)).toBe(FAILED);
  });
});

it("random bytes are as many as were asked for, and others each time", async () => {
  const [code, bytes] = await one({ read: "random", length: 32 });
  const [, others] = await one({ read: "random", length: 32 });
  expect([code, bytes.length]).toEqual([BYTES, 32]);
  expect(others).not.toEqual(bytes);
});

it("a request has a body or none", async () => {
  expect((await one({ read: "has_body" }))[0]).toBe(0);
  expect((await one({ read: "has_body" }, reads({ init: { method: "POST", body: "x" } }).reads))[0]).toBe(BYTES);
});
