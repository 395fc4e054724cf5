import { amount, count } from "../lib/text";
import type { Words } from "./words";

const lower = (token: string) => token.replace(/^T/, "t");
const calls = (of: number) => amount(of, "aanroep", "aanroepen");

export const words: Words = {
  title: "Gebruik",
  noDataSince: (since, why) => `Geen gegevens sinds ${since}: ${why}.`,
  noData: (why) => `Geen gegevens: ${why}.`,
  storeSilent: "de opslag van het gebruik antwoordt niet",
  incomplete: (since) => `Van vóór ${since} kunnen aanroepen ontbreken.`,

  steps: {
    title: "Stappen van deze vervanging",
    made: (incoming) => `${incoming} is gemaakt`,
    used: (incoming) => `${incoming} wordt gebruikt`,
    notUsed: (incoming) => `${incoming} wordt nog niet gebruikt`,
    quiet: (outgoing) => `${outgoing} is niet meer in gebruik`,
    notQuiet: (outgoing) => `${outgoing} is misschien nog in gebruik`,
    since: "sinds",
  },

  still: (requests, outgoing) =>
    `${calls(requests)} in het afgelopen uur ${requests === 1 ? "gebruikt" : "gebruiken"} nog ${lower(outgoing)}`,
  stillDay: (requests, outgoing) =>
    `Geen aanroep in het afgelopen uur gebruikt ${lower(outgoing)}; ${requests === 1 ? "1 deed" : `${count(requests)} deden`} dat in de afgelopen dag`,
  most: (operation) => `, de meeste ervan ${operation}`,
  from: (network) => `, vanaf ${network}`,
  unused: (outgoing) => `Geen aanroep in de afgelopen dag gebruikt ${lower(outgoing)}.`,
  lastUse: "Laatst gebruikt",
  wouldFail: (requests) =>
    requests === 0
      ? "Geen van de aanroepen van het afgelopen uur zou zijn mislukt."
      : `${calls(requests)} van het afgelopen uur ${requests === 1 ? "zou" : "zouden"} zijn mislukt.`,

  safe: {
    yes: "Het kan veilig worden beëindigd.",
    no: "Het is niet bekend of het veilig kan worden beëindigd.",
    reasons: {
      quiet: (quiet) => `Het is ${quiet} niet gebruikt, langer dan tweemaal de langste pauze tussen aanroepen.`,
      "never-used": () => "Het is ouder dan een dag, en is nooit gebruikt.",
      "too-new": () => "Het is nooit gebruikt, en is jonger dan een dag.",
      "still-used": (quiet) => `Het moet ${quiet} ongebruikt blijven, gezien hoe vaak deze integratie aanroept.`,
      "too-little-known": () => "Deze integratie riep te zelden aan om te zeggen hoe vaak ze dat doet.",
      incomplete: () => "Van de afgelopen maanden zijn misschien niet alle aanroepen vastgelegd.",
      "no-answer": () => "De opslag van het gebruik antwoordt niet.",
    },
    at: "Blijft het ongebruikt, dan is het veilig",
  },

  tokens: "Laatste gebruik van elk token",
  token: "Token",
  when: "Wanneer",
  where: "Vanaf",
  client: "Client",
  hour: "Afgelopen uur",
  day: "Afgelopen dag",
  neverUsed: "Nooit gebruikt",
  notSince: (since) => `Niet gebruikt sinds ${since}`,
  deadTokens: "Beëindigde tokens",
  range: "Periode",
  ranges: { day: "24 uur", week: "7 dagen", month: "30 dagen", quarter: "90 dagen" },
  over: "Aanroepen in de tijd",
  time: "Tijd",
  granted: "Toegestaan",
  refused: "Geweigerd",
  total: (requests) => calls(requests),
  numbers: "Hetzelfde als tabel",
  none: "Geen aanroepen in deze periode.",
  operations: "Per bewerking",
  operation: "Bewerking",
  requests: "Aanroepen",
  answers: "Antwoorden van de API",
  other: "Andere bewerkingen, samen geteld",
  unknownOperation: "Niet in het beleid",
  refusals: "Geweigerde aanroepen",
  reason: "Reden",
  allows: "Wat ze zou toestaan",

  scopes: {
    title: "Scopes die niemand gebruikte",
    text: (scopes) =>
      `Geen vastgelegde aanroep van de afgelopen 90 dagen had ${scopes === 1 ? "deze scope" : `deze ${scopes} scopes`} nodig.`,
    soFar: (scopes) => `Korter dan 90 dagen in bezit en tot nu toe niet nodig: ${scopes}.`,
    needed: (of, all) =>
      `${amount(of, "scope", "scopes")} van de ${all} ${of === 1 ? "dekt" : "dekken"} al het vastgelegde gebruik.`,
    trim: "Scopes beperken",
    keepsAll: "Elke scope was nodig voor een vastgelegde aanroep.",
    unattributed: (requests) =>
      `${calls(requests)} ${requests === 1 ? "betrof" : "betroffen"} bewerkingen die samen worden geteld; daarom telt niets als ongebruikt.`,
  },

  replay: {
    edit: (refused, of) =>
      of === 0
        ? "In 30 dagen waren er geen aanroepen die hierdoor geweigerd zouden zijn."
        : `Zou in 30 dagen ${count(refused)} van ${calls(of)} hebben geweigerd.`,
    policy: (refused, of, integrations) =>
      `Zou in 30 dagen ${count(refused)} van ${calls(of)} hebben geweigerd, van ${amount(integrations, "integratie", "integraties")}.`,
    unattributed: (requests) => `Van ${calls(requests)} is de bewerking niet bekend.`,
    some: (integrations) =>
      `Bekeken: de ${amount(integrations, "integratie die het meest verliest", "integraties die het meest verliezen")}.`,
  },

  list: {
    used: "Laatst gebruikt",
    spark: (requests) => `${calls(requests)} in 30 dagen`,
    never: "Nooit gebruikt",
    unused: (days) => `${amount(days, "dag", "dagen")} niet gebruikt`,
    idle: "Ongebruikt",
    refused: "Vandaag geweigerde aanroepen",
  },

  idle: {
    pause: (left) => `Wordt over ${left} gepauzeerd`,
    delete: (left) => `Wordt over ${left} verwijderd`,
    title: "Niemand gebruikt haar.",
    text: (since, action, when) =>
      `Er is niets gebeurd sinds ${since}. Blijft dat zo, dan wordt ze volgens de tokenregels ${when} ${action === "pause" ? "gepauzeerd" : "verwijderd"}. Elk gebruik, en elke vervanging, maakt daar een einde aan.`,
  },
};

/** What would allow requests that were refused for this reason. */
export const remedies: Record<string, string> = {
  missing_scopes: "De scopes toevoegen die de bewerking nodig heeft.",
  wrong_level: "Een integratie van het andere niveau.",
  wrong_owner: "Een aanroep voor de eigen eigenaar van de integratie.",
  missing_owner: "Een aanroep die de eigenaar noemt.",
  ambiguous_owner: "Een aanroep die de eigenaar één keer noemt.",
  owner_not_checked: "Een body van een soort die de poort kan lezen, of een instelling van het beleid.",
  unknown_operation: "Een beleid dat deze bewerking heeft.",
  method_not_allowed: "Een methode die het beleid voor dit pad heeft.",
  ambiguous_operation: "Een pad dat maar één bewerking noemt.",
  not_for_integrations: "Een beleid dat haar voor integraties openstelt.",
  dead_token: "Het huidige token van de integratie.",
  deleted_integration: "Een andere integratie: deze is verwijderd.",
  paused_integration: "De integratie hervatten.",
  expired_integration: "Een vervanging die haar een ander einde geeft.",
  ambiguous_request: "Een aanroep die maar op één manier kan worden gelezen.",
};
