import type { roleHints as RoleHints, verbGroups as VerbGroups, verbs as Verbs, Words } from "./words";

export const roleHints: typeof RoleHints = {
  owner: "Mag alles, overal.",
  agency_admin:
    "Beheert private integraties en webhooks, van het bureau en van zijn subaccounts. Ziet het gebruik ervan, het beleid en de auditgeschiedenis.",
  developer:
    "Publiceert het beleid, dat elke bewerking kan openen: dat komt neer op toegang tot alle gegevens. Ziet integraties en het gebruik ervan.",
  auditor: "Ziet integraties en het gebruik ervan, het beleid, mensen en de auditgeschiedenis, en wijzigt niets.",
  account_admin: "Beheert private integraties en webhooks van de subaccounts die je kiest, en ziet het gebruik ervan.",
  account_viewer: "Ziet private integraties van de subaccounts die je kiest.",
};

export const verbs: typeof Verbs = {
  "integrations.view": "Integraties zien",
  "integrations.manage": "Integraties beheren",
  "usage.view": "Zien hoe integraties worden gebruikt",
  "policy.view": "Het beleid zien",
  "policy.publish": "Het beleid publiceren",
  "webhooks.manage": "Webhooks beheren",
  "events.publish": "Gebeurtenissen van de API publiceren",
  "people.view": "Mensen zien",
  "people.manage": "Mensen beheren",
  "keys.manage": "Automatiseringssleutels beheren",
  "audit.view": "De auditgeschiedenis zien",
  "settings.manage": "Instellingen wijzigen",
};

export const verbGroups: typeof VerbGroups = {
  integrations: "Integraties",
  policy: "Beleid",
  webhooks: "Webhooks en gebeurtenissen",
  team: "Mensen en sleutels",
  gate: "De poort",
};

export const words: Words = {
  tabs: { label: "Team", people: "Mensen", keys: "Automatiseringssleutels", sessions: "Sessies", labs: "Labs" },

  people: {
    title: "Mensen",
    intro: "Wie mag inloggen, en wat ze mogen. Een wijziging geldt vanaf hun volgende aanroep.",
    add: "Iemand toevoegen",
    addAction: "Toevoegen",
    added: (email) => `${email} is toegevoegd, en kan inloggen als de poort een identiteitsprovider heeft.`,
    search: "Zoek op naam of e-mailadres",
    none: "Er is nog niemand toegevoegd. Wie de eigenaarssleutel heeft, kan daarmee inloggen.",
    noMatch: "Niemand voldoet.",
    total: (of) => `${of} ${of === 1 ? "persoon" : "mensen"}`,
    email: "E-mailadres",
    emailHint: "Zoals de identiteitsprovider het heeft. De eerste keer inloggen bindt de persoon aan het account daar.",
    name: "Naam",
    role: "Rol",
    accounts: "Subaccounts",
    change: "Wijzigen",
    changeOf: (email) => `${email} wijzigen`,
    save: "Opslaan",
    saved: (email) => `${email} is opgeslagen.`,
    remove: "Verwijderen",
    removeOf: (email) => `${email} verwijderen?`,
    removeHint: "Hun sessies eindigen meteen. Wat ze hebben gemaakt, blijft.",
    removed: (email) => `${email} is verwijderd.`,
    rebind: "Opnieuw binden",
    rebindOf: (email) => `${email} opnieuw binden?`,
    rebindHint:
      "Hun sessies eindigen. Het account van de identiteitsprovider dat hierna met dit adres inlogt, is van hen.",
    rebound: (email) => `${email} kan opnieuw worden gebonden.`,
    never: "Nooit ingelogd",
    last: "Laatst ingelogd",
    self: "Jij",
    switches: "Private integraties",
    ofAgency: "Sta de bureaubeheerder toe de private integraties van het bureau te zien en te beheren",
    ofSubAccounts: "Sta de bureaubeheerder toe de private integraties van de subaccounts te zien en te beheren",
    ofUser: "Private integraties: ingeschakeld voor de gebruiker",
  },

  keys: {
    title: "Automatiseringssleutels",
    intro:
      "Voor CI en Terraform: sleutels van de beheer-API, met eigen rechten en een einde. Elk wordt één keer getoond.",
    create: "Sleutel maken",
    none: "Nog geen automatiseringssleutel.",
    name: "Naam",
    place: "Waar",
    agency: "Het bureau",
    subAccounts: "Alle subaccounts",
    may: "Wat hij daar mag",
    mayNothing: "Er is niets wat je op al deze plaatsen mag. Maak voor elke een sleutel.",
    end: "Eindigt op",
    endsAt: (moment) => `Hij werkt tot ${moment}.`,
    endHint: "Ten hoogste 366 dagen vanaf nu.",
    ends: "Eindigt",
    used: "Laatst gebruikt",
    unused: "Nooit gebruikt",
    once: "Dit is de enige keer dat de sleutel wordt getoond.",
    onceMore: "Zet hem waar je taak hem leest: de variabele TIDEGATE_KEY, of een bestand voor --key-file.",
    label: "De sleutel",
    copy: "Sleutel kopiëren",
    uncopied: {
      title: "Weggaan zonder de sleutel?",
      hint: "Hij is niet gekopieerd, en kan niet opnieuw worden getoond. Je zou hem moeten vervangen om een andere te krijgen.",
    },
    done: "Klaar",
    rotate: "Vervangen",
    rotateOf: (name) => `${name} vervangen?`,
    rotateHint: (until) => `De nieuwe tekst wordt één keer getoond. De huidige werkt tot ${until}.`,
    cancel: {
      act: "Vervanging annuleren",
      title: (name) => `De vervanging van ${name} annuleren?`,
      hint: "Taken die de nieuwe tekst gebruiken, worden meteen geweigerd. De oude tekst blijft.",
      done: (name) => `Geannuleerd. De oude tekst van ${name} blijft; de nieuwe werkt niet meer.`,
    },
    finish: {
      act: "Nu laten verlopen",
      title: (name) => `De oude tekst van ${name} nu laten verlopen?`,
      hint: "Taken die de oude tekst gebruiken, worden meteen geweigerd. Ga na dat ze allemaal de nieuwe gebruiken.",
      done: (name) => `Afgerond. De oude tekst van ${name} werkt niet meer.`,
    },
    remove: "Verwijderen",
    removeOf: (name) => `${name} verwijderen?`,
    removeHint: "Taken die hem gebruiken, worden meteen geweigerd.",
    removed: (name) => `${name} is verwijderd.`,
    rotating: "Twee teksten werken",
    expired: "Beëindigd",
  },

  grantable: {
    label: "Scopes die kunnen worden toegevoegd",
    hint: "Een per regel; contacts.* staat voor alle scopes die met contacts. beginnen. Is het leeg, dan kan elke scope worden toegevoegd. Een scope verwijderen kan altijd.",
    bounded: (entries) => `kan ${entries} toevoegen`,
  },

  sessions: {
    title: "Sessies",
    intro: "Waar mensen zijn ingelogd. Een sessie duurt 12 uur, en kan op elk moment worden beëindigd.",
    ownerKey: "Met de eigenaarssleutel",
    current: "Deze",
    since: "Sinds",
    until: "tot",
    end: "Beëindigen",
    endOf: (who) => `De sessie van ${who} beëindigen`,
    ended: "De sessie is voorbij.",
  },

  labs: {
    title: "Labs",
    intro:
      "Functies die kunnen worden uitgezet. Wat bestaat, blijft werken: tokens blijven leven, en intrekken kan altijd.",
    privateIntegrations: "Private integraties",
    agency: "Voor het bureau",
    subAccounts: "Voor subaccounts",
    saved: "Opgeslagen.",
  },
};
