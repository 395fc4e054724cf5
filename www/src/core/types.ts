// What the browser's bundle of the crate takes and gives (browser/rules/src/lib.rs), as types. Every name is one that Rust writes.

import type { DenialCode } from "./codes";

export type Level = "agency" | "sub_account";

export interface Owner {
  level: Level;
  id: string;
}

/** `ScopeDiff` of core/scope.rs; both lists in order. */
export interface ScopeDiff {
  added: string[];
  removed: string[];
}

/** `Scopes` of core/admin/body.rs: what `GET /scopes` answers too. */
export interface Catalogue {
  scopes: CatalogueEntry[];
}

/** core/policy/catalogue.rs */
export interface CatalogueEntry {
  scope: string;
  /** What scopes of one subject share: the part before the first `.` or `/`. */
  group: string;
  access: "read" | "write";
  description?: string;
  operations: CatalogueOperation[];
}

export interface CatalogueOperation {
  method: string;
  path: string;
  summary?: string;
  /** The levels for which the scope opens it. */
  levels: Level[];
}

/** core/decision/abilities.rs */
export interface Holder {
  level: Level;
  scopes: string[];
}

export interface Abilities {
  /** By the groups of the scopes. */
  by_scopes: { group: string; read: ShownOperation[]; write: ShownOperation[] }[];
  any_token: { reads: ShownOperation[]; changes: ShownOperation[]; deletes: ShownOperation[] };
  not: OutOfReach[];
  /** Operations at which a request names no owner: how many of those `open` to the level, and those within reach. */
  unnamed: { open: number; operations: number; reached: ShownOperation[] };
  /** The scopes that open nothing. */
  unknown: string[];
}

export interface OutOfReach {
  group: string;
  /** All of the group, all that changes something in it, or these operations only. */
  what: "touch" | "change" | "some";
  operations: ShownOperation[];
}

export interface ShownOperation {
  method: string;
  path: string;
  summary?: string;
  /** By the kind of the scopes that open it; without scopes by its method. */
  access: "read" | "write";
  /** Anyone reaches it without a token. */
  public?: boolean;
}

/** core/decision/preview.rs */
export interface ScopeChange {
  level: Level;
  /** Empty for an integration that is still to be made. */
  before: string[];
  after: string[];
}

export interface ScopePreview {
  added: string[];
  removed: string[];
  /** In the policy's order: by path, then method. */
  gained: PreviewedOperation[];
  lost: PreviewedOperation[];
  /** How many operations are within reach before and after. */
  kept: number;
  /** How many operations are within reach after. */
  reachable: number;
  /** How many operations are open to this level with all scopes there are. */
  operations: number;
  /** The scopes, before or after, that no operation of the policy needs. */
  unknown: string[];
}

export interface PreviewedOperation {
  method: string;
  path: string;
  summary?: string;
  /** By the kind of the scopes that open it. */
  access: "read" | "write";
  /** The scopes that bring or take it, of those that change. */
  scopes: string[];
}

/** core/admin/body.rs, without `integration`. Owner and scopes, or neither: a request without a token. */
export type Question = { method: string; path: string } & (
  { owner: Owner; scopes: string[] } | { owner?: never; scopes?: never }
);

/** core/decision/explain.rs */
export interface Explanation {
  allowed: boolean;
  /** `allowed`, or why not in one word. */
  code: DenialCode | "allowed";
  /** In order; only the last can have failed. */
  steps: Step[];
  /** Where the request names one. */
  operation?: Operation;
}

export interface Step {
  step: "request" | "token" | "operation" | "access";
  passed: boolean;
  detail: string;
}

/** core/policy/operation.rs */
export interface Operation {
  path: string;
  method: string;
  access: Access;
  id?: string;
  summary?: string;
  /** The title of the document that describes it. */
  document: string;
}

/** `any_of` nothing: open to nobody. */
export type Access = "public" | "authenticated" | { any_of: Alternative[] };

export interface Alternative {
  level: Level;
  scopes: string[];
  owner?: OwnerParameter[];
}

export interface OwnerParameter {
  name: string;
  in: "path" | "query" | "header" | "body";
}

/** core/policy/owner.rs */
export interface OwnerNames {
  agency: OwnerName[];
  sub_account: OwnerName[];
}

export interface OwnerName {
  name: string;
  when?: { name: string; is: string };
  body?: boolean;
}

/** core/openapi/settings.rs. All of it may be left out. */
export interface Settings {
  schemes?: Record<string, { level: Level; private_integrations: boolean }>;
  owner_parameters?: Partial<OwnerNames>;
  without_security?: "deny" | "authenticated" | "public";
  scope_extension?: string | null;
  rules?: Rule[];
}

export type Rule = Omit<Operation, "document"> & { document?: string };

/** core/openapi/report/mod.rs */
export interface Report {
  documents: number;
  operations: number;
  agency: number;
  sub_account: number;
  public: number;
  closed: number;
  scopes: number;
  /** Where there is any, the documents make no policy. */
  errors: Finding[];
  without_token: Finding[];
  without_security: Finding[];
  /** A document opens them to anyone beside others. */
  optional_security: Finding[];
  needs_no_scope: Finding[];
  names_no_owner: Finding[];
  unread_bodies: Finding[];
  overlapping: Finding[];
  unsatisfiable: Finding[];
  crossing: Finding[];
  unmapped_schemes: string[];
  undeclared_schemes: Finding[];
  unused_scopes: string[];
  looks_like_owner: Finding[];
  replaced: Finding[];
}

export interface Finding {
  /** The document's title. */
  document: string;
  /** Empty where it is about the document as a whole. */
  path: string;
  /** In lower case, as documents have it; empty where it is about the path as a whole. */
  method: string;
  message: string;
}

/** core/policy/diff/mod.rs; operations as `METHOD /template`. */
export interface PolicyDiff {
  added: string[];
  removed: string[];
  changed: string[];
  without_token: Reach;
  sub_account: Reach;
  agency: Reach;
  /** Only where they change. */
  owner_parameters?: { before: OwnerNames; after: OwnerNames };
}

export interface Reach {
  reachable: Change[];
  unreachable: Change[];
  changed: Change[];
}

export interface Change {
  method: string;
  path: string;
  /** `null` where the operation was not in the policy. */
  before: Access | null;
  /** `null` where the operation is no longer in the policy. */
  after: Access | null;
}

/** `Changes` of page/mod.rs: `diff` is `null` where the report has errors. */
export interface PolicyChanges {
  report: Report;
  diff: PolicyDiff | null;
}

/** core/token/find.rs */
export type Found = { kind: "token"; id?: string; whole: boolean } | { kind: "automation_key" } | { kind: "owner_key" };

/** core/token/inspect.rs. `ours` says nothing of whether the token was ever minted, or lives. */
export type TokenForm =
  { form: "ours"; prefix: string; id: string } | { form: "mistyped" | "truncated" | "other"; detail: string };
