// The catalogue of events, as rows of a table.

import type { EventType, Integration } from "../api/types";
import { matches } from "../lib/search";
import { session } from "../session/session.svelte";
import { words as t } from "./words";

export interface Group {
  key: string;
  title: string;
  isOfApi: boolean;
  types: EventType[];
  /** Those that a search found. */
  found: EventType[];
}

/** The owner of the endpoint: an integration, which may not be chosen yet, or a place. */
export type Listener =
  | { isIntegration: true; integration: Integration | null }
  | { isIntegration: false; /** Empty before one is chosen. */ place: string };

/** The groups of the gate's own kinds that happen to integrations. */
const OF_INTEGRATIONS = ["integration", "rotation", "token", "usage", "endpoint"];

/** Why a listener cannot receive it, or the user cannot have it do so; empty if neither. */
export function hindrance(type: EventType, listener: Listener): string {
  if (type.source === "api") return listener.isIntegration ? "" : t.kinds.needsIntegration;
  const isOfIntegrations = OF_INTEGRATIONS.includes(type.group);
  if (listener.isIntegration) return isOfIntegrations ? "" : t.kinds.notOfIntegration;
  const maySee = (verb: string) => !listener.place || session.may(verb, listener.place);
  if (type.group === "endpoint" || maySee("audit.view")) return "";
  return isOfIntegrations && maySee("integrations.view") ? "" : t.kinds.mayNotSee;
}

/** What an integration needs to receive it. */
export function needed(type: EventType, listener: Listener): string {
  if (type.any_of === null || !listener.isIntegration) return "";
  const { integration } = listener;
  const level = integration?.owner.level;
  const ways = type.any_of.filter((way) => level === undefined || way.level === level);
  const said = ways.map(({ scopes }) => (scopes.length === 0 ? t.kinds.noScopes : t.kinds.scopes(scopes)));
  const isOpen = ways.some(({ scopes }) => scopes.every((scope) => integration?.scopes.includes(scope)));
  return integration === null || isOpen ? t.kinds.needsScopes(said) : t.kinds.lacksScopes(said);
}

/** Whether the listener can receive any of them. */
export const isOpenTo = ({ types }: Group, listener: Listener): boolean =>
  types.some((type) => hindrance(type, listener) === "");

/** The groups that contain the words; those that the listener can receive come first. */
export function grouped(catalogue: EventType[], words: string[], listener: Listener): Group[] {
  const groups = new Map<string, Group>();
  for (const type of catalogue) {
    const isOfApi = type.source === "api";
    const key = `${type.source} ${type.group}`;
    const title = isOfApi ? type.group : titleOf(type.group);
    const group = groups.get(key) ?? { key, title, isOfApi, types: [], found: [] };
    group.types.push(type);
    if (matches(words, title, type.type, t.kinds.described(type.type, type.description))) group.found.push(type);
    groups.set(key, group);
  }
  const rank = (group: Group) => (!isOpenTo(group, listener) ? 2 : group.isOfApi ? 0 : 1);
  return [...groups.values()].filter(({ found }) => found.length > 0).sort((a, b) => rank(a) - rank(b));
}

const titleOf = (group: string): string => (t.kinds.groups as Record<string, string>)[group] ?? group;
