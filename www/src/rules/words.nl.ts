import { count } from "../lib/text";
import type { Words } from "./words";

export const words: Words = {
  title: "Tokenregels",
  intro:
    "Wat het bureau bepaalt voor het leven van alle integraties. Tokens die werken, blijven werken, wat hier ook verandert, behalve die van integraties die niemand gebruikt, als je dat hieronder kiest.",
  max: "Maximale levensduur",
  maxOff: "Integraties hebben geen einde nodig",
  maxOn: "Elke integratie heeft een einde nodig",
  maxDays: "Ten hoogste zoveel dagen vooruit",
  maxHint:
    "Een integratie zonder zo'n einde kan niet worden gemaakt of vervangen, en krijgt geen ander einde of andere scopes. Bestaande blijven werken. 1 tot 3.650 dagen.",
  remind: "Herinnering om te vervangen",
  remindOff: "Niemand wordt herinnerd",
  remindOn: "Een token hoort te worden vervangen",
  remindDays: "Na zoveel dagen",
  remindHint: "Een melding, een filter en een gebeurtenis; niets dwingt het af. 1 tot 3.650 dagen.",
  undo: "Ongedaan maken, 30 minuten lang",
  undoHint:
    "Wie de wijziging mag maken, mag ze ongedaan maken als er sindsdien niets anders is gewijzigd. Een token dat als gelekt is gemarkeerd, komt nooit terug.",
  finish: "“Nu laten verlopen” van een vervanging",
  delete: "Verwijdering van een integratie",
  scopes: "Verwijdering van scopes",
  daysWrong: (least, most) => `Een heel getal van ${count(least)} tot ${count(most)}.`,
  idle: "Integraties die niemand gebruikt",
  idleOff: "Ze blijven zoals ze zijn",
  idleOn: "Ze worden gepauzeerd of verwijderd",
  idleDays: "Na zoveel dagen zonder gebruik",
  idleAction: "Wat er met ze gebeurt",
  idlePause: "Ze worden gepauzeerd",
  idleDelete: "Ze worden verwijderd",
  idleHint:
    "Aangekondigd 15, 7 en 1 dagen ervoor, met gebeurtenissen en in de lijst. Elk gebruik, elke vervanging en hervatten laten de dagen opnieuw beginnen. Waar het gebruik niet volledig bekend is, gebeurt er niets. 30 tot 365 dagen.",
  save: "Opslaan",
  saved: "De tokenregels zijn opgeslagen.",
  unchanged: "Er is nog niets gewijzigd.",
  stale: "Iemand anders heeft de regels gewijzigd. Ze worden nu getoond; wijzig ze zo nodig opnieuw.",
};
