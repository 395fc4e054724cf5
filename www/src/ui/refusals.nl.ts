import type { Refusal } from "./refusals";

const UNCHANGED = "Er is niets veranderd.";

/** By the types that docs/errors.md lists for the admin API. Without a detail, the gate's own sentence says which field, or how much. */
export const refusals: Record<string, Refusal> = {
  "malformed-json": { title: "Wat is verstuurd, kan niet worden gelezen" },
  "not-signed-in": { title: "Meld je aan", detail: "Je sessie is voorbij, of er is er geen." },
  "wrong-key": { title: "Verkeerde sleutel", detail: "Dit is niet de eigenaarssleutel van deze gate." },
  "cross-origin": {
    title: "Verzoek van een andere pagina",
    detail: "Wijzigingen worden alleen aangenomen van de pagina's van deze gate zelf.",
  },
  forbidden: { title: "Dit mag je niet" },
  "beyond-own": { title: "Je kunt niet geven wat je zelf mist" },
  "own-permissions": {
    title: "Dit ben je zelf",
    detail: "Niemand wijzigt, verwijdert of koppelt zichzelf opnieuw. Vraag het iemand anders die de mensen beheert.",
  },
  "feature-off": { title: "De functie staat uit" },
  "not-a-member": {
    title: "Je hebt geen toegang",
    detail: "Niemand heeft je e-mailadres hier toegevoegd. Vraag het wie de mensen beheert.",
  },
  "another-account": {
    title: "Dit adres is aan een ander account gekoppeld",
    detail: "Wie de mensen beheert, kan het adres opnieuw aan je account koppelen.",
  },
  "no-admin-host": { title: "Hier is geen beheerpagina" },
  "not-found": { title: "Niet gevonden", detail: "Het bestaat niet of niet meer, of je mag het niet zien." },
  "method-not-allowed": { title: "Dat kan hier niet" },
  "too-slow": { title: "Het verzoek kwam niet op tijd aan", detail: `${UNCHANGED} Probeer het nog eens.` },
  "last-owner": {
    title: "Dit is de laatste eigenaar",
    detail:
      "Er is geen eigenaarssleutel ingesteld, dus één mens moet eigenaar blijven. Maak eerst iemand anders eigenaar.",
  },
  conflict: { title: "De toestand van de integratie laat dit niet toe" },
  "undo-over": {
    title: "Te laat om het ongedaan te maken",
    detail: "Sinds de wijziging zijn meer dan 30 minuten voorbij.",
  },
  exists: { title: "Het bestaat al", detail: "Er is er al een met deze waarde." },
  "agency-in-use": {
    title: "Er horen integraties bij het bureau",
    detail: "Het id kan pas veranderen als die verwijderd zijn.",
  },
  "documents-not-kept": {
    title: "De documenten van het geldende beleid zijn niet bewaard",
    detail: "Publiceer ze eenmaal allemaal; daarna kan elk document apart worden gewijzigd.",
  },
  "too-many-endpoints": { title: "Er zijn te veel eindpunten" },
  "secret-rotates": {
    title: "Het oude geheim tekent nog",
    detail: "Wacht tot het voorbij is, of beëindig beide geheimen nu.",
  },
  "published-otherwise": {
    title: "Dit id is met andere inhoud gepubliceerd",
    detail: "Er is niets verstuurd.",
  },
  "already-done": {
    title: "Dit is al gedaan",
    detail: "Het token stond in het eerste antwoord, en is nergens bewaard. Is het zoek, vervang het dan.",
  },
  stale: { title: "Iemand anders heeft het intussen gewijzigd", detail: UNCHANGED },
  "too-large": { title: "Het is te veel in één keer" },
  "not-json": { title: "Wat is verstuurd, is geen JSON" },
  "invalid-field": { title: "Een veld kan niet worden aangenomen" },
  "policy-errors": {
    title: "Het beleid heeft fouten",
    detail: "Er is niets gepubliceerd. Het verslag noemt van elke fout document, pad en methode.",
  },
  "needs-if-match": { title: "Zeg welke revisie je wijzigt" },
  "too-busy": { title: "De gate heeft te veel te doen", detail: `${UNCHANGED} Probeer het later nog eens.` },
  misconfigured: { title: "De gate is verkeerd ingesteld" },
  "page-unavailable": {
    title: "De beheerpagina kan niet worden getoond",
    detail: "Het logboek van de gate zegt waarom, en wat te doen is.",
  },
  "usage-unavailable": {
    title: "Het gebruik kan nu niet worden getoond",
    detail: "Wat het telt, antwoordt niet. Verzoeken worden beoordeeld zoals altijd.",
  },
  "registry-unavailable": {
    title: "Het register heeft het niet uitgevoerd",
    detail: "Voor zover bekend is er niets veranderd. Kijk eerst, voor je het nog eens probeert.",
  },
};
