// What the page says of each kind of event.

import type { Event, EventKind } from "../api/types";
import { list } from "../lib/text";
import { exact } from "../lib/time";
import type { IconName } from "../ui/Icon.svelte";

export const icons: Record<EventKind, IconName> = {
  "integration.created": "plus",
  "integration.edited": "edit",
  "integration.deleted": "trash",
  "rotation.started": "rotate",
  "rotation.cancelled": "cross",
  "rotation.finished": "check",
};

/** What happened, in a few words, and the lines that say more. */
export function told({ kind, detail }: Event): { what: string; more: string[] } {
  switch (kind) {
    case "integration.created":
      return {
        what: "Created",
        more: names(detail.scopes).length > 0 ? [`With ${list(names(detail.scopes))}`] : ["Without scopes"],
      };
    case "integration.edited":
      return { what: "Edited", more: edited(detail) };
    case "integration.deleted":
      return { what: "Deleted", more: [] };
    case "rotation.started": {
      const made = `Token ${String(detail.n)} was made`;
      return detail.expires_at
        ? {
            what: "Rotated, the old token expires later",
            more: [`${made}; token ${String(detail.outgoing)} was to end ${exact(String(detail.expires_at))}`],
          }
        : { what: "Rotated, the old token expired at once", more: [`${made}; ${ended(detail.ended)}`] };
    }
    case "rotation.cancelled":
      return { what: "Rotation cancelled", more: [`Token ${String(detail.n)} stays; ${ended(detail.ended)}`] };
    case "rotation.finished":
      return { what: "Rotation finished", more: [`Token ${String(detail.n)} stays; ${ended(detail.ended)}`] };
    default:
      kind satisfies never; // a gate of a later release may have more
      return { what: kind, more: [] };
  }
}

function ended(numbers: unknown): string {
  const ended = names(numbers);
  return `token${ended.length === 1 ? "" : "s"} ${list(ended)} ended`;
}

function edited(detail: Record<string, unknown>): string[] {
  const lines: string[] = [];
  const change = (value: unknown) =>
    value !== null && typeof value === "object" ? (value as Record<string, unknown>) : {};
  if (detail.name !== undefined) {
    const { from, to } = change(detail.name);
    if (from !== to) lines.push(`Name: “${String(from)}” is now “${String(to)}”`);
  }
  const description = change(detail.description);
  if (description.from !== description.to) lines.push("Description changed");
  const { added, removed } = change(detail.scopes);
  if (names(added).length > 0) lines.push(`Scopes added: ${list(names(added))}`);
  if (names(removed).length > 0) lines.push(`Scopes removed: ${list(names(removed))}`);
  return lines;
}

const names = (value: unknown) => (Array.isArray(value) ? value.map(String) : []);
