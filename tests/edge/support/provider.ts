// An identity provider: a stub of `fetch` with keys of its own, whose signatures WebCrypto makes.
import { expect, vi } from "vitest";

import { ask } from "./gate.ts";
import { START } from "./rotation.ts";

export const ISSUER = "https://id.example";
export const SETTINGS = { OIDC_ISSUER: ISSUER, OIDC_CLIENT_ID: "gate", OIDC_CLIENT_SECRET: "s3cret" };
export const CALLBACK = "/_tidegate/oidc/callback";

export type Algorithm = "RS256" | "ES256" | "EdDSA";
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
export const jwks: object[] = [];
/** What the provider was asked for, in order; and whether it answers at all. */
export const provider = { asked: [] as string[], isDown: false };
/** What the token endpoint answers with, of the right claims. */
export type Exchange = (claims: Record<string, unknown>) => Promise<object>;
let nonce = "";

/** Makes the keys. */
export async function makeKeys(): Promise<void> {
  for (const algorithm of Object.keys(PARAMETERS) as Algorithm[]) {
    const pair = (await crypto.subtle.generateKey(PARAMETERS[algorithm], true, ["sign", "verify"])) as CryptoKeyPair;
    pairs[algorithm] = pair;
    const { kty, crv, n, e, x, y } = (await crypto.subtle.exportKey("jwk", pair.publicKey)) as JsonWebKey;
    jwks.push({ kty, crv, n, e, x, y, kid: algorithm, use: "sig" });
  }
}

/** Answers in the place of everything that the gate asks of the network, until the stubs are taken away. */
export function answerWith(exchange: Exchange): void {
  provider.asked.length = 0;
  vi.stubGlobal("fetch", async (url: string, init: RequestInit): Promise<Response> => {
    provider.asked.push(url);
    if (provider.isDown) throw new TypeError("it is down");
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
        const claims = { iss: ISSUER, aud: "gate", sub: "ana", exp: START + 300, iat: START, nonce };
        return Response.json(await exchange({ ...claims, email: "ana@example.com", email_verified: true }));
      }
      default:
        throw new Error(url);
    }
  });
}

export const base64 = (bytes: ArrayBuffer | Uint8Array | string) =>
  btoa(String.fromCharCode(...(typeof bytes === "string" ? new TextEncoder().encode(bytes) : new Uint8Array(bytes))))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

export async function sign(algorithm: Algorithm, claims: object, header: object = {}): Promise<string> {
  const head = base64(JSON.stringify({ alg: algorithm, kid: algorithm, ...header }));
  const signed = `${head}.${base64(JSON.stringify(claims))}`;
  const { privateKey } = pairs[algorithm];
  const data = new TextEncoder().encode(signed);
  return `${signed}.${base64(await crypto.subtle.sign(PARAMETERS[algorithm], privateKey, data))}`;
}

/** A whole sign-in; gives where it ends, and the cookies that it sets. */
export async function signIn(changes: { state?: string } = {}): Promise<{ location: string; cookies: string[] }> {
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
