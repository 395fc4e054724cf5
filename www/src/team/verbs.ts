// What an automation key can be allowed to do, by what it is about.

import type { Key, Verb } from "../api/types";

/** No route needs `sessions.launch` yet, so a key with it would have a permission whose effect nobody knows. */
export type OfferedVerb = Exclude<Verb, "sessions.launch">;

export const groups = {
  integrations: ["integrations.view", "integrations.manage", "usage.view"],
  policy: ["policy.view", "policy.publish"],
  webhooks: ["webhooks.manage", "events.publish"],
  team: ["people.view", "people.manage", "keys.manage"],
  gate: ["audit.view", "settings.manage"],
} satisfies Record<string, OfferedVerb[]>;

export type GroupName = keyof typeof groups;

/** The verbs at each place. */
export function byPlace(permissions: Key["permissions"]): { place: string; verbs: Verb[] }[] {
  const places = [...new Set(permissions.map(({ place }) => place))];
  const at = (place: string) => permissions.filter((one) => one.place === place).map(({ verb }) => verb);
  return places.map((place) => ({ place, verbs: at(place) }));
}
