// A careful hand-written gate: Hono's router, SHA-256 by WebCrypto, hashed tokens in KV, scopes and owner checked.
import { gate, problem } from "./routes.js";

/** Whether this is the variant that remembers; esbuild sets it. */
const cached = CACHED;
const MOST = 10_000;
const MAX_AGE_MS = 5_000;
const known = new Map();
const encoder = new TextEncoder();

const app = gate(async (context) => {
  const token = /^Bearer +(\S+)$/i.exec(context.req.header("authorization") ?? "")?.[1];
  if (token === undefined) return problem(401, "missing-token");
  const integration = cached ? await remembered(token, context.env) : await read(token, context.env);
  return integration ?? problem(401, "invalid-token", 'error="invalid_token"');
});

/** The second variant: what KV said of a token lately. The key is the token itself, so a hit needs no hash. */
async function remembered(token, env) {
  const hit = known.get(token);
  if (hit !== undefined && Date.now() - hit.at < MAX_AGE_MS) return hit.integration;
  const integration = await read(token, env);
  if (integration === null) return null;
  known.delete(token);
  known.set(token, { integration, at: Date.now() });
  if (known.size > MOST) known.delete(known.keys().next().value);
  return integration;
}

async function read(token, env) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", encoder.encode(token)));
  const stored = await env.TOKENS.get(`t:${digest.toHex()}`, { type: "json", cacheTtl: 30 });
  return stored && { ...stored, scopes: new Set(stored.scopes) };
}

export default app;
