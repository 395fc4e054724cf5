// Made by `cargo xtask vectors` of the lists that the gate's code has. A test compares it with them.

/** Every reason to refuse a request: docs/errors.md explains them. */
export type DenialCode =
  | "ambiguous_request"
  | "no_credential"
  | "malformed_token"
  | "forged_token"
  | "admin_credential"
  | "unknown_token"
  | "deleted_integration"
  | "dead_token"
  | "paused_integration"
  | "expired_integration"
  | "unknown_operation"
  | "method_not_allowed"
  | "ambiguous_operation"
  | "not_for_integrations"
  | "wrong_level"
  | "wrong_owner"
  | "ambiguous_owner"
  | "owner_not_checked"
  | "missing_owner"
  | "missing_scopes"
  | "client_gone"
  | "store_unavailable"
  | "misconfigured"
  | "origin_unreachable"
  | "origin_status"
  | "origin_too_slow";

/** Every kind of event of an integration. */
export type EventKind =
  | "integration.created"
  | "integration.edited"
  | "integration.deleted"
  | "rotation.started"
  | "rotation.cancelled"
  | "rotation.finished";
