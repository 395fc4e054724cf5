import { amount, count } from "../lib/text";
import type { Words } from "./words";

const lower = (token: string) => token.replace(/^T/, "t");

export const words: Words = {
  token: {
    title: (name) => `Het nieuwe token van ${name}`,
    label: "Token",
    copy: "Token kopiëren",
    once: "Dit is de enige keer dat het token wordt getoond.",
    onceMore: "Het wordt nergens bewaard. Bewaar het waar je andere geheimen staan; raakt het kwijt, vervang het dan.",
    share: "Deel het alleen met partijen die je vertrouwt.",
    every: (days) => `Vervang het elke ${amount(days, "dag", "dagen")}.`,
    tryIt: "Probeer het",
    tryItHint:
      "Vraagt de poort wat dit token is. Een wijziging kan enkele seconden nodig hebben om overal aan te komen.",
    copyCurl: "Opdracht kopiëren",
    done: "Klaar",
    uncopied: {
      title: "Weggaan zonder het token?",
      hint: "Het is niet gekopieerd, en kan niet opnieuw worden getoond: niet door jou, niet door ons. Je zou het moeten vervangen om een ander te krijgen.",
    },
    leave: "Weggaan zonder",
    stay: "Blijven",
    current: "nieuw",
    outgoing: "oud",
    works: "Werkt. Het heeft geen einde.",
    paused: "Geweigerd zolang de integratie gepauzeerd is.",
    dead: "Werkt niet meer: de integratie is beëindigd.",
    worksUntil: (until) => `Werkt tot ${until}`,
    notKept: "Tokens worden niet bewaard, alleen hun vingerafdruk. Raakt er een kwijt, vervang het dan.",
  },

  test: {
    title: "Nu testen",
    act: "Nu testen",
    whoami: "Wat het token is (whoami)",
    hint: "De poort beoordeelt één aanroep met dit token. Van het antwoord van de API wordt alleen de status getoond, en de test telt niet als gebruik.",
    said: ({ allowed, status, problem, milliseconds }, isWhoami) => {
      const took = `${count(milliseconds)} ms`;
      if (!allowed)
        return `Geweigerd met ${status} na ${took}: ${problem?.title ?? ""} Een wijziging kan enkele seconden duren; test opnieuw.`;
      if (problem) return `Toegestaan, maar: ${problem.title} (${status}, ${took})`;
      return isWhoami
        ? `Het werkt: de poort kent het (${took}).`
        : `Toegestaan: de API antwoordde ${status} na ${took}.`;
    },
  },

  developer: {
    title: "Voor de ontwikkelaar",
    base: "Basisadres",
    header: "Header",
    docs: "Documentatie",
    language: "Eén aanroep in",
    sample: "Voorbeeld",
    variable: "Het neemt het token uit de omgevingsvariabele TOKEN.",
    copyNote: "Bericht kopiëren",
    noteTitle: "Bericht",
    noteHint: "Stuur dit bericht langs een andere weg dan het token. Het token staat er niet in.",
    note: (of) =>
      [
        `Integratie: ${of.name}`,
        `Voor: ${of.owner} (${of.ownerId})`,
        `Basisadres: ${of.api}`,
        "Header: Authorization: Bearer <token>",
        `Scopes: ${of.scopes.length > 0 ? of.scopes.join(" ") : "geen"}`,
        ...of.docs.map(({ title, url }) => `Documentatie${title && ` van ${title}`}: ${url}`),
        `Controleer het token: GET ${of.api}/_tidegate/whoami`,
        "Je krijgt het token langs een andere weg. Bewaar het waar je andere geheimen staan, en deel het met niemand anders.",
      ].join("\n"),
  },

  end: {
    label: "Einde",
    none: "Geen",
    hint: (zone) => `Vanaf dan werken de tokens niet meer. In jouw tijdzone, ${zone}.`,
    wrong: "Geef een moment in de toekomst.",
    needed: (days) => `De tokenregels vragen een einde binnen ${amount(days, "dag", "dagen")}.`,
    fixed: "Ze is beëindigd. Vervang het token om een nieuw te krijgen, met een ander einde.",
  },

  rotate: {
    title: {
      later: (name) => `Het token van ${name} vervangen en later laten verlopen?`,
      now: (name) => `Het token van ${name} vervangen en nu laten verlopen?`,
    },
    later: "Vervangen en dit token later laten verlopen",
    laterHint: "Beide tokens werken een tijd, zodat je zonder onderbreking kunt overstappen.",
    laterWarn:
      "Je krijgt een nieuw token, en beide werken tot het tijdstip hieronder. Zet het nieuwe vóór dan op zijn plaats: het oude stopt vanzelf. Je kunt op elk moment annuleren of afronden.",
    laterRefused: "Er loopt al een vervanging. Annuleer die of rond die eerst af.",
    laterEnded: "Ze is beëindigd; er is geen token dat later kan verlopen. Vervang het en laat het nu verlopen.",
    now: "Vervangen en dit token nu laten verlopen",
    nowHint: "Voor een token dat gelekt is. Het stopt meteen, en wat het nog gebruikt, mislukt.",
    whenQuiet: "Beëindigen zodra het oude token niet meer in gebruik is",
    whenQuietHint:
      "Zodra het oude token langer niet is gebruikt dan tweemaal de langste pauze tussen aanroepen, en ten minste een dag; uiterlijk op het tijdstip hierboven.",
    window: "Beide tokens werken",
    amount: "Hoe lang",
    unit: "Eenheid",
    until: (until, length) => `Dit token werkt tot ${until} (${length}). Daarna stopt het vanzelf.`,
    untilEnd: (until) =>
      `Beide tokens werken tot ${until}: dan eindigt de integratie, en dat is eerder dan deze termijn.`,
    paused: "Ze is gepauzeerd: tot iemand ze hervat, werkt geen token.",
    windowWrong: "Van 1 minuut tot 30 dagen.",
    nowWarn:
      "Elke aanroep met dit token krijgt vanaf nu 401, overal binnen seconden, tot het nieuwe token op zijn plaats staat.",
    nowWarnBoth:
      "Elke aanroep met een van de twee tokens krijgt vanaf nu 401, overal binnen seconden, tot het nieuwe token op zijn plaats staat.",
    units: { minutes: "minuten", hours: "uren", days: "dagen" },
    act: "Doorgaan",
    doneLater: (until) => `Beide tokens werken tot ${until}. Zet het nieuwe vóór dan op zijn plaats.`,
    donePaused: "Zet het nieuwe op zijn plaats. Beide tokens worden geweigerd tot iemand de integratie hervat.",
    doneNow: "Het oude token werkt niet meer. Zet het nieuwe op zijn plaats.",
    leaked: "Dit token is gelekt",
    leakedHint: "De geschiedenis vermeldt het.",
    newEnd: "Ze is beëindigd: geef een ander einde, of geen.",
    alreadyDone: "Het was al vervangen",
    alreadyDoneHint: {
      now: "Het eerste antwoord is onderweg verloren gegaan, en het token daarin kan niet opnieuw worden getoond. Sluit dit, en vervang opnieuw.",
      later:
        "Het eerste antwoord is onderweg verloren gegaan, en niemand heeft het nieuwe token. Het oude werkt nog: sluit dit, annuleer de vervanging, en vervang dan opnieuw.",
    },
  },

  rotation: {
    titles: {
      active: "Er werken nu twee tokens",
      paused: "Twee tokens, geweigerd zolang ze gepauzeerd is",
      ended: "Twee tokens, die sinds het einde niet meer werken",
    },
    sentence: (outgoing, incoming) => `${outgoing} is het oude; ${lower(incoming)} komt ervoor in de plaats.`,
    left: "Resterende tijd",
    remaining: (left) => `nog ${left}`,
    ends: (outgoing) => `tot ${lower(outgoing)} stopt,`,
    extend: "Verlengen…",
    extendTitle: "Deze vervanging verlengen",
    extendAct: "Verlengen",
    extendLabel: (outgoing) => `${outgoing} werkt tot`,
    extendHint: (latest, zone) => `Uiterlijk ${latest}, 30 dagen nadat de vervanging begon. In jouw tijdzone, ${zone}.`,
    extendNever: "Ze duurt 30 dagen, het langst dat een vervanging mag duren.",
    extendWrong: "Het moet na het huidige einde liggen, en niet te laat.",
    extended: (outgoing, until) => `Verlengd. ${outgoing} stopt ${until}.`,
    whenQuiet: (outgoing) => `De vervanging eindigt vanzelf zodra ${lower(outgoing)} niet meer in gebruik is.`,
    dueTitle: "Vervanging is nodig",
    due: (token, days) => `${token} is ${amount(days, "dag", "dagen")} oud. Vervang het, met of zonder onderbreking.`,
    leaked: "Het is gelekt",
    leakedHint: "Dan kan dit niet ongedaan worden gemaakt, en de geschiedenis vermeldt het.",
    passed: (share) => `${share} procent van de termijn is voorbij`,
    cancel: "Vervanging annuleren",
    finish: "Nu laten verlopen",
    keep: "Laten doorlopen",
    cancelTitle: "Deze vervanging annuleren?",
    cancelHint: (incoming, outgoing, end) =>
      `Aanroepen met ${lower(incoming)}, het nieuwe, mislukken vanaf nu. ${outgoing} blijft, ${end === undefined ? "zonder termijn" : `tot de integratie eindigt, ${end}`}.`,
    finishTitle: "Het oude token nu laten verlopen?",
    finishHint: (outgoing, incoming) =>
      `Aanroepen met ${lower(outgoing)}, het oude, mislukken vanaf nu. ${incoming} blijft. Ga na dat alles het gebruikt.`,
    cancelled: (outgoing) => `Geannuleerd. ${outgoing} blijft; het nieuwe werkt niet meer.`,
    finished: (outgoing) => `Afgerond. ${outgoing} werkt niet meer.`,
    over: "Deze vervanging is al voorbij.",
  },
};
