import { count } from "../lib/text";
import type { Words } from "./words";

export const words: Words = {
  product: "Tidegate",
  title: (view) => `${view} · Tidegate`,
  skip: "Naar de inhoud",

  common: {
    add: "Toevoegen",
    back: "Terug",
    cancel: "Annuleren",
    close: "Sluiten",
    copy: "Kopiëren",
    copied: "Gekopieerd",
    copiedWhat: (what) => `${what} gekopieerd`,
    copyFailed: "Selecteer en kopieer het",
    loading: "Laden",
    more: (of) => `Nog ${count(of)} tonen`,
    next: "Volgende",
    nothing: "Niets gevonden.",
    optional: "optioneel",
    shown: (shown, of) => `${count(shown)} van ${count(of)} getoond`,
    tryAgain: "Opnieuw proberen",
  },

  language: { label: "Taal" },

  nav: {
    label: "Weergaven",
    integrations: "Integraties",
    why: "Waarom?",
    policy: "Beleid",
    subAccounts: "Subaccounts",
    team: "Team",
    tokenRules: "Tokenregels",
    webhooks: "Webhooks",
    activity: "Activiteit",
    signOut: "Uitloggen",
  },

  find: {
    title: "Zoeken",
    open: "Zoeken (druk op /)",
    hint: "Namen, id's, scopes, paden, mensen",
    failed: "Het zoeken kan niet worden geladen. Herlaad de pagina.",
    found: "Gevonden",
    view: "Weergave",
    integration: "Integratie",
    subAccount: "Subaccount",
    scope: "Scope",
    operation: "Bewerking",
    person: "Persoon",
  },

  first: {
    title: "Eerste stappen",
    done: (of, all) => `${count(of)} van ${count(all)} klaar`,
    ticked: "(klaar)",
    hide: "Deze lijst verbergen",
    policy: "Publiceer een beleid: welke bewerkingen er zijn, en welke scopes ze vragen",
    agency: "Stel de id van het bureau in",
    subAccount: "Voeg het eerste subaccount toe",
    integration: "Maak de eerste integratie",
    request: "Stuur een eerste aanroep met haar token",
  },

  notAllowed: {
    title: "Dit mag je niet zien",
    detail: (who) => `Het is voor ${who}. Vraag een eigenaar om toegang.`,
    ofAccount: "Vraag het aan wie je toegang gaf.",
    who: {
      people: "eigenaars en controleurs",
      keys: "eigenaars",
      labs: "eigenaars",
      policy: "eigenaars, bureaubeheerders, ontwikkelaars en controleurs",
      subAccounts: "mensen van het bureau",
      tokenRules: "eigenaars",
      integrations: "mensen die private integraties beheren of zien",
      activity: "mensen die gebeurtenissen mogen zien",
      webhooks: "mensen die webhooks beheren",
      manage: "mensen die private integraties beheren",
    },
  },

  problem: {
    unknown: (status) => `De poort antwoordde met ${status}`,
    unreachable: "De poort antwoordde niet",
    unreachableDetail: "Controleer je verbinding en probeer het opnieuw. Niets van wat je hebt getypt, is verloren.",
    unexpected: "Er ging iets mis op deze pagina",
    notFound: "Hier is niets",
    notFoundDetail: "Het adres kan oud zijn, of verkeerd getypt.",
    stale: "Wat getoond wordt, is weer actueel. Bekijk het, en probeer het nog eens.",
    broken: "Deze weergave is mislukt",
    brokenDetail: "Herlaad de pagina. Gebeurt het weer, meld het dan aan wie de poort beheert.",
    reload: "Herladen",
    gone: {
      title: "Deze integratie is er niet meer",
      detail: "Iemand kan ze hebben verwijderd. De tokens werken niet meer.",
    },
    hidden: {
      title: "Je kunt zo'n integratie niet zien",
      detail: "Iemand kan ze hebben verwijderd, of je mag ze niet zien; dan kunnen de tokens nog werken.",
    },
  },

  conflict: {
    title: "Iemand anders heeft het intussen gewijzigd",
    hint: "Je wijzigingen zijn nog niet opgeslagen. Kies waarmee je verdergaat.",
    field: "Veld",
    theirs: "Door hen opgeslagen",
    yours: "Met die van jou",
    keepYours: "Die van mij houden",
    keepYoursHint: "Slaat jouw wijzigingen boven op die van hen op, zoals onder “Met die van jou”.",
    takeTheirs: "Die van hen nemen",
    takeTheirsHint: "Laat jouw wijzigingen vallen, en toont die van hen.",
  },

  steps: {
    label: "Stappen",
    at: (at, of, name) => `Stap ${at} van ${of}: ${name}`,
  },
};
