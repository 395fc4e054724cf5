// The admin API: one function for each route.

import { ask, askPart, askText, type Options } from "./http";
import type {
  Agency,
  AuditPage,
  CatalogueEntry,
  Edit,
  EditPerson,
  EventPage,
  Features,
  Grouping,
  Integration,
  IntegrationPage,
  IntegrationUsage,
  Key,
  KeyPage,
  Lifecycle,
  Minted,
  MintedKey,
  NewKey,
  NewPerson,
  OverallUsage,
  Owner,
  Owners,
  OwnersPage,
  PeoplePage,
  Person,
  Policy,
  PolicyPreview,
  PolicyVersionPage,
  Published,
  RotationProgress,
  Session,
  SessionPage,
  Settings,
  StoreProgress,
  SubAccount,
  Ways,
  Tested,
  TokenRules,
  TokenRulesChange,
} from "./types";

export interface Filter {
  q?: string;
  owner?: string;
  scope?: string;
  state?: string;
  token_created_before?: string;
  unused_since?: string;
  rotation_ends_before?: string;
  ends_before?: string;
  sort?: string;
}

export const PAGE_SIZE = 50;
const LARGEST_PAGE = 200;

export const session = {
  show: () => ask<Session>("GET", "/session"),
  ways: () => ask<Ways>("GET", "/sign-in"),
  signIn: (key: string) => ask<void>("POST", "/session", { body: { key } }),
  signOut: () => ask<void>("DELETE", "/session"),
};

export const owners = {
  /** All sub-accounts, since views show owners by name. */
  async list(): Promise<Owners> {
    const sub_accounts: SubAccount[] = [];
    for (let cursor: string | null = null; ;) {
      const next: OwnersPage = await ask("GET", `/sub-accounts?${page(cursor, LARGEST_PAGE)}`);
      sub_accounts.push(...next.sub_accounts);
      if (next.cursor === null) return { agency: next.agency, sub_accounts };
      cursor = next.cursor;
    }
  },
  /** The sub-accounts that a search on the gate finds. */
  find(q: string, limit: number, signal: AbortSignal) {
    const query = page(null, limit);
    if (q) query.set("q", q);
    return ask<OwnersPage>("GET", `/sub-accounts?${query}`, { signal });
  },
  add: (id: string, name: string) => ask<SubAccount>("POST", "/sub-accounts", { body: { id, name } }),
  rename: (id: string, rev: number, name: string) =>
    ask<SubAccount>("PATCH", `/sub-accounts/${encodeURIComponent(id)}`, { body: { name }, rev }),
};

export const people = {
  list(q: string, cursor: string | null, signal: AbortSignal) {
    const query = page(cursor);
    if (q) query.set("q", q);
    return ask<PeoplePage>("GET", `/people?${query}`, { signal });
  },
  add: (body: NewPerson) => ask<Person>("POST", "/people", { body }),
  edit: (id: string, rev: number, body: EditPerson) => ask<Person>("PATCH", `/people/${id}`, { body, rev }),
  remove: (id: string, rev: number) => ask<void>("DELETE", `/people/${id}`, { rev }),
  rebind: (id: string, rev: number) => ask<Person>("POST", `/people/${id}/rebind`, { rev }),
};

export const keys = {
  list: (cursor: string | null, signal: AbortSignal) => ask<KeyPage>("GET", `/keys?${page(cursor)}`, { signal }),
  create: (body: NewKey) => ask<MintedKey>("POST", "/keys", { body }),
  remove: (id: string, rev: number) => ask<void>("DELETE", `/keys/${id}`, { rev }),
  rotate: (id: string, rev: number, body: Rotate) => ask<MintedKey>("POST", `/keys/${id}/rotate`, { body, rev }),
  cancel: (id: string, rev: number) => ask<Key>("POST", `/keys/${id}/rotation/cancel`, { rev }),
  finish: (id: string, rev: number) => ask<Key>("POST", `/keys/${id}/rotation/finish`, { rev }),
};

export const sessions = {
  list: (cursor: string | null, signal: AbortSignal) =>
    ask<SessionPage>("GET", `/sessions?${page(cursor)}`, { signal }),
  end: (id: string) => ask<void>("DELETE", `/sessions/${id}`),
};

export const features = {
  set: (name: keyof Features, body: Partial<Features[keyof Features]>) =>
    ask<Features>("PATCH", `/features/${name}`, { body }),
};

export const agency = {
  set: (rev: number, id: string, name: string) =>
    ask<Agency>("PUT", "/agency", { body: { id, ...(name && { name }) }, rev }),
};

export const tokenRules = {
  show: () => ask<TokenRules>("GET", "/settings"),
  change: (rev: number, body: TokenRulesChange) => ask<TokenRules>("PATCH", "/settings", { body, rev }),
};

export const scopes = {
  list: async () => (await ask<{ scopes: CatalogueEntry[] }>("GET", "/scopes")).scopes,
};

export interface NewIntegration {
  name: string;
  description: string;
  owner: Owner;
  scopes: string[];
  expires_at?: string;
}

/** If the integration has ended, a new token needs a new end; null for none. */
export type Rotate = { expires_at?: string | null } & (
  { expire: "now"; leaked?: boolean } | { expire: "later"; window_seconds: number; when_quiet?: boolean }
);

export const integrations = {
  list(filter: Filter, cursor: string | null, signal?: AbortSignal, limit = PAGE_SIZE) {
    const query = page(cursor, limit);
    for (const [name, value] of Object.entries(filter)) if (value) query.set(name, value);
    return ask<IntegrationPage>("GET", `/integrations?${query}`, signal ? { signal } : {});
  },
  /** The filtered events, page by page. */
  async all(filter: Filter): Promise<Integration[]> {
    const found: Integration[] = [];
    for (let cursor: string | null = null; ;) {
      const next: IntegrationPage = await integrations.list(filter, cursor, undefined, LARGEST_PAGE);
      found.push(...next.integrations);
      if (next.cursor === null) return found;
      cursor = next.cursor;
    }
  },
  show: (id: string) => ask<Integration>("GET", at(id)),
  create: (body: NewIntegration, idempotencyKey: string) =>
    ask<Minted>("POST", "/integrations", { body, idempotencyKey }),
  edit: (id: string, rev: number, body: Edit) => ask<Integration>("PATCH", at(id), { body, rev }),
  remove: (id: string, rev: number) => ask<void>("DELETE", at(id), { rev }),
  rotate: (id: string, rev: number, body: Rotate, idempotencyKey: string) =>
    ask<Minted>("POST", `${at(id)}/rotate`, { body, rev, idempotencyKey }),
  cancelRotation: (id: string, rev: number) => ask<Integration>("POST", `${at(id)}/rotation/cancel`, { rev }),
  finishRotation: (id: string, rev: number, leaked: boolean) =>
    ask<Integration>("POST", `${at(id)}/rotation/finish`, { rev, body: { leaked } }),
  extendRotation: (id: string, rev: number, expires_at: string) =>
    ask<Integration>("POST", `${at(id)}/rotation/extend`, { rev, body: { expires_at } }),
  pause: (id: string, rev: number) => ask<Integration>("POST", `${at(id)}/pause`, { rev }),
  resume: (id: string, rev: number) => ask<Integration>("POST", `${at(id)}/resume`, { rev }),
  undo: (id: string, rev: number) => ask<Integration>("POST", `${at(id)}/undo`, { rev }),
  test: (id: string, token: string, operation: string) =>
    ask<Tested>("POST", `${at(id)}/test`, { body: { token, operation } }),
  lifecycle: () => ask<Lifecycle>("GET", "/lifecycle"),
  events: (id: string, cursor: string | null, signal: AbortSignal) =>
    ask<EventPage>("GET", `${at(id)}/events?${page(cursor)}`, { signal }),
};

/** The events of the whole gate. `filter` has the parameters of `GET /events` as they are. */
export const events = {
  list(filter: Record<string, string>, cursor: string | null, signal: AbortSignal) {
    return ask<AuditPage>("GET", `/events?${page(cursor)}&${new URLSearchParams(filter)}`, { signal });
  },
  /** A part of an export, the oldest first. */
  part(filter: Record<string, string>, format: "jsonl" | "csv", cursor: string | null, signal: AbortSignal) {
    const query = new URLSearchParams({ ...filter, format, ...(cursor && { cursor }) });
    return askPart(`/events?${query}`, signal);
  },
};

export const usage = {
  /** Of the last `days` days. */
  of: (id: string, by: Grouping, days: number) => ask<IntegrationUsage>("GET", `${at(id)}/usage?${range(by, days)}`),
  all: (by: Grouping, days: number) => ask<OverallUsage>("GET", `/usage?${range(by, days)}`),
  rotation: (id: string) => ask<RotationProgress>("GET", `${at(id)}/rotation`),
};

function range(by: Grouping, days: number): URLSearchParams {
  return new URLSearchParams({ by, from: new Date(Date.now() - days * 86_400_000).toISOString() });
}

/** What a document is read as (`core.documentSource`); null removes the document of that name. */
export interface Source {
  name: string;
  operations: unknown;
}

export interface WholePolicy {
  sources: Source[];
  settings: Settings;
}

/** Documents that are not named stay. */
export interface PolicyChange {
  sources?: Source[];
  settings?: Settings;
}

export const policy = {
  show: () => ask<Policy>("GET", "/policy"),
  /** `UNCHANGED` if it is still the known revision. */
  compiled: (known?: number) => askText("/policy/compiled", known),
  preview: (body: WholePolicy | { change: PolicyChange } | { to: number }, signal?: AbortSignal) =>
    ask<PolicyPreview>("POST", "/policy/preview", { body, ...(signal && { signal }) }),
  publish: (body: WholePolicy, rev: number, onSent: (share: number) => void) =>
    ask<Published>("PUT", "/policy", { body, rev, onSent } satisfies Options),
  change: (body: PolicyChange, rev: number, onSent: (share: number) => void) =>
    ask<Published>("PATCH", "/policy", { body, rev, onSent } satisfies Options),
  versions: (cursor: string | null, signal: AbortSignal) =>
    ask<PolicyVersionPage>("GET", `/policy/versions?${page(cursor)}`, { signal }),
  rollBack: (to: number, rev: number) => ask<Published>("POST", "/policy/rollback", { body: { to }, rev }),
};

export const store = {
  show: (signal?: AbortSignal) => ask<StoreProgress>("GET", "/resync", signal ? { signal } : {}),
  /** Starts rewriting all of KV. */
  resync: () => ask<StoreProgress>("POST", "/resync"),
};

/** The query for the page of a list that begins at `cursor`. */
export function page(cursor: string | null, limit = PAGE_SIZE): URLSearchParams {
  return new URLSearchParams({ limit: String(limit), ...(cursor && { cursor }) });
}

function at(id: string): string {
  return `/integrations/${encodeURIComponent(id)}`;
}
