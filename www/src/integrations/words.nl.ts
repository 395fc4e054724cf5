import { amount, count, list } from "../lib/text";
import type { Words } from "./words";

const of_ = (of: number) => amount(of, "integratie", "integraties");
const days_ = (days: number) => amount(days, "dag", "dagen");

export const words: Words = {
  state: {
    all: "Elke status",
    steady: "Eén token",
    rotating: (left) => `Twee tokens, nog ${left}`,
    rotatingFilter: "Twee tokens",
    unpublished: "Nog niet overal",
    unpublishedHint:
      "De laatste wijziging is opgeslagen. Sommige locaties gebruiken nog enkele seconden de vorige toestand.",
    unpublishedFilter: "Nog niet overal",
    oldFilter: (days) => `Token ${days_(days)} of ouder`,
    rotationEndsFilter: "Vervanging eindigt deze week",
    endsFilter: "Eindigt binnen 30 dagen",
    paused: "Gepauzeerd",
    pausedHint: "De tokens worden geweigerd tot iemand de integratie hervat.",
    ended: "Beëindigd",
    endedHint: "Het einde is voorbij. De tokens werken niet meer.",
    ends: (left) => `Eindigt over ${left}`,
    oldHint: "Overweeg het te vervangen.",
    age: (days) => (days === 0 ? "Vandaag" : days_(days)),
  },

  integrations: {
    title: "Integraties",
    create: "Nieuwe integratie maken",
    search: "Zoek op naam, beschrijving, id, eigenaar",
    filterOwner: "Eigenaar",
    filterScope: "Scope",
    filterState: "Status",
    sort: "Sorteren op",
    sorts: {
      name: "Naam",
      "-created": "Nieuwste eerst",
      "-updated": "Laatst gewijzigd",
      token: "Oudste token eerst",
      "-token": "Nieuwste token eerst",
      used: "Langst ongebruikt eerst",
      "-used": "Laatst gebruikt eerst",
    },
    name: "Naam",
    owner: "Eigenaar",
    scopes: "Scopes",
    state: "Status",
    age: "Leeftijd van token",
    actions: "Acties",
    created: (by) => `Gemaakt ${by}`,
    total: (of, filtered) => `${of_(of)}${filtered ? " gevonden" : ""}`,
    clear: "Filters wissen",
    noMatch: "Geen integratie voldoet",
    noMatchHint: "Probeer minder woorden, of wis de filters.",
    empty: "Nog geen integraties",
    emptyHint:
      "Een private integratie is een naam, de scopes die ze nodig heeft, en één token dat een script, een automatisering of een partner bij elke aanroep meestuurt.",
    emptySteps: [
      "Kies wiens gegevens ze mag zien: die van het bureau of van één subaccount.",
      "Kies de scopes die ze nodig heeft, en zie wat die openen.",
      "Kopieer het token. Het wordt één keer getoond.",
    ],
    emptyPolicy: "Publiceer eerst een beleid: dat zegt welke bewerkingen er zijn en welke scopes die vragen.",
    toPolicy: "Naar het beleid",
    noPolicy: "Er is nog geen beleid gepubliceerd. Wie de poort beheert, doet dat eerst.",
    menu: (name) => `Acties voor ${name}`,
    open: "Openen",
    edit: "Bewerken",
    why: "Waarom wordt het geweigerd?",
    duplicate: "Dupliceren",
    remove: "Verwijderen",
    removed: (name) => `${name} is verwijderd; de tokens werken niet meer.`,
  },

  off: {
    agency: "De private integraties van het bureau zijn uitgezet onder Labs. Je kunt ze bekijken en intrekken.",
    sub_account: "Private integraties van subaccounts zijn uitgezet onder Labs. Je kunt ze bekijken en intrekken.",
  },

  bulk: {
    title: "Meerdere integraties",
    all: "Kies alle getoonde",
    choose: (name) => `Kies ${name}`,
    chosen: (of) => `${count(of)} gekozen`,
    clear: "Keuze wissen",
    rotate: "Vervangen…",
    export: "CSV exporteren",
    exportAll: (of) => `${count(of)} als CSV exporteren`,
    file: "integraties.csv",
    pauseTitle: (of) => `${of_(of)} pauzeren?`,
    pauseHint:
      "Elke aanroep met hun tokens krijgt 401 tot iemand ze hervat. Termijnen en hun einde lopen ondertussen door.",
    pauseAct: (of) => `${of_(of)} pauzeren`,
    paused: (of) => `${of_(of)} gepauzeerd.`,
    deleteTitle: (of) => `${of_(of)} verwijderen?`,
    deleteWarning: "Al hun tokens stoppen meteen: elke aanroep ermee krijgt 401.",
    deleted: (of) => `${of_(of)} verwijderd.`,
    andMore: (of) => `En nog ${count(of)}.`,
    type: (of) => `Typ ter bevestiging hoeveel: ${of}`,
    refused: (of) => `Geweigerd voor ${of_(of)}:`,
    unknown: (of) => `Het is niet bekend of het is gebeurd voor ${of_(of)}:`,
    rotateTitle: (of) => `De tokens van ${of_(of)} vervangen?`,
    laterHint:
      "Van elk werken beide tokens 7 dagen, of tot haar einde als dat eerder komt; van een gepauzeerde werkt er geen.",
    leftOut: (of) =>
      `${of_(of)} ${of === 1 ? "kan" : "kunnen"} nu niet op deze manier worden vervangen. Daar verandert niets.`,
    tokens: "De nieuwe tokens",
    lost: {
      later: "Werken er nu twee tokens, dan heeft niemand het nieuwe: annuleer die vervanging, en vervang dan opnieuw.",
      now: "Is het token nu een ander, dan heeft niemand het: vervang opnieuw.",
    },
    copyAll: "Alles kopiëren",
  },

  strip: {
    title: "Wat aandacht vraagt",
    old: (days) => `Tokens ouder dan ${days_(days)}`,
    rotations: "Vervangingen die deze week eindigen",
    ending: "Eindigt binnen 30 dagen",
    deleted: (name) => `${name} is verwijderd`,
  },

  life: {
    pause: "Pauzeren…",
    pauseTitle: (name) => `${name} pauzeren?`,
    pauseHint:
      "Elke aanroep met de tokens krijgt 401 tot iemand de integratie hervat. Termijnen en het einde lopen ondertussen door.",
    pauseAct: "Integratie pauzeren",
    paused: (name) => `${name} is gepauzeerd; de tokens worden geweigerd.`,
    pausedTitle: "Gepauzeerd",
    pausedText: "De tokens worden geweigerd tot iemand hervat. Wat intussen eindigt, blijft beëindigd.",
    resume: "Hervatten",
    resumed: (name) => `${name} is hervat.`,
    endedTitle: "Beëindigd",
    endedText: (when) =>
      `Geëindigd op ${when}; de tokens werken niet meer. Een vervanging geeft een nieuw token en een ander einde.`,
    undo: (left) => `Ongedaan maken, nog ${left}`,
    undoFinish: "De vervanging is vroeg afgerond. Tot de termijn van het oude token kan het weer werken.",
    undoScopes: "Er zijn scopes verwijderd. Ze kunnen worden teruggezet.",
    undone: {
      finish: (isActive) =>
        isActive ? "Ongedaan gemaakt. Beide tokens werken weer." : "Ongedaan gemaakt. Beide tokens zijn terug.",
      scopes: "Ongedaan gemaakt. De scopes zijn terug.",
      delete: (name) => `${name} is terug.`,
    },
  },

  integration: {
    id: "Id",
    webhooks: "Haar webhooks",
    description: "Beschrijving",
    created: "Aangemaakt",
    changed: "Laatste wijziging",
    facts: "Gegevens",
    tokens: "Tokens",
    can: "Wat ze kan",
    history: "Geschiedenis",
    edit: "Bewerken",
    menu: "Meer acties",
    none: "Geen",
  },

  edit: {
    title: (name) => `${name} bewerken`,
    sameToken: "Het token blijft hetzelfde.",
    sameTokenHint: (tokens) =>
      tokens > 1 ? "Beide tokens blijven, met de nieuwe scopes." : "Wie het gebruikt, hoeft niets te doen.",
    update: "Bijwerken",
    nothing: "Er is nog niets gewijzigd.",
    scopes: (added, removed) =>
      [
        added > 0 ? `${amount(added, "scope", "scopes")} toegevoegd` : "",
        removed > 0 ? `${amount(removed, "scope", "scopes")} verwijderd` : "",
      ]
        .filter(Boolean)
        .join(", "),
    updated: "Bijgewerkt. Het token is nog hetzelfde.",
    unsaved: "Weggaan zonder op te slaan?",
    unsavedHint: "Je wijzigingen gaan verloren.",
    leave: "Weggaan",
    stay: "Blijven",
  },

  create: {
    copyOf: (name) => `${name} (kopie)`,
    unknownScopes: (scopes) => `De link noemt ${list(scopes)}, wat het beleid hier niet biedt. Dat is weggelaten.`,
    title: "Nieuwe integratie maken",
    steps: ["Naam", "Scopes", "Controle", "Token"],
    whose: "Wiens gegevens mag ze zien?",
    agencyHint: "Het token spreekt voor het bureau. Aanroepen die een ander bureau noemen, worden geweigerd.",
    subAccountHint: "Het token spreekt voor één subaccount. Aanroepen die een ander noemen, worden geweigerd.",
    chooseSubAccount: "Kies een subaccount",
    noSubAccounts: "Er zijn nog geen subaccounts.",
    addSubAccount: "Voeg er een toe",
    noAgency: "De id van het bureau in je API is nog niet ingesteld.",
    setAgency: "Stel die in onder Subaccounts",
    name: "Naam",
    nameHint: "Waaraan je collega's haar herkennen, zoals “Zapier-sync”. Tot 100 tekens.",
    description: "Beschrijving",
    descriptionHint: "Wat haar gebruikt, en wie er meer van weet. Tot 1.000 tekens.",
    needName: "Geef een naam.",
    needOwner: "Kies een eigenaar.",
    noScopes: "Ze heeft geen scopes: ze kan alleen bewerkingen aanroepen die er geen vragen.",
    required: "Kies alleen de scopes die nodig zijn. Later kun je er meer toevoegen zonder het token te wijzigen.",
    for: "Voor",
    act: "Maken en het token tonen",
    done: "Klaar, toon de integratie",
    created: (name) => `${name} is gemaakt`,
    alreadyDone: "Ze was al gemaakt",
    alreadyDoneHint:
      "Het eerste antwoord is onderweg verloren gegaan, en het token daarin kan niet opnieuw worden getoond. Open de integratie en vervang het token.",
    openIt: "Open de integratie",
  },

  remove: {
    title: (name) => `${name} verwijderen?`,
    warning: (tokens) =>
      `${tokens > 1 ? "Beide tokens stoppen" : "Het token stopt"} meteen: elke aanroep ermee krijgt 401.`,
    undo: "Het kan 30 minuten lang ongedaan worden gemaakt.",
    noUndo: "De tokenregels staan niet toe dit ongedaan te maken.",
    noUndoOff: "Dit kan niet ongedaan worden gemaakt zolang ze onder Labs zijn uitgezet.",
    type: "Typ ter bevestiging de naam:",
    act: "Verwijderen",
  },
};
