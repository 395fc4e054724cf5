// Rotation as an admin does it, and what a token is worth while it goes on.
import { vi } from "vitest";

import { type Created, admin, askWith, ifMatch, ok } from "./gate.ts";

/** 2031-01-01T00:00:00Z. The clock of these tests stands still unless they move it. */
export const START = 1_924_992_000;

export function at(seconds: number) {
  vi.setSystemTime(seconds * 1000);
}

/** RFC 3339, in whole seconds. */
export const rfc3339 = (seconds: number) => new Date(seconds * 1000).toISOString().replace(".000Z", "Z");

export type Step = "now" | "later" | "cancel" | "finish" | "delete";

/** Sends one step, based on `rev`. */
export function send(step: Step, { id, rev }: Pick<Created, "id" | "rev">, window?: number): Promise<Response> {
  const at = `/integrations/${id}`;
  switch (step) {
    case "now":
      return admin("POST", `${at}/rotate`, { expire: "now" }, ifMatch(rev));
    case "later":
      return admin("POST", `${at}/rotate`, { expire: "later", window_seconds: window }, ifMatch(rev));
    case "delete":
      return admin("DELETE", at, undefined, ifMatch(rev));
    default:
      return admin("POST", `${at}/rotation/${step}`, undefined, ifMatch(rev));
  }
}

/** Takes a step that must be taken; gives back the new rev, and the new token if there is one. */
export async function take(step: Step, of: Pick<Created, "id" | "rev">, window?: number): Promise<Created> {
  const body = await ok(step === "delete" ? 204 : 200, send(step, of, window));
  if (step === "delete") return { id: of.id, rev: of.rev + 1, token: "" };
  const { integration, token } = "integration" in body ? body : { integration: body, token: "" };
  return { id: integration.id, rev: integration.rev, token };
}

/** What a token is to the gate: `current`, `outgoing until <time>`, or `dead`. */
export async function use(token: string): Promise<string> {
  const response = await askWith(token, "/contacts/?locationId=acme");
  const body = await response.text();
  if (response.status === 401) return "dead";
  if (response.status !== 200) throw new Error(`${response.status} ${body}`);
  const told = response.headers.get("tidegate-token-expires");
  return JSON.parse(body).headers["x-tidegate-token"] + (told === null ? "" : ` until ${told}`);
}
