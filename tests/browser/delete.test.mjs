// Deleting, by the menu with the three dots and the typed name; and what stays on record.
import assert from "node:assert/strict";

import {
  api,
  askAdmin,
  becomes,
  gone,
  open,
  ownerKey,
  rotate,
  seed,
  settles,
  shown,
  test,
  unique,
} from "./support.mjs";

const button = (page, name) => page.getByRole("button", { name, exact: true });

test("only the typed name deletes, and the token is dead", async ({ page }) => {
  const { integration, token } = await seed({ name: unique("Deleted") });
  await becomes(token, 200);
  await open(page, `#/integrations?q=${encodeURIComponent(integration.name)}`);
  await page.getByRole("button", { name: `Actions for ${integration.name}` }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  const dialog = page.getByRole("dialog", { name: `Delete ${integration.name}?` });
  await shown(dialog.getByText("Its token stops at once"));
  const act = button(dialog, "Delete");
  await settles(() => act.isDisabled(), true);
  const name = dialog.getByLabel(/To confirm, type its name/);
  await name.fill(integration.name.slice(0, -1));
  await settles(() => act.isDisabled(), true);
  await page.keyboard.press("Enter");
  await name.fill(integration.name);
  await act.click();
  await gone(dialog);
  await shown(page.getByRole("status").getByText(`${integration.name} is deleted; its tokens are dead.`));
  await settles(() => page.getByRole("rowheader").count(), 0);
  const answer = await askAdmin(`/_tidegate/api/integrations/${integration.id}`, {
    headers: { authorization: `Bearer ${ownerKey}` },
  });
  assert.equal(answer.status, 404);
  await becomes(token, 401);
});

test("somebody changed it meanwhile: it says so, and the next try goes through", async ({ page }) => {
  const { integration } = await seed({ name: unique("Changed before it went") });
  await open(page, `#/integrations/${integration.id}`);
  await page.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await api("PATCH", `/integrations/${integration.id}`, { rev: integration.rev, body: { description: "new" } });
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox").fill(integration.name);
  await dialog.getByRole("button", { name: "Delete" }).click();
  await shown(dialog.getByRole("alert").getByText("What is shown is up to date again."));
  await dialog.getByRole("button", { name: "Delete" }).click();
  await gone(dialog);
  await api("GET", `/integrations/${integration.id}`, { status: 404 });
});

test("from its own view, while two tokens work: both are dead", async ({ page }) => {
  const { integration, token } = await seed({ name: unique("Deleted while rotating") });
  const { token: young } = await rotate(integration);
  await open(page, `#/integrations/${integration.id}`);
  await page.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await shown(page.getByText("Both its tokens stop at once"));
  await page.getByLabel(/To confirm/).fill(integration.name);
  await button(page, "Delete").click();
  await shown(page.getByRole("heading", { name: "Integrations", level: 1 }));
  await becomes(token, 401);
  await becomes(young, 401);
});

test("history: a page at a time, to its very first event", async ({ page }) => {
  let { integration } = await seed({ name: unique("Storied at length") });
  for (let n = 1; n <= 60; n++)
    integration = await api("PATCH", `/integrations/${integration.id}`, {
      body: { description: `No. ${n}` },
      rev: integration.rev,
    });
  await open(page, `#/integrations/${integration.id}`);
  const history = page
    .getByRole("main")
    .locator("section")
    .filter({ has: page.getByRole("heading", { name: "History" }) });
  await shown(history.getByText("50 of 61 shown"));
  assert.equal(await history.getByText("Created", { exact: true }).count(), 0);
  assert.equal(await history.getByText("Edited", { exact: true }).count(), 50);
  await history.getByRole("button", { name: "Show 11 more" }).click();
  await shown(history.getByText("Created", { exact: true }));
  assert.equal(await history.getByText("Edited", { exact: true }).count(), 60);
  await gone(history.getByRole("button", { name: /more/ }));
});

test("history: who did what, when, and the lives of the tokens drawn", async ({ page }) => {
  let { integration } = await seed({ name: unique("Storied"), scopes: ["contacts.readonly"] });
  const { id } = integration;
  await open(page, `#/integrations/${id}/edit`);
  await page.getByRole("checkbox", { name: "contacts.write" }).check();
  await button(page, "Update").click();
  await shown(page.getByText("Updated."));
  integration = await api("GET", `/integrations/${id}`);
  integration = (await rotate(integration)).integration;
  integration = await api("POST", `/integrations/${id}/rotation/finish`, { rev: integration.rev });
  await rotate(integration, { expire: "later", window_seconds: 3600 });

  await page.reload();
  const events = page
    .getByRole("main")
    .locator("section")
    .filter({ has: page.getByRole("heading", { name: "History" }) });
  await shown(events.getByText("Rotation finished"));
  const said = (await events.innerText()).split("\n").map((line) => line.trim());
  const order = [
    "Rotated, the old token expires later",
    "Rotation finished",
    "Rotated, the old token expires later",
    "Edited",
    "Created",
  ];
  assert.deepEqual(
    said.filter((line) => order.includes(line)),
    order,
  );
  assert.ok(said.includes("Scopes added: contacts.write"));
  assert.ok(said.includes("With contacts.readonly"));
  assert.ok(
    said.some((line) => /^\d\d:\d\d · with the owner key$/.test(line)),
    said.join("\n"),
  );
  assert.ok(said.some((line) => /^\d\d:\d\d · with the owner key$/.test(line)));

  const drawing = page.getByRole("figure", { name: "The lives of the tokens over time" });
  const lives = (await drawing.getByRole("listitem").allInnerTexts()).map((text) => text.replace(/\s+/g, " "));
  assert.equal(lives.filter((text) => text.startsWith("Token")).length, 3);
  assert.match(lives[2], /Token 3.*still works/);
  assert.doesNotMatch(lives[0], /still works/);
  await settles(() => drawing.getByTitle("Both tokens work").count(), 2);
});
