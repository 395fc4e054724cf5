// What the admin API says: src/admin/openapi.json, as types. What the browser's bundle says too stands with that.

import type { EventKind } from "../core/codes";
import type { Owner, PolicyDiff, Report, Settings } from "../core/types";

export type { EventKind } from "../core/codes";
export type {
  CatalogueEntry,
  CatalogueOperation,
  Finding,
  Level,
  Owner,
  PolicyDiff,
  Report,
  Settings,
} from "../core/types";

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

/** What of it can be changed; what is left out stays as it is. */
export type Edit = Partial<Pick<Integration, "name" | "description" | "scopes">>;

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
  rev: number;
  name: string;
  integrations: number;
}

/** Before it is set, `id` is null and `rev` 0. */
export interface Agency<Id = string> {
  id: Id;
  name: string | null;
  rev: number;
  integrations: number;
}

export interface Owners {
  agency: Agency | null;
  sub_accounts: SubAccount[];
}

export interface OwnersPage extends Owners {
  cursor: string | null;
  total: number;
}

export interface Event {
  seq: number;
  at: string;
  actor: string;
  kind: EventKind;
  detail: Record<string, unknown>;
}

export interface EventPage {
  events: Event[];
  cursor: string | null;
  total: number;
}

/** A document of the policy, by its name; null in place of a list where it was published before documents were kept. */
export interface PolicyDocument {
  name: string;
  operations: number;
}

export interface Policy {
  rev: number;
  documents: PolicyDocument[] | null;
  published_at: string;
  actor: string;
  settings: Settings;
  report: Report;
}

export interface PolicyVersion {
  rev: number;
  published_at: string;
  actor: string;
  counts: Pick<Report, "operations" | "agency" | "sub_account" | "public" | "scopes">;
}

export interface PolicyVersionPage {
  versions: PolicyVersion[];
  cursor: string | null;
  total: number;
}

export interface Impact {
  /** Integrations that gain or lose something. */
  affected: number;
  /** Those that lose something. */
  losing: number;
  /** The first of them, those that lose something first. */
  integrations: { integration: string; name: string; owner: Owner; lost: string[]; gained: string[] }[];
}

export interface DocumentChange extends PolicyDocument {
  change: "added" | "replaced" | "removed" | "unchanged";
}

export interface PolicyPreview {
  /** The revision that it was compared with; 0 where none was in force. */
  rev: number;
  report: Report;
  /** Null where the report has errors; so is `impact`. */
  diff: PolicyDiff | null;
  impact: Impact | null;
  /** Null for a roll back to a version whose documents were not kept. */
  documents: DocumentChange[] | null;
}

export interface Published {
  rev: number;
  changed: boolean;
  report: Report;
}

/** How far the registry is with writing KV. */
export interface StoreProgress {
  /** How many values have yet to be written. */
  waiting: number;
  /** Whether all of KV is in this release's format, signed with the first token key. */
  complete: boolean;
}
