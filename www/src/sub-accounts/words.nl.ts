import { amount } from "../lib/text";
import type { Words } from "./words";

export const words: Words = {
  owner: {
    agency: "Bureau",
    all: "Alle eigenaars",
    subAccounts: "Subaccounts",
    one: "Subaccount",
    named: (name, id) => `${name} (${id})`,
  },

  agency: {
    title: "Het bureau",
    intro: "De organisatie bovenaan in je API, boven alle subaccounts. Haar integraties dragen haar id.",
    id: "Id",
    idHint: "Zoals je API die heeft: letters, cijfers en . _ ~ - : @, tot 64.",
    idFixed: (of) =>
      `${amount(of, "integratie draagt", "integraties dragen")} deze id. Die kan worden gewijzigd als er geen meer is.`,
    name: "Naam",
    none: "De id is nog niet ingesteld; daarom kan het bureau geen integraties hebben.",
    change: "Wijzigen",
    changeTitle: "Het bureau wijzigen",
    setTitle: "De id van het bureau instellen",
    save: "Opslaan",
    saved: "Het bureau is opgeslagen.",
  },

  subAccounts: {
    title: "Subaccounts",
    intro:
      "De klanten van je API. Elk kan eigen integraties hebben; hun aanroepen worden geweigerd waar ze een ander noemen.",
    id: "Id",
    integrations: (of) => amount(of, "integratie", "integraties"),
    idHint: "Zoals je API die heeft: letters, cijfers en . _ ~ - : @, tot 64. Die kan later niet worden gewijzigd.",
    name: "Naam",
    nameHint: "Hoe je het noemt. Dat kan altijd worden gewijzigd.",
    add: "Subaccount toevoegen",
    added: (name) => `${name} is toegevoegd.`,
    rename: "Hernoemen",
    renameOf: (name) => `${name} hernoemen`,
    renameTitle: (name) => `${name} hernoemen`,
    renamed: (name) => `Heet nu ${name}.`,
    empty: "Nog geen subaccounts",
    emptyHint: "Voeg er een toe om het eigen integraties te geven.",
    search: "Zoek op naam of id",
    noMatch: "Geen subaccount voldoet.",
    exists: "Er is al een subaccount met deze id.",
  },
};
