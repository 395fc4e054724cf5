import type { DenialCode } from "../core/types";

/** Why a request is refused. The type demands a sentence for each code. */
export const words: Record<DenialCode, string> = {
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
export type Words = typeof words;
