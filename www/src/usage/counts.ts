// Recorded use, for tables and charts.

import type { IntegrationUsage, UsageGroup } from "../api/types";

export const granted = (group: UsageGroup) =>
  group.outcomes.filter((one) => one.outcome === "granted").reduce((sum, one) => sum + one.requests, 0);

export const refused = (group: UsageGroup) => group.requests - granted(group);

/** A bar for each period of the range, even if nothing was recorded in it. */
export function bars({ groups, range }: IntegrationUsage): { at: string; granted: number; refused: number }[] {
  const known = new Map(groups.map((group) => [Date.parse(group.at ?? ""), group]));
  const step = range.by === "hour" ? Math.max(range.period_seconds, 3_600) * 1000 : range.period_seconds * 1000;
  const all = [];
  for (let at = Date.parse(range.from); at < Date.parse(range.to); at += step) {
    const group = known.get(at);
    all.push({
      at: new Date(at).toISOString(),
      granted: group ? granted(group) : 0,
      refused: group ? refused(group) : 0,
    });
  }
  return all;
}

/** Each operation with its granted requests, for replays and for unused scopes. */
export const recorded = ({ groups }: IntegrationUsage) =>
  groups.map((group) => ({ operation: group.operation ?? "", requests: granted(group) }));
