export const words = {
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
    uncopiedHint:
      "It was not copied, and it cannot be shown again: not by you, not by us. You would have to rotate for another one.",
    leave: "Leave without it",
    stay: "Stay",
    current: "current",
    outgoing: "outgoing",
    works: "Works. Nothing ends it but a rotation or a deletion.",
    worksUntil: (until: string) => `Works until ${until}`,
    notKept: "Tokens are not stored, only their digests. If one is lost, rotate.",
  },

  rotate: {
    title: (name: string) => `Rotate the token of ${name}`,
    intro: "You get a new token. What happens to the one in use?",
    later: "Rotate and expire this token later",
    laterHint:
      "Both tokens work for a while, so that you can change over without downtime. You can cancel or finish at any time.",
    laterRefused: "A rotation is under way. Cancel it or finish it first.",
    now: "Rotate and expire this token now",
    nowHint: "For a token that leaked. It stops at once, and whatever still uses it fails.",
    nowHintBoth: "For a token that leaked. Both tokens stop at once, and a third takes their place.",
    window: "Both tokens work for",
    amount: "How long",
    unit: "Unit",
    until: (until: string, length: string) => `This token works until ${until} (${length}). Then it stops by itself.`,
    windowWrong: "From 1 minute to 30 days.",
    nowWarn:
      "Every call with this token is answered with 401 from now on, within seconds everywhere, until the new token is in its place.",
    nowWarnBoth:
      "Every call with either of the two tokens is answered with 401 from now on, within seconds everywhere, until the new token is in its place.",
    actLater: "Rotate, expire later",
    actNow: "Rotate, expire now",
    doneLater: (until: string) => `Both tokens work until ${until}. Put the new one in place before then.`,
    doneNow: "The old token is dead. Put the new one in its place.",
    alreadyDone: "It was rotated already",
    alreadyDoneHint:
      "The first answer was lost on its way, and the token in it cannot be shown again. Close this, and rotate afresh.",
  },

  rotation: {
    title: "Two tokens work right now",
    sentence: (outgoing: number, incoming: number) =>
      `Token ${outgoing} is on its way out; token ${incoming} takes its place.`,
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
};
