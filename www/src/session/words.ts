export const words = {
  title: "Sign in",
  intro: "Manage the private integrations of this API.",
  key: "Owner key",
  keyHint: "The secret OWNER_KEY that the gate was deployed with. On your own machine it is in .dev.vars.",
  signIn: "Sign in",
  signInKey: "Sign in with the owner key",
  signInWith: (issuer: string) => `Sign in with ${issuer}`,
  otherTab: "It opens in another tab. Come back to this one afterwards.",
  or: "or",
  refused: "You were not signed in",
  problems: {
    "not-a-member": "Nobody has added your e-mail address here, or your identity provider has not verified it.",
    "another-account": "Your address is bound to another account. Whoever manages the people here can re-bind it.",
    "provider-refused": "The identity provider did not sign you in.",
    "no-login": "The sign-in took too long, or was begun in another browser. Try again.",
    other: (code: string) => `The identity provider's answer cannot be used (${code}). The gate's log has it too.`,
  },
  show: "Show",
  hide: "Hide",
  wrong: "This is not the gate's owner key. Check that all of it was copied, without spaces.",
  noCookie: "The browser did not keep the session",
  noCookieDetail:
    "Sessions need https, or a name under localhost, and cookies. Open the page that way, or allow cookies for it.",
  ended: "Your session is over",
  endedDetail: "Sign in to go on. Nothing that you typed is lost.",
  abandon: "Leave instead",
};
export type Words = typeof words;
