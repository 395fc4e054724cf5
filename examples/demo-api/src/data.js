// What the demo API starts with. The ids of the locations are the ids of the gate's sub-accounts.

/** Locations by id. */
export const locations = byId([
  { id: "acme", name: "Acme Dental", city: "Leeds", timezone: "Europe/London" },
  { id: "globex", name: "Globex Fitness", city: "Bergen", timezone: "Europe/Oslo" },
]);

/** Contacts by id. */
export const contacts = byId([
  { id: "contact-ada", locationId: "acme", name: "Ada Winter", email: "ada@example.com" },
  { id: "contact-bo", locationId: "acme", name: "Bo Larsen", email: "bo@example.com" },
  { id: "contact-cy", locationId: "globex", name: "Cy Okafor", email: "cy@example.com" },
]);

function byId(rows) {
  return new Map(rows.map((row) => [row.id, row]));
}
