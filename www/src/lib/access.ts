// What somebody may do, by the rules of src/access: for what the page offers. The gate decides.

export interface Permission {
  verb: string;
  place: string;
}

/** What whoever has a verb can do as well. */
const IMPLIED: Record<string, string> = {
  "integrations.manage": "integrations.view",
  "policy.publish": "policy.view",
  "people.manage": "people.view",
};

const has = (given: Permission, verb: string) => given.verb === verb || IMPLIED[given.verb] === verb;

const covers = (place: string, other: string) =>
  place === other || (place === "sub_accounts" && other.startsWith("sub_account:"));

/** Whether `verb` is allowed at `place`. */
export const may = (permissions: readonly Permission[], verb: string, place: string) =>
  permissions.some((given) => has(given, verb) && covers(given.place, place));

/** Whether `verb` is allowed at any place. */
export const mayAnywhere = (permissions: readonly Permission[], verb: string) =>
  permissions.some((given) => has(given, verb));

/** Whether `verb` is allowed at any place of a level. */
export const mayAt = (permissions: readonly Permission[], verb: string, level: string) =>
  permissions.some((given) => has(given, verb) && (given.place === "agency") === (level === "agency"));

/** Whether anything is allowed at `place`. */
export const anyAt = (permissions: readonly Permission[], place: string) =>
  permissions.some((given) => covers(given.place, place));

/** Whether whatever is not found is not there: with less than this, it may be something that somebody may not see. */
export const seesAllIntegrations = (permissions: readonly Permission[]) =>
  ["agency", "sub_accounts"].every((place) => may(permissions, "integrations.view", place));

/** Where the integrations of an owner are. */
export const placeOf = (owner: { level: string; id: string }) =>
  owner.level === "agency" ? "agency" : `sub_account:${owner.id}`;
