// What more than one view needs to know, asked for once.

import {
  owners as ownersApi,
  policy as policyApi,
  scopes as scopesApi,
  tokenRules as tokenRulesApi,
} from "../api/client";
import { UNCHANGED } from "../api/http";
import { Problem } from "../api/problem";
import type { CatalogueEntry, EventType, Owners, TokenRules } from "../api/types";
import { loadCore, type Policy } from "../core";
import { Loaded } from "./loaded.svelte";

export const owners = new Loaded<Owners>(ownersApi.list);
export const catalogue = new Loaded<CatalogueEntry[]>(scopesApi.list);
/** The types of the API's own events; none for those who may not know them. */
export const eventTypes = new Loaded<EventType[]>(async () => {
  const { eventTypes } = await import("../api/webhooks");
  return (await eventTypes.list()).filter(({ source }) => source === "api");
});
export const tokenRules = new Loaded<TokenRules>(tokenRulesApi.show);

/** The policy in force, compiled, in the hands of the edge's own code. Null where none is published. */
export const policyInForce: Loaded<Policy | null> = new Loaded<Policy | null>(async () => {
  const known = policyInForce.value;
  const [core, text] = await Promise.all([loadCore(), policyApi.compiled(known?.rev).catch(noneIsNull)]);
  if (text === UNCHANGED) return known;
  return text === null ? null : core.policy(text);
});

function noneIsNull(thrown: unknown): null {
  if (Problem.from(thrown).status === 404) return null;
  throw thrown;
}

/** Nothing of it stays in the page once somebody has signed out. */
export function forget(): void {
  for (const known of [owners, catalogue, eventTypes, tokenRules, policyInForce]) known.clear();
}
