import type { DenialCode } from "../core/types";
import { amount, list } from "../lib/text";

/** Why a request is refused. The type demands a sentence for each code. */
const codes: Record<DenialCode, string> = {
  ambiguous_request: "The request is ambiguous, so the gate does not judge it",
  no_credential: "There is no token",
  malformed_token: "The token is malformed",
  forged_token: "The token was not made by this gate",
  admin_credential: "The credential is for the admin API",
  unknown_token: "The gate has no record of the integration",
  deleted_integration: "The integration is deleted",
  dead_token: "The token is dead",
  paused_integration: "The integration is paused",
  expired_integration: "The integration has ended",
  unknown_operation: "The policy has no such operation",
  method_not_allowed: "The path is known, but not with this method",
  ambiguous_operation: "Some routers read the path as another operation",
  not_for_integrations: "No private integration may use this operation",
  wrong_level: "The operation is for another level",
  wrong_owner: "The request names another owner's id",
  ambiguous_owner: "The request names its owner twice, or in two ways",
  owner_not_checked: "The owner stands in a body that the gate does not read",
  missing_owner: "The request does not say whose data it wants",
  missing_scopes: "A scope is missing",
  client_gone: "The body is incomplete",
  store_unavailable: "A store cannot be reached",
  too_busy: "The gate has too much to do",
  misconfigured: "The gate is misconfigured",
  origin_unreachable: "The API cannot be reached",
  origin_status: "The API gave no usable answer",
  origin_too_slow: "The API did not answer in time",
};

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
    "The address itself holds a token or a key. The gate reads none there, and addresses end up in logs: send it in a header field. It was taken out here.",
  unreadable: "This is neither a method with a path nor a curl command. Try “GET /contacts/”.",
  tokenOf: (name: string, live: number[]) =>
    `The token in the command was made for ${name}, and the verdict is that of its current token. Whether this very one still works is not judged here: ${live.length > 1 ? "tokens" : "token"} ${list(live.map(String))} of it ${live.length > 1 ? "do" : "does"}. GET /_tidegate/whoami with it tells.`,
  tokenUnknown:
    "No integration has the id that the token in the command carries. It may be deleted; then the answer is 401.",
  tokenForms: {
    mistyped: "The token in the command is mistyped: its checksum is wrong. The gate answers 401.",
    truncated: "The token in the command is not complete. The gate answers 401.",
    other: "The credential in the command is not one of this gate's tokens. The gate answers 401.",
  } as Record<string, string>,
  allowed: "Allowed",
  allowedHint: "The gate forwards this request.",
  denied: "Refused",
  code: (code: DenialCode | "allowed") => (code === "allowed" ? words.allowed : codes[code]),
  steps: { request: "Request", token: "Token", operation: "Operation", access: "Access" } as Record<string, string>,
  needs: (scopes: string[], name: string, held: number) =>
    `Needs ${list(scopes)}. ${name} has ${held === 0 ? "no scopes" : `${amount(held, "scope")}, not ${scopes.length === 1 ? "this one" : "these"}`}.`,
  addIt: (scopes: string[]): string => (scopes.length === 1 ? "Add it" : "Add them"),
  anotherOwner: (other: string, id: string, own: string, ownId: string) =>
    `${id} is the id of ${other}, and this integration is ${own}'s. Send ${ownId} in its place, or use an integration of ${other}.`,
  unknownOwner: (own: string, ownId: string) =>
    `The id in it belongs to nobody here, and this integration is ${own}'s. Send ${ownId} in its place.`,
  assumed: "Header fields and bodies are not asked for: where the owner's id stands there, its own is assumed.",
  noPolicy: "No policy is published yet: the gate answers every call with 503.",
};
export type Words = typeof words;
