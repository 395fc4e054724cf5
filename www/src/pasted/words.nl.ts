import { either } from "../lib/text";
import type { Words } from "./words";

export const words: Words = {
  titles: {
    token: "Dit is een token",
    automation_key: "Dit is een automatiseringssleutel",
    owner_key: "Dit is een eigenaarssleutel",
    unknown: "Dit lijkt op een token",
  },
  removed: "Het is uit het veld gehaald, en er is niets van verstuurd.",
  fromAddress:
    "Het is uit het adres gehaald, en er is van hieruit niets van verstuurd. De browser kan het oude adres nog in de geschiedenis hebben: wis het daar.",
  incomplete: "Een deel ontbreekt of is verkeerd getypt.",
  integration: "Integratie",
  which: "Welk token",
  one: (token) => `${token}, als het nog werkt: het is het enige levende.`,
  oneOf: (tokens) =>
    `${either(tokens)}, als het nog werkt. Welk van de twee is niet te zeggen zonder het te versturen.`,
  deleted:
    "Geen integratie heeft de id die erin staat. Was er een, dan is die verwijderd en werken haar tokens niet meer.",
  hidden:
    "Je kunt geen integratie zien met de id die erin staat. Ze kan verwijderd zijn, of je mag ze niet zien; dan kan het token nog werken. Konden anderen het zien, meld het dan aan een eigenaar.",
  noId: "Het deel dat de integratie noemt, ontbreekt.",
  leaked: "Konden anderen het zien, vervang het dan nu.",
  rotate: "Nu vervangen",
  open: "Openen",
  automation: "Het hoort bij een programma, niet op deze pagina. Konden anderen het zien, vervang het dan.",
  owner: "Het opent hier alles. Konden anderen het zien, stel de poort dan in met een andere OWNER_KEY.",
  signIn: "Met een token log je niet in. Gebruik de eigenaarssleutel.",
  unread: "De code die het leest, kon niet worden geladen; daarom is het voor de zekerheid weggehaald.",
};
