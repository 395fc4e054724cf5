export const words = {
  title: "Sign in",
  intro: "Manage the private integrations of this API.",
  key: "Owner key",
  keyHint: "The secret OWNER_KEY that the gate was deployed with. On your own machine it is in .dev.vars.",
  signIn: "Sign in",
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
