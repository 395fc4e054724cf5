import type { Words } from "./words";

export const words: Words = {
  title: "Inloggen",
  intro: "Beheer de private integraties van deze API.",
  key: "Eigenaarssleutel",
  keyHint: "Het geheim OWNER_KEY waarmee de poort is ingericht. Op je eigen machine staat het in .dev.vars.",
  signIn: "Inloggen",
  signInKey: "Inloggen met de eigenaarssleutel",
  signInWith: (issuer) => `Inloggen met ${issuer}`,
  otherTab: "Dit opent een ander tabblad. Kom daarna terug naar dit.",
  or: "of",
  refused: "Je bent niet ingelogd",
  problems: {
    "not-a-member": "Niemand heeft je e-mailadres hier toegevoegd, of je identiteitsprovider heeft het niet bevestigd.",
    "another-account":
      "Je adres is aan een ander account gebonden. Wie de mensen hier beheert, kan het opnieuw binden.",
    "provider-refused": "De identiteitsprovider heeft je niet ingelogd.",
    "no-login": "Het inloggen duurde te lang, of is in een andere browser begonnen. Probeer het opnieuw.",
    other: (code) =>
      `Het antwoord van de identiteitsprovider is niet bruikbaar (${code}). Het staat ook in het log van de poort.`,
  },
  show: "Tonen",
  hide: "Verbergen",
  wrong: "Dit is niet de eigenaarssleutel van de poort. Controleer of hij helemaal is gekopieerd, zonder spaties.",
  noCookie: "De browser heeft de sessie niet bewaard",
  noCookieDetail:
    "Sessies vragen https, of een naam onder localhost, en cookies. Open de pagina zo, of sta cookies ervoor toe.",
  ended: "Je sessie is voorbij",
  endedDetail: "Log in om verder te gaan. Niets van wat je hebt getypt, is verloren.",
  abandon: "Liever weggaan",
};
