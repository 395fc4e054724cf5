// What the page tells of events (www/src/history).
import assert from "node:assert/strict";
import { test } from "node:test";
import { rendered } from "./rendered.mjs";

const { events } = await rendered({ events: "history/events.ts" });
const more = (kind, detail) => events.told({ kind, detail, subject_name: "ana@example.com" }, {}).more;

test("a person's role is told by its name", () => {
  assert.deepEqual(more("person.added", { role: "agency_admin" }), ["ana@example.com", "Role: Agency admin"]);
  const role = { from: "account_viewer", to: "owner" };
  assert.deepEqual(more("person.changed", { role }), ["ana@example.com", "role: Account viewer → Owner"]);
  assert.deepEqual(more("person.added", { role: "of a later release" }).at(-1), "Role: of a later release");
});
