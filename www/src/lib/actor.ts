/** Who made a change, as the gate names them: "with the owner key", "in session 3f9a". */
export function byActor(actor: string): string {
  return actor === "owner key" ? "with the owner key" : actor.replace(/^session /, "in session ");
}
