// Which view an address names, and who may see it. The code of all but the list is loaded when it is first shown.

import type { Component } from "svelte";
import List from "../integrations/List.svelte";
import { Loaded } from "../state/loaded.svelte";
import { words as t } from "../ui/words";
import { sees, type ViewName } from "./views";

type AnyView = Component<Record<string, unknown>>;

export interface Route {
  /** Its entry in the navigation. */
  view: ViewName;
  /** Segments of the address; one that begins with `:` takes any, and is a property of the view. */
  pattern: string[];
  code: Loaded<AnyView>;
  isAllowed: () => boolean;
  /** In words: who may see it. */
  who: () => string;
}

/** A route, and the parameters in the address. */
export interface Found {
  route: Route;
  props: Record<string, string>;
  /** Stays the same as long as the view can be kept. */
  key: string;
}

const here = (view: unknown) => {
  const code = new Loaded<AnyView>(async () => view as AnyView);
  code.set(view as AnyView);
  return code;
};

const later = (load: () => Promise<{ default: unknown }>) =>
  new Loaded<AnyView>(async () => (await load()).default as AnyView);

const route = (
  view: ViewName,
  path: string,
  code: Loaded<AnyView>,
  who: keyof typeof sees,
  said: () => string = () => "",
): Route => ({ view, pattern: path.split("/").filter(Boolean), code, isAllowed: sees[who], who: said });

const list = here(List);
const team = later(() => import("../team/Team.svelte"));
const webhooks = later(() => import("../webhooks/Webhooks.svelte"));
const [toIntegrations, toManage] = [() => t.notAllowed.who.integrations, () => t.notAllowed.who.manage];

/** The first that fits is taken. */
const routes: Route[] = [
  route("integrations", "", list, "integrations", toIntegrations),
  route("integrations", "sign-in", list, "integrations", toIntegrations),
  route("integrations", "integrations", list, "integrations", toIntegrations),
  route(
    "integrations",
    "integrations/new",
    later(() => import("../integrations/New.svelte")),
    "manage",
    toManage,
  ),
  route(
    "integrations",
    "integrations/:id",
    later(() => import("../integrations/View.svelte")),
    "integrations",
    toIntegrations,
  ),
  route(
    "integrations",
    "integrations/:id/edit",
    later(() => import("../integrations/Edit.svelte")),
    "manage",
    toManage,
  ),
  route(
    "why",
    "why",
    later(() => import("../why/Why.svelte")),
    "integrations",
    toIntegrations,
  ),
  route(
    "policy",
    "policy",
    later(() => import("../policy/Policy.svelte")),
    "policy",
    () => t.notAllowed.who.policy,
  ),
  route(
    "subAccounts",
    "sub-accounts",
    later(() => import("../sub-accounts/SubAccounts.svelte")),
    "subAccounts",
    () => t.notAllowed.who.subAccounts,
  ),
  route(
    "tokenRules",
    "token-rules",
    later(() => import("../rules/TokenRules.svelte")),
    "tokenRules",
    () => t.notAllowed.who.tokenRules,
  ),
  route(
    "activity",
    "activity",
    later(() => import("../activity/Activity.svelte")),
    "activity",
    () => t.notAllowed.who.activity,
  ),
  ...["webhooks", "webhooks/:id", "webhooks/:id/:step"].map((path) =>
    route("webhooks", path, webhooks, "webhooks", () => t.notAllowed.who.webhooks),
  ),
  route("team", "team", team, "everyone"),
  route("team", "team/:tab", team, "everyone"),
];

export function find(path: string[]): Found | null {
  const found = routes.find(
    ({ pattern }) =>
      pattern.length === path.length && pattern.every((part, at) => part.startsWith(":") || part === path[at]),
  );
  if (!found) return null;
  const named = found.pattern.flatMap((part, at): [string, string][] =>
    part.startsWith(":") ? [[part.slice(1), path[at] ?? ""]] : [],
  );
  const props = Object.fromEntries(named);
  return { route: found, props, key: [found.view, found.pattern.length, props.id ?? ""].join(" ") };
}
