import { words as denials } from "../denials/words.nl";
import { amount, list } from "../lib/text";
import type { Words } from "./words";

export const words: Words = {
  title: "Waarom?",
  intro:
    "Plak een aanroep, en zie wat de poort beslist en waarom. Het wordt in je browser uitgewerkt, met de code van de poort zelf; niets ervan wordt verstuurd.",
  call: "Een methode en een pad, of een curl-opdracht",
  callHint: "Een token erin wordt nergens heen gestuurd: alleen de id wordt gelezen, om de integratie te vinden.",
  example: "GET /contacts/?locationId=…",
  as: "Gevraagd door",
  asIntegration: "Een integratie",
  asScopes: "Scopes naar keuze",
  asNobody: "Niemand (geen token)",
  find: "Zoek een integratie op naam of id",
  found: "Integratie",
  choose: "Kies een integratie",
  none: "Geen integratie voldoet.",
  owner: "Eigenaar",
  ask: "Uitleggen",
  change: "Wijzigen",
  passed: "geslaagd",
  failed: "mislukt",
  empty: "Het oordeel verschijnt hier, met elke stap die ertoe leidt.",
  inAddress:
    "Het adres zelf bevat een token of een sleutel. De poort leest daar geen, en adressen belanden in logs: stuur het in een header. Het is hier weggehaald.",
  unreadable: "Dit is geen methode met een pad en geen curl-opdracht. Probeer “GET /contacts/”.",
  tokenOf: (name, live) =>
    `Het token in de opdracht is gemaakt voor ${name}, en het oordeel is dat van het huidige token. Of dit token zelf nog werkt, wordt hier niet beoordeeld: ${live.length > 1 ? "tokens" : "token"} ${list(live.map(String))} ervan ${live.length > 1 ? "werken" : "werkt"}. GET /_tidegate/whoami ermee zegt het.`,
  tokenUnknown:
    "Je kunt geen integratie zien met de id die het token in de opdracht draagt. Is ze verwijderd, dan is het antwoord 401.",
  tokenForms: {
    mistyped: "Het token in de opdracht is verkeerd getypt: de controlesom klopt niet. De poort antwoordt 401.",
    truncated: "Het token in de opdracht is niet volledig. De poort antwoordt 401.",
    other: "De sleutel in de opdracht is geen token van deze poort. De poort antwoordt 401.",
  },
  allowed: "Toegestaan",
  allowedHint: "De poort stuurt deze aanroep door.",
  denied: "Geweigerd",
  code: (code) => (code === "allowed" ? words.allowed : denials[code]),
  steps: { request: "Aanroep", token: "Token", operation: "Bewerking", access: "Toegang" },
  needs: (scopes, name, held) =>
    `Vraagt ${list(scopes)}. ${name} heeft ${held === 0 ? "geen scopes" : `${amount(held, "scope", "scopes")}, niet ${scopes.length === 1 ? "deze" : "deze erbij"}`}.`,
  addIt: () => "Voeg toe",
  anotherOwner: (other, id, own, ownId) =>
    `${id} is de id van ${other}, en deze integratie is van ${own}. Stuur in plaats daarvan ${ownId}, of gebruik een integratie van ${other}.`,
  unknownOwner: (own, ownId) =>
    `De id erin is van niemand hier, en deze integratie is van ${own}. Stuur in plaats daarvan ${ownId}.`,
  assumed:
    "Headers en bodies horen niet bij de vraag. Hoort de id van de eigenaar daarin, dan wordt de id van de integratie zelf aangenomen.",
  noPolicy: "Er is nog geen beleid gepubliceerd: de poort beantwoordt elke aanroep met 503.",
};
