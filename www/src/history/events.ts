// What the page says of each kind of event.

import type { EventKind } from "../api/types";
import { list } from "../lib/text";
import { exact } from "../lib/time";
import { named } from "../lib/tokens";
import type { IconName } from "../ui/Icon.svelte";

export const icons: Record<EventKind, IconName> = {
  "integration.created": "plus",
  "integration.edited": "edit",
  "integration.paused": "clock",
  "integration.resumed": "arrow",
  "integration.expiring": "clock",
  "integration.expired": "cross",
  "integration.idle": "clock",
  "integration.deleted": "trash",
  "integration.restored": "back",
  "rotation.started": "rotate",
  "rotation.first_use": "check",
  "rotation.old_still_used": "warn",
  "rotation.extended": "clock",
  "rotation.cancelled": "cross",
  "rotation.finished": "check",
  "rotation.lapsed": "check",
  "rotation.due": "warn",
  "token.exposed": "warn",
  "policy.published": "shield",
  "policy.rolled_back": "back",
  "person.added": "plus",
  "person.changed": "edit",
  "person.removed": "trash",
  "person.unbound": "edit",
  "person.signed_in": "arrow",
  "owner_key.used": "key",
  "session.ended": "out",
  "key.created": "plus",
  "key.changed": "edit",
  "key.deleted": "trash",
  "key.rotation.started": "rotate",
  "key.rotation.cancelled": "cross",
  "key.rotation.finished": "check",
  "settings.changed": "edit",
  "feature.changed": "edit",
  "agency.set": "people",
  "agency.changed": "edit",
  "sub_account.added": "plus",
  "sub_account.renamed": "edit",
  "endpoint.created": "plus",
  "endpoint.changed": "edit",
  "endpoint.secret_rotated": "rotate",
  "endpoint.deleted": "cross",
  "endpoint.failing": "warn",
  "endpoint.disabled": "cross",
  "registry.resynced": "rotate",
  "chain.started": "info",
};

/** The last four characters of tokens, by their numbers. */
export type LastFours = Record<string, string>;

/** What can be told of: an event of an integration, or of the whole gate. */
export interface Told {
  kind: EventKind;
  detail: Record<string, unknown>;
  /** The address of the person whom it is about. */
  subject_name?: string;
}

/** What happened, in a few words, and the lines that say more. */
export function told({ kind, detail, subject_name }: Told, lastFours: LastFours): { what: string; more: string[] } {
  const token = (n: unknown) => named(Number(n), lastFours[String(n)]);
  const ended = (numbers: unknown) => `${list(names(numbers).map(token))} ended`;
  const person = subject_name ? [subject_name] : [];
  const leaked = detail.leaked ? ["It was marked as leaked"] : [];
  switch (kind) {
    case "integration.created":
      return {
        what: "Created",
        more: names(detail.scopes).length > 0 ? [`With ${list(names(detail.scopes))}`] : ["Without scopes"],
      };
    case "integration.edited":
      return { what: "Edited", more: edited(detail) };
    case "integration.paused":
      return { what: "Paused", more: ["Its tokens are refused", ...idled(detail)] };
    case "integration.resumed":
      return { what: "Resumed", more: [] };
    case "integration.expiring":
      return {
        what: detail.days === 1 ? "Ends in a day" : detail.days ? `Ends in ${String(detail.days)} days` : "Ends soon",
        more: [exact(String(detail.expires_at))],
      };
    case "integration.expired":
      return { what: "Ended", more: names(detail.ended).length > 0 ? [ended(detail.ended)] : [] };
    case "integration.idle":
      return {
        what: "Nobody uses it",
        more: [
          `Nothing since ${exact(String(detail.since))}; ${detail.action === "delete" ? "deleted" : "paused"} ${exact(String(detail.acts_at))} if that stays so`,
        ],
      };
    case "integration.deleted":
      return { what: "Deleted", more: idled(detail) };
    case "integration.restored":
      return { what: "Undone", more: restored(detail, token) };
    case "rotation.started": {
      const made = `${token(detail.n)} was made`;
      const end = changedEnd(detail.integration_expires_at);
      return detail.expires_at
        ? {
            what: "Rotated, the old token expires later",
            more: [`${made}; ${token(detail.outgoing)} was to end ${exact(String(detail.expires_at))}`, ...end],
          }
        : {
            what: "Rotated, the old token expired at once",
            more: [names(detail.ended).length > 0 ? `${made}; ${ended(detail.ended)}` : made, ...leaked, ...end],
          };
    }
    case "rotation.extended":
      return {
        what: "Rotation extended",
        more: [`${token(detail.outgoing)} is to end ${exact(String(change(detail.expires_at).to))}`],
      };
    case "rotation.cancelled":
      return { what: "Rotation cancelled", more: [`${token(detail.n)} stays; ${ended(detail.ended)}`] };
    case "rotation.finished":
      return {
        what: "Rotation finished",
        more: [
          `${token(detail.n)} stays; ${ended(detail.ended)}`,
          ...(detail.when_quiet ? ["The old token was quiet"] : []),
          ...leaked,
        ],
      };
    case "rotation.lapsed":
      return { what: "Rotation ended by itself", more: [`${token(detail.n)} stays; ${ended(detail.ended)}`] };
    case "rotation.due":
      return { what: "Rotation is due", more: [`${token(detail.n)} was made ${exact(String(detail.created_at))}`] };
    case "rotation.first_use":
      return {
        what: "The new token was used for the first time",
        more: [`${token(detail.n)}, ${exact(String(detail.used_at))}`],
      };
    case "rotation.old_still_used":
      return {
        what: "The old token is still used",
        more: [
          `${token(detail.outgoing)} was last used ${exact(String(detail.last_used_at))}, and ends ${exact(String(detail.expires_at))}`,
        ],
      };
    case "token.exposed":
      return {
        what: "A token was said to have leaked",
        more: names(detail.tokens).length > 0 ? [ended(detail.tokens)] : [],
      };
    case "policy.published":
      return { what: `Policy ${String(detail.rev)} was published`, more: [] };
    case "policy.rolled_back":
      return { what: `An earlier policy was put in force as ${String(detail.rev)}`, more: [] };
    case "person.added":
      return { what: "A person was added", more: [...person, `Role: ${String(detail.role)}`] };
    case "person.changed":
      return { what: "A person was changed", more: [...person, ...changes(detail)] };
    case "person.removed":
      return { what: "A person was removed", more: person };
    case "person.unbound":
      return { what: "A person was freed from the account they signed in with", more: person };
    case "person.signed_in":
      return { what: "Signed in", more: detail.bound ? ["For the first time with this account"] : [] };
    case "owner_key.used":
      return { what: "Signed in with the owner key", more: [] };
    case "session.ended":
      return { what: "A session was ended", more: person };
    case "key.created":
      return { what: `The key ${String(detail.name)} was made`, more: [] };
    case "key.changed":
      return { what: "A key was changed", more: changes(detail) };
    case "key.deleted":
      return { what: `The key ${String(detail.name)} was deleted`, more: [] };
    case "key.rotation.started":
      return { what: `The key ${String(detail.name)} was rotated`, more: [] };
    case "key.rotation.cancelled":
      return { what: `The rotation of the key ${String(detail.name)} was cancelled`, more: [] };
    case "key.rotation.finished":
      return { what: `The rotation of the key ${String(detail.name)} was finished`, more: [] };
    case "settings.changed":
      return { what: "Token rules changed", more: changes(detail) };
    case "feature.changed":
      return { what: `The feature ${String(detail.name)} was switched`, more: changes({ switch: detail }) };
    case "agency.set":
      return { what: "The agency was set", more: changes(detail) };
    case "agency.changed":
      return { what: "The agency was changed", more: changes(detail) };
    case "sub_account.added":
      return { what: `The sub-account ${String(detail.name)} was added`, more: [String(detail.id)] };
    case "sub_account.renamed":
      return { what: "A sub-account was renamed", more: [String(detail.id), ...changes(detail)] };
    case "endpoint.created":
      return { what: "A webhook endpoint was made", more: [] };
    case "endpoint.changed":
      return { what: "A webhook endpoint was changed", more: changes(detail) };
    case "endpoint.secret_rotated":
      return { what: "A webhook endpoint got a new secret", more: [] };
    case "endpoint.deleted":
      return { what: "A webhook endpoint was deleted", more: [] };
    case "endpoint.failing":
      return { what: "Deliveries to a webhook endpoint fail", more: [] };
    case "endpoint.disabled":
      return { what: "A webhook endpoint was disabled", more: [] };
    case "registry.resynced":
      return { what: "All of KV was written anew", more: [] };
    case "chain.started":
      return { what: "The chain of events began", more: [`Not covered: ${String(detail.events)} events before it`] };
    default:
      kind satisfies never; // a gate of a later release may have more
      return { what: kind, more: [] };
  }
}

function restored(detail: Record<string, unknown>, token: (n: unknown) => string): string[] {
  switch (detail.undone) {
    case "finish":
      return [`${token(detail.outgoing)} works again until ${exact(String(detail.expires_at))}`];
    case "scopes":
      return [`Scopes put back: ${list(names(change(detail.scopes).added))}`];
    default:
      return [`The deletion was undone; ${list(names(detail.tokens).map(token))} came back`];
  }
}

const idled = (detail: Record<string, unknown>) =>
  detail.idle_since ? [`Nobody had used it since ${exact(String(detail.idle_since))}`] : [];

function changedEnd(end: unknown): string[] {
  const { from, to } = change(end);
  if (from === to) return [];
  return [to === null ? "End lifted" : `Ends ${exact(String(to))}`];
}

function edited(detail: Record<string, unknown>): string[] {
  const lines: string[] = [];
  if (detail.name !== undefined) {
    const { from, to } = change(detail.name);
    if (from !== to) lines.push(`Name: “${String(from)}” is now “${String(to)}”`);
  }
  const description = change(detail.description);
  if (description.from !== description.to) lines.push("Description changed");
  const { added, removed } = change(detail.scopes);
  if (names(added).length > 0) lines.push(`Scopes added: ${list(names(added))}`);
  if (names(removed).length > 0) lines.push(`Scopes removed: ${list(names(removed))}`);
  return [...lines, ...changedEnd(detail.expires_at)];
}

/** What changed from what to what. Nothing is said of what is the same. */
function changes(detail: Record<string, unknown>): string[] {
  return Object.entries(detail).flatMap(([name, value]) => {
    const { from, to } = change(value);
    if (from === undefined || to === undefined) return [];
    const [before, after] = [said(from), said(to)];
    return before === after ? [] : [`${name.replaceAll("_", " ")}: ${before} → ${after}`];
  });
}

const said = (value: unknown) =>
  value === null
    ? "none"
    : typeof value === "object"
      ? JSON.stringify(value)
      : String(value as string | number | boolean);

const change = (value: unknown) =>
  value !== null && typeof value === "object" ? (value as Record<string, unknown>) : {};

const names = (value: unknown) => (Array.isArray(value) ? value.map(String) : []);
