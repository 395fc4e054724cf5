// What the admin API says: src/edge/openapi.json, as types.

export type Level = "agency" | "sub_account";

export interface Owner {
  level: Level;
  id: string;
}

export interface Token {
  n: number;
  use: "current" | "outgoing";
  created_at: string;
  /** The first second in which it is dead; of the outgoing one only. */
  expires_at?: string;
}

export interface Integration {
  id: string;
  rev: number;
  owner: Owner;
  name: string;
  description: string;
  scopes: string[];
  state: "steady" | "rotating";
  /** The live ones, the current one first. */
  tokens: Token[];
  created_at: string;
  updated_at: string;
  /** Whether KV has taken the last change. */
  published: boolean;
}

export interface IntegrationPage {
  integrations: Integration[];
  cursor: string | null;
  total: number;
}

export interface Minted {
  integration: Integration;
  token: string;
}

export interface SubAccount {
  id: string;
  name: string;
  integrations: number;
}

export interface Owners {
  agency: { id: string; integrations: number } | null;
  sub_accounts: SubAccount[];
}

export type Access = "read" | "write";

export interface CatalogueOperation {
  method: string;
  path: string;
  summary?: string;
  levels: Level[];
}

export interface CatalogueEntry {
  scope: string;
  group: string;
  access: Access;
  description?: string;
  operations: CatalogueOperation[];
}

export interface Event {
  seq: number;
  at: string;
  actor: string;
  kind: string;
  detail: Record<string, unknown>;
}

export interface Finding {
  document: string;
  path: string;
  method: string;
  message: string;
}

export interface Report {
  documents?: number;
  operations: number;
  agency: number;
  sub_account: number;
  public: number;
  closed?: number;
  scopes: number;
  errors: Finding[];
  without_security: Finding[];
  without_token?: Finding[];
  unsatisfiable: Finding[];
  crossing: Finding[];
  unmapped_schemes: string[];
  undeclared_schemes?: Finding[];
  unused_scopes?: string[];
  looks_like_owner?: Finding[];
  replaced?: Finding[];
}

export interface Scheme {
  level: Level;
  private_integrations: boolean;
}

/** The settings of a policy. The page edits some of it, and hands the rest on untouched. */
export interface Settings {
  schemes?: Record<string, Scheme>;
  owner_parameters?: { agency?: unknown[]; sub_account?: unknown[] };
  without_security?: "deny" | "authenticated" | "public";
  scope_extension?: string | null;
  rules?: unknown[];
}

export interface Policy {
  rev: number;
  published_at: string;
  actor: string;
  settings: Settings;
  report: Report;
}

export interface PolicyVersion {
  rev: number;
  published_at: string;
  actor: string;
  report: Report;
}

export interface PolicyDiff {
  added: string[];
  removed: string[];
  changed: string[];
}

export interface Impact {
  affected: number;
  integrations: { integration: string; name: string; lost: string[]; gained: string[] }[];
}

export interface PolicyPreview {
  report: Report;
  diff: PolicyDiff | null;
  impact?: Impact;
}

export interface Published {
  rev: number;
  changed: boolean;
  report: Report;
}
