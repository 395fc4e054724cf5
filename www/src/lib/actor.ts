import { words as t } from "./words";

/**
 * Who made a change, as the gate names them: "with the owner key", "by ana@example.com", "with the key CI"; of earlier releases "in
 * session 3f9a". `name` is null for whoever is no longer there.
 */
export function byActor(actor: string, name: string | null = null): string {
  if (actor === "owner-key" || actor === "owner key") return t.by.ownerKey;
  if (actor === "administrator") return t.by.administrator;
  if (actor.startsWith("person:")) return name === null ? t.by.gone : t.by.person(name);
  if (actor.startsWith("key:")) return t.by.key(name ?? actor.slice("key:".length));
  return actor.startsWith("session ") ? t.by.session(actor.slice("session ".length)) : actor;
}
