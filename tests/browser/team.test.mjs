// People and automation keys by clicks, with a colleague who changes the same ones.
import assert from "node:assert/strict";

import { api, gone, hold, open, settles, shown, test, unique } from "./support.mjs";

const button = (page, name) => page.getByRole("button", { name, exact: true });
const dialog = (page, name) => page.getByRole("dialog", { name });
const STALE = "What is shown is up to date again.";

/** A person, and the row of the page that shows them. */
async function shownPerson(page, fields) {
  const email = `${unique("person").replaceAll(" ", "-")}@example.com`;
  const person = await api("POST", "/people", { body: { email, ...fields } });
  await open(page, "#/team");
  await page.getByLabel("Search name or e-mail address").fill(email);
  await shown(button(page, `Change ${email}`));
  await settles(() => button(page, `Remove ${email}`).count(), 1);
  return person;
}

test("a person whom a colleague changes meanwhile is changed and removed at the second try", async ({ page }) => {
  const { id, email, rev } = await shownPerson(page, { name: "Ana", role: "auditor" });
  await button(page, `Change ${email}`).click();
  const form = dialog(page, `Change ${email}`);
  await form.getByRole("textbox", { name: "Name" }).fill("Ana Maria");
  await api("PATCH", `/people/${id}`, { rev, body: { role: "developer" } });
  await button(form, "Save").click();
  await shown(form.getByText(STALE));
  await settles(() => form.getByLabel("Role").inputValue(), "developer");
  await settles(() => form.getByRole("textbox", { name: "Name" }).inputValue(), "Ana Maria");
  await button(form, "Save").click();
  await shown(page.getByText(`${email} is saved.`));
  const saved = await api("GET", `/people/${id}`);
  assert.deepEqual([saved.name, saved.role], ["Ana Maria", "developer"]);

  await button(page, `Remove ${email}`).click();
  const sure = dialog(page, `Remove ${email}?`);
  await api("PATCH", `/people/${id}`, { rev: saved.rev, body: { name: "Ana M." } });
  await button(sure, "Remove").click();
  await shown(sure.getByText(STALE));
  await button(sure, "Remove").click();
  await shown(page.getByText(`${email} is removed.`));
  await api("GET", `/people/${id}`, { status: 404 });
});

test("a person whose name is changed keeps the permissions that they have", async ({ page }) => {
  const permissions = [{ verb: "people.manage", place: "sub_account:acme" }];
  const { id, email } = await shownPerson(page, { role: "account_admin", accounts: ["acme"], permissions });
  await button(page, `Change ${email}`).click();
  await dialog(page).getByRole("textbox", { name: "Name" }).fill("Bo");
  await button(dialog(page), "Save").click();
  await shown(page.getByText(`${email} is saved.`));
  const saved = await api("GET", `/people/${id}`);
  assert.deepEqual([saved.name, saved.permissions], ["Bo", permissions]);
});

test(
  "a key that a colleague changes meanwhile is rotated at the second try, and not left uncopied by one click",
  { permissions: ["clipboard-read", "clipboard-write"] },
  async ({ page }) => {
    const name = unique("Terraform");
    const expires_at = new Date(Date.now() + 30 * 86_400_000).toISOString().replace(/\.\d+Z$/, "Z");
    const body = { name, permissions: [{ verb: "policy.view", place: "agency" }], expires_at };
    const { key } = await api("POST", "/keys", { body });
    await open(page, "#/team/keys");
    const row = page.getByRole("listitem").filter({ hasText: name });
    await button(row, `Rotate ${name}`).click();
    await shown(dialog(page).getByText("The present one works until "));
    const changed = await api("PATCH", `/keys/${key.id}`, { rev: key.rev, body: { name: `${name}, CI` } });
    const sure = dialog(page, /^Rotate /);
    await button(sure, "Rotate").click();
    await shown(sure.getByText(STALE));
    await shown(row.getByText(`${changed.name}`, { exact: true }));
    // Whoever leaves before the answer would lose the key.
    const release = await hold(page, "POST", "**/rotate");
    await button(sure, "Rotate").click();
    await page.evaluate(() => (location.hash = "#/team"));
    const leave = dialog(page, "Leave without the key?");
    await button(leave, "Stay").click();
    await gone(leave);
    release();

    const reveal = dialog(page, "The key");
    await shown(reveal.getByRole("textbox", { name: "The key" }));
    await button(reveal, "Done").click();
    await button(leave, "Stay").click();
    await gone(leave);
    await shown(reveal.getByRole("textbox", { name: "The key" }));
    await page.getByRole("button", { name: "Copy the key: The key" }).click();
    await button(reveal, "Done").click();
    await gone(reveal);

    // Two texts work now; the rotation can be ended either way, the way that is asked for.
    assert.equal(await row.getByRole("button", { name: "Rotate" }).count(), 0);
    await button(row, `Expire Now ${changed.name}`).click();
    const ending = dialog(page, /^Expire the old text of /);
    const rotating = await api("GET", `/keys/${key.id}`);
    await api("PATCH", `/keys/${key.id}`, { rev: rotating.rev, body: { name } });
    await button(ending, "Expire Now").click();
    await shown(ending.getByText(STALE));
    await button(ending, "Keep rotating").click();
    await gone(ending);
    await button(row, `Cancel rotation ${name}`).click();
    await button(dialog(page, `Cancel the rotation of ${name}?`), "Cancel rotation").click();
    await shown(page.getByText(`Cancelled. The old text of ${name} stays; the new one is dead.`));
    const { tokens } = await api("GET", `/keys/${key.id}`);
    assert.deepEqual(
      tokens.map(({ n }) => n),
      [1],
    );
    await shown(button(row, `Rotate ${name}`));

    await button(row, `Delete ${name}`).click();
    const { rev } = await api("GET", `/keys/${key.id}`);
    await api("PATCH", `/keys/${key.id}`, { rev, body: { name: `${name}.` } });
    const last = dialog(page, /^Delete /);
    await button(last, "Delete").click();
    await shown(last.getByText(STALE));
    await button(last, "Delete").click();
    await shown(page.getByText(`${name}. is deleted.`));
  },
);
