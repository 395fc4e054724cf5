// Signing in with an identity provider, with signatures that WebCrypto makes and verifies. The provider is a stub of `fetch`; a real one,
// through a browser, is in tests/browser/sso.test.mjs.
import { afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";

import { ADMIN, API, admin, ask, ifMatch, ok, problem, withEnv } from "./support/gate.ts";
import { onlyLine } from "./support/log.ts";
import { START, at } from "./support/rotation.ts";
import { publishDemo } from "./support/world.ts";

const ISSUER = "https://id.example";
const SETTINGS = { OIDC_ISSUER: ISSUER, OIDC_CLIENT_ID: "gate", OIDC_CLIENT_SECRET: "s3cret" };
const CALLBACK = "/_tidegate/oidc/callback";

type Algorithm = "RS256" | "ES256" | "EdDSA";
const PARAMETERS: Record<Algorithm, any> = {
  RS256: {
    name: "RSASSA-PKCS1-v1_5",
    hash: "SHA-256",
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
  },
  ES256: { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
  EdDSA: { name: "Ed25519" },
};

const pairs = {} as Record<Algorithm, CryptoKeyPair>;
const jwks: object[] = [];
/** What the token endpoint answers with, of the right claims. */
let exchange: (claims: Record<string, unknown>) => Promise<object>;
let nonce = "";
const asked: string[] = [];

beforeAll(async () => {
  await publishDemo();
  for (const algorithm of Object.keys(PARAMETERS) as Algorithm[]) {
    const pair = (await crypto.subtle.generateKey(PARAMETERS[algorithm], true, ["sign", "verify"])) as CryptoKeyPair;
    pairs[algorithm] = pair;
    const { kty, crv, n, e, x, y } = (await crypto.subtle.exportKey("jwk", pair.publicKey)) as JsonWebKey;
    jwks.push({ kty, crv, n, e, x, y, kid: algorithm, use: "sig" });
  }
  await ok(201, admin("POST", "/people", { email: "ana@example.com", role: "auditor" }));
});

beforeEach(() => {
  at(START);
  asked.length = 0;
  vi.stubGlobal("fetch", answer);
});

afterEach(() => vi.unstubAllGlobals());

async function answer(url: string, init: RequestInit): Promise<Response> {
  asked.push(url);
  switch (url) {
    case `${ISSUER}/.well-known/openid-configuration`:
      return Response.json({
        issuer: ISSUER,
        authorization_endpoint: `${ISSUER}/authorize`,
        token_endpoint: `${ISSUER}/token`,
        jwks_uri: `${ISSUER}/keys`,
      });
    case `${ISSUER}/keys`:
      return Response.json({ keys: jwks });
    case `${ISSUER}/token`: {
      expect(init).toMatchObject({ method: "POST", redirect: "manual" });
      const now = START;
      const claims = { iss: ISSUER, aud: "gate", sub: "ana", exp: now + 300, iat: now, nonce };
      return Response.json(await exchange({ ...claims, email: "ana@example.com", email_verified: true }));
    }
    default:
      throw new Error(url);
  }
}

const base64 = (bytes: ArrayBuffer | Uint8Array | string) =>
  btoa(String.fromCharCode(...(typeof bytes === "string" ? new TextEncoder().encode(bytes) : new Uint8Array(bytes))))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

async function sign(algorithm: Algorithm, claims: object, header: object = {}): Promise<string> {
  const head = base64(JSON.stringify({ alg: algorithm, kid: algorithm, ...header }));
  const signed = `${head}.${base64(JSON.stringify(claims))}`;
  const { privateKey } = pairs[algorithm];
  const data = new TextEncoder().encode(signed);
  return `${signed}.${base64(await crypto.subtle.sign(PARAMETERS[algorithm], privateKey, data))}`;
}

/** A whole sign-in; gives where it ends, and the cookies that it sets. */
async function signIn(changes: { state?: string } = {}): Promise<{ location: string; cookies: string[] }> {
  const begun = await ask("/_tidegate/oidc/sign-in");
  expect(begun.status).toBe(302);
  const location = new URL(begun.headers.get("location")!);
  nonce = location.searchParams.get("nonce")!;
  const cookie = begun.headers.get("set-cookie")!.split(";")[0]!;
  const state = changes.state ?? location.searchParams.get("state")!;
  const ended = await ask(`${CALLBACK}?code=c&state=${state}`, { headers: { cookie } });
  expect([ended.status, ended.headers.get("cache-control")]).toEqual([303, "no-store"]);
  return { location: ended.headers.get("location")!, cookies: ended.headers.getSetCookie() };
}

const withProvider = <T>(work: () => Promise<T>, more: object = {}) => withEnv({ ...SETTINGS, ...more }, work);

it.each(["RS256", "ES256", "EdDSA"] as const)("a token signed with %s signs in", async (algorithm) => {
  exchange = async (claims) => ({ id_token: await sign(algorithm, claims) });
  await withProvider(async () => {
    const { location, cookies } = await signIn();
    expect(location).toBe("/_tidegate/");
    expect(cookies).toHaveLength(2);
    expect(cookies[0]).toMatch(/^__Host-tidegate=person\.[A-Za-z0-9_-]{43}\.[0-9a-f]{32}; .*SameSite=Strict$/);
    expect(cookies[1]).toMatch(/^__Host-tidegate-login=; .*Max-Age=0/);
    const cookie = cookies[0]!.split(";")[0]!;
    const shown = await ok(200, ask(`${API}/session`, { headers: { cookie } }));
    expect(shown.person).toMatchObject({ email: "ana@example.com", role: "auditor" });
    await problem(await ask(`${API}/resync`, { method: "POST", headers: { cookie, origin: ADMIN } }), 403, "forbidden");
    // Another session's tag, or none, is no session; nor is it one of the owner's.
    for (const other of [cookie.slice(0, -1), cookie.replace("person.", "")])
      await problem(await ask(`${API}/session`, { headers: { cookie: other } }), 401, "not-signed-in");
  });
});

/** Neither the registry nor anything of the provider is asked. */
const REGISTRY = { getByName: () => ({ fetch: () => Promise.reject(new Error("asked")) }), idFromName: () => "x" };

it.each<[string, string, (claims: Record<string, unknown>) => Promise<string>]>([
  ["alg none", "wrong-algorithm", async (claims) => `${base64('{"alg":"none"}')}.${base64(JSON.stringify(claims))}.`],
  [
    "HS256 with the public key",
    "wrong-algorithm",
    async (claims) => {
      const secret = new TextEncoder().encode(JSON.stringify(jwks[0]));
      const parameters = { name: "HMAC", hash: "SHA-256" };
      const key = await crypto.subtle.importKey("raw", secret, parameters, false, ["sign"]);
      const signed = `${base64('{"alg":"HS256","kid":"RS256"}')}.${base64(JSON.stringify(claims))}`;
      return `${signed}.${base64(await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(signed)))}`;
    },
  ],
  ["another algorithm than the key's", "wrong-algorithm", (claims) => sign("RS256", claims, { alg: "ES256" })],
  ["a key of another algorithm", "wrong-algorithm", (claims) => sign("RS256", claims, { kid: "ES256" })],
  ["an unknown key", "unknown-key", (claims) => sign("RS256", claims, { kid: "other" })],
  [
    "a forged payload",
    "wrong-signature",
    async (claims) => {
      const [head, , signature] = (await sign("ES256", claims)).split(".");
      return `${head}.${base64(JSON.stringify({ ...claims, sub: "owner" }))}.${signature}`;
    },
  ],
  [
    "a signature that is too short",
    "wrong-signature",
    async (claims) => `${(await sign("EdDSA", claims)).replace(/[^.]*$/, "")}${base64(new Uint8Array(61))}`,
  ],
  [
    "no signature",
    "wrong-signature",
    async (claims) => `${(await sign("RS256", claims)).split(".").slice(0, 2).join(".")}.`,
  ],
  ["another audience", "wrong-audience", (claims) => sign("RS256", { ...claims, aud: "other" })],
  ["another issuer", "wrong-issuer", (claims) => sign("RS256", { ...claims, iss: "https://evil.example" })],
  ["another nonce", "wrong-nonce", (claims) => sign("RS256", { ...claims, nonce: "other" })],
  ["one that has ended", "expired", (claims) => sign("RS256", { ...claims, exp: START - 60 })],
])("%s is refused, logged by its code, and reaches no registry", async (_, code, make) => {
  exchange = async (claims) => ({ id_token: await make(claims) });
  await withProvider(
    async () => {
      const { location, cookies } = await signIn();
      expect(location).toBe(`/_tidegate/#/sign-in?problem=${code}`);
      expect(cookies).toHaveLength(1);
    },
    { REGISTRY },
  );
  expect(onlyLine("sign_in")).toMatchObject({ code });
});

it("another state, and a callback without its cookie, are refused before anything is asked", async () => {
  await withProvider(
    async () => {
      expect((await signIn({ state: "other" })).location).toMatch(/problem=wrong-state$/);
      asked.length = 0;
      const without = await ask(`${CALLBACK}?code=c&state=s`);
      expect(without.headers.get("location")).toMatch(/problem=no-login$/);
      expect(asked).toEqual([]);
    },
    { REGISTRY },
  );
});

it.each<[string, object]>([
  ["OIDC_CLIENT_ID", { OIDC_ISSUER: ISSUER }],
  ["OIDC_ISSUER", { OIDC_CLIENT_ID: "gate" }],
  ["OIDC_ISSUER", { ...SETTINGS, OIDC_ISSUER: "http://id.example" }],
  ["ADMIN_HOST", { ...SETTINGS, ADMIN_HOST: "" }],
])("half a configuration is 503 and names %s; the gate keeps working", async (missing, settings) => {
  await withEnv(settings, async () => {
    const told = await problem(await admin("GET", "/policy"), 503, "misconfigured");
    expect(told.detail).toContain(missing);
    expect((await ask("/status")).status).toBe(200);
  });
});

it("the owner key may be left unset where people can sign in", async () => {
  exchange = async (claims) => ({ id_token: await sign("RS256", claims) });
  await withProvider(
    async () => {
      const cookie = (await signIn()).cookies[0]!.split(";")[0]!;
      expect((await ok(200, ask(`${API}/session`, { headers: { cookie } }))).person.role).toBe("auditor");
      const ways = await ok(200, ask(`${API}/sign-in`));
      expect(ways).toEqual({ owner_key: false, oidc: { issuer: ISSUER, href: "/_tidegate/oidc/sign-in" } });
      await problem(await admin("GET", "/policy"), 401, "wrong-key");
    },
    { OWNER_KEY: "" },
  );
});

it("a removed person's session is over at once", async () => {
  const { id } = await ok(201, admin("POST", "/people", { email: "bo@example.com", role: "auditor" }));
  exchange = async (claims) => ({ id_token: await sign("RS256", { ...claims, sub: "bo", email: "Bo@example.com" }) });
  await withProvider(async () => {
    const cookie = (await signIn()).cookies[0]!.split(";")[0]!;
    expect((await ask(`${API}/people`, { headers: { cookie } })).status).toBe(200);
    const { rev } = await ok(200, admin("GET", `/people/${id}`));
    await ok(204, admin("DELETE", `/people/${id}`, undefined, ifMatch(rev)));
    await problem(await ask(`${API}/people`, { headers: { cookie } }), 401, "not-signed-in");
  });
});
