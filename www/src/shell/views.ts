// The entries of the navigation. Views that the user may not see are left out; their addresses say who may.

import { session } from "../session/session.svelte";
import { links } from "../state/router.svelte";
import type { IconName } from "../ui/Icon.svelte";
import { words as t } from "../ui/words";

export type ViewName = keyof typeof t.nav & string;

interface Offer {
  name: ViewName;
  label: string;
  href: string;
  icon: IconName;
  isOffered: boolean;
}

export const sees = {
  integrations: () => session.mayAnywhere("integrations.view"),
  manage: () => sees.integrations() && session.mayAnywhere("integrations.manage"),
  policy: () => session.may("policy.view", "agency"),
  subAccounts: () => session.isOfAgency,
  tokenRules: () => session.may("settings.manage", "agency"),
  activity: () => session.mayAnywhere("audit.view"),
  webhooks: () => session.mayAnywhere("webhooks.manage"),
  everyone: () => true,
};

export function views(): Offer[] {
  const offer = (name: ViewName, href: string, icon: IconName, isOffered: boolean) => ({
    name,
    label: t.nav[name],
    href,
    icon,
    isOffered,
  });
  return [
    offer("integrations", links.integrations(), "key", sees.integrations()),
    offer("why", links.why(), "question", sees.integrations()),
    offer("policy", links.policy, "shield", sees.policy()),
    offer("subAccounts", links.subAccounts, "people", sees.subAccounts()),
    offer("tokenRules", links.tokenRules, "clock", sees.tokenRules()),
    offer("webhooks", links.webhooks(), "bell", sees.webhooks()),
    offer("activity", links.activity(), "activity", sees.activity()),
    offer("team", links.team, "people", true),
  ];
}
