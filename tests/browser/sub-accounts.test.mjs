// Sub-accounts: listed with their integrations, added, renamed.
import assert from "node:assert/strict";

import { api, gone, open, seed, settles, shown, test, unique } from "./support.mjs";

const id = () => unique("sub").replaceAll(" ", "-");
const add = (page) => page.getByRole("button", { name: "Add", exact: true });

test("one is added, has its integrations counted, and is renamed", async ({ page }) => {
  const [one, name] = [id(), unique("Added here")];
  await open(page, "#/sub-accounts");
  await page.getByRole("textbox", { name: "Name" }).fill(name);
  await page.getByRole("textbox", { name: "Id" }).fill(one);
  await add(page).click();
  await shown(page.getByRole("status").getByText(`${name} is added.`));
  const row = page.getByRole("listitem").filter({ hasText: one });
  await shown(row.getByText("0 integrations"));
  await settles(() => page.getByRole("textbox", { name: "Id" }).inputValue(), "");
  await seed({ owner: { level: "sub_account", id: one } });
  await page.reload();
  await row.getByRole("link", { name: "1 integration" }).click();
  await shown(page.getByRole("status").getByText("1 integration found"));

  await page.goBack();
  await page.getByRole("button", { name: `Rename ${name}` }).click();
  const dialog = page.getByRole("dialog", { name: `Rename ${name}` });
  await settles(() => dialog.getByRole("button", { name: "Rename", exact: true }).isDisabled(), true);
  await dialog.getByLabel("Name").fill(`${name}, renamed`);
  await dialog.getByRole("button", { name: "Rename", exact: true }).click();
  await gone(dialog);
  await shown(row.getByText(`${name}, renamed`));
  const { sub_accounts } = await api("GET", "/sub-accounts");
  assert.deepEqual(sub_accounts.find((known) => known.id === one), { id: one, name: `${name}, renamed`, integrations: 1 });
});

test("an id that exists, or that no path can carry, is told at its field", async ({ page }) => {
  await open(page, "#/sub-accounts");
  await page.getByRole("textbox", { name: "Name" }).fill("Another Acme");
  await page.getByRole("textbox", { name: "Id" }).fill("acme");
  await add(page).click();
  await shown(page.getByRole("alert").getByText("There is a sub-account with this id already."));
  await settles(() => page.getByRole("textbox", { name: "Id" }).getAttribute("aria-invalid"), "true");
  await settles(() => page.getByRole("textbox", { name: "Name" }).inputValue(), "Another Acme");
  await page.getByRole("textbox", { name: "Id" }).fill("a/b");
  await add(page).click();
  await shown(page.getByRole("alert"));
  await shown(page.getByText("Acme Dental"));
  assert.ok(!(await api("GET", "/sub-accounts")).sub_accounts.some(({ name }) => name === "Another Acme"));
});
