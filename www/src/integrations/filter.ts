// What the list is narrowed and sorted by. The address has all of it, so that it can be kept, shared and come back to.

import type { Filter } from "../api/client";
import { DAY, OLD_TOKEN_DAYS } from "../lib/time";

export interface ListFilter {
  /** As it was typed. */
  q: string;
  /** `agency:ID` or `sub_account:ID`; empty for all, like the two below. */
  owner: string;
  scope: string;
  /** A state of the admin API, or `OLD`, `ROTATION_ENDS`, `ENDS`. */
  state: string;
  /** A column; with `-` before it, from its end. */
  sort: string;
}

/** The state of an integration whose token is old enough to be rotated. */
export const OLD = "old";
/** Of one with a rotation that ends within a week. */
export const ROTATION_ENDS = "rotation-ends";
/** Of one that ends within 30 days. */
export const ENDS = "ends";
/** Of one that nobody has used for so many days. */
export const UNUSED = { "unused-30": 30, "unused-60": 60, "unused-90": 90 } as const;
/** Of one whose use is counted from its beginning, and of which there was none; a state of the admin API. */
export const NEVER_USED = "never_used";
/** Of one that the rule for idle integrations has announced; a state of the admin API. */
export const IDLE = "idle";
const DEFAULT: ListFilter = { q: "", owner: "", scope: "", state: "", sort: "name" };

/** Nothing that narrows. */
export const ALL = { q: "", owner: "", scope: "", state: "" };

export function readFilter(query: URLSearchParams): ListFilter {
  const names = Object.keys(DEFAULT) as (keyof ListFilter)[];
  return Object.fromEntries(names.map((name) => [name, query.get(name) || DEFAULT[name]])) as unknown as ListFilter;
}

/** The query of the list's address; what is as always is left out. */
export function writeFilter(filter: ListFilter): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(filter))
    if (value !== DEFAULT[name as keyof ListFilter]) query.set(name, value);
  return query.toString();
}

/** Whether it leaves something out. */
export function isNarrow({ q, owner, scope, state }: ListFilter): boolean {
  return Boolean(q.trim() || owner || scope || state);
}

/** As the admin API is asked at the time `now`, in milliseconds. `oldDays` is the age from which a token counts as old. */
export function asked({ q, owner, scope, state, sort }: ListFilter, now: number, oldDays = OLD_TOKEN_DAYS): Filter {
  const seconds = (days: number) => String(Math.floor((now + days * DAY) / 1000));
  const life: Record<string, Filter> = {
    [OLD]: { token_created_before: seconds(-oldDays) },
    [ROTATION_ENDS]: { rotation_ends_before: seconds(7) },
    [ENDS]: { ends_before: seconds(30) },
    ...Object.fromEntries(Object.entries(UNUSED).map(([name, days]) => [name, { unused_since: seconds(-days) }])),
  };
  return { q: q.trim(), owner, scope, sort, ...(life[state] ?? { state }) };
}

/** The sort after the column's heading was pressed: by it, and if it was so already, the other way round. */
export function sortedBy(column: string, sort: string): string {
  return sort === column ? `-${column}` : column;
}
