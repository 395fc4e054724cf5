// Operations and groups of them, as people count them.

import { isReadBy } from "./scopes";
import { amount, count, list } from "./text";
import { words as t } from "./words";

/** An operation as it is counted. */
export interface Shown {
  method: string;
  access: "read" | "write";
}

/** "5 operations". */
export const operations = (of: number) => amount(of, t.operation.one, t.operation.other);

/** "5 operations, 1 of them read by POST": names reads that are sent by another method than a reader expects. */
export function operationsBy(shown: Shown[]): string {
  const by = shown.filter(isReadBy);
  const methods = [...new Set(by.map(({ method }) => method))];
  return `${operations(shown.length)}${by.length > 0 ? `, ${t.readBy(count(by.length), list(methods))}` : ""}`;
}

/** The first of many groups, and how many others there are. */
export function firstOf(groups: string[], most = 4): string {
  return list(
    groups.length > most + 1 ? [...groups.slice(0, most), t.otherGroups(count(groups.length - most))] : groups,
  );
}
