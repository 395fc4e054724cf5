import type { CatalogueEntry, CatalogueOperation, Level } from "../api/types";
import { byName } from "./text";

export interface Group {
  name: string;
  /** What documents call it, where that is more than its name. */
  title: string | undefined;
  entries: CatalogueEntry[];
}

/** The catalogue by what its scopes are about, in the order of the names. */
export function grouped(catalogue: CatalogueEntry[]): Group[] {
  const groups = new Map<string, CatalogueEntry[]>();
  for (const entry of catalogue) {
    const entries = groups.get(entry.group);
    if (entries) entries.push(entry);
    else groups.set(entry.group, [entry]);
  }
  const all = [...groups].map(([name, entries]) => ({ name, title: entries[0]?.title, entries }));
  return all.sort((a, b) => byName(a.name, b.name));
}

/** The operations that a scope helps to open for integrations of a level. */
export function operationsAt(entry: CatalogueEntry, level: Level): CatalogueOperation[] {
  return entry.operations.filter((operation) => operation.levels.includes(level));
}

const SAFE = new Set(["GET", "HEAD", "OPTIONS", "TRACE"]);

/** RFC 9110 section 9.2.1 */
export const isSafe = (method: string) => SAFE.has(method);

/** Whether it is a read although its method is not a safe one, as a search by POST is. */
export const isReadBy = ({ access, method }: { access?: "read" | "write"; method: string }) =>
  access === "read" && !isSafe(method);

/** What some scopes are about, as "contacts" with what may be done there. Scopes that no policy knows stand alone. */
export interface Subject {
  name: string;
  read: boolean;
  write: boolean;
  known: boolean;
}

export function subjects(scopes: string[], catalogue: CatalogueEntry[]): Subject[] {
  const found = new Map<string, Subject>();
  for (const scope of scopes) {
    const entry = catalogue.find((one) => one.scope === scope);
    const name = entry?.group ?? scope;
    const subject = found.get(name) ?? { name, read: false, write: false, known: entry !== undefined };
    if (entry?.access === "write") subject.write = true;
    else subject.read = true;
    found.set(name, subject);
  }
  return [...found.values()].sort((a, b) => byName(a.name, b.name));
}

/** Those of `all` that are not among `some`. */
export const without = (all: string[], some: string[]) => all.filter((one) => !some.includes(one));

export function sameScopes(a: string[], b: string[]): boolean {
  return a.length === b.length && a.every((scope) => b.includes(scope));
}

/** "conversations/messages" as people read it: "conversations / messages". */
export function spaced(group: string): string {
  return group.replaceAll("/", " / ");
}
