import type { Integration, Token } from "../api/types";
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

/** Whether what is shown of it will soon be out of date: its change is on the way to the edge, or its window has passed. */
export function isBehind(integration: Integration, now: number): boolean {
  const until = outgoing(integration)?.expires_at;
  const hasPassed = (at: string | undefined) => at !== undefined && new Date(at).getTime() <= now;
  const ends = integration.status !== "ended" && hasPassed(integration.expires_at);
  return !integration.published || hasPassed(until) || ends;
}
