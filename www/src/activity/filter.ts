// The filter of Activity. All of it is in the address.

export interface ActivityFilter {
  /** Kinds as the admin API takes them; empty for all, like the others. */
  kind: string;
  actor: string;
  place: string;
  integration: string;
  /** Days of the viewer's zone, `2026-11-29`; both are included. */
  from: string;
  to: string;
}

export const ALL: ActivityFilter = { kind: "", actor: "", place: "", integration: "", from: "", to: "" };
const NAMES = Object.keys(ALL) as (keyof ActivityFilter)[];

export const readFilter = (query: URLSearchParams): ActivityFilter =>
  Object.fromEntries(NAMES.map((name) => [name, query.get(name) ?? ""])) as unknown as ActivityFilter;

/** The query of the address, without empty fields. */
export const writeFilter = (filter: ActivityFilter): string =>
  new URLSearchParams(NAMES.filter((name) => filter[name]).map((name) => [name, filter[name]])).toString();

export const isNarrow = (filter: ActivityFilter): boolean => NAMES.some((name) => filter[name]);

/** The query of the admin API. A text that is not a day is sent as it is, so that the gate says what is wrong. */
export function asked(filter: ActivityFilter): Record<string, string> {
  const bounds = { from: moment(filter.from, 0), to: moment(filter.to, 1) };
  const all = Object.entries({ ...filter, ...bounds });
  return Object.fromEntries(all.filter(([, value]) => value));
}

/** When a day begins, or the one this many days later. */
function moment(day: string, later: number): string {
  const start = new Date(`${day}T00:00:00`);
  if (!day || Number.isNaN(start.getTime())) return day;
  // A day may have an hour more or less; the next one begins where the calendar says.
  start.setDate(start.getDate() + later);
  return start.toISOString().replace(/\.\d+Z$/, "Z");
}
