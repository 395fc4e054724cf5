// The permissions behind the switches of a person.

import type { NewPerson, Person, Role } from "../api/types";
import type { Permission } from "../lib/access";

export interface Switches {
  agency: boolean;
  subAccounts: boolean;
  user: boolean;
}

type Given = NonNullable<NewPerson["permissions"]>;

const MANAGE = "integrations.manage";
const at = (verb: string, place: string) => ({ verb, place }) as Given[number];
const has = (given: readonly Permission[], place: string) =>
  given.some((one) => one.verb === MANAGE && one.place === place);

/** The state of the switches; all are on for a new person. */
export function switchesOf(person: Person | null): Switches {
  if (person === null) return { agency: true, subAccounts: true, user: true };
  const { permissions } = person;
  return {
    agency: has(permissions, "agency"),
    subAccounts: has(permissions, "sub_accounts"),
    user: permissions.length > 0,
  };
}

/** The permissions for these switches; undefined for the preset of the role. */
export function permissionsOf(
  role: Role,
  accounts: string[],
  before: Person | null,
  switches: Switches,
): Given | undefined {
  if (role === "account_admin") {
    if (!switches.user) return [];
    const verbs = [MANAGE, "webhooks.manage", "usage.view"];
    return accounts.flatMap((id) => verbs.map((verb) => at(verb, `sub_account:${id}`)));
  }
  if (role !== "agency_admin") return undefined;
  const rest = before?.role === role ? before.permissions.filter((one) => one.verb !== MANAGE) : OTHERS;
  return [
    ...rest,
    ...(switches.agency ? [at(MANAGE, "agency")] : []),
    ...(switches.subAccounts ? [at(MANAGE, "sub_accounts")] : []),
  ];
}

/** The permissions of an agency admin that no switch controls. */
const OTHERS = [
  at("webhooks.manage", "agency"),
  at("webhooks.manage", "sub_accounts"),
  at("usage.view", "agency"),
  at("usage.view", "sub_accounts"),
  at("policy.view", "agency"),
  at("audit.view", "agency"),
];
