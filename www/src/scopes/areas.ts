// Areas of scopes, as rows of a table: an area may be read, or read and written, or neither.

import type { CatalogueEntry, CatalogueOperation, Level } from "../api/types";
import { matches } from "../lib/search";
import { type Group, grouped, operationsAt } from "../lib/scopes";
import { areaTitle, scopeTitle } from "./titles";

/** The access to an area; `some` if single scopes were chosen. */
export type Reach = "none" | "read" | "write" | "some";

export interface Area extends Group {
  /** What a search has found in it; everything without a search. */
  found: Found[];
}

/** A scope with those of its operations that a search found. */
export interface Found {
  entry: CatalogueEntry;
  operations: CatalogueOperation[];
}

/** Those that open something at a level. */
export const usable = (entries: CatalogueEntry[], level: Level) =>
  entries.filter((entry) => operationsAt(entry, level).length > 0);

/** The scopes that a choice takes. */
export function taken(entries: CatalogueEntry[], level: Level, reach: "none" | "read" | "write"): string[] {
  if (reach === "none") return [];
  const open = usable(entries, level);
  return open.filter((entry) => reach === "write" || entry.access === "read").map((entry) => entry.scope);
}

/** Whether a choice differs from those before it: an area without scopes that write offers no writing. */
export function offers(entries: CatalogueEntry[], level: Level, reach: "read" | "write"): boolean {
  return usable(entries, level).some((entry) => entry.access === reach);
}

export function reachOf(entries: CatalogueEntry[], level: Level, chosen: Set<string>): Reach {
  const held = entries.filter((entry) => chosen.has(entry.scope)).map((entry) => entry.scope);
  if (held.length === 0) return "none";
  const is = (reach: "read" | "write") => {
    const all = taken(entries, level, reach);
    return all.length === held.length && all.every((scope) => held.includes(scope));
  };
  if (offers(entries, level, "write") && is("write")) return "write";
  return is("read") ? "read" : "some";
}

/** The areas that contain the words: in their name, their scopes, a description or an operation. */
export function search(catalogue: CatalogueEntry[], words: string[]): Area[] {
  const all = grouped(catalogue).map((group) => ({ ...group, found: found(group, words) }));
  return all.filter((area) => area.found.length > 0);
}

function found(group: Group, words: string[]): Found[] {
  if (words.length === 0) return group.entries.map((entry) => ({ entry, operations: [] }));
  const isArea = matches(words, areaTitle(group), group.name);
  return group.entries.flatMap((entry) => {
    const isScope = matches(words, areaTitle(group), entry.scope, scopeTitle(entry), entry.description);
    const operations = entry.operations.filter(({ method, path, summary }) =>
      matches(words, `${method} ${path}`, summary, entry.scope),
    );
    return isArea || isScope || operations.length > 0 ? [{ entry, operations: isScope ? [] : operations }] : [];
  });
}
