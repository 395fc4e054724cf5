import type { Level } from "../api/types";
import type { Shown } from "../lib/operations";
import { firstOf, operations, operationsBy } from "../lib/operations";
import { amount, count, list } from "../lib/text";

export const words = {
  scopes: {
    title: "Scopes",
    any: "Any scope",
    read: "read",
    write: "write",
    none: "No scopes",
    more: (of: number) => `+${count(of)}`,
    search: "Search scopes, operations, paths",
    onlySelected: "Selected only",
    allRead: "Select all read",
    clear: "Clear",
    chosen: (of: number, all: number, writes: number) =>
      `${count(of)} of ${count(all)} selected${of > 0 ? `, ${count(writes)} of them to write` : ""}`,
    table: "Scopes by what they are about",
    readOnly: "Read",
    all: "Read and write",
    nothing: "None",
    held: (of: number, all: number) => (of === 0 ? amount(all, "scope") : `${count(of)} of ${amount(all, "scope")}`),
    operationsOf: (scope: string, of: number) => `${operations(of)} of ${scope}`,
    title_of: (access: "read" | "write", area: string, part: string) =>
      `${access === "read" ? "Read" : "Change"} ${area}${part ? `: ${part}` : ""}`,
    readBy: (method: string) => `(by ${method})`,
    opensNothing: (level: Level): string =>
      level === "agency" ? "Opens nothing for the agency" : "Opens nothing for a sub-account",
    unknown: "No longer in the policy",
    unknownHint:
      "These scopes open nothing. Uncheck them and save to remove them; an update is refused while they are checked.",
    emptyCatalogue: "The policy in force asks for no scopes.",
    noMatch: (search: string) => `No scope matches “${search}”.`,
  },

  summary: {
    all: (scopes: number, of: number, changes: number, deletes: number) =>
      [
        amount(scopes, "scope"),
        operations(of),
        ...(changes > 0 ? [`${count(changes)} ${changes === 1 ? "changes" : "change"} something`] : []),
        ...(deletes > 0 ? [`${count(deletes)} ${deletes === 1 ? "deletes" : "delete"}`] : []),
      ].join(" · "),
    show: "Show",
  },

  presets: {
    title: "Start from",
    read: "Read everything",
    write: "Read and write everything",
    left: (scopes: string[]) =>
      `The policy does not offer ${list(scopes)} here, so ${scopes.length === 1 ? "it was" : "they were"} left out.`,
  },

  requests: {
    open: "Just what these requests need…",
    title: "Just what these requests need",
    label: "Requests",
    hint: "Curl commands, or a method and a path on each line. They are not sent anywhere, and tokens in them are not read.",
    example: "GET /contacts/?locationId=…\ncurl https://api.example.com/contacts/ -X POST …",
    read: "What they need",
    line: (at: number) => `Request ${count(at)}`,
    unread: "This is neither a method with a path nor a curl command.",
    unknown: "The policy has no such operation.",
    closed: (level: Level) => `No scope opens it for ${level === "agency" ? "the agency" : "a sub-account"}.`,
    free: "Needs no scope.",
    needs: (ways: string[][]) => `Needs ${ways.map((way) => list(way)).join(", or ")}.`,
    none: "They need no scopes.",
    found: (scopes: string[]) => `Together: ${list(scopes)}.`,
    take: (of: number) => `Take ${amount(of, "scope")}`,
  },

  preview: {
    title: "What this changes",
    titleNew: "What its scopes open",
    unavailable: "The preview is not available. The gate checks every change all the same.",
    noPolicy: "No policy is published yet, so there is nothing to preview.",
    unchanged: "Nothing yet. Select or clear scopes, and see here what that opens and closes.",
    opens: (of: number) => `Opens ${operations(of)}`,
    choose: "Nothing yet. Select scopes, and see here what they open.",
    gains: (of: number) => `${operations(of)} gained`,
    loses: (of: number) => `${operations(of)} lost`,
    added: "Added",
    removed: "Removed",
    writes: (of: number) => `Can change: ${operations(of)}`,
    reads: (of: Shown[]) => `Can read: ${operationsBy(of)}`,
    newWrites: (of: number) => `Can now change: ${operations(of)}`,
    newReads: (of: Shown[]) => `Can now read: ${operationsBy(of)}`,
    lostMark: "lost",
    noLonger: (of: number) => `Can no longer use: ${operations(of)}`,
    noEffect: "No operation is gained or lost.",
    gainedEvents: "Can hear of",
    lostEvents: "No longer hears of",
    reach: (reachable: string, all: number) =>
      `In all it reaches ${reachable} of the ${count(all)} open at this level, including those that need no scope.`,
  },

  words: {
    byScopes: "By its scopes",
    anyToken: "Any token here can also",
    not: "Not",
    can: (group: string, read: Shown[], write: Shown[]) =>
      `${read.length === 0 ? "change" : write.length === 0 ? "read" : "read and change"} ${group} (${operationsBy([...read, ...write])})`,
    nothing: "Nothing: its scopes open no operation.",
    any: {
      reads: (of: number) => `read: ${operations(of)}`,
      changes: (of: number) => `change: ${operations(of)}`,
      deletes: (of: number) => `delete: ${operations(of)}`,
    },
    nothingMore: "Nothing more: all else needs a scope.",
    isPublic: "(no token needed)",
    cannot: {
      touch: (groups: string[], of: number) => `touch ${firstOf(groups)} (${operations(of)})`,
      change: (groups: string[], of: number) => `change ${firstOf(groups)} (${operations(of)})`,
      some: (groups: string[], of: number) => `use ${operations(of)} of ${firstOf(groups)}`,
    },
    noUnknown: (scopes: string[]) =>
      `gain anything by ${list(scopes)}: no operation asks for ${scopes.length === 1 ? "it" : "them"} any more`,
    noRest: "use any operation that is not in the policy",
    others: (level: Level, { open, operations: of }: { open: number; operations: number }) => {
      const owner = level === "agency" ? "agency" : "sub-account";
      if (of > 0 && of === open)
        return `No operation names its ${owner}: the API must check whose data a call is about.`;
      return `Calls that name another ${owner} are refused. ${of === 0 ? "Every operation names one." : `${operations(of)} ${of === 1 ? "names" : "name"} none: there the API must check.`}`;
    },
    unnamed: (of: number) => `Of those, this token reaches ${count(of)}`,
    unavailable:
      "What it can do cannot be worked out here right now. Reload the page. The gate checks every call all the same.",
  },
};
export type Words = typeof words;
