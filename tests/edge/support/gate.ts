// Requests to the gate and to its admin API.
import { SELF, env } from "cloudflare:test";
import { expect } from "vitest";

import replies from "../../corpus/replies.json";
import Gate, { switches } from "../main.ts";
import type { Owner } from "./demo.ts";
import { originOf } from "./hosts.ts";
import { OWNER_KEY } from "./keys.ts";
import { watch } from "./minted.ts";

export { ADMIN, GATE } from "./hosts.ts";
export const API = "/_tidegate/api";

/** Sends a request to the gate, through a service binding; what is the admin plane's, to its host. */
export async function askThroughBinding(path: string, init: RequestInit = {}): Promise<Response> {
  return watch(
    init.method ?? "GET",
    path,
    await SELF.fetch(`${originOf(path)}${path}`, { redirect: "manual", ...init }),
  );
}

/**
 * Sends a request to the gate. The first goes through the service binding, the others straight to the Worker: the pool's
 * wrapper around an entrypoint becomes slower with every request (vitest-pool-workers 0.15.1 nests a proxy each time).
 */
export async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  const { context } = switches;
  if (context === undefined) return askThroughBinding(path, init);
  const request = new Request(`${originOf(path)}${path}`, { redirect: "manual", ...init });
  return watch(init.method ?? "GET", path, await Gate.fetch(request, env, context));
}

/** Sends a request with a token. */
export function askWith(token: string, path: string, init: RequestInit = {}): Promise<Response> {
  return ask(path, { ...init, headers: { ...init.headers, authorization: `Bearer ${token}` } });
}

/** Runs `work` with some of the gate's bindings replaced. The gate forgets what it remembered before and after. */
export async function withEnv<T>(changes: object, work: () => Promise<T>): Promise<T> {
  switches.env = { ...env, ...changes };
  try {
    return await work();
  } finally {
    switches.env = undefined;
  }
}

/** Has the gate forget what it remembers, without a change to its environment. */
export function forget() {
  switches.env = { ...env };
}

/** Asks the admin API, with the owner key. */
export function admin(method: string, path: string, body?: unknown, headers: object = {}): Promise<Response> {
  const json = body === undefined ? {} : { "content-type": "application/json" };
  return ask(`${API}${path}`, {
    method,
    headers: { authorization: `Bearer ${OWNER_KEY}`, ...json, ...headers },
    body: body === undefined || typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body),
  });
}

/** Asks the admin API and expects a status; gives back the body. */
export async function ok(status: number, response: Promise<Response>): Promise<any> {
  const { status: got, text } = await read(response);
  expect(got, text).toBe(status);
  return text === "" ? undefined : JSON.parse(text);
}

async function read(response: Promise<Response>) {
  const answer = await response;
  return { status: answer.status, text: await answer.text() };
}

/**
 * Expects a problem of this status and kind, in every respect as tests/corpus/replies.json has it; gives back its body.
 */
export async function problem(response: Response, status: number, kind: string): Promise<any> {
  const text = await response.text();
  expect(response.status, text).toBe(status);
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  expect(response.headers.get("cache-control")).toBe("no-store");
  const body = JSON.parse(text);
  expect(body.type).toBe(`urn:tidegate:problem:${kind}`);
  const known = replies.cases.filter((reply) => reply.body.type === body.type && reply.body.title === body.title);
  expect(known.length, `${kind} is in tests/corpus/replies.json`).toBeGreaterThan(0);
  expect(body).toMatchObject({ status, detail: expect.any(String) });
  expect(known.map((reply) => names(reply.body))).toContainEqual(names(body));
  expect(known.map((reply) => names(Object.fromEntries(reply.headers)))).toContainEqual(ownHeaders(response));
  return body;
}

const names = (of: object) => Object.keys(of).sort();

/** The names of the header fields that tell problems apart. */
function ownHeaders(response: Response): string[] {
  return ["Allow", "Retry-After", "WWW-Authenticate"].filter((name) => response.headers.has(name));
}

export const ifMatch = (rev: number) => ({ "if-match": `"${rev}"` });

/** An integration's id and rev, and its newest token. */
export interface Created {
  id: string;
  rev: number;
  token: string;
}

/** Creates an integration. */
export async function create(owner: Owner, scopes: string[], name = "a test's"): Promise<Created> {
  const { integration, token } = await ok(201, admin("POST", "/integrations", { name, owner, scopes }));
  return { id: integration.id, rev: integration.rev, token };
}
