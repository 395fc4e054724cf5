import type { Role } from "../api/types";
import type { GroupName, OfferedVerb } from "./verbs";

/** What somebody with each role may do. */
export const roleHints: Record<Role, string> = {
  owner: "May do everything, everywhere.",
  agency_admin:
    "Manages private integrations and webhooks, of the agency and of its sub-accounts. Sees their use, the policy and the audit trail.",
  developer:
    "Publishes the policy, which can open every operation: that equals access to all data. Sees integrations and their use.",
  auditor: "Sees integrations and their use, the policy, people and the audit trail, and changes nothing.",
  account_admin: "Manages private integrations and webhooks of the sub-accounts that you choose, and sees their use.",
  account_viewer: "Sees private integrations of the sub-accounts that you choose.",
};

/** What each verb allows an automation key to do. */
export const verbs: Record<OfferedVerb, string> = {
  "integrations.view": "See integrations",
  "integrations.manage": "Manage integrations",
  "usage.view": "See how integrations are used",
  "policy.view": "See the policy",
  "policy.publish": "Publish the policy",
  "webhooks.manage": "Manage webhooks",
  "events.publish": "Publish events of the API",
  "people.view": "See people",
  "people.manage": "Manage people",
  "keys.manage": "Manage automation keys",
  "audit.view": "See the audit trail",
  "settings.manage": "Change settings",
};

/** The headings above them. */
export const verbGroups: Record<GroupName, string> = {
  integrations: "Integrations",
  policy: "Policy",
  webhooks: "Webhooks and events",
  team: "People and keys",
  gate: "The gate",
};

export const words = {
  tabs: { label: "Team", people: "People", keys: "Automation keys", sessions: "Sessions", labs: "Labs" },

  people: {
    title: "People",
    intro: "Who may sign in, and what they may do. A change takes effect with their next request.",
    add: "Add a person",
    addAction: "Add",
    added: (email: string) => `${email} is added, and can sign in if the gate has an identity provider.`,
    search: "Search name or e-mail address",
    none: "Nobody is added yet. Whoever has the owner key can sign in with it.",
    noMatch: "Nobody matches.",
    total: (of: number) => `${of} ${of === 1 ? "person" : "people"}`,
    email: "E-mail address",
    emailHint: "As the identity provider has it. The first sign-in binds the person to their account there.",
    name: "Name",
    role: "Role",
    accounts: "Sub-accounts",
    change: "Change",
    changeOf: (email: string) => `Change ${email}`,
    save: "Save",
    saved: (email: string) => `${email} is saved.`,
    remove: "Remove",
    removeOf: (email: string) => `Remove ${email}?`,
    removeHint: "Their sessions end at once. What they made stays.",
    removed: (email: string) => `${email} is removed.`,
    rebind: "Re-bind",
    rebindOf: (email: string) => `Re-bind ${email}?`,
    rebindHint:
      "Their sessions end. Whichever account of the identity provider signs in next with this address is theirs.",
    rebound: (email: string) => `${email} can be bound again.`,
    never: "Never signed in",
    last: "Last sign-in",
    self: "You",
    switches: "Private integrations",
    ofAgency: "Allow the agency admin to view and manage the agency's private integrations",
    ofSubAccounts: "Allow the agency admin to view and manage the sub-accounts' private integrations",
    ofUser: "Private Integrations: enabled for the user",
  },

  keys: {
    title: "Automation keys",
    intro: "For CI and Terraform: keys of the admin API, with their own permissions and an end. Each is shown once.",
    create: "Create a key",
    none: "No automation key yet.",
    name: "Name",
    place: "Where",
    agency: "The agency",
    subAccounts: "All sub-accounts",
    may: "What it may do there",
    mayNothing: "There is nothing that you may do at all of these places. Make a key for each.",
    end: "Ends on",
    endsAt: (moment: string) => `It works until ${moment}.`,
    endHint: "At most 366 days from now.",
    ends: "Ends",
    used: "Last used",
    unused: "Never used",
    once: "This is the only time that the key is shown.",
    onceMore: "Put it where your job reads it: the variable TIDEGATE_KEY, or a file for --key-file.",
    label: "The key",
    copy: "Copy the key",
    uncopied: {
      title: "Leave without the key?",
      hint: "It was not copied, and it cannot be shown again. You would have to rotate it for another one.",
    },
    done: "Done",
    rotate: "Rotate",
    rotateOf: (name: string) => `Rotate ${name}?`,
    rotateHint: (until: string) => `The new text is shown once. The present one works until ${until}.`,
    cancel: {
      act: "Cancel rotation",
      title: (name: string) => `Cancel the rotation of ${name}?`,
      hint: "Jobs that use the new text are refused at once. The old text stays.",
      done: (name: string) => `Cancelled. The old text of ${name} stays; the new one is dead.`,
    },
    finish: {
      act: "Expire Now",
      title: (name: string) => `Expire the old text of ${name} now?`,
      hint: "Jobs that use the old text are refused at once. Make sure that all of them use the new one.",
      done: (name: string) => `Finished. The old text of ${name} is dead.`,
    },
    remove: "Delete",
    removeOf: (name: string) => `Delete ${name}?`,
    removeHint: "Jobs that use it are refused at once.",
    removed: (name: string) => `${name} is deleted.`,
    rotating: "Two texts work",
    expired: "Ended",
  },

  grantable: {
    label: "Scopes that can be added",
    hint: "One per line; contacts.* stands for all scopes that begin with contacts. If it is empty, every scope can be added. Removing a scope is always possible.",
    bounded: (entries: string) => `can add ${entries}`,
  },

  sessions: {
    title: "Sessions",
    intro: "Where people are signed in. A session lasts 12 hours, and can be ended at any time.",
    ownerKey: "With the owner key",
    current: "This one",
    since: "Since",
    until: "until",
    end: "End",
    endOf: (who: string) => `End the session of ${who}`,
    ended: "The session is over.",
  },

  labs: {
    title: "Labs",
    intro:
      "Features that can be switched off. What exists keeps working: tokens stay alive, and revoking is always possible.",
    privateIntegrations: "Private integrations",
    agency: "For the agency",
    subAccounts: "For sub-accounts",
    saved: "Saved.",
  },
};
export type Words = typeof words;
