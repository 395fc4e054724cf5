// Signing in with an identity provider, with signatures that WebCrypto makes and verifies. The provider is a stub of `fetch`; a real one,
// through a browser, is in tests/browser/sso.test.mjs.
import { afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";

import { ADMIN, API, admin, ask, ifMatch, ok, problem, withEnv } from "./support/gate.ts";
import { onlyLine } from "./support/log.ts";
import {
  CALLBACK,
  type Exchange,
  ISSUER,
  SETTINGS,
  answerWith,
  base64,
  jwks,
  makeKeys,
  provider,
  sign,
  signIn,
} from "./support/provider.ts";
import { START, at } from "./support/rotation.ts";
import { publishDemo } from "./support/world.ts";

/** What the token endpoint answers with, of the right claims. */
let exchange: Exchange;

beforeAll(async () => {
  await publishDemo();
  await makeKeys();
  await ok(201, admin("POST", "/people", { email: "ana@example.com", role: "auditor" }));
});

beforeEach(() => {
  at(START);
  provider.isDown = false;
  answerWith((claims) => exchange(claims));
});

afterEach(() => vi.unstubAllGlobals());

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
      provider.asked.length = 0;
      const without = await ask(`${CALLBACK}?code=c&state=s`);
      expect(without.headers.get("location")).toMatch(/problem=no-login$/);
      expect(provider.asked).toEqual([]);
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

it("a provider that is down is asked once in 10 seconds, however many ask to sign in", async () => {
  provider.isDown = true;
  await withProvider(async () => {
    const refused = async () => {
      const answer = await ask("/_tidegate/oidc/sign-in");
      expect([answer.status, answer.headers.get("location")]).toEqual([
        303,
        "/_tidegate/#/sign-in?problem=discovery-failed",
      ]);
    };
    for (let times = 0; times < 20; times += 1) await refused();
    expect(provider.asked).toHaveLength(1);
    at(START + 10);
    for (let times = 0; times < 20; times += 1) await refused();
    expect(provider.asked).toHaveLength(2);
  });
});

it("the owner key may be left unset where people can sign in", async () => {
  exchange = async (claims) => ({ id_token: await sign("RS256", claims) });
  await withProvider(
    async () => {
      const cookie = (await signIn()).cookies[0]!.split(";")[0]!;
      expect((await ok(200, ask(`${API}/session`, { headers: { cookie } }))).person.role).toBe("auditor");
      const ways = await ok(200, ask(`${API}/sign-in`));
      expect(ways).toEqual({
        owner_key: false,
        oidc: { issuer: ISSUER, href: "/_tidegate/oidc/sign-in" },
        has_session: false,
        brand: { name: null, logo: null, color: null },
      });
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
