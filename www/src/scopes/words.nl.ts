import { firstOf, operations, operationsBy } from "../lib/operations";
import { amount, count, list } from "../lib/text";
import type { Words } from "./words";

const scopes_ = (of: number) => amount(of, "scope", "scopes");

export const words: Words = {
  scopes: {
    title: "Scopes",
    any: "Elke scope",
    read: "lezen",
    write: "schrijven",
    none: "Geen scopes",
    more: (of) => `+${count(of)}`,
    search: "Zoek scopes, bewerkingen, paden",
    onlySelected: "Alleen gekozen",
    allRead: "Kies alle leesrechten",
    clear: "Wissen",
    chosen: (of, all, writes) =>
      `${count(of)} van ${count(all)} gekozen${of > 0 ? `, waarvan ${count(writes)} om te schrijven` : ""}`,
    table: "Scopes naar onderwerp",
    readOnly: "Lezen",
    all: "Lezen en schrijven",
    nothing: "Geen",
    held: (of, all) => (of === 0 ? scopes_(all) : `${count(of)} van ${scopes_(all)}`),
    operationsOf: (scope, of) => `${operations(of)} van ${scope}`,
    title_of: (access, area, part) => `${access === "read" ? "Lees" : "Wijzig"} ${area}${part ? `: ${part}` : ""}`,
    readBy: (method) => `(met ${method})`,
    opensNothing: (level) => (level === "agency" ? "Opent niets voor het bureau" : "Opent niets voor een subaccount"),
    unknown: "Niet meer in het beleid",
    unknownHint:
      "Deze openen niets. Ze verdwijnen als je ze uitvinkt en opslaat; zolang ze aangevinkt zijn, wordt bijwerken geweigerd.",
    emptyCatalogue: "Het geldende beleid vraagt geen scopes.",
    noMatch: (search) => `Geen scope voldoet aan “${search}”.`,
  },

  summary: {
    all: (scopes, of, changes, deletes) =>
      [
        scopes_(scopes),
        operations(of),
        ...(changes > 0 ? [`${count(changes)} ${changes === 1 ? "wijzigt" : "wijzigen"} iets`] : []),
        ...(deletes > 0 ? [`${count(deletes)} ${deletes === 1 ? "verwijdert" : "verwijderen"}`] : []),
      ].join(" · "),
    show: "Tonen",
  },

  presets: {
    title: "Begin met",
    read: "Alles lezen",
    write: "Alles lezen en schrijven",
    left: (scopes) => `Het beleid biedt ${list(scopes)} hier niet; dat is weggelaten.`,
  },

  requests: {
    open: "Alleen wat deze aanroepen vragen…",
    title: "Alleen wat deze aanroepen vragen",
    label: "Aanroepen",
    hint: "Curl-opdrachten, of een methode en een pad per regel. Niets ervan wordt verstuurd, en geen token erin gelezen.",
    example: "GET /contacts/?locationId=…\ncurl https://api.example.com/contacts/ -X POST …",
    read: "Wat ze vragen",
    line: (at) => `Aanroep ${count(at)}`,
    unread: "Dit is geen methode met een pad en geen curl-opdracht.",
    unknown: "Het beleid heeft zo'n bewerking niet.",
    closed: (level) => `Geen scope opent dit voor ${level === "agency" ? "het bureau" : "een subaccount"}.`,
    free: "Vraagt geen scope.",
    needs: (ways) => `Vraagt ${ways.map((way) => list(way)).join(", of ")}.`,
    none: "Ze vragen geen scopes.",
    found: (scopes) => `Samen: ${list(scopes)}.`,
    take: (of) => `${scopes_(of)} overnemen`,
  },

  preview: {
    title: "Wat dit verandert",
    titleNew: "Wat de scopes openen",
    unavailable: "De voorvertoning is niet beschikbaar. De poort controleert toch elke wijziging.",
    noPolicy: "Er is nog geen beleid gepubliceerd; er is niets te tonen.",
    unchanged: "Nog niets. Kies of wis scopes, en zie hier wat dat opent en sluit.",
    opens: (of) => `Opent ${operations(of)}`,
    choose: "Nog niets. Kies scopes, en zie hier wat ze openen.",
    gains: (of) => `${operations(of)} erbij`,
    loses: (of) => `${operations(of)} eraf`,
    added: "Toegevoegd",
    removed: "Verwijderd",
    writes: (of) => `Kan wijzigen: ${operations(of)}`,
    reads: (of) => `Kan lezen: ${operationsBy(of)}`,
    newWrites: (of) => `Kan nu wijzigen: ${operations(of)}`,
    newReads: (of) => `Kan nu lezen: ${operationsBy(of)}`,
    lostMark: "eraf",
    noLonger: (of) => `Kan niet meer gebruiken: ${operations(of)}`,
    noEffect: "Er komt geen bewerking bij en er gaat er geen af.",
    gainedEvents: "Kan horen van",
    lostEvents: "Hoort niet meer van",
    reach: (reachable, all) =>
      `In totaal bereikt ze ${reachable} van de ${count(all)} die op dit niveau open zijn, ook die geen scope vragen.`,
  },

  words: {
    byScopes: "Door haar scopes",
    anyToken: "Elk token hier kan ook",
    not: "Niet",
    can: (group, read, write) =>
      `${group} ${read.length === 0 ? "wijzigen" : write.length === 0 ? "lezen" : "lezen en wijzigen"} (${operationsBy([...read, ...write])})`,
    nothing: "Niets: de scopes openen geen bewerking.",
    any: {
      reads: (of) => `lezen: ${operations(of)}`,
      changes: (of) => `wijzigen: ${operations(of)}`,
      deletes: (of) => `verwijderen: ${operations(of)}`,
    },
    nothingMore: "Verder niets: al het andere vraagt een scope.",
    isPublic: "(zonder token)",
    cannot: {
      touch: (groups, of) => `aan ${firstOf(groups)} komen (${operations(of)})`,
      change: (groups, of) => `${firstOf(groups)} wijzigen (${operations(of)})`,
      some: (groups, of) => `${operations(of)} van ${firstOf(groups)} gebruiken`,
    },
    noUnknown: (scopes) => `iets winnen met ${list(scopes)}: geen bewerking vraagt daar nog om`,
    noRest: "een bewerking gebruiken die niet in het beleid staat",
    others: (level, { open, operations: of }) => {
      const owner = level === "agency" ? "bureau" : "subaccount";
      if (of > 0 && of === open)
        return `Geen bewerking noemt haar ${owner}: de API moet nagaan over wiens gegevens een aanroep gaat.`;
      return `Aanroepen die een ander ${owner} noemen, worden geweigerd. ${of === 0 ? "Elke bewerking noemt er een." : `${operations(of)} ${of === 1 ? "noemt" : "noemen"} er geen: daar moet de API het nagaan.`}`;
    },
    unnamed: (of) => `Daarvan bereikt dit token er ${count(of)}`,
    unavailable: "Wat ze kan, is hier nu niet te bepalen. Herlaad de pagina. De poort controleert toch elke wijziging.",
  },
};
