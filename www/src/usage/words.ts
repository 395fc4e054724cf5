import { amount, count } from "../lib/text";

const lower = (token: string) => token.replace(/^T/, "t");

export const words = {
  title: "Use",
  noDataSince: (since: string, why: string) => `No data since ${since}: ${why}.`,
  noData: (why: string) => `No data: ${why}.`,
  storeSilent: "the usage store does not answer",
  incomplete: (since: string) => `Some requests may be missing before ${since}.`,

  steps: {
    title: "Steps of this rotation",
    made: (incoming: string) => `${incoming} is made`,
    used: (incoming: string) => `${incoming} is used`,
    notUsed: (incoming: string) => `${incoming} is not used yet`,
    quiet: (outgoing: string) => `${outgoing} is quiet`,
    notQuiet: (outgoing: string) => `${outgoing} is not quiet yet`,
    since: "since",
  },

  still: (requests: number, outgoing: string) =>
    `${amount(requests, "request")} in the last hour still ${requests === 1 ? "uses" : "use"} ${lower(outgoing)}`,
  stillDay: (requests: number, outgoing: string) =>
    `No request in the last hour uses ${lower(outgoing)}; ${requests === 1 ? "1 did" : `${count(requests)} did`} in the last day`,
  most: (operation: string) => `, most of them ${operation}`,
  from: (network: string) => `, from ${network}`,
  unused: (outgoing: string) => `No request in the last day uses ${lower(outgoing)}.`,
  lastUse: "Last use",
  wouldFail: (requests: number) =>
    requests === 0
      ? "None of the requests of the last hour would have failed."
      : `${amount(requests, "request")} of the last hour would have failed.`,

  safe: {
    yes: "It can be ended safely.",
    no: "It is not known to be safe to end it.",
    reasons: {
      quiet: (quiet: string) => `It was not used for ${quiet}, longer than twice the longest pause between calls.`,
      "never-used": () => "It is older than a day, and was never used.",
      "too-new": () => "It was never used, and is younger than a day.",
      "still-used": (quiet: string) => `It has to be quiet for ${quiet}, by how often this integration calls.`,
      "too-little-known": () => "This integration called too seldom to say how often it calls.",
      incomplete: () => "Some requests of the last months may not have been recorded.",
      "no-answer": () => "The usage store does not answer.",
    },
    at: "If it stays quiet, it is safe",
  },

  tokens: "Last use of each token",
  token: "Token",
  when: "When",
  where: "From",
  client: "Client",
  hour: "Last hour",
  day: "Last day",
  neverUsed: "Never used",
  notSince: (since: string) => `Not used since ${since}`,
  deadTokens: "Tokens that have ended",
  range: "Period",
  ranges: { day: "24 hours", week: "7 days", month: "30 days", quarter: "90 days" },
  over: "Requests over time",
  time: "Time",
  granted: "Granted",
  refused: "Refused",
  total: (requests: number) => amount(requests, "request"),
  numbers: "The same as a table",
  none: "No requests in this period.",
  operations: "By operation",
  operation: "Operation",
  requests: "Requests",
  answers: "Answers of the API",
  other: "Other operations, counted together",
  unknownOperation: "Not in the policy",
  refusals: "Refused requests",
  reason: "Reason",
  allows: "What would allow them",

  scopes: {
    title: "Scopes that nobody used",
    text: (scopes: number) =>
      `No recorded request of the last 90 days needed ${scopes === 1 ? "this scope" : `these ${scopes} scopes`}.`,
    soFar: (scopes: string) => `Held for less than 90 days and not needed so far: ${scopes}.`,
    needed: (of: number, all: number) =>
      `${amount(of, "scope")} of ${all} ${of === 1 ? "covers" : "cover"} all recorded use.`,
    trim: "Trim the scopes",
    keepsAll: "Every scope was needed by a recorded request.",
    unattributed: (requests: number) =>
      `${amount(requests, "request was", "requests were")} for operations that are counted together, so nothing counts as unused.`,
  },

  replay: {
    edit: (refused: number, of: number) =>
      of === 0
        ? "There were no requests in 30 days that this could have refused."
        : `Would have refused ${count(refused)} of ${amount(of, "request")} in 30 days.`,
    policy: (refused: number, of: number, integrations: number) =>
      `Would have refused ${count(refused)} of ${amount(of, "request")} in 30 days, by ${amount(integrations, "integration")}.`,
    unattributed: (requests: number) => `Of ${amount(requests, "request")} the operation is not known.`,
    some: (integrations: number) =>
      `Looked at the ${amount(integrations, "integration that loses", "integrations that lose")} most.`,
  },

  list: {
    used: "Last used",
    spark: (requests: number) => `${amount(requests, "request")} in 30 days`,
    never: "Never used",
    unused: (days: number) => `Not used for ${amount(days, "day")}`,
    idle: "Idle",
    refused: "Requests refused today",
  },

  idle: {
    pause: (left: string) => `Pauses in ${left}`,
    delete: (left: string) => `Is deleted in ${left}`,
    title: "Nobody uses it.",
    text: (since: string, action: "pause" | "delete", when: string) =>
      `Nothing has happened since ${since}. If that stays so, it is ${action === "pause" ? "paused" : "deleted"} ${when}, by the token rules. Any use, and any rotation, ends that.`,
  },
};

/** What would allow requests that were refused for this reason. */
export const remedies: Record<string, string> = {
  missing_scopes: "Add the scopes that the operation needs.",
  wrong_level: "An integration of the other level.",
  wrong_owner: "A call for the integration's own owner.",
  missing_owner: "A call that names its owner.",
  ambiguous_owner: "A call that names its owner once.",
  owner_not_checked: "A body of a kind that the gate can read, or a setting of the policy.",
  unknown_operation: "A policy that has this operation.",
  method_not_allowed: "A method that the policy has for this path.",
  ambiguous_operation: "A path that names one operation only.",
  not_for_integrations: "A policy that opens it to integrations.",
  dead_token: "The integration's present token.",
  deleted_integration: "Another integration: this one is deleted.",
  paused_integration: "Resuming the integration.",
  expired_integration: "A rotation that gives it another end.",
  ambiguous_request: "A request that can be read in one way only.",
};

export type Words = typeof words;
