// Documents that are dropped on a gate without a policy: what they leave open is asked, each with a reason, and what is chosen is
// published.
import assert from "node:assert/strict";
import { test } from "node:test";

import { newPage, startOwnGate } from "./own-gate.mjs";
import { hold, ownerKey, settles } from "./support.mjs";

const of = (tag) => ({ tags: [tag], security: [{ apiKey: [] }] });
const SHOP = {
  openapi: "3.1.0",
  info: { title: "Shop", version: "1" },
  externalDocs: { url: "https://docs.shop.example/api" },
  tags: [{ name: "Orders", "x-displayName": "Orders and returns" }],
  paths: {
    "/orders": { get: of("Orders"), post: of("Orders") },
    "/items": { get: of("Items") },
    "/health": { get: { security: [] } },
  },
  components: { securitySchemes: { apiKey: { type: "apiKey", in: "header", name: "X-Key" } } },
};
/** Another document of the same API, which leads to the same documentation. */
const REFUNDS = { ...SHOP, info: { title: "Refunds", version: "1" }, paths: { "/refunds": { get: of("Orders") } } };

test("what first documents leave open is chosen on the page", { timeout: 180_000 }, async (t) => {
  const gate = await startOwnGate(t, "first-documents");
  const page = await newPage(t);
  page.setDefaultTimeout(60_000);
  await page.goto(`${gate.admin}/_tidegate/#/policy`);
  await page.getByLabel("Owner key", { exact: true }).fill(ownerKey);
  await page.getByRole("button", { name: "Sign in" }).click();
  const file = (name, document) => ({
    name,
    mimeType: "application/json",
    buffer: Buffer.from(JSON.stringify(document)),
  });
  await page.locator("input[type=file]").setInputFiles([file("shop.json", SHOP), file("refunds.json", REFUNDS)]);

  const choices = page.getByRole("region", { name: "What the documents leave open" });
  const scheme = choices.getByLabel("Whom is the security scheme apiKey for?");
  await scheme.waitFor();
  const chosen = (select) => select.locator("option:checked").innerText();
  assert.equal(await chosen(scheme), "integrations of sub-accounts");
  assert.match(await choices.innerText(), /apiKey[^]*4 operations ask for it/, "the reason is told");
  const scopes = choices.getByLabel("Which scopes are such operations to need?");
  await scopes.waitFor();
  assert.ok((await scopes.locator("option").count()) > 1);

  // What was chosen stays, also where another policy seems to be in force.
  const preview = "**/_tidegate/api/policy/preview";
  await page.route(preview, (route) => route.fulfill({ json: { rev: 1 } }));
  await scheme.selectOption({ label: "integrations of the agency" });
  await page.getByRole("alert").filter({ hasText: "The policy in force has changed meanwhile." }).waitFor();
  await page.unroute(preview);
  assert.equal(await chosen(scheme), "integrations of the agency");
  await page.getByRole("list", { name: "Documents" }).getByText("refunds.json").waitFor();
  await scheme.selectOption({ label: "integrations of sub-accounts" });

  const settings = async () => JSON.parse(await page.getByLabel("All settings as JSON").inputValue());
  const level = async () => (await settings()).schemes.apiKey.level;
  await settles(level, "sub_account");
  await scheme.selectOption({ label: "integrations of the agency" });
  await settles(level, "agency");
  assert.equal(await chosen(scheme), "integrations of the agency", "it stays chosen");
  assert.ok((await settings()).scopes.derive, "what was not chosen stays as it was suggested");

  await page.getByRole("button", { name: "Publish…", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Publish", exact: true }).click();
  await page.getByRole("heading", { name: /^In force: Version/ }).waitFor();
  const { settings: inForce, report } = await gate.api("GET", "/policy");
  assert.equal(inForce.schemes.apiKey.level, "agency");
  assert.deepEqual([report.operations, report.agency, report.sub_account, report.scopes], [5, 5, 1, 3]);

  // What the documents call things, and where there is more to read.
  await gate.api("PUT", "/agency", { id: "shop", name: "Shop" }, 0);
  const release = await hold(page, "GET", "**/_tidegate/api/sub-accounts?*");
  await page.goto(`${gate.admin}/_tidegate/#/integrations/new?name=Stock&owner=agency`);
  // Which the agency is, the page does not know yet: it asks once more, and goes on when it knows.
  const button = page.getByRole("button", { name: "Next", exact: true });
  await button.click();
  await settles(() => button.getAttribute("aria-busy"), "true");
  release();
  const area = page.getByRole("rowheader", { name: /^Orders and returns/ });
  assert.match(await area.innerText(), /\borders\b/, "the technical name stands beside it");
  await page.getByRole("button", { name: "Orders and returns: Read", exact: true }).click();
  await page.getByRole("button", { name: "Next", exact: true }).click();
  await page.getByRole("button", { name: "Create and show the token" }).click();
  await page.getByText("For the developer").click();
  const link = page.getByRole("link", { name: "https://docs.shop.example/api" });
  await link.last().waitFor();
  assert.equal(await link.count(), 2, "each document leads to it");
});
