// Creating an integration: three steps, then its token, once.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";

import { api, becomes, call, chooseSubAccount, gone, hold, open, settles, shown, test, unique } from "./support.mjs";

const button = (page, name) => page.getByRole("button", { name, exact: true });
const permissions = ["clipboard-read", "clipboard-write"];

async function toReview(page, name, scopes) {
  await open(page, "#/why");
  await page.goto("/_tidegate/#/integrations/new");
  await page.getByLabel("Name", { exact: true }).fill(name);
  await chooseSubAccount(page, "acme");
  await button(page, "Next").click();
  for (const scope of scopes) await page.getByRole("checkbox", { name: scope }).check();
  await button(page, "Next").click();
  await shown(page.getByRole("heading", { name: "Step 3 of 4: Review" }));
}

async function toToken(page, name, scopes = ["contacts.readonly"]) {
  await toReview(page, name, scopes);
  await button(page, "Create and show the token").click();
  await shown(page.getByText("This is the only time that the token is shown."));
  return page.getByRole("textbox", { name: "Token" }).innerText();
}

test("each step is checked before the next, and the way back keeps what was typed", async ({ page }) => {
  const name = unique("Step by step");
  await open(page, "#/integrations/new");
  await button(page, "Next").click();
  await shown(page.getByText("Give it a name."));
  await shown(page.getByText("Choose an owner."));
  const nameField = page.getByLabel("Name", { exact: true });
  assert.equal(await nameField.evaluate((input) => input === document.activeElement), true);
  await settles(() => nameField.getAttribute("aria-invalid"), "true");
  await nameField.fill(name);
  await page.getByLabel("Description").fill("Two\nlines");
  await button(page, "Next").click();
  await shown(page.getByText("Choose an owner."));
  await chooseSubAccount(page, "acme");
  await button(page, "Next").click();
  await shown(page.getByRole("heading", { name: "Step 2 of 4: Scopes" }));
  await page.getByRole("checkbox", { name: "contacts.readonly" }).check();
  await button(page, "Back").click();
  await settles(() => nameField.inputValue(), name);
  await settles(() => page.getByLabel("Description").inputValue(), "Two\nlines");
  await settles(
    () => page.getByRole("combobox", { name: "Choose a sub-account" }).getAttribute("data-value"),
    "sub_account:acme",
  );
  await button(page, "Next").click();
  await settles(() => page.getByRole("checkbox", { name: "contacts.readonly" }).isChecked(), true);
  await button(page, "Next").click();
  await page.getByRole("navigation", { name: "Steps" }).getByRole("button", { name: "Name" }).click();
  await settles(() => nameField.inputValue(), name);
});

test("Enter chooses nothing of what an older question found", async ({ page }) => {
  await open(page, "#/integrations/new");
  const field = page.getByRole("combobox", { name: "Choose a sub-account" });
  const option = (fields) => page.getByRole("listbox", { name: "Choose a sub-account" }).getByRole("option", fields);
  await field.click();
  await shown(option().nth(1));
  const release = await hold(page, "GET", "**/sub-accounts?*q=*");
  await field.fill("globex");
  await page.keyboard.press("Enter");
  assert.equal(await field.getAttribute("data-value"), "", "the first one of all was not meant");
  await settles(() => option({ selected: true }).count(), 0);
  release();
  await shown(option({ name: /globex/, selected: true }));
  await page.keyboard.press("Enter");
  await settles(() => field.getAttribute("data-value"), "sub_account:globex");
});

test("scopes are found by search, chosen by group, and their operations shown", async ({ page }) => {
  await open(page, "#/integrations/new");
  await page.getByLabel("Name", { exact: true }).fill(unique("Scopes"));
  await chooseSubAccount(page, "acme");
  await button(page, "Next").click();
  const search = page.getByRole("searchbox", { name: "Search scopes, operations, paths" });
  await search.fill("/locations/{locationId}");
  await settles(() => page.getByRole("checkbox").count(), 1);
  await shown(page.getByRole("grid").locator("mark").filter({ hasText: "/locations/{locationId}" }).first());
  await search.fill("write CONTACTS");
  await settles(() => page.getByRole("checkbox").count(), 1);
  await search.fill("");
  await page.getByRole("button", { name: "Contacts: Read and write" }).click();
  await shown(page.getByText("2 of 3 selected, 1 of them to write"));
  await page.getByRole("button", { name: "Contacts: Read", exact: true }).click();
  await shown(page.getByText("1 of 3 selected, 0 of them to write"));
  await page.getByRole("button", { name: "Contacts: None" }).click();
  await shown(page.getByText("0 of 3 selected"));
  await button(page, "Select all read").click();
  await shown(page.getByText("2 of 3 selected, 0 of them to write"));
  await shown(page.getByText(/^2 scopes · \d+ operations$/));
  await button(page, "Show").click();
  await shown(page.getByRole("dialog", { name: "What its scopes open" }).getByText("/locations/{locationId}"));
  await page.keyboard.press("Escape");
  await button(page, "Selected only").click();
  await settles(() => page.getByRole("checkbox").count(), 2);
  await button(page, "Clear").click();
  await shown(page.getByText("No scopes", { exact: true }));
});

test("the review says in words what it can and cannot do, as the gate decides", async ({ page }) => {
  await toReview(page, unique("Reviewed"), ["contacts.readonly", "contacts.write"]);
  const main = page.getByRole("main");
  for (const title of ["By its scopes", "Any token here can also", "Not"])
    await shown(main.getByRole("heading", { name: title, exact: true }));
  await shown(main.getByText("read and change contacts (5 operations)"));
  await shown(main.getByText("touch locations (1 operation)"));
  await shown(main.getByText("Calls that name another sub-account are refused."));
  const { operations, owner_parameters } = await api("GET", "/policy/compiled");
  const any = operations.filter(
    ({ access }) =>
      typeof access === "string" || access.any_of.some((way) => way.level === "sub_account" && way.scopes.length === 0),
  );
  const reads = any.filter(({ method }) => method === "GET");
  await main.getByText(`read: ${reads.length} operation`).click();
  for (const { path } of reads) await shown(main.getByText(path, { exact: true }).first());
  assert.ok(owner_parameters.sub_account.length > 0);
  await shown(main.getByText("Opens 5 operations"));
});

test("without scopes the review warns", async ({ page }) => {
  await toReview(page, unique("Nothing"), []);
  await shown(page.getByText("It has no scopes: it can call only operations that need none."));
  await shown(page.getByText("Nothing: its scopes open no operation."));
});

test("the token is shown once, can be copied, works, and is gone after a reload", { permissions }, async ({ page }) => {
  const name = unique("Copied");
  const token = await toToken(page, name);
  assert.match(token, /^pit_\w+$/);
  const said = shown(page.getByRole("status").getByText("Token copied")); // for a moment only
  await page.getByRole("button", { name: "Copy token: Token" }).click();
  await said;
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), token);
  await becomes(token, 200, "/contacts/?locationId=acme");
  assert.equal(await call(token, "/locations/acme"), 403);
  await button(page, "Done, show the integration").click();
  await shown(page.getByRole("heading", { name, level: 1 }));
  assert.equal((await page.content()).includes(token), false);
  await page.goBack();
  await page.reload();
  await shown(page.getByRole("heading", { level: 1 }));
  assert.equal((await page.content()).includes(token), false);
  const kept = await page.evaluate(() => JSON.stringify([localStorage, sessionStorage, history.state, location.href]));
  assert.equal(kept.includes(token.slice(4)), false);
});

test("the ready curl runs as it is", { permissions }, async ({ page }) => {
  const name = unique("By curl");
  await toToken(page, name);
  await page.getByText("Try it", { exact: true }).click();
  const said = shown(page.getByRole("status").getByText("Try it copied"));
  await page.getByRole("button", { name: "Copy command: Try it" }).click();
  await said;
  const command = await page.evaluate(() => navigator.clipboard.readText());
  // By standard input: every process of the machine can read a command line, and the command has a token in it.
  const run = { input: command, encoding: "utf8", timeout: 10_000 };
  const answer = JSON.parse(execFileSync("bash", ["-s"], run));
  assert.deepEqual(
    [answer.integration.name, answer.owner, answer.scopes],
    [name, { level: "sub_account", id: "acme" }, ["contacts.readonly"]],
  );
});

test("leaving a token that was not copied asks, by every way out", async ({ page }) => {
  const token = await toToken(page, unique("Not copied"));
  const dialog = page.getByRole("dialog", { name: "Leave without the token?" });
  const stays = async (how) => {
    await shown(dialog);
    await how();
    await gone(dialog);
    await shown(page.getByText(token, { exact: true }));
  };
  await button(page, "Done, show the integration").click();
  await stays(() => button(page, "Stay").click());
  await page.goBack();
  await stays(() => button(page, "Stay").click());
  await page.getByRole("link", { name: "Policy", exact: true }).click();
  await stays(() => page.keyboard.press("Escape"));
  await page.evaluate(() => document.body.click());
  const asked = new Promise((resolve) =>
    page.once("dialog", (dialog) => resolve(dialog.accept().then(() => dialog.type()))),
  );
  await page.reload();
  assert.equal(await asked, "beforeunload");
  await shown(page.getByRole("heading", { name: "Create new Integration" }));
  assert.equal((await page.content()).includes(token), false);
});

test("signing out with a token that was not copied asks too", async ({ page }) => {
  await toToken(page, unique("Signing out"));
  await page.getByRole("button", { name: "Sign out" }).click();
  const dialog = page.getByRole("dialog", { name: "Leave without the token?" });
  await shown(dialog);
  await dialog.getByRole("button", { name: "Stay" }).click();
  await shown(page.getByRole("textbox", { name: "Token" }));
});

test("half a form is not left without asking", async ({ page }) => {
  await open(page, "#/integrations/new");
  await page.getByLabel("Name", { exact: true }).fill("Half");
  await page.getByRole("link", { name: "Why?" }).click();
  await shown(page.getByRole("dialog", { name: "Leave without saving?" }));
  await button(page, "Stay").click();
  await settles(() => page.getByLabel("Name", { exact: true }).inputValue(), "Half");
  await page.getByRole("link", { name: "Why?" }).click();
  await button(page, "Leave").click();
  await shown(page.getByRole("heading", { name: "Why?", level: 1 }));
});

/** The agency's id is set in one place, and can be changed while nothing carries it. */
async function setAgency(page) {
  if ((await api("GET", "/agency")).id !== null) return;
  await open(page, "#/integrations/new");
  await page.getByRole("radio", { name: /^Agency/ }).check();
  await shown(page.getByText("The agency's id in your API is not set yet."));
  await page.getByRole("link", { name: "Set it under Sub-accounts" }).click();
  await shown(page.getByText("Its id is not set yet"));
  const dialog = page.getByRole("dialog");
  const save = async (opener, id) => {
    await button(page, opener).click();
    await dialog.getByLabel("Id").fill(id);
    await button(dialog, "Save").click();
    await gone(dialog);
  };
  await save("Set the agency's id", "first-agency");
  await shown(page.getByText("first-agency"));
  await save("Change the agency", "the-agency");
  await shown(page.getByText("the-agency"));
}

test(
  "an agency's integration: its id is set once, and scopes that open nothing there cannot be chosen",
  { permissions },
  async ({ page }) => {
    await setAgency(page);
    const name = unique("Of the agency");
    await open(page, "#/integrations/new");
    await page.getByLabel("Name", { exact: true }).fill(name);
    await page.getByRole("radio", { name: /^Agency/ }).check();
    await button(page, "Next").click();
    await page.getByRole("checkbox", { name: "locations.readonly" }).check();
    await button(page, "Next").click();
    await shown(page.getByText("By its scopes"));
    await shown(page.getByText("the-agency", { exact: true }));
    await button(page, "Create and show the token").click();
    await shown(page.getByText("This is the only time"));
    const token = await page.getByRole("textbox", { name: "Token" }).innerText();
    const { integrations } = await api("GET", `/integrations?q=${encodeURIComponent(name)}`);
    assert.equal(integrations[0].owner.level, "agency");
    await becomes(token, 200, "/locations/?companyId=the-agency");
    await page.getByRole("button", { name: "Copy token: Token" }).click();
    await button(page, "Done, show the integration").click();
    await open(page, "#/sub-accounts");
    await button(page, "Change the agency").click();
    const dialog = page.getByRole("dialog");
    await shown(dialog.getByText(/integrations? carr(y|ies) this id/));
    assert.equal(await dialog.getByLabel("Id").getAttribute("readonly"), "");
  },
);
