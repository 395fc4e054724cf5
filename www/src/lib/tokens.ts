import type { Integration } from "../api/types";

export const current = (integration: Integration) => integration.tokens.find((token) => token.use === "current");
export const outgoing = (integration: Integration) => integration.tokens.find((token) => token.use === "outgoing");

/** Whether what is shown of it will soon be out of date: its change is on the way to the edge, or its window has passed. */
export function isBehind(integration: Integration, now: number): boolean {
  const until = outgoing(integration)?.expires_at;
  return !integration.published || (until !== undefined && new Date(until).getTime() <= now);
}
