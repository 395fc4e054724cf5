// Every token that was minted in a test file, so that every output can be searched for all of them.
import { expect } from "vitest";

/** The secret halves of the tokens. */
const secrets = new Set<string>();

const SECRET = /[0-9a-hjkmnp-tv-z]{58}/g;
const MINTING = /^\/_tidegate\/api\/integrations(\/[^/]+\/rotate)?$/;

/** Expects that no minted token stands in `text`, in full or without its public part. */
export function lookThrough(text: string, where: string) {
  const found = (text.match(SECRET) ?? []).filter((secret) => secrets.has(secret));
  expect(found.length, `${where} holds ${found.length} tokens`).toBe(0);
}

/** Keeps what an answer minted; any other answer of the gate's own must hold no token. */
export async function watch(method: string, path: string, response: Response): Promise<Response> {
  const isOurs = path.startsWith("/_tidegate/") || response.headers.get("content-type") === "application/problem+json";
  if (!isOurs || response.status === 101) return response;
  const text = await response.clone().text();
  if (method === "POST" && response.ok && MINTING.test(path)) {
    for (const secret of text.match(SECRET) ?? []) secrets.add(secret);
    lookThrough(JSON.stringify([...response.headers]), "a header field of the answer that mints");
  } else {
    lookThrough(`${text}${JSON.stringify([...response.headers])}`, `the answer to ${method} ${path.split("?")[0]}`);
  }
  return response;
}
