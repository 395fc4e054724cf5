import type { DenialCode } from "../core/types";
import { words as denials } from "../denials/words";
import { amount, list } from "../lib/text";

export const words = {
  title: "Why?",
  intro:
    "Paste a call, and see what the gate decides and why. It is worked out in your browser, by the gate's own code; nothing of it is sent.",
  call: "A method and a path, or a curl command",
  callHint: "A token in it is not sent anywhere: only its id is read, to find its integration.",
  example: "GET /contacts/?locationId=…",
  as: "Asked by",
  asIntegration: "An integration",
  asScopes: "Scopes of my choice",
  asNobody: "Nobody (no token)",
  find: "Find an integration by name or id",
  found: "Integration",
  choose: "Choose an integration",
  none: "No integration matches.",
  owner: "Owner",
  ask: "Explain",
  change: "Change",
  passed: "passed",
  failed: "failed",
  empty: "The verdict appears here, with every step that leads to it.",
  inAddress:
    "The address itself holds a token or a key. The gate reads no credential there, and addresses end up in logs: send it in a header field. It was removed here.",
  unreadable: "This is neither a method with a path nor a curl command. Try “GET /contacts/”.",
  tokenOf: (name: string, live: number[]) =>
    `The token in the command was made for ${name}, and the verdict is that of its current token. Whether this very one still works is not judged here: ${live.length > 1 ? "tokens" : "token"} ${list(live.map(String))} of it ${live.length > 1 ? "do" : "does"}. GET /_tidegate/whoami with it tells.`,
  tokenUnknown:
    "You can see no integration with the id that the token in the command carries. If it is deleted, the answer is 401.",
  tokenForms: {
    mistyped: "The token in the command is mistyped: its checksum is wrong. The gate answers 401.",
    truncated: "The token in the command is not complete. The gate answers 401.",
    other: "The credential in the command is not one of this gate's tokens. The gate answers 401.",
  } as Record<string, string>,
  allowed: "Allowed",
  allowedHint: "The gate forwards this request.",
  denied: "Refused",
  code: (code: DenialCode | "allowed") => (code === "allowed" ? words.allowed : denials[code]),
  steps: { request: "Request", token: "Token", operation: "Operation", access: "Access" } as Record<string, string>,
  needs: (scopes: string[], name: string, held: number) =>
    `Needs ${list(scopes)}. ${name} has ${held === 0 ? "no scopes" : `${amount(held, "scope")}, not ${scopes.length === 1 ? "this one" : "these"}`}.`,
  addIt: (scopes: string[]): string => (scopes.length === 1 ? "Add it" : "Add them"),
  anotherOwner: (other: string, id: string, own: string, ownId: string) =>
    `${id} is the id of ${other}, and this integration is ${own}'s. Send ${ownId} in its place, or use an integration of ${other}.`,
  unknownOwner: (own: string, ownId: string) =>
    `The id in it belongs to nobody here, and this integration is ${own}'s. Send ${ownId} in its place.`,
  assumed:
    "Header fields and bodies are not part of the question. If the owner's id belongs there, the integration's own id is assumed.",
  noPolicy: "No policy is published yet: the gate answers every call with 503.",
};
export type Words = typeof words;
