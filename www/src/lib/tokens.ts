import type { Integration, Token } from "../api/types";
import { DAY, MINUTE } from "./time";
import { words as t } from "./words";

export const current = (integration: Integration) => integration.tokens.find((token) => token.use === "current");
export const outgoing = (integration: Integration) => integration.tokens.find((token) => token.use === "outgoing");

/** A token by its number, and where they were kept by its last four characters: "Token 2 · …xk8d". */
export const named = (n: number, lastFour?: string) => `${t.token(n)}${lastFour ? ` · …${lastFour}` : ""}`;

/** Both tokens of a rotation, named; empty for one that is not there. */
export function names(integration: Integration): { outgoing: string; incoming: string } {
  const name = (token: Token | undefined) => (token ? named(token.n, token.last_four) : "");
  return { outgoing: name(outgoing(integration)), incoming: name(current(integration)) };
}

/** When a token stops: the earlier of the end of its window and the end of its integration. Undefined if it has no end. */
export function endOf(token: Token | undefined, integration: Integration): string | undefined {
  const all = [token?.expires_at, integration.expires_at].filter((end) => end !== undefined);
  return all.sort((a, b) => Date.parse(a) - Date.parse(b))[0];
}

/** The longest time that both tokens of a rotation may work, in days. */
const LONGEST_DAYS = 30;

/** The latest moment that the window of a rotation may be extended to, in milliseconds. */
export const latestWindow = (integration: Integration) =>
  Date.parse(current(integration)?.created_at ?? "") + LONGEST_DAYS * DAY;

/** Whether there is a later end for the window of a rotation, to the minute, as it is given. */
export const canExtend = (integration: Integration) =>
  Math.floor(latestWindow(integration) / MINUTE) * MINUTE > Date.parse(outgoing(integration)?.expires_at ?? "");

/** Whether what is shown of it will soon be out of date: its change is on the way to the edge, or its window has passed. */
export function isBehind(integration: Integration, now: number): boolean {
  const until = outgoing(integration)?.expires_at;
  const hasPassed = (at: string | undefined) => at !== undefined && new Date(at).getTime() <= now;
  const ends = integration.status !== "ended" && hasPassed(integration.expires_at);
  return !integration.published || hasPassed(until) || ends;
}
