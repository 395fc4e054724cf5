import { count } from "../lib/text";

export const words = {
  product: "Tidegate",

  title: (view: string) => `${view} · Tidegate`,

  skip: "Skip to the content",

  common: {
    add: "Add",
    back: "Back",
    cancel: "Cancel",
    close: "Close",
    copy: "Copy",
    copied: "Copied",
    copiedWhat: (what: string) => `${what} copied`,
    copyFailed: "Select it and copy",
    loading: "Loading",
    more: (of: number) => `Show ${count(of)} more`,
    next: "Next",
    nothing: "Nothing is found.",
    optional: "optional",
    shown: (shown: number, of: number) => `${count(shown)} of ${count(of)} shown`,
    tryAgain: "Try again",
  },

  language: { label: "Language" },

  nav: {
    label: "Views",
    integrations: "Integrations",
    why: "Why?",
    policy: "Policy",
    subAccounts: "Sub-accounts",
    team: "Team",
    tokenRules: "Token rules",
    webhooks: "Webhooks",
    activity: "Activity",
    signOut: "Sign out",
  },

  find: {
    title: "Find",
    open: "Find (press /)",
    hint: "Names, ids, scopes, paths, people",
    failed: "The search cannot be loaded. Reload the page.",
    found: "Found",
    view: "View",
    integration: "Integration",
    subAccount: "Sub-account",
    scope: "Scope",
    operation: "Operation",
    person: "Person",
  },

  first: {
    title: "First steps",
    done: (of: number, all: number) => `${count(of)} of ${count(all)} done`,
    ticked: "(done)",
    hide: "Hide this list",
    policy: "Publish a policy: which operations there are, and which scopes they need",
    agency: "Set the agency's id",
    subAccount: "Add the first sub-account",
    integration: "Create the first integration",
    request: "Send a first request with its token",
  },

  notAllowed: {
    title: "You may not see this",
    detail: (who: string) => `It is for ${who}. Ask an owner to let you in.`,
    ofAccount: "Ask whoever gave you access.",
    who: {
      people: "owners and auditors",
      keys: "owners",
      labs: "owners",
      policy: "owners, agency admins, developers and auditors",
      subAccounts: "people of the agency",
      tokenRules: "owners",
      activity: "people who may view events",
      webhooks: "people who manage webhooks",
      integrations: "people who manage or see private integrations",
      manage: "people who manage private integrations",
    },
  },

  problem: {
    unknown: (status: number) => `The gate answered with ${status}`,
    unreachable: "The gate did not answer",
    unreachableDetail: "Check your connection, then try again. Nothing that you typed is lost.",
    unexpected: "Something in this page failed",
    notFound: "There is nothing here",
    notFoundDetail: "The address may be old, or mistyped.",
    stale: "What is shown is up to date again. Look at it, then try once more.",
    broken: "This view has failed",
    brokenDetail: "Reload the page. If it happens again, tell whoever runs the gate.",
    reload: "Reload",
    gone: {
      title: "This integration is no longer there",
      detail: "Somebody may have deleted it. Its tokens are dead.",
    },
    hidden: {
      title: "You can see no such integration",
      detail: "Somebody may have deleted it, or you may not see it; then its tokens may still work.",
    },
  },

  conflict: {
    title: "Somebody else changed it meanwhile",
    hint: "Your changes are not saved yet. Choose what to go on with.",
    field: "Field",
    theirs: "Saved by them",
    yours: "With yours",
    keepYours: "Keep mine",
    keepYoursHint: "Saves your changes on top of theirs, as shown under “With yours”.",
    takeTheirs: "Take theirs",
    takeTheirsHint: "Drops your changes, and shows theirs.",
  },

  steps: {
    label: "Steps",
    at: (at: number, of: number, name: string) => `Step ${at} of ${of}: ${name}`,
  },
};
export type Words = typeof words;
