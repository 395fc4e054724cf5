// When the gate does not answer: what was typed stays, the page says what to do, and the next try works.
import assert from "node:assert/strict";

import {
  answerTo,
  api,
  chooseSubAccount,
  gone,
  open,
  seed,
  settles,
  show,
  shown,
  test,
  unique,
  until,
} from "./support.mjs";

const button = (page, name) => page.getByRole("button", { name, exact: true });
const integrations = "**/_tidegate/api/integrations";
const UNREACHABLE = "The gate did not answer";

async function reviewed(page, name) {
  await open(page, "#/integrations/new");
  await page.getByLabel("Name", { exact: true }).fill(name);
  await chooseSubAccount(page, "acme");
  await button(page, "Next").click();
  await page.getByRole("checkbox", { name: "contacts.readonly" }).check();
  await button(page, "Next").click();
}

test("every view says that the gate did not answer, and tries again", async ({ page, context }) => {
  const { integration } = await seed({ name: unique("Unreachable") });
  const views = [
    ["#/integrations?q=" + integration.id, () => page.getByRole("rowheader")],
    [`#/integrations/${integration.id}`, () => page.getByRole("heading", { name: "History" })],
    ["#/policy", () => page.getByRole("heading", { name: /In force/ })],
    ["#/sub-accounts", () => page.getByText("Acme Dental")],
    // The last: what a link asks for is a change that would be lost.
    [`#/integrations/${integration.id}/edit?drop=contacts.readonly`, () => page.getByText("1 scope removed")],
  ];
  await open(page, "#/why");
  for (const [hash, there] of views) {
    await page.goto("/_tidegate/#/nothing");
    await page.reload();
    await shown(page.getByRole("heading", { name: "There is nothing here" }));
    await context.route("**/_tidegate/api/**", (route) => route.abort());
    await page.goto(`/_tidegate/${hash}`);
    await shown(page.getByRole("main").getByText(UNREACHABLE).first());
    await shown(page.getByText("Check your connection, then try again.").first());
    await context.unroute("**/_tidegate/api/**");
    await until(async () => {
      // Each part of a view asks for itself, and has its own button.
      if (await button(page, "Try again").first().isVisible())
        await button(page, "Try again")
          .first()
          .click({ timeout: 1000 })
          .catch(() => {});
      return (await there().isVisible()) && (await button(page, "Try again").count()) === 0;
    }, `${hash} to be there`);
  }
});

test("a create that never reaches the gate: nothing typed is lost, and the next try works", async ({ page }) => {
  const name = unique("Second try");
  await reviewed(page, name);
  await page.route(integrations, (route) => route.abort());
  await button(page, "Create and show the token").click();
  await shown(page.getByRole("alert").getByText(UNREACHABLE));
  await shown(page.getByText("Nothing that you typed is lost."));
  await page.unroute(integrations);
  await button(page, "Create and show the token").click();
  await shown(page.getByText("This is the only time"));
  await shown(page.getByRole("heading", { name: `${name} is created` }));
});

test("an edit that never reaches the gate: nothing typed is lost, and the next try works", async ({ page }) => {
  const { integration } = await seed({ name: unique("Edit again") });
  await open(page, `#/integrations/${integration.id}/edit`);
  await page.getByLabel("Description").fill("Typed once");
  await page.route(`${integrations}/**`, (route) => route.abort());
  await button(page, "Update").click();
  await shown(page.getByRole("alert").getByText(UNREACHABLE));
  await settles(() => page.getByLabel("Description").inputValue(), "Typed once");
  await page.unroute(`${integrations}/**`);
  await button(page, "Update").click();
  await shown(page.getByText("Updated."));
  assert.equal((await show(integration.id)).description, "Typed once");
});

test("settings that are in force are shown: while they are asked for, and where a change is refused", async ({
  page,
}) => {
  const rules = { ...(await api("GET", "/settings")), max_lifetime_days: 60 };
  let asked = 0;
  await page.route("**/_tidegate/api/settings", (route) =>
    asked++ === 0 ? route.fulfill({ json: rules }) : undefined,
  );
  await open(page);
  await page.waitForLoadState("networkidle");
  await page.evaluate(() => (location.hash = "#/token-rules"));
  await settles(() => page.getByLabel("At most so many days ahead").inputValue(), "60");
  await settles(() => button(page, "Save").isDisabled(), true);
  await settles(() => asked, 2);

  await page.route("**/_tidegate/api/features/**", (route) => route.abort());
  await page.evaluate(() => (location.hash = "#/team/labs"));
  const labs = page.getByRole("switch", { name: "For sub-accounts" });
  const before = await labs.isChecked();
  await labs.click();
  await shown(page.getByRole("alert").getByText(UNREACHABLE));
  await settles(() => labs.isChecked(), before);
});

test("an export and a search that the gate does not answer say so", async ({ page }) => {
  await seed({ name: unique("Exported") });
  await open(page);
  const listed = /\/_tidegate\/api\/integrations\?/;
  const export_ = page.getByRole("button", { name: /^Export [\d,]+ as CSV$/ });
  await shown(export_);
  await page.route(listed, (route) => route.abort());
  await export_.click();
  await shown(page.getByRole("main").getByRole("alert").getByText(UNREACHABLE));

  const field = page.getByRole("combobox", { name: "Find" });
  await page.route("**/assets/Find-*.js", (route) => route.abort());
  await page.keyboard.press("/");
  await shown(page.getByText("The search cannot be loaded. Reload the page."));
  await page.unroute("**/assets/Find-*.js");
  await page.unroute(listed);
  await page.reload();
  await shown(export_);
  await page.route(listed, (route) => route.abort());
  const found = page.getByRole("dialog").getByRole("option");
  await page.keyboard.press("/");
  await field.fill("contacts");
  await shown(page.getByRole("dialog").getByText(UNREACHABLE));
  await page.keyboard.press("ArrowUp");
  await settles(() => found.last().getAttribute("aria-selected"), "true");
  assert.ok((await found.count()) > 1);
  await field.fill("token rules");
  await settles(() => found.count(), 1);
  await page.keyboard.press("Enter");
  await shown(page.getByRole("heading", { name: "Token rules", level: 1 }));

  // Whoever sees no integrations is not told about those.
  await page.route("**/_tidegate/api/session", async (route) => {
    const session = await (await answerTo(route)).json();
    await route.fulfill({ json: { ...session, permissions: [{ verb: "people.view", place: "agency" }] } });
  });
  await page.reload();
  await shown(page.getByRole("heading", { level: 1 }));
  await page.keyboard.press("/");
  await field.fill("acme");
  await shown(found.filter({ hasText: "Acme Dental" }));
  assert.equal(await page.getByRole("dialog").getByRole("alert").count(), 0);
});

test("signing in while the gate does not answer says so, and keeps the key", { signedIn: false }, async ({ page }) => {
  await open(page);
  await page.route("**/_tidegate/api/session", (route) => route.abort());
  await page.getByLabel("Owner key", { exact: true }).fill("whatever it is");
  await button(page, "Sign in").click();
  await shown(page.getByRole("alert").getByText(UNREACHABLE));
  await settles(() => page.getByLabel("Owner key", { exact: true }).inputValue(), "whatever it is");
});

test("a create whose answer is lost is repeated under the same key; what was done already is told", async ({
  page,
}) => {
  const name = unique("Lost answer");
  await reviewed(page, name);
  const keys = [];
  await page.route(integrations, async (route) => {
    keys.push(route.request().headers()["idempotency-key"]);
    if (keys.length > 1) return route.continue();
    assert.equal((await answerTo(route)).status, 201); // the gate does it, and the answer is lost
    return route.abort();
  });
  await button(page, "Create and show the token").click();
  await shown(page.getByRole("alert").getByText(UNREACHABLE));
  await button(page, "Create and show the token").click();
  await shown(page.getByText("It was created already"));
  await shown(page.getByText("Open the integration and rotate its token."));
  assert.match(keys[0], /^[0-9a-f-]{36}$/);
  assert.deepEqual(keys, [keys[0], keys[0]]);
  await page.getByRole("link", { name: "Open the integration" }).click();
  await shown(page.getByRole("heading", { name, level: 1 }));
});

test("a rotation whose answer is lost is repeated under the same key; another rotation has another", async ({
  page,
}) => {
  const { integration } = await seed({ name: unique("Lost rotation") });
  await open(page, `#/integrations/${integration.id}`);
  const keys = [];
  await page.route("**/rotate", (route) => {
    keys.push(route.request().headers()["idempotency-key"]);
    return route.abort();
  });
  await button(page, "Rotate and expire this token later").click();
  for (let tries = 0; tries < 2; tries++) {
    await button(page, "Continue").click();
    await shown(page.getByRole("alert").getByText(UNREACHABLE));
    await page.waitForTimeout(100);
  }
  await button(page, "Cancel").click();
  await gone(page.getByRole("dialog"));
  await button(page, "Rotate and expire this token later").click();
  await button(page, "Continue").click();
  await shown(page.getByRole("alert"));
  assert.equal(keys.length, 3);
  assert.equal(keys[0], keys[1]);
  assert.notEqual(keys[0], keys[2]);
});

test("a rotation that was done and whose answer was lost: it says to cancel, since nobody has the new token", async ({
  page,
}) => {
  const { integration } = await seed({ name: unique("Done and lost") });
  await open(page, `#/integrations/${integration.id}`);
  await page.route("**/rotate", async (route) => {
    assert.equal((await answerTo(route)).status, 200); // the gate does it, and the answer is lost
    await route.abort();
  });
  await button(page, "Rotate and expire this token later").click();
  const dialog = page.getByRole("dialog");
  await button(dialog, "Continue").click();
  await shown(dialog.getByRole("alert").getByText(UNREACHABLE));
  await page.unroute("**/rotate");
  await button(dialog, "Continue").click();
  await shown(dialog.getByText("It was rotated already"));
  await shown(dialog.getByText("close this, cancel the rotation, then rotate again", { exact: false }));
  assert.equal(
    await dialog.getByText("Cancel it or finish it first").count(),
    0,
    "to finish would kill the only token",
  );
});

test(
  "a rotation that meets a change made meanwhile says so, and the next try works",
  { permissions: ["clipboard-read", "clipboard-write"] },
  async ({ page }) => {
    const { integration } = await seed({ name: unique("Rotated late") });
    await open(page, `#/integrations/${integration.id}`);
    await button(page, "Rotate and expire this token later").click();
    await api("PATCH", `/integrations/${integration.id}`, { rev: integration.rev, body: { description: "Meanwhile" } });
    await button(page, "Continue").click();
    await shown(page.getByRole("dialog").getByRole("alert"));
    await button(page, "Continue").click();
    await shown(page.getByText("This is the only time"));
  },
);
