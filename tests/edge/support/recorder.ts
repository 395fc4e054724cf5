// What reached the recording origin.
import { env } from "cloudflare:test";

import { lookThrough } from "./minted.ts";

export interface Received {
  method: string;
  url: string;
  headers: Record<string, string>;
  length: number;
  sha256: string;
  text?: string;
}

/** What reached the origin since this was last asked. */
export async function received(): Promise<Received[]> {
  const all = await (await env.RECORDER.fetch("http://control/seen")).json<Received[]>();
  for (const { headers } of all) lookThrough(JSON.stringify(headers), "what reached the origin");
  return all;
}

/** The one request that reached the origin. */
export async function onlyReceived(): Promise<Received> {
  const all = await received();
  if (all.length !== 1) throw new Error(`${all.length} requests reached the origin`);
  return all[0]!;
}

/** Has the origin answer the next request so. */
export async function answerNext(answer: { status: number; headers?: Record<string, string>; body?: string }) {
  await env.RECORDER.fetch("http://control/next", { method: "POST", body: JSON.stringify(answer) });
}

/** Path and query of a URL, byte for byte. */
export function targetOf(url: string): string {
  return url.slice(url.indexOf("/", "https://".length));
}

/** Those of the fields by which the gate tells the origin who asks. */
export function identity({ headers }: Received): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.includes("tidegate")));
}
