import { amount } from "../lib/text";

export const words = {
  owner: {
    agency: "Agency",
    all: "All owners",
    subAccounts: "Sub-accounts",
    one: "Sub-account",
    named: (name: string, id: string) => `${name} (${id})`,
  },

  agency: {
    title: "The agency",
    intro: "The top-level organisation of your API, above all sub-accounts. Its integrations carry its id.",
    id: "Id",
    idHint: "As your API has it: letters, digits and . _ ~ - : @, up to 64.",
    idFixed: (of: number) =>
      `${amount(of, "integration")} ${of === 1 ? "carries" : "carry"} this id. It can be changed when there ${of === 1 ? "is none" : "are none"}.`,
    name: "Name",
    none: "Its id is not set yet, so the agency can have no integrations.",
    change: "Change",
    changeTitle: "Change the agency",
    setTitle: "Set the agency's id",
    save: "Save",
    saved: "The agency is saved.",
  },

  subAccounts: {
    title: "Sub-accounts",
    intro:
      "The tenants of your API. Each can have integrations of its own; their calls are refused where they name another one.",
    id: "Id",
    integrations: (of: number) => amount(of, "integration"),
    idHint: "As your API has it: letters, digits and . _ ~ - : @, up to 64. It cannot be changed later.",
    name: "Name",
    nameHint: "What you call it. It can be changed at any time.",
    add: "Add sub-account",
    added: (name: string) => `${name} is added.`,
    rename: "Rename",
    renameOf: (name: string) => `Rename ${name}`,
    renameTitle: (name: string) => `Rename ${name}`,
    renamed: (name: string) => `Now called ${name}.`,
    empty: "No sub-accounts yet",
    emptyHint: "Add one to give it integrations of its own.",
    search: "Search name or id",
    noMatch: "No sub-account matches.",
    exists: "There is a sub-account with this id already.",
  },
};
export type Words = typeof words;
