import { byActor } from "../lib/actor";
import { session } from "../session/session.svelte";
import { words as t } from "./words";

/** Who made it, as far as whoever is signed in can know. */
export function madeBy(actor: string): string {
  const { person } = session;
  if (person && actor === `person:${person.id}`) return byActor(actor, person.email);
  return actor.startsWith("person:") ? t.somebody : byActor(actor);
}
