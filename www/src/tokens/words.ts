import type { Tested } from "../api/types";
import { amount, count } from "../lib/text";

const lower = (token: string) => token.replace(/^T/, "t");

export const words = {
  token: {
    title: (name: string) => `The new token of ${name}`,
    label: "Token",
    copy: "Copy token",
    once: "This is the only time that the token is shown.",
    onceMore: "It is stored nowhere. Keep it where your other secrets are; if it is lost, rotate.",
    share: "Share it with trusted parties only.",
    every: (days: number) => `Rotate it every ${amount(days, "day")}.`,
    tryIt: "Try it",
    tryItHint: "Asks the gate what this token is. A change may take some seconds to reach every location.",
    copyCurl: "Copy command",
    done: "Done",
    uncopied: {
      title: "Leave without the token?",
      hint: "It was not copied, and it cannot be shown again: not by you, not by us. You would have to rotate for another one.",
    },
    leave: "Leave without it",
    stay: "Stay",
    current: "new",
    outgoing: "old",
    works: "Works. It has no end.",
    paused: "Refused while the integration is paused.",
    dead: "Dead: the integration has ended.",
    worksUntil: (until: string) => `Works until ${until}`,
    notKept: "Tokens are not stored, only their digests. If one is lost, rotate.",
  },

  test: {
    title: "Test now",
    act: "Test now",
    whoami: "What the token is (whoami)",
    hint: "The gate judges one request with this token. Only the status of the API's answer is shown, and the test does not count as use.",
    said: ({ allowed, status, problem, milliseconds }: Tested, isWhoami: boolean) => {
      const took = `${count(milliseconds)} ms`;
      if (!allowed)
        return `Refused with ${status} after ${took}: ${problem?.title ?? ""} A change may take some seconds; test again.`;
      if (problem) return `Granted, but: ${problem.title} (${status}, ${took})`;
      return isWhoami ? `It works: the gate knows it (${took}).` : `Granted: the API answered ${status} after ${took}.`;
    },
  },

  developer: {
    title: "For the developer",
    base: "Base address",
    header: "Header",
    docs: "Documentation",
    language: "One request in",
    sample: "Sample",
    variable: "It takes the token from the environment variable TOKEN.",
    copyNote: "Copy note",
    noteTitle: "Note",
    noteHint: "Send this note separately from the token. It does not contain the token.",
    note: (of: {
      name: string;
      owner: string;
      ownerId: string;
      api: string;
      scopes: string[];
      docs: { title: string; url: string }[];
    }) =>
      [
        `Integration: ${of.name}`,
        `For: ${of.owner} (${of.ownerId})`,
        `Base address: ${of.api}`,
        "Header: Authorization: Bearer <token>",
        `Scopes: ${of.scopes.length > 0 ? of.scopes.join(" ") : "none"}`,
        ...of.docs.map(({ title, url }) => `Documentation${title && ` of ${title}`}: ${url}`),
        `Check the token: GET ${of.api}/_tidegate/whoami`,
        "You get the token separately. Keep it where your other secrets are, and share it with nobody else.",
      ].join("\n"),
  },

  end: {
    label: "End",
    none: "None",
    hint: (zone: string) => `From then on its tokens are dead. In your time zone, ${zone}.`,
    wrong: "Give a moment in the future.",
    needed: (days: number) => `The token rules ask for an end within ${amount(days, "day")}.`,
    fixed: "It has ended. Rotate its token to give it a new one, with another end.",
  },

  rotate: {
    title: {
      later: (name: string) => `Rotate the token of ${name}, and expire it later?`,
      now: (name: string) => `Rotate the token of ${name}, and expire it now?`,
    },
    later: "Rotate and expire this token later",
    laterHint: "Both tokens work for a while, so that you can change over without downtime.",
    laterWarn:
      "You get a new token, and both work until the time below. Put the new one in place before then: the old one stops by itself. You can cancel or finish at any time.",
    laterRefused: "A rotation is under way. Cancel it or finish it first.",
    laterEnded: "It has ended, so there is no token that could expire later. Rotate and expire it now.",
    now: "Rotate and expire this token now",
    nowHint: "For a token that leaked. It stops at once, and whatever still uses it fails.",
    whenQuiet: "End it as soon as the old token is quiet",
    whenQuietHint:
      "Once nothing has used the old token for longer than twice the longest pause between calls, and at least a day; at the end above at the latest.",
    window: "Both tokens work for",
    amount: "How long",
    unit: "Unit",
    until: (until: string, length: string) => `This token works until ${until} (${length}). Then it stops by itself.`,
    untilEnd: (until: string) =>
      `Both tokens work until ${until}: that is the integration's end, and it comes before this window's.`,
    paused: "It is paused: until somebody resumes it, no token works.",
    windowWrong: "From 1 minute to 30 days.",
    nowWarn:
      "Every call with this token is answered with 401 from now on, within seconds everywhere, until the new token is in its place.",
    nowWarnBoth:
      "Every call with either of the two tokens is answered with 401 from now on, within seconds everywhere, until the new token is in its place.",
    units: { minutes: "minutes", hours: "hours", days: "days" },
    act: "Continue",
    doneLater: (until: string) => `Both tokens work until ${until}. Put the new one in place before then.`,
    donePaused: "Put the new one in its place. Both tokens are refused until somebody resumes the integration.",
    doneNow: "The old token is dead. Put the new one in its place.",
    leaked: "This token has leaked",
    leakedHint: "The history says so.",
    newEnd: "It has ended: give another end, or none.",
    alreadyDone: "It was rotated already",
    alreadyDoneHint: {
      now: "The first answer was lost on its way, and the token in it cannot be shown again. Close this, and rotate afresh.",
      later:
        "The first answer was lost on its way, and nobody has the new token. The old one still works: close this, cancel the rotation, then rotate again.",
    },
  },

  rotation: {
    titles: {
      active: "Two tokens work right now",
      paused: "Two tokens, refused while it is paused",
      ended: "Two tokens, dead since its end",
    },
    sentence: (outgoing: string, incoming: string) => `${outgoing} is the old one; ${lower(incoming)} takes its place.`,
    left: "Time left",
    remaining: (left: string) => `${left} left`,
    ends: (outgoing: string) => `until ${lower(outgoing)} stops,`,
    extend: "Extend…",
    extendTitle: "Extend this rotation",
    extendAct: "Extend",
    extendLabel: (outgoing: string) => `${outgoing} works until`,
    extendHint: (latest: string, zone: string) =>
      `At the latest ${latest}, 30 days after the rotation began. In your time zone, ${zone}.`,
    extendNever: "It takes 30 days, the longest that a rotation may.",
    extendWrong: "It must be after the present end, and not too late.",
    extended: (outgoing: string, until: string) => `Extended. ${outgoing} stops ${until}.`,
    whenQuiet: (outgoing: string) => `It ends by itself as soon as ${lower(outgoing)} is quiet.`,
    dueTitle: "Rotation is due",
    due: (token: string, days: number) => `${token} is ${amount(days, "day")} old. Rotate it with or without downtime.`,
    leaked: "It has leaked",
    leakedHint: "Then this cannot be undone, and the history says so.",
    passed: (share: number) => `${share} percent of the window has passed`,
    cancel: "Cancel rotation",
    finish: "Expire Now",
    keep: "Keep rotating",
    cancelTitle: "Cancel this rotation?",
    cancelHint: (incoming: string, outgoing: string, end: string | undefined) =>
      `Calls with ${lower(incoming)}, the new one, will fail from now on. ${outgoing} stays, ${end === undefined ? "without a deadline" : `until the integration ends, ${end}`}.`,
    finishTitle: "Expire the old token now?",
    finishHint: (outgoing: string, incoming: string) =>
      `Calls with ${lower(outgoing)}, the old one, will fail from now on. ${incoming} stays. Make sure that everything uses it.`,
    cancelled: (outgoing: string) => `Cancelled. ${outgoing} stays; the new one is dead.`,
    finished: (outgoing: string) => `Finished. ${outgoing} is dead.`,
    over: "This rotation is over already.",
  },
};
export type Words = typeof words;
