// Editing: what a change does before it is made, and what happens when two change the same.
import assert from "node:assert/strict";

import {
  api,
  asSomebodyWith,
  becomes,
  call,
  gone,
  open,
  seed,
  settles,
  show,
  shown,
  test,
  unique,
} from "./support.mjs";

const button = (page, name) => page.getByRole("button", { name, exact: true });
const scope = (page, name) => page.getByRole("checkbox", { name });
const preview = (page) => page.getByRole("region", { name: "What this changes" });

async function editing(page, fields) {
  const seeded = await seed({ name: unique("Edited"), ...fields });
  await open(page, `#/integrations/${seeded.integration.id}/edit`);
  await shown(scope(page, "contacts.write"));
  return seeded;
}

test("the token stays the same", async ({ page }) => {
  const { integration, token } = await editing(page);
  assert.equal(await call(token, "/contacts/", { method: "POST" }), 403);
  await shown(page.getByText("The token stays the same."));
  await settles(() => button(page, "Update").isDisabled(), true);
  await scope(page, "contacts.write").check();
  await button(page, "Update").click();
  await shown(page.getByRole("status").getByText("Updated. The token is still the same."));
  await shown(page.getByRole("heading", { name: integration.name, level: 1 }));
  const after = await show(integration.id);
  assert.deepEqual(after.scopes, ["contacts.readonly", "contacts.write", "locations.readonly"]);
  // The first use, which is the call above, may be known by now.
  const unused = (tokens) => tokens.map((its) => ({ ...its, first_used_at: null }));
  assert.deepEqual(unused(after.tokens), unused(integration.tokens));
  assert.equal(await call(token, "/locations/acme"), 200);
  await becomes(token, 400, "/contacts/", { method: "POST" }); // past the scopes: the demo API finds no body
});

test("before Update it says which scopes and operations come and go", async ({ page }) => {
  await editing(page, { scopes: ["contacts.readonly", "locations.readonly"] });
  await shown(preview(page).getByText("Nothing yet."));
  await scope(page, "contacts.write").check();
  await scope(page, "locations.readonly").uncheck();

  const { scopes } = await api("GET", "/scopes");
  const opens = (name) =>
    scopes.find((one) => one.scope === name).operations.filter((one) => one.levels.includes("sub_account"));
  const [gained, lost] = [opens("contacts.write"), opens("locations.readonly")];
  const amount = (of) => `${of.length} operation${of.length === 1 ? "" : "s"}`;
  await shown(preview(page).getByText(`${amount(gained)} gained`));
  await shown(preview(page).getByText(`${amount(lost)} lost`));
  await shown(preview(page).getByText("+ contacts.write"));
  await shown(preview(page).getByText("− locations.readonly"));
  await shown(preview(page).getByText(`Can now change: ${amount(gained)}`));
  const listed = async () =>
    (await preview(page).getByRole("listitem").allInnerTexts()).map((text) =>
      text
        .split("\n")
        .slice(0, 2)
        .map((line) => line.trim())
        .join(" "),
    );
  await settles(
    async () => (await listed()).sort(),
    [...gained, ...lost].map(({ method, path }) => `${method} ${path}`).sort(),
  );
  await settles(() => button(page, "Update").isEnabled(), true);
});

test("the numbers are those of the gate's own policy", async ({ page }) => {
  const { integration } = await editing(page, { scopes: [] });
  await button(page, "Select all read").click();
  const { operations } = await api("GET", "/policy/compiled");
  const open = ({ access }, held) =>
    typeof access === "string"
      ? access !== "closed"
      : access.any_of.some((way) => way.level === "sub_account" && way.scopes.every((one) => held.includes(one)));
  const held = ["contacts.readonly", "locations.readonly"];
  const gained = operations.filter((operation) => open(operation, held) && !open(operation, []));
  await shown(preview(page).getByText(`${gained.length} operations gained`));
  await shown(
    preview(page).getByText(`${operations.filter((operation) => open(operation, held)).length} operations of the`),
  );
  assert.deepEqual((await show(integration.id)).scopes, []); // nothing was saved by looking
});

async function conflict(page) {
  const { integration } = await editing(page, { description: "First" });
  await page.getByLabel("Description").fill("Mine");
  await scope(page, "contacts.write").check();
  await api("PATCH", `/integrations/${integration.id}`, {
    rev: integration.rev,
    body: { name: `${integration.name} theirs`, description: "Theirs" },
  });
  await button(page, "Update").click();
  const dialog = page.getByRole("dialog", { name: "Somebody else changed it meanwhile" });
  await shown(dialog);
  const line = (name) =>
    dialog
      .getByRole("row")
      .filter({ has: page.getByRole("rowheader", { name }) })
      .getByRole("cell")
      .allInnerTexts();
  await settles(() => line("Description"), ["Theirs", "Mine"]);
  await settles(async () => (await line("Name"))[0], `${integration.name} theirs`);
  await settles(async () => (await line("Scopes"))[1], "+ contacts.write");
  return { integration, dialog };
}

test("two change the same: mine is kept, and what I did not touch stays theirs", async ({ page }) => {
  const { integration, dialog } = await conflict(page);
  await dialog.getByRole("button", { name: "Keep mine" }).click();
  await shown(page.getByRole("status").getByText("Updated."));
  const { name, description, scopes } = await show(integration.id);
  assert.deepEqual({ name, description }, { name: `${integration.name} theirs`, description: "Mine" });
  assert.ok(scopes.includes("contacts.write"));
});

test("mine goes on top of theirs: what they took away is not given back", async ({ page }) => {
  const { integration } = await editing(page, { scopes: ["contacts.readonly", "contacts.write"] });
  await scope(page, "locations.readonly").check();
  await api("PATCH", `/integrations/${integration.id}`, {
    rev: integration.rev,
    body: { scopes: ["contacts.readonly"] },
  });
  await button(page, "Update").click();
  const dialog = page.getByRole("dialog", { name: "Somebody else changed it meanwhile" });
  const mine = dialog
    .getByRole("row")
    .filter({ has: page.getByRole("rowheader", { name: "Scopes" }) })
    .getByRole("cell")
    .nth(1);
  await settles(async () => (await mine.innerText()).split("\n").sort(), ["+ locations.readonly", "− contacts.write"]);
  await dialog.getByRole("button", { name: "Keep mine" }).click();
  await shown(page.getByRole("status").getByText("Updated."));
  assert.deepEqual((await show(integration.id)).scopes, ["contacts.readonly", "locations.readonly"]);
});

test("Enter in the search for scopes saves nothing", async ({ page }) => {
  const { integration } = await editing(page, { scopes: [] });
  await scope(page, "contacts.write").check();
  await page.getByRole("searchbox", { name: /^Search scopes/ }).fill("loc");
  await page.keyboard.press("Enter");
  await scope(page, "locations.readonly").press("Enter");
  await shown(page.getByText("1 scope added"));
  assert.deepEqual((await show(integration.id)).scopes, []);
});

test("two change the same: theirs is taken", async ({ page }) => {
  const { integration, dialog } = await conflict(page);
  await dialog.getByRole("button", { name: "Take theirs" }).click();
  await gone(dialog);
  await settles(() => page.getByLabel("Description").inputValue(), "Theirs");
  await settles(() => scope(page, "contacts.write").isChecked(), false);
  await settles(() => button(page, "Update").isDisabled(), true);
  assert.equal((await show(integration.id)).description, "Theirs");
});

test("changes that are not saved are not left without asking", async ({ page }) => {
  const { integration } = await editing(page);
  await page.getByLabel("Description").fill("Not saved");
  await page.getByRole("main").getByRole("link", { name: "Cancel" }).click();
  const dialog = page.getByRole("dialog", { name: "Leave without saving?" });
  await shown(dialog);
  await dialog.getByRole("button", { name: "Stay" }).click();
  await gone(dialog);
  await settles(() => page.getByLabel("Description").inputValue(), "Not saved");
  await page.getByRole("main").getByRole("link", { name: "Cancel" }).click();
  await dialog.getByRole("button", { name: "Leave", exact: true }).click();
  await shown(page.getByRole("heading", { name: integration.name, level: 1 }));
  assert.equal((await show(integration.id)).description, "");
});

test("who stays has each place in the history once, wherever they wanted to go", async ({ page }) => {
  const { integration } = await seed({ name: unique("Stayed") });
  const asked = page.getByRole("dialog", { name: "Leave without saving?" });
  const at = (hash) => settles(() => page.evaluate(() => location.hash), hash);
  const stay = async () => {
    await shown(asked);
    await button(page, "Stay").click();
    await gone(asked);
    await at(`#/integrations/${integration.id}/edit`);
    await settles(() => page.getByLabel("Description").inputValue(), "Not saved");
  };
  await open(page, "#/why");
  await page.getByRole("link", { name: "Policy", exact: true }).click();
  await at("#/policy");
  await page.evaluate((hash) => (location.hash = hash), `#/integrations/${integration.id}/edit`);
  await page.getByLabel("Description").fill("Not saved");
  const entries = await page.evaluate(() => history.length);

  await page.getByRole("link", { name: "Sub-accounts" }).click();
  await stay();
  await page.getByRole("link", { name: "Sub-accounts" }).click();
  await stay();
  await page.goBack();
  await stay();
  await page.evaluate(() => history.go(-2));
  await stay();
  // What was not gone to is where Forward leads, and no more than that has come.
  await settles(() => page.evaluate(() => history.length), entries + 1);

  await page.goBack();
  await shown(asked);
  await button(page, "Leave").click();
  await shown(page.getByRole("heading", { name: "Policy", level: 1 }));
  await at("#/policy");
  await page.goBack();
  await shown(page.getByRole("heading", { name: "Why?", level: 1 }));
  await page.goForward();
  await page.goForward();
  await shown(page.getByRole("heading", { name: `Edit ${integration.name}`, level: 1 }));
  await page.goForward();
  await shown(page.getByRole("heading", { name: "Sub-accounts", level: 1 }));
});

test("a field that the gate refuses is told at the field", async ({ page }) => {
  await editing(page);
  await page.getByLabel("Name", { exact: true }).fill("a\u0007b");
  await button(page, "Update").click();
  await shown(page.getByRole("alert"));
  await settles(() => page.getByLabel("Name", { exact: true }).getAttribute("aria-invalid"), "true");
  await settles(() => page.getByLabel("Name", { exact: true }).inputValue(), "a\u0007b");
});

test("a policy, a rule and a permission that changed meanwhile are seen", async ({ page }) => {
  const { integration } = await seed({ name: unique("Elsewhere") });
  const compiled = await api("GET", "/policy/compiled");
  const rules = await api("GET", "/settings");
  const nothing = page.getByText("Nothing: its scopes open no operation.");
  await page.clock.install();
  await open(page, `#/integrations/${integration.id}`);
  await shown(page.getByRole("heading", { name: "By its scopes" }));
  assert.equal(await nothing.count(), 0);

  const none = { ...compiled, rev: compiled.rev + 1, operations: [] };
  const undo = { ...rules, undo: { ...rules.undo, delete: false } };
  await page.route("**/_tidegate/api/policy/compiled", (route) => route.fulfill({ json: none }));
  await page.route("**/_tidegate/api/settings", (route) => route.fulfill({ json: undo }));
  await page.getByRole("link", { name: "Edit" }).first().click();
  await shown(page.getByText("2 scopes · 0 operations"));
  await page.goBack();
  await shown(nothing);
  await button(page, "More actions").click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await shown(page.getByText("The token rules do not allow this to be undone."));
  await button(page.getByRole("dialog"), "Cancel").click();

  await asSomebodyWith(page, [{ verb: "integrations.view", place: "sub_accounts" }]);
  await page.unroute("**/_tidegate/api/policy/compiled");
  await page.clock.runFor(6_000);
  await page.evaluate(() => dispatchEvent(new Event("focus")));
  await gone(page.getByRole("link", { name: "Edit" }).first());
  await gone(nothing);
});

test("one that is gone says so", async ({ page }) => {
  const { integration } = await seed();
  await api("DELETE", `/integrations/${integration.id}`, { rev: integration.rev });
  await open(page, `#/integrations/${integration.id}/edit`);
  await shown(page.getByRole("heading", { name: "This integration is no longer there" }));
  await open(page, `#/integrations/${integration.id}`);
  await shown(page.getByRole("heading", { name: integration.name, level: 1 }));
  await shown(page.getByText("Its tokens are dead", { exact: false }));
  await shown(page.getByText("Deleted", { exact: true }).first());
});
