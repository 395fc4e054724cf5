// Every word of the page.

import type { Event, Level } from "./api/types";
import { isReadBy } from "./lib/scopes";
import { amount, count, list } from "./lib/text";
import { exact } from "./lib/time";

interface Shown {
  method: string;
  access: "read" | "write";
}

const operations = (of: number) => amount(of, "operation");
/** "5 operations, 1 of them by POST": reads that are sent by another method than a reader would think. */
const operationsBy = (shown: Shown[]) => {
  const by = shown.filter(isReadBy);
  const methods = [...new Set(by.map(({ method }) => method))];
  return `${operations(shown.length)}${by.length > 0 ? `, ${count(by.length)} of them read by ${list(methods)}` : ""}`;
};
/** The first of many names. */
const some = (groups: string[], most = 4) => list(groups.length > most + 1 ? [...groups.slice(0, most), `${count(groups.length - most)} other groups`] : groups);
const names = (value: unknown) => (Array.isArray(value) ? value.map(String) : []);

export const t = {
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
    next: "Continue",
    optional: "optional",
    shown: (shown: number, of: number) => `${count(shown)} of ${count(of)} shown`,
    tryAgain: "Try again",
  },

  nav: {
    label: "Views",
    integrations: "Integrations",
    why: "Why?",
    policy: "Policy",
    subAccounts: "Sub-accounts",
    signOut: "Sign out",
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
    gone: "This integration is no longer there",
    goneDetail: "Somebody may have deleted it. Its tokens are dead.",
  },

  session: {
    title: "Sign in",
    intro: "Manage the private integrations of this API.",
    key: "Owner key",
    keyHint: "The secret OWNER_KEY that the gate was deployed with. On your own machine it is in .dev.vars.",
    signIn: "Sign in",
    show: "Show",
    hide: "Hide",
    wrong: "This is not the gate's owner key. Check that all of it was copied, without spaces.",
    noCookie: "The browser did not keep the session",
    noCookieDetail: "Sessions need https, or a name under localhost, and cookies. Open the page that way, or allow cookies for it.",
    ended: "Your session is over",
    endedDetail: "Sign in to go on. Nothing that you typed is lost.",
    abandon: "Leave instead",
  },

  owner: {
    agency: "Agency",
    all: "All owners",
    subAccounts: "Sub-accounts",
    one: "Sub-account",
  },

  state: {
    all: "Any state",
    steady: "Steady",
    rotating: (left: string) => `Rotating, ${left} left`,
    rotatingFilter: "Rotating",
    unpublished: "On its way to the edge",
    unpublishedHint: "The last change is saved, and has not reached the edge yet. Until then the gate judges by what was before.",
    unpublishedFilter: "Not yet at the edge",
    oldFilter: "Token 90 days or older",
    oldHint: "Consider rotating it.",
    age: (days: number) => (days === 0 ? "Today" : amount(days, "day")),
  },

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
    chosen: (of: number, all: number, writes: number) => `${count(of)} of ${count(all)} selected${of > 0 ? `, ${count(writes)} of them write` : ""}`,
    readOnly: "Read",
    all: "All",
    nothing: "None",
    readOf: (group: string) => `Only the read scopes of ${group}`,
    allOf: (group: string) => `All scopes of ${group}`,
    noneOf: (group: string) => `None of the scopes of ${group}`,
    operations,
    operationsBy,
    readBy: (method: string) => `(by ${method})`,
    opensNothing: (level: Level) => (level === "agency" ? "Opens nothing for the agency" : "Opens nothing for a sub-account"),
    unknown: "No longer in the policy",
    unknownHint: "These open nothing. They go when you save with them unchecked; an update is refused as long as they are checked.",
    emptyCatalogue: "The policy in force asks for no scopes.",
    noMatch: (search: string) => `No scope matches “${search}”.`,
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
    reach: (reachable: string, all: number) => `In all it reaches ${reachable} of the ${count(all)} open at this level, those that need no scope included.`,
  },

  words: {
    byScopes: "By its scopes",
    anyToken: "Any token here can also",
    not: "Not",
    can: (group: string, read: Shown[], write: Shown[]) =>
      `${read.length === 0 ? "change" : write.length === 0 ? "read" : "read and change"} ${group} (${operationsBy([...read, ...write])})`,
    nothing: "Nothing: no operation opens by them.",
    any: {
      reads: (of: number) => `read: ${operations(of)}`,
      changes: (of: number) => `change: ${operations(of)}`,
      deletes: (of: number) => `delete: ${operations(of)}`,
    },
    nothingMore: "Nothing more: all else needs a scope.",
    isPublic: "(no token needed)",
    cannot: {
      touch: (groups: string[], of: number) => `touch ${some(groups)} (${operations(of)})`,
      change: (groups: string[], of: number) => `change ${some(groups)} (${operations(of)})`,
      some: (groups: string[], of: number) => `use ${operations(of)} of ${some(groups)}`,
    },
    noUnknown: (scopes: string[]) => `gain anything by ${list(scopes)}: no operation asks for ${scopes.length === 1 ? "it" : "them"} any more`,
    noRest: "use any operation that is not in the policy",
    others: (level: Level, { open, operations: of }: { open: number; operations: number }) => {
      const owner = level === "agency" ? "agency" : "sub-account";
      if (of > 0 && of === open) return `No operation names its ${owner}: the API must check whose data a call is about.`;
      return `Calls that name another ${owner} are refused. ${of === 0 ? "Every operation names one." : `${operations(of)} ${of === 1 ? "names" : "name"} none: there the API must check.`}`;
    },
    unnamed: (of: number) => `Of those, this token reaches ${count(of)}`,
    unavailable: "What it can do cannot be worked out here right now. Reload the page. The gate checks every call all the same.",
  },

  token: {
    title: (name: string) => `The new token of ${name}`,
    number: (n: number) => `Token ${n}`,
    label: "Token",
    copy: "Copy token",
    once: "This is the only time that the token is shown.",
    onceMore: "It is stored nowhere. Keep it where your other secrets are; if it is lost, rotate.",
    tryIt: "Try it",
    tryItHint: "Asks the gate what this token is. A change may take some seconds to reach every location.",
    copyCurl: "Copy command",
    done: "Done",
    uncopied: "Leave without the token?",
    uncopiedHint: "It was not copied, and it cannot be shown again: not by you, not by us. You would have to rotate for another one.",
    leave: "Leave without it",
    stay: "Stay",
    current: "current",
    outgoing: "outgoing",
    works: "Works. Nothing ends it but a rotation or a deletion.",
    worksUntil: (until: string) => `Works until ${until}`,
    notKept: "Tokens are not stored, only their digests. If one is lost, rotate.",
  },

  pasted: {
    titles: { token: "This is a token", automation_key: "This is an automation key", owner_key: "This is an owner key", unknown: "This looks like a token" },
    removed: "It was taken out of the field, and nothing of it was sent.",
    fromAddress: "It was taken out of the address, and nothing of it was sent from here. The browser may still keep the old address in its history: clear it there.",
    incomplete: "A part of it is missing or mistyped.",
    integration: "Integration",
    which: "Which token",
    one: (n: number) => `Token ${n}, if it still works: it is the only live one.`,
    oneOf: (tokens: string[]) => `${new Intl.ListFormat("en-US", { type: "disjunction" }).format(tokens)}, if it still works. Which of them cannot be told without sending it.`,
    deleted: "No integration has the id that it carries. Where one had, it is deleted, and its tokens are dead.",
    noId: "The part of it that names its integration is missing.",
    leaked: "If others could see it, rotate it now.",
    rotate: "Rotate now",
    open: "Open",
    automation: "It belongs to a program, not into this page. If others could see it, replace it.",
    owner: "It opens everything here. If others could see it, deploy the gate with another OWNER_KEY.",
    signIn: "A token does not sign you in. Use the owner key.",
    unread: "The code that reads it could not be loaded, so it was taken out to be safe.",
  },

  integrations: {
    title: "Integrations",
    create: "Create integration",
    search: "Search name, description, id, owner",
    filterOwner: "Owner",
    filterScope: "Scope",
    filterState: "State",
    sort: "Sort by",
    sorts: { name: "Name", "-created": "Newest first", "-updated": "Last changed", token: "Oldest token first", "-token": "Newest token first" } as Record<string, string>,
    name: "Name",
    owner: "Owner",
    scopes: "Scopes",
    state: "State",
    age: "Token age",
    actions: "Actions",
    total: (of: number, filtered: boolean) => `${amount(of, "integration")}${filtered ? " found" : ""}`,
    clear: "Clear filters",
    noMatch: "No integration matches",
    noMatchHint: "Try fewer words, or clear the filters.",
    empty: "No integrations yet",
    emptyHint: "A private integration is a name, the scopes it needs, and one token that a script, an automation or a partner sends with every call.",
    emptySteps: ["Choose whose data it may see: the agency's or one sub-account's.", "Pick the scopes it needs, and see what they open.", "Copy its token. It is shown once."],
    emptyPolicy: "First publish a policy: it says which operations there are, and which scopes they need.",
    toPolicy: "Go to the policy",
    menu: (name: string) => `Actions for ${name}`,
    open: "Open",
    edit: "Edit",
    rotate: "Rotate token…",
    why: "Why is it refused?",
    remove: "Delete…",
    removed: (name: string) => `${name} is deleted; its tokens are dead.`,
  },

  integration: {
    id: "Id",
    description: "Description",
    created: "Created",
    changed: "Last change",
    edge: "At the edge",
    edgeYes: "Up to date",
    edgeNo: "On its way",
    facts: "About",
    tokens: "Tokens",
    can: "What it can do",
    history: "History",
    edit: "Edit",
    rotate: "Rotate token",
    menu: "More actions",
    none: "None",
  },

  edit: {
    title: (name: string) => `Edit ${name}`,
    sameToken: "The token stays the same.",
    sameTokenHint: (tokens: number) => (tokens > 1 ? "Both tokens go on working, with the new scopes." : "Whoever uses it needs to do nothing."),
    update: "Update",
    nothing: "Nothing is changed yet.",
    scopes: (added: number, removed: number) => [added > 0 ? `${amount(added, "scope")} added` : "", removed > 0 ? `${amount(removed, "scope")} removed` : ""].filter(Boolean).join(", "),
    updated: "Updated. The token is still the same.",
    conflict: "Somebody else changed it meanwhile",
    conflictHint: "Your changes are not saved yet. Choose what to go on with.",
    field: "Field",
    theirs: "Saved by them",
    yours: "With yours",
    keepYours: "Keep mine",
    keepYoursHint: "Saves your changes on top of theirs, as shown under “With yours”.",
    takeTheirs: "Take theirs",
    takeTheirsHint: "Drops your changes, and shows theirs.",
    unsaved: "Leave without saving?",
    unsavedHint: "Your changes are lost.",
    leave: "Leave",
    stay: "Stay",
  },

  create: {
    title: "Create integration",
    steps: ["Name", "Scopes", "Review", "Token"],
    stepsLabel: "Steps",
    step: (at: number, of: number, name: string) => `Step ${at} of ${of}: ${name}`,
    whose: "Whose data may it see?",
    agencyHint: "Its token speaks for the agency. Calls that name another agency are refused.",
    subAccountHint: "Its token speaks for one sub-account. Calls that name another one are refused.",
    chooseSubAccount: "Choose a sub-account",
    noSubAccounts: "There are no sub-accounts yet.",
    addSubAccount: "Add one",
    noAgency: "The agency's id in your API is not set yet.",
    setAgency: "Set it under Sub-accounts",
    name: "Name",
    nameHint: "What your colleagues will know it by, such as “Zapier sync”. Up to 100 characters.",
    description: "Description",
    descriptionHint: "What uses it, and who to ask. Up to 1,000 characters.",
    needName: "Give it a name.",
    needOwner: "Choose an owner.",
    noScopes: "Without scopes it can call only operations that need none.",
    review: "Review",
    for: "For",
    act: "Create and show the token",
    done: "Done, show the integration",
    created: (name: string) => `${name} is created`,
    alreadyDone: "It was created already",
    alreadyDoneHint: "The first answer was lost on its way, and the token in it cannot be shown again. Open the integration and rotate its token.",
    openIt: "Open the integration",
  },

  rotate: {
    title: (name: string) => `Rotate the token of ${name}`,
    intro: "You get a new token. What happens to the one in use?",
    later: "Rotate and expire this token later",
    laterHint: "Both tokens work for a while, so that you can change over without downtime. You can cancel or finish at any time.",
    laterRefused: "A rotation is under way. Cancel it or finish it first.",
    now: "Rotate and expire this token now",
    nowHint: "For a token that leaked. It stops at once, and whatever still uses it fails.",
    nowHintBoth: "For a token that leaked. Both tokens stop at once, and a third takes their place.",
    window: "Both tokens work for",
    amount: "How long",
    unit: "Unit",
    until: (until: string, length: string) => `This token works until ${until} (${length}). Then it stops by itself.`,
    windowWrong: "From 1 minute to 30 days.",
    nowWarn: "Every call with this token is answered with 401 from now on, within seconds everywhere, until the new token is in its place.",
    nowWarnBoth: "Every call with either of the two tokens is answered with 401 from now on, within seconds everywhere, until the new token is in its place.",
    actLater: "Rotate, expire later",
    actNow: "Rotate, expire now",
    doneLater: (until: string) => `Both tokens work until ${until}. Put the new one in place before then.`,
    doneNow: "The old token is dead. Put the new one in its place.",
    alreadyDone: "It was rotated already",
    alreadyDoneHint: "The first answer was lost on its way, and the token in it cannot be shown again. Close this, and rotate afresh.",
  },

  rotation: {
    title: "Two tokens work right now",
    sentence: (outgoing: number, incoming: number) => `Token ${outgoing} is on its way out; token ${incoming} takes its place.`,
    left: "Time left",
    ends: (outgoing: number) => `until token ${outgoing} stops,`,
    passed: (share: number) => `${share} percent of the window have passed`,
    cancel: "Cancel rotation",
    finish: "Expire now",
    keep: "Keep rotating",
    cancelTitle: "Cancel this rotation?",
    cancelHint: (incoming: number, outgoing: number) =>
      `Calls with token ${incoming}, the new one, will fail from now on. Token ${outgoing} stays, without a deadline.`,
    finishTitle: "Expire the outgoing token now?",
    finishHint: (outgoing: number, incoming: number) =>
      `Calls with token ${outgoing}, the old one, will fail from now on. Token ${incoming} stays. Make sure that everything uses it.`,
    cancelled: (outgoing: number) => `Cancelled. Token ${outgoing} stays; the new one is dead.`,
    finished: (outgoing: number) => `Finished. Token ${outgoing} is dead.`,
  },

  remove: {
    title: (name: string) => `Delete ${name}?`,
    warning: (tokens: number) => `${tokens > 1 ? "Both its tokens stop" : "Its token stops"} at once: every call with ${tokens > 1 ? "them" : "it"} is answered with 401. This cannot be undone.`,
    type: "To confirm, type its name:",
    act: "Delete integration",
  },

  history: {
    drawing: "The lives of the tokens over time",
    earlier: (of: number) => `${amount(of, "earlier token")} not drawn`,
    now: "now",
    works: "works",
    window: "Both tokens work",
    windowKey: "on its way out",
    ended: "ended",
    life: (from: string, to: string | null) => (to === null ? `from ${from}, still works` : `from ${from} to ${to}`),
    actor: (actor: string) => (actor === "owner key" ? "with the owner key" : actor.replace(/^session /, "in session ")),
    event,
  },

  why: {
    title: "Why?",
    intro: "Paste a call, and see what the gate decides and why. It is worked out in your browser, by the gate's own code; nothing of it is sent.",
    call: "A method and a path, or a curl command",
    callHint: "A token in it is not sent anywhere: only its id is read, to find its integration.",
    example: "GET /contacts/?locationId=…",
    as: "Asked by",
    asIntegration: "An integration",
    asScopes: "Scopes of my choice",
    asNobody: "Nobody (no token)",
    find: "Find an integration by name or id",
    found: "Integration",
    choose: "Choose an integration",
    none: "No integration matches.",
    owner: "Owner",
    ask: "Explain",
    change: "Change",
    passed: "passed",
    failed: "failed",
    empty: "The verdict appears here, with every step that leads to it.",
    inAddress: "The address itself holds a token or a key. The gate reads none there, and addresses end up in logs: send it in a header field. It was taken out here.",
    unreadable: "This is neither a method with a path nor a curl command. Try “GET /contacts/”.",
    tokenOf: (name: string, live: number[]) =>
      `The token in the command was made for ${name}, and the verdict is that of its current token. Whether this very one still works is not judged here: ${live.length > 1 ? "tokens" : "token"} ${list(live.map(String))} of it ${live.length > 1 ? "do" : "does"}. GET /_tidegate/whoami with it tells.`,
    tokenUnknown: "No integration has the id that the token in the command carries. It may be deleted; then the answer is 401.",
    tokenForms: {
      mistyped: "The token in the command is mistyped: its checksum is wrong. The gate answers 401.",
      truncated: "The token in the command is not complete. The gate answers 401.",
      other: "The credential in the command is not one of this gate's tokens. The gate answers 401.",
    } as Record<string, string>,
    allowed: "Allowed",
    allowedHint: "The gate forwards this request.",
    denied: "Refused",
    code: (code: string) => codes[code] ?? code.replaceAll("_", " "),
    steps: { request: "Request", token: "Token", operation: "Operation", access: "Access" } as Record<string, string>,
    addScopes: (scopes: string[]) => `Add ${list(scopes)} to this integration`,
    assumed: "Header fields and bodies are not asked for: where the owner's id stands there, its own is assumed.",
    noPolicy: "No policy is published yet: the gate answers every call with 503.",
  },

  policy: {
    title: "Policy",
    intro: "What operations there are, and what each one needs. Everything that is not in the policy is refused.",
    inForce: "In force",
    none: "No policy is published yet: the gate refuses every call.",
    version: (rev: number) => `Version ${rev}`,
    by: (actor: string) => t.history.actor(actor),
    counts: { operations: "operations", sub_account: "for sub-accounts", agency: "for the agency", public: "for anyone", closed: "closed", scopes: "scopes" } as Record<string, string>,
    open: {
      without_token: (of: number) => `${operations(of)} open to anyone, without a token`,
      needs_no_scope: (of: number) => `${operations(of)} open to any token, without a scope`,
      kinds: (reads: number, changes: number, deletes: number) => `${amount(reads, "read")}, ${amount(changes, "change")}, ${amount(deletes, "delete")}`,
      names_no_owner: (of: number) => `${operations(of)} ${of === 1 ? "names" : "name"} no sub-account: there the API must check`,
      unread_bodies: (of: number) => `${amount(of, "owner")} in ${of === 1 ? "a body" : "bodies"} that nothing compares`,
      optional_security: (of: number) => `${operations(of)} that a document opens to anyone, and the gate does not`,
      overlapping: (of: number) => `${amount(of, "pair")} of templates that overlap`,
    },
    new: "New version",
    newHint: "Drop the OpenAPI documents of your API here. Together they are the whole policy. Report and differences appear at once, worked out in your browser; nothing is sent before you publish.",
    changeHint: "Drop the OpenAPI documents that have changed: each takes the place of the one of its title, and the others stay. What that does to all integrations is worked out at once; nothing is published before you say so.",
    allOnce: "The documents of the policy in force were not kept. Publish all of them together once; from then on you can change one at a time.",
    nothingYet: "Nothing is changed yet.",
    changeSettings: "Change the settings",
    documentChange: { added: "New", replaced: "Replaced", removed: "Removed", unchanged: "Stays" },
    documentsStay: (of: number) => `${amount(of, "document")} ${of === 1 ? "stays" : "stay"} as ${of === 1 ? "it is" : "they are"}`,
    documentsNotKept: "The documents of that version were not kept. Its operations come back as they were.",
    remove: "Remove",
    removeDocument: (name: string) => `Remove the document ${name}`,
    keep: "Keep",
    keepDocument: (name: string) => `Keep the document ${name}`,
    drop: "Drop OpenAPI files here",
    choose: "Choose files",
    formats: "OpenAPI 3.0 or 3.1, as JSON or YAML; up to 8 MB in all",
    files: "Documents",
    fileCount: (of: number) => amount(of, "document"),
    removeFile: (name: string) => `Remove ${name}`,
    clear: "Start over",
    settings: "Settings",
    schemes: "Security schemes",
    schemesHint: "What each scheme of the documents means. One that is not mapped opens nothing.",
    scheme: "Scheme",
    schemeNone: "Nobody (not mapped)",
    schemeClosed: (level: string) => `${level}, but no private integrations`,
    withoutSecurity: "An operation without any security is",
    withoutSecurityOptions: { deny: "refused", authenticated: "open to any valid token", public: "open to anyone" } as Record<string, string>,
    asJson: "All settings as JSON",
    jsonWrong: (message: string) => `This is not valid: ${message}`,
    reading: "Compiling…",
    failed: "The documents cannot be compiled",
    andMore: (of: number) => `and ${count(of)} more`,
    reach: "Who is concerned",
    report: "Report",
    diff: "Differences to the policy in force",
    first: "There is no policy in force; all of it is new.",
    same: "No operation is added, removed or changed.",
    added: (of: number) => `${operations(of)} added`,
    removedOps: (of: number) => `${operations(of)} removed`,
    changed: (of: number) => `${operations(of)} changed`,
    newlyPublic: (of: number) => `${operations(of)} would be open to anyone, without a token`,
    opens: (who: string, of: number) => `${operations(of)} newly open to ${who}`,
    closes: (who: string, of: number) => `${operations(of)} closed to ${who}`,
    changes: (who: string, of: number) => `${operations(of)} ${of === 1 ? "asks" : "ask"} ${who} for other scopes`,
    who: { without_token: "anyone", sub_account: "sub-accounts", agency: "the agency" } as Record<string, string>,
    clean: "Nothing to report: every operation is described and mapped.",
    findings: {
      errors: "Errors. With these the documents cannot be published",
      without_token: "Open to anyone, without a token",
      needs_no_scope: "Open to any token, without a scope",
      names_no_owner: "Name no sub-account: there the API itself must check whose data is asked for",
      unread_bodies: "Declare an owner in a body that the gate cannot read",
      looks_like_owner: "Parameters that look as if they named an owner, and are not declared to",
      without_security: "Say nothing of security",
      optional_security: "A document opens them to anyone beside others; the gate does not",
      unsatisfiable: "No private integration can reach them",
      crossing: "Templates that some path matches both of",
      overlapping: "Templates of which a value can look like another's literal",
      undeclared_schemes: "Use a scheme that no document declares",
      replaced: "A rule takes their place",
      unmapped_schemes: "Schemes that the settings do not map",
      unused_scopes: "Scopes that open nothing to a private integration",
    } as Record<string, string>,
    impact: "What it does to your integrations",
    impactAsking: "Asking the gate, which knows all integrations…",
    impactUnknown: "Not known yet. Without it nothing can be published.",
    impactFirst: "There is no policy in force, so no integration loses anything.",
    impactLosing: (of: number) => `${amount(of, "integration")} ${of === 1 ? "loses" : "lose"} something`,
    typeNumber: (number: string) => `To confirm, type how many integrations lose something: ${number}`,
    impactNone: "No integration gains or loses anything.",
    impactSome: (of: number) => `${amount(of, "integration")} affected`,
    impactLine: (lost: number, gained: number) => [lost > 0 ? `loses ${operations(lost)}` : "", gained > 0 ? `gains ${operations(gained)}` : ""].filter(Boolean).join(", "),
    publish: "Publish",
    publishTitle: "Publish this policy?",
    publishHint: "It replaces the policy in force for every call, within seconds everywhere. Versions are kept; you can roll back.",
    publishLoses: (of: number) => `${operations(of)} will no longer be reachable.`,
    sending: "Sending the documents…",
    compiling: "The gate compiles it…",
    spreading: (waiting: number) => `Published. ${amount(waiting, "key")} on the way to the edge…`,
    published: (rev: number) => `Version ${rev} is in force.`,
    spreads: (rev: number) => `Version ${rev} is published. It is still on its way to the edge, which every location knows within seconds.`,
    tooLarge: "The documents are too large",
    notRead: "A file cannot be read",
    notReadDetail: "Folders cannot be read, nor files that have gone. Choose the files themselves.",
    replaced: (files: string[]) => `${list(files)} took the place of what was there by that name.`,
    unchangedPublished: "The same policy was in force already; nothing changed.",
    stale: "The policy in force has changed meanwhile. Look at the differences once more.",
    versions: "Versions",
    current: "in force",
    rollBack: "Roll back…",
    rollBackTitle: (rev: number) => `Roll back to version ${rev}?`,
    rollBackHint: "The policy of that version is put in force again, as a new version, with its documents and settings.",
    rollBackAsking: "Working out what this does…",
    rollBackAct: "Roll back",
  },

  agency: {
    title: "The agency",
    intro: "The top-level organisation of your API, above all sub-accounts. Its integrations carry its id.",
    id: "Id",
    idHint: "As your API has it: letters, digits and . _ ~ -, up to 64.",
    idFixed: (of: number) => `${amount(of, "integration")} ${of === 1 ? "carries" : "carry"} this id. It can be changed when there ${of === 1 ? "is none" : "are none"}.`,
    name: "Name",
    none: "Its id is not set yet, so the agency can have no integrations.",
    change: "Change",
    changeTitle: "Change the agency",
    setTitle: "Set the agency's id",
    save: "Save",
    saved: "The agency is saved.",
  },

  subAccounts: {
    title: "Sub-accounts",
    intro: "The tenants of your API. Each can have integrations of its own; their calls are refused where they name another one.",
    id: "Id",
    integration: "integration",
    idHint: "As your API has it: letters, digits and . _ ~ -, up to 64. It cannot be changed later.",
    name: "Name",
    nameHint: "What you call it. It can be changed at any time.",
    add: "Add sub-account",
    added: (name: string) => `${name} is added.`,
    rename: "Rename",
    renameOf: (name: string) => `Rename ${name}`,
    renameTitle: (name: string) => `Rename ${name}`,
    renamed: (name: string) => `Now called ${name}.`,
    empty: "No sub-accounts yet",
    emptyHint: "Add one to give it integrations of its own.",
    search: "Search name or id",
    noMatch: "No sub-account matches.",
    exists: "There is a sub-account with this id already.",
  },
};

// The codes of src/core/decision/denial.rs that an explanation can end with.
const codes: Record<string, string> = {
  ambiguous_request: "The request is ambiguous, so the gate does not judge it",
  no_credential: "There is no token",
  unknown_operation: "The policy has no such operation",
  method_not_allowed: "The path is known, but not with this method",
  not_for_integrations: "No private integration may use this operation",
  wrong_level: "The operation is for another level",
  wrong_owner: "The request names another owner's id",
  ambiguous_owner: "The request names its owner twice, or in two ways",
  missing_owner: "The request does not say whose data it wants",
  missing_scopes: "A scope is missing",
};

function event({ kind, detail }: Event): { what: string; more: string[] } {
  switch (kind) {
    case "integration.created":
      return { what: "Created", more: names(detail.scopes).length > 0 ? [`With ${list(names(detail.scopes))}`] : ["Without scopes"] };
    case "integration.edited":
      return { what: "Edited", more: edited(detail) };
    case "integration.deleted":
      return { what: "Deleted", more: [] };
    case "rotation.started": {
      const made = `Token ${String(detail.n)} was made`;
      return detail.expires_at
        ? { what: "Rotated, the old token expires later", more: [`${made}; token ${String(detail.outgoing)} was to end ${exact(String(detail.expires_at))}`] }
        : { what: "Rotated, the old token expired at once", more: [`${made}; ${ended(detail.ended)}`] };
    }
    case "rotation.cancelled":
      return { what: "Rotation cancelled", more: [`Token ${String(detail.n)} stays; ${ended(detail.ended)}`] };
    case "rotation.finished":
      return { what: "Rotation finished", more: [`Token ${String(detail.n)} stays; ${ended(detail.ended)}`] };
    default:
      return { what: kind, more: [] };
  }
}

function ended(numbers: unknown): string {
  const ended = names(numbers);
  return `token${ended.length === 1 ? "" : "s"} ${list(ended)} ended`;
}

function edited(detail: Record<string, unknown>): string[] {
  const lines: string[] = [];
  const change = (value: unknown) => (value !== null && typeof value === "object" ? (value as Record<string, unknown>) : {});
  if (detail.name !== undefined) {
    const { from, to } = change(detail.name);
    if (from !== to) lines.push(`Name: “${String(from)}” is now “${String(to)}”`);
  }
  const description = change(detail.description);
  if (description.from !== description.to) lines.push("Description changed");
  const { added, removed } = change(detail.scopes);
  if (names(added).length > 0) lines.push(`Scopes added: ${list(names(added))}`);
  if (names(removed).length > 0) lines.push(`Scopes removed: ${list(names(removed))}`);
  return lines;
}
