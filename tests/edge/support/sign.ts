// The MACs on what KV holds, made from docs/storage.md without the core's help.
import { env } from "cloudflare:test";

import { TOKEN_KEYS } from "./keys.ts";

const encoder = new TextEncoder();
/** How many operations a block has. */
const BLOCK = 16;
const FIRST = TOKEN_KEYS.split(",")[0]!;

async function hmac(key: BufferSource, text: string): Promise<ArrayBuffer> {
  const imported = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return crypto.subtle.sign("HMAC", imported, encoder.encode(text));
}

async function mac(key: string, text: string, tokenKey: string): Promise<string> {
  const storeKey = await hmac(Uint8Array.fromBase64(tokenKey, { alphabet: "base64url" }), "kv-v1");
  return new Uint8Array(await hmac(storeKey, `${key}\0${text}`)).toHex();
}

const digest = async (text: string) =>
  new Uint8Array(await crypto.subtle.digest("SHA-256", encoder.encode(text))).toBase64({
    alphabet: "base64url",
    omitPadding: true,
  });

/** A JSON object's text as KV holds it under a key. */
export async function sign(key: string, text: string, tokenKey = FIRST): Promise<string> {
  return `${text.slice(0, -1)},"mac":"${await mac(key, text, tokenKey)}"}`;
}

interface Policy {
  v: number;
  rev: number;
  owner_parameters: unknown;
  head?: string;
  operations: { path: string }[];
}

/** A template in the list: how much of the one before it begins it, and the rest. */
function since(before: string, path: string): string {
  let same = 0;
  while (same < path.length && path[same] === before[same]) same += 1;
  return `${same} ${path.slice(same)}`;
}

/** A policy as KV holds it. */
export async function signPolicy(
  { v, rev, owner_parameters, head: heads, operations }: Policy,
  tokenKey = FIRST,
): Promise<string> {
  const lines = operations.map((operation) => JSON.stringify(operation));
  const blocks = Array.from({ length: Math.ceil(lines.length / BLOCK) }, (_, n) =>
    lines.slice(n * BLOCK, (n + 1) * BLOCK).join(",\n"),
  );
  const listed = blocks.map(async (block) => `"${await digest(block)} ${encoder.encode(block).length}"`);
  const templates = operations.map(({ path }, n) => since(operations[n - 1]?.path ?? "", path)).join(" ");
  const head = JSON.stringify({ v, rev, owner_parameters, head: heads }).slice(0, -1);
  const signed = `${head},"templates":"${templates}","blocks":[${(await Promise.all(listed)).join(",")}],`;
  return `${signed}"operations":[\n${lines.join(",\n")}\n],"mac":"${await mac("policy", signed, tokenKey)}"}`;
}

/** Writes an integration's record to KV, as the registry would. */
export async function putRecord(id: string, record: unknown): Promise<void> {
  await env.TOKENS.put(`i:${id}`, await sign(`i:${id}`, JSON.stringify(record)));
}

/** Writes a policy to KV, as the registry would. */
export async function putPolicy(policy: unknown): Promise<void> {
  await env.TOKENS.put("policy", await signPolicy(policy as Policy));
}
