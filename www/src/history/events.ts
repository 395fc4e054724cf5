// What the page says of each kind of event.

import type { Event, EventKind } from "../api/types";
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
  "integration.deleted": "trash",
  "integration.restored": "back",
  "rotation.started": "rotate",
  "rotation.extended": "clock",
  "rotation.cancelled": "cross",
  "rotation.finished": "check",
  "rotation.lapsed": "check",
  "rotation.due": "warn",
};

/** The last four characters of tokens, by their numbers. */
export type LastFours = Record<string, string>;

/** What happened, in a few words, and the lines that say more. */
export function told({ kind, detail }: Event, lastFours: LastFours): { what: string; more: string[] } {
  const token = (n: unknown) => named(Number(n), lastFours[String(n)]);
  const ended = (numbers: unknown) => `${list(names(numbers).map(token))} ended`;
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
      return { what: "Paused", more: ["Its tokens are refused"] };
    case "integration.resumed":
      return { what: "Resumed", more: [] };
    case "integration.expiring":
      return { what: "Ends soon", more: [exact(String(detail.expires_at))] };
    case "integration.expired":
      return { what: "Ended", more: names(detail.ended).length > 0 ? [ended(detail.ended)] : [] };
    case "integration.deleted":
      return { what: "Deleted", more: [] };
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
      return { what: "Rotation finished", more: [`${token(detail.n)} stays; ${ended(detail.ended)}`, ...leaked] };
    case "rotation.lapsed":
      return { what: "Rotation ended by itself", more: [`${token(detail.n)} stays; ${ended(detail.ended)}`] };
    case "rotation.due":
      return { what: "Rotation is due", more: [`${token(detail.n)} was made ${exact(String(detail.created_at))}`] };
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

const change = (value: unknown) =>
  value !== null && typeof value === "object" ? (value as Record<string, unknown>) : {};

const names = (value: unknown) => (Array.isArray(value) ? value.map(String) : []);
