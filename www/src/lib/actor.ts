/**
 * Who made a change, as the gate names them: "with the owner key", "by ana@example.com", "with the key CI"; of earlier releases "in
 * session 3f9a". `name` is null for whoever is no longer there.
 */
export function byActor(actor: string, name: string | null = null): string {
  if (actor === "owner-key" || actor === "owner key") return "with the owner key";
  if (actor === "administrator") return "by an administrator";
  if (actor.startsWith("person:")) return name === null ? "by someone who is no longer a member" : `by ${name}`;
  if (actor.startsWith("key:")) return `with the key ${name ?? actor.slice("key:".length)}`;
  return actor.replace(/^session /, "in session ");
}
