// Sub-accounts: listed with their integrations, added, renamed.
import assert from "node:assert/strict";

import { api, chooseSubAccount, gone, open, seed, settles, shown, test, unique } from "./support.mjs";

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
  const { sub_accounts } = await api("GET", "/sub-accounts?limit=200");
  assert.deepEqual(
    sub_accounts.find((known) => known.id === one),
    { id: one, rev: 2, name: `${name}, renamed`, integrations: 1 },
  );
});

/** Somebody else renames what is being renamed here: the dialog that says so. */
async function conflict(page) {
  const [one, name] = [id(), unique("Renamed twice")];
  const { rev } = await api("POST", "/sub-accounts", { body: { id: one, name } });
  await open(page, "#/sub-accounts");
  await page.getByRole("button", { name: `Rename ${name}` }).click();
  await page.getByRole("dialog").getByLabel("Name").fill(`${name}, mine`);
  const theirs = await api("PATCH", `/sub-accounts/${one}`, { rev, body: { name: `${name}, theirs` } });
  await page.getByRole("dialog").getByRole("button", { name: "Rename", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Somebody else changed it meanwhile" });
  await shown(dialog);
  await settles(() => dialog.getByRole("cell").allInnerTexts(), [`${name}, theirs`, `${name}, mine`]);
  return { name, theirs, dialog };
}

const noDialog = (page) => settles(() => page.getByRole("dialog").count(), 0);
const named = async (one) =>
  (await api("GET", "/sub-accounts?limit=200")).sub_accounts.find((known) => known.id === one);

test("two rename the same: mine is kept, on top of theirs, and of what came after", async ({ page }) => {
  const { name, theirs, dialog } = await conflict(page);
  const last = await api("PATCH", `/sub-accounts/${theirs.id}`, {
    rev: theirs.rev,
    body: { name: `${name}, theirs again` },
  });
  await dialog.getByRole("button", { name: "Keep mine" }).click();
  await shown(dialog.getByText(`${name}, theirs again`));
  assert.equal((await named(theirs.id)).rev, last.rev);
  await dialog.getByRole("button", { name: "Keep mine" }).click();
  await noDialog(page);
  await shown(page.getByRole("status").getByText(`Now called ${name}, mine.`));
  assert.deepEqual(await named(theirs.id), { ...last, rev: last.rev + 1, name: `${name}, mine` });
  await shown(page.getByRole("listitem").getByText(`${name}, mine`));
  await settles(() => page.evaluate(() => document.activeElement.ariaLabel), `Rename ${name}, mine`);
});

test("two rename the same: theirs is taken", async ({ page }) => {
  const { theirs, dialog } = await conflict(page);
  await dialog.getByRole("button", { name: "Take theirs" }).click();
  await noDialog(page);
  await shown(page.getByRole("listitem").getByText(theirs.name));
  assert.deepEqual(await named(theirs.id), theirs);
});

test("mine cannot be kept while the gate does not answer: it says so, and the next try works", async ({ page }) => {
  const { name, theirs, dialog } = await conflict(page);
  await page.route("**/_tidegate/api/sub-accounts/**", (route) => route.abort());
  await dialog.getByRole("button", { name: "Keep mine" }).click();
  await shown(dialog.getByRole("alert").getByText("The gate did not answer"));
  await page.unroute("**/_tidegate/api/sub-accounts/**");
  await dialog.getByRole("button", { name: "Keep mine" }).click();
  await noDialog(page);
  assert.equal((await named(theirs.id)).name, `${name}, mine`);
});

test("those on the gate's later pages are listed, chosen, filtered by and called by their names too", async ({
  page,
}) => {
  const [one, name] = [`zz-${id()}`, unique("On a later page")];
  await api("POST", "/sub-accounts", { body: { id: one, name } });
  const { integration } = await seed({ owner: { level: "sub_account", id: one } });
  const { total } = await api("GET", "/sub-accounts");
  assert.ok(total > 2);
  // The gate's own pages, but short ones.
  const asked = [];
  await page.route("**/_tidegate/api/sub-accounts?**", (route) => {
    asked.push(route.request().url());
    return route.continue({ url: route.request().url().replace("limit=200", "limit=2") });
  });
  await open(page, "#/sub-accounts");
  await shown(page.getByRole("listitem").filter({ hasText: one }).getByText(name));
  assert.ok(asked.length >= Math.ceil(total / 2));
  await page.getByRole("link", { name: "Integrations", exact: true }).click();
  const owner = page.getByRole("combobox", { name: "Owner" });
  await owner.fill(name);
  await page.getByRole("option", { name }).click();
  await settles(() => owner.inputValue(), `${name} (${one})`);
  await shown(page.getByRole("row").filter({ hasText: integration.name }).getByText(name));
  await page.getByRole("link", { name: "Create new Integration" }).click();
  await chooseSubAccount(page, one);
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
  assert.ok(!(await api("GET", "/sub-accounts?limit=200")).sub_accounts.some(({ name }) => name === "Another Acme"));
});
