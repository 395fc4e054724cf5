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

/**
 * The permissions for these switches. Undefined if no switch has changed: then a person of this role keeps what they have, and
 * another gets the preset of the role, in which all are on.
 */
export function permissionsOf(
  role: Role,
  accounts: string[],
  before: Person | null,
  switches: Switches,
): Given | undefined {
  const present = before?.role === role ? before : null;
  const were = switchesOf(present);
  if (role === "account_admin") {
    if (switches.user === were.user) return undefined;
    return switches.user ? accounts.flatMap((id) => ACCOUNT_ADMIN.map((verb) => at(verb, `sub_account:${id}`))) : [];
  }
  const [agency, subAccounts] = [switches.agency !== were.agency, switches.subAccounts !== were.subAccounts];
  if (role !== "agency_admin" || !(agency || subAccounts)) return undefined;
  const isSwitched = ({ verb, place }: Permission) => verb === MANAGE && (place === "agency" ? agency : subAccounts);
  return [
    ...(present?.permissions ?? AGENCY_ADMIN).filter((one) => !isSwitched(one)),
    ...(agency && switches.agency ? [at(MANAGE, "agency")] : []),
    ...(subAccounts && switches.subAccounts ? [at(MANAGE, "sub_accounts")] : []),
  ];
}

/** What an account admin may do at each sub-account, by the role's preset. */
const ACCOUNT_ADMIN = [MANAGE, "webhooks.manage", "usage.view"];

/** What an agency admin may do, by the role's preset. */
const AGENCY_ADMIN = [
  ...ACCOUNT_ADMIN.flatMap((verb) => [at(verb, "agency"), at(verb, "sub_accounts")]),
  at("policy.view", "agency"),
  at("audit.view", "agency"),
];
