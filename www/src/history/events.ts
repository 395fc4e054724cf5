// The page's text for each kind of event.

import type { EventKind } from "../api/types";
import { list } from "../lib/text";
import { exact } from "../lib/time";
import { named } from "../lib/tokens";
import type { IconName } from "../ui/Icon.svelte";
import { words as t } from "./words";

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
  "integration.tested": "check",
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
  "usage.deleted": "trash",
};

/** The last four characters of tokens, by their numbers. */
export type LastFours = Record<string, string>;

/** An event of an integration, or of the whole gate. */
export interface Told {
  kind: EventKind;
  detail: Record<string, unknown>;
  /** The address of the person whom it is about. */
  subject_name?: string;
}

/** What happened, in a few words, and the lines that say more. */
export function told({ kind, detail, subject_name }: Told, lastFours: LastFours): { what: string; more: string[] } {
  const token = (n: unknown) => named(Number(n), lastFours[String(n)]);
  const ended = (numbers: unknown) => t.ended_(list(names(numbers).map(token)));
  const leaked = detail.leaked ? [t.leaked] : [];
  const person = subject_name ? [subject_name] : [];
  switch (kind) {
    case "integration.created":
      return {
        what: t.what.created,
        more: names(detail.scopes).length > 0 ? [t.with(list(names(detail.scopes)))] : [t.without],
      };
    case "integration.edited":
      return { what: t.what.edited, more: edited(detail) };
    case "integration.paused":
      return { what: t.what.paused, more: [t.refused, ...idled(detail)] };
    case "integration.resumed":
      return { what: t.what.resumed, more: [] };
    case "integration.expiring":
      return {
        what: detail.days ? t.endsIn(Number(detail.days)) : t.what.expiring,
        more: [exact(String(detail.expires_at))],
      };
    case "integration.expired":
      return { what: t.what.expired, more: names(detail.ended).length > 0 ? [ended(detail.ended)] : [] };
    case "integration.idle":
      return {
        what: t.what.idle,
        more: [t.idle(exact(String(detail.since)), detail.action === "delete", exact(String(detail.acts_at)))],
      };
    case "integration.deleted":
      return { what: t.what.deleted, more: idled(detail) };
    case "integration.restored":
      return { what: t.what.restored, more: restored(detail, token) };
    case "integration.tested":
      return { what: t.what.tested, more: [t.with(String(detail.operation))] };
    case "rotation.started": {
      const made = t.made(token(detail.n));
      const end = changedEnd(detail.integration_expires_at);
      return detail.expires_at
        ? {
            what: t.what.rotatedLater,
            more: [`${made}; ${t.wasToEnd(token(detail.outgoing), exact(String(detail.expires_at)))}`, ...end],
          }
        : {
            what: t.what.rotatedNow,
            more: [names(detail.ended).length > 0 ? `${made}; ${ended(detail.ended)}` : made, ...leaked, ...end],
          };
    }
    case "rotation.extended":
      return {
        what: t.what.extended,
        more: [t.isToEnd(token(detail.outgoing), exact(String(change(detail.expires_at).to)))],
      };
    case "rotation.cancelled":
      return { what: t.what.cancelled, more: [`${t.stays(token(detail.n))}; ${ended(detail.ended)}`] };
    case "rotation.finished":
      return {
        what: t.what.finished,
        more: [
          `${t.stays(token(detail.n))}; ${ended(detail.ended)}`,
          ...(detail.when_quiet ? [t.wasQuiet] : []),
          ...leaked,
        ],
      };
    case "rotation.lapsed":
      return { what: t.what.lapsed, more: [`${t.stays(token(detail.n))}; ${ended(detail.ended)}`] };
    case "rotation.due":
      return { what: t.what.due, more: [t.madeAt(token(detail.n), exact(String(detail.created_at)))] };
    case "rotation.first_use":
      return { what: t.what.firstUse, more: [`${token(detail.n)}, ${exact(String(detail.used_at))}`] };
    case "rotation.old_still_used":
      return {
        what: t.what.stillUsed,
        more: [
          t.lastUsed(token(detail.outgoing), exact(String(detail.last_used_at)), exact(String(detail.expires_at))),
        ],
      };
    case "token.exposed":
      return {
        what: t.what.exposed,
        more: names(detail.tokens).length > 0 ? [ended(detail.tokens)] : [],
      };
    case "policy.published":
      return { what: t.published(String(detail.rev)), more: [] };
    case "policy.rolled_back":
      return { what: t.rolledBack(String(detail.rev)), more: [] };
    case "person.added":
      return { what: t.what.personAdded, more: [...person, t.role(roleName(detail.role))] };
    case "person.changed":
      return { what: t.what.personChanged, more: [...person, ...changes(detail)] };
    case "person.removed":
      return { what: t.what.personRemoved, more: person };
    case "person.unbound":
      return { what: t.what.personUnbound, more: person };
    case "person.signed_in":
      return { what: t.what.signedIn, more: detail.bound ? [t.firstSignIn] : [] };
    case "owner_key.used":
      return { what: t.what.ownerKeyUsed, more: [] };
    case "session.ended":
      return { what: t.what.sessionEnded, more: person };
    case "key.created":
      return { what: t.keyMade(String(detail.name)), more: [] };
    case "key.changed":
      return { what: t.what.keyChanged, more: changes(detail) };
    case "key.deleted":
      return { what: t.keyDeleted(String(detail.name)), more: [] };
    case "key.rotation.started":
      return { what: t.keyRotated(String(detail.name)), more: [] };
    case "key.rotation.cancelled":
      return { what: t.keyRotationCancelled(String(detail.name)), more: [] };
    case "key.rotation.finished":
      return { what: t.keyRotationFinished(String(detail.name)), more: [] };
    case "settings.changed":
      return { what: t.what.rulesChanged, more: changes(detail) };
    case "feature.changed":
      return { what: t.featureSwitched(String(detail.name)), more: changes({ switch: detail }) };
    case "agency.set":
      return { what: t.what.agencySet, more: changes(detail) };
    case "agency.changed":
      return { what: t.what.agencyChanged, more: changes(detail) };
    case "sub_account.added":
      return { what: t.subAccountAdded(String(detail.name)), more: [String(detail.id)] };
    case "sub_account.renamed":
      return { what: t.what.subAccountRenamed, more: [String(detail.id), ...changes(detail)] };
    case "endpoint.created":
      return { what: t.what.endpointMade, more: [] };
    case "endpoint.changed":
      return { what: t.what.endpointChanged, more: changes(detail) };
    case "endpoint.secret_rotated":
      return { what: t.what.endpointSecretRotated, more: [] };
    case "endpoint.deleted":
      return { what: t.what.endpointDeleted, more: [] };
    case "endpoint.failing":
      return { what: t.what.endpointFailing, more: [] };
    case "endpoint.disabled":
      return { what: t.what.endpointDisabled, more: [] };
    case "registry.resynced":
      return { what: t.what.resynced, more: [] };
    case "chain.started":
      return { what: t.what.chainStarted, more: [t.notCovered(Number(detail.events))] };
    case "usage.deleted":
      return { what: t.what.useDeleted, more: [] };
    default:
      kind satisfies never; // a gate of a later release may have more
      return { what: kind, more: [] };
  }
}

function restored(detail: Record<string, unknown>, token: (n: unknown) => string): string[] {
  switch (detail.undone) {
    case "finish":
      return [t.worksAgain(token(detail.outgoing), exact(String(detail.expires_at)))];
    case "scopes":
      return [t.putBack(list(names(change(detail.scopes).added)))];
    default:
      return [t.cameBack(list(names(detail.tokens).map(token)))];
  }
}

const idled = (detail: Record<string, unknown>) =>
  detail.idle_since ? [t.unusedSince(exact(String(detail.idle_since)))] : [];

function changedEnd(end: unknown): string[] {
  const { from, to } = change(end);
  if (from === to) return [];
  return [to === null ? t.endLifted : t.ends(exact(String(to)))];
}

function edited(detail: Record<string, unknown>): string[] {
  const lines: string[] = [];
  if (detail.name !== undefined) {
    const { from, to } = change(detail.name);
    if (from !== to) lines.push(t.renamed(String(from), String(to)));
  }
  const description = change(detail.description);
  if (description.from !== description.to) lines.push(t.described);
  const { added, removed } = change(detail.scopes);
  if (names(added).length > 0) lines.push(t.added(list(names(added))));
  if (names(removed).length > 0) lines.push(t.removed(list(names(removed))));
  return [...lines, ...changedEnd(detail.expires_at)];
}

/** The changed fields with their old and new values. Unchanged fields are left out. */
function changes(detail: Record<string, unknown>): string[] {
  return Object.entries(detail).flatMap(([name, value]) => {
    const { from, to } = change(value);
    if (from === undefined || to === undefined) return [];
    const [before, after] = name === "role" ? [roleName(from), roleName(to)] : [said(from), said(to)];
    return before === after ? [] : [`${name.replaceAll("_", " ")}: ${before} → ${after}`];
  });
}

const roleName = (role: unknown) => Object.entries(t.roles).find(([name]) => name === role)?.[1] ?? String(role);

const said = (value: unknown) =>
  value === null
    ? t.none
    : typeof value === "object"
      ? JSON.stringify(value)
      : String(value as string | number | boolean);

const change = (value: unknown) =>
  value !== null && typeof value === "object" ? (value as Record<string, unknown>) : {};

const names = (value: unknown) => (Array.isArray(value) ? value.map(String) : []);
