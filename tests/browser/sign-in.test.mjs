// Signing in and out, and a session that ends while somebody works.
import assert from "node:assert/strict";

import {
  address,
  api,
  askAdmin,
  chooseSubAccount,
  gone,
  open,
  ownerKey,
  rotate,
  seed,
  settles,
  show,
  shown,
  signInByApi,
  test,
  unique,
} from "./support.mjs";

const key = (page) => page.getByLabel("Owner key", { exact: true });
const signIn = (page) => page.getByRole("button", { name: "Sign in" });

test("the right key signs in, a wrong one says so", { signedIn: false }, async ({ page }) => {
  await open(page);
  await shown(page.getByRole("heading", { name: "Sign in" }));
  assert.equal(await key(page).evaluate((input) => input === document.activeElement), true);
  await key(page).fill("not-the-key");
  await signIn(page).click();
  await shown(page.getByRole("alert").getByText("This is not the gate's owner key"));
  await settles(() => key(page).getAttribute("aria-invalid"), "true");
  await key(page).fill(`  ${ownerKey}\n`);
  await page.keyboard.press("Enter");
  await shown(page.getByRole("heading", { name: "Integrations", level: 1 }));
  await page.reload();
  await shown(page.getByRole("heading", { name: "Integrations", level: 1 }));
  const kept = await page.evaluate(() =>
    JSON.stringify([localStorage, sessionStorage, document.cookie, location.href]),
  );
  assert.ok(!kept.includes(ownerKey));
});

test("a password manager can fill the form", { signedIn: false }, async ({ page }) => {
  await open(page);
  const form = page.locator("form");
  await settles(() => form.locator('input[autocomplete="username"]').inputValue(), new URL(address).host);
  const password = form.locator('input[autocomplete="current-password"][type="password"]');
  await password.evaluate((input, value) => {
    // As they do it: the value from outside, then the events of typing.
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(input, value);
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }, ownerKey);
  await signIn(page).click();
  await shown(page.getByRole("heading", { name: "Integrations", level: 1 }));
});

test("the key can be shown and hidden", { signedIn: false }, async ({ page }) => {
  await open(page);
  await page.getByRole("button", { name: "Show Owner key" }).click();
  await settles(() => key(page).getAttribute("type"), "text");
  await page.getByRole("button", { name: "Hide Owner key" }).click();
  await settles(() => key(page).getAttribute("type"), "password");
});

test("signing out in one tab shows in another, and the session is dead", async ({ page, context }) => {
  await open(page);
  const other = await context.newPage();
  await open(other, "#/sub-accounts");
  const [{ name, value }] = await context.cookies();
  await page.getByRole("button", { name: "Sign out" }).click();
  await shown(page.getByRole("heading", { name: "Sign in" }));
  await shown(other.getByRole("dialog", { name: "Your session is over" }));
  const answer = await askAdmin("/_tidegate/api/integrations", { headers: { cookie: `${name}=${value}` } });
  assert.equal(answer.status, 401);

  await key(other.getByRole("dialog")).fill(ownerKey);
  await signIn(other.getByRole("dialog")).click();
  await gone(other.getByRole("dialog"));
  await shown(other.getByRole("heading", { name: "Sub-accounts", level: 1 }));
  await shown(page.getByRole("heading", { name: "Integrations", level: 1 }));
});

test("a session that ends while a form is half filled: sign in again, nothing typed is lost, and it goes through", async ({
  page,
  context,
}) => {
  const name = unique("Half filled");
  await open(page, "#/integrations/new");
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByLabel("Description").fill("Typed before the session ended");
  await chooseSubAccount(page, "acme");
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByRole("checkbox", { name: /contacts\.readonly/ }).check();
  await page.getByRole("button", { name: "Next" }).click();
  await page.waitForLoadState("networkidle");
  await context.clearCookies();
  await page.getByRole("button", { name: "Create and show the token" }).click();
  const dialog = page.getByRole("dialog", { name: "Your session is over" });
  await shown(dialog);
  assert.equal(await key(dialog).evaluate((input) => input === document.activeElement), true);
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await shown(dialog);
  await key(dialog).fill("wrong");
  await signIn(dialog).click();
  await shown(dialog.getByRole("alert"));
  await key(dialog).fill(ownerKey);
  await signIn(dialog).click();
  await gone(dialog);
  await shown(page.getByRole("heading", { name: `${name} is created` }));
  const { integrations } = await api("GET", `/integrations?q=${encodeURIComponent(name)}`);
  assert.deepEqual(
    integrations.map(({ description, scopes }) => ({ description, scopes })),
    [{ description: "Typed before the session ended", scopes: ["contacts.readonly"] }],
  );
});

test("a view that asks again and again waits while the session is over", async ({ page, context }) => {
  const { integration } = await seed({ name: unique("Open overnight") });
  await rotate(integration);
  await page.clock.install();
  await open(page, `#/integrations/${integration.id}`);
  await shown(page.getByRole("list", { name: "Steps of this rotation" }));
  await shown(page.getByRole("region", { name: "Use", exact: true }).getByRole("status"));
  await page.waitForLoadState("networkidle");
  await context.clearCookies();
  const isOfUse = (url) => /\/(usage\?|rotation$)/.test(url);
  const [asked, refused] = [[], []];
  page.on("request", (request) => isOfUse(request.url()) && asked.push(request.url()));
  page.on("response", (answer) => isOfUse(answer.url()) && answer.status() === 401 && refused.push(answer.url()));
  await page.clock.runFor(20_000);
  const dialog = page.getByRole("dialog", { name: "Your session is over" });
  await shown(dialog);
  // None is on its way any more: the page's clock ends a request too, which would be asked again.
  await settles(() => refused.length, 5);
  await page.clock.runFor(60_000);
  assert.equal(asked.length, 5, "each question is asked once: 2 about the rotation, 3 about all use");
  await key(dialog).fill(ownerKey);
  await signIn(dialog).click();
  await gone(dialog);
  await settles(() => asked.length, 10, "each is asked again after the sign-in");

  // Meanwhile somebody else ends the rotation.
  await api("POST", `/integrations/${integration.id}/rotation/finish`, { rev: (await show(integration.id)).rev });
  await page.clock.runFor(6_000);
  await gone(page.getByRole("region", { name: "Two tokens work right now" }));
});

test("somebody who will not sign in again can leave", async ({ page, context }) => {
  await open(page, "#/sub-accounts");
  await page.waitForLoadState("networkidle");
  await context.clearCookies();
  const ways = "**/_tidegate/api/sign-in";
  await page.route(ways, (route) => route.abort());
  await page.evaluate(() => (location.hash = "#/integrations")); // no click: the dialog may be there before it
  const dialog = page.getByRole("dialog", { name: "Your session is over" });
  await shown(dialog.getByText("The gate did not answer"));
  await page.unroute(ways);
  await dialog.getByRole("button", { name: "Try again" }).click();
  await gone(dialog.getByText("The gate did not answer"));
  await dialog.getByRole("button", { name: "Leave instead" }).click();
  await shown(page.getByRole("heading", { name: "Sign in" }));
});

test("a session renewed elsewhere goes on here", async ({ page, context }) => {
  await open(page, "#/sub-accounts");
  await shown(page.getByText("Acme Dental"));
  await page.waitForLoadState("networkidle");
  await context.clearCookies();
  await signInByApi(context);
  await page.evaluate(() => (location.hash = "#/integrations"));
  await shown(page.getByRole("table").or(page.getByRole("heading", { name: "No integrations yet" })));
  await settles(() => page.getByRole("dialog").count(), 0);
});
