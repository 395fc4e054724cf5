// The policy: documents are judged in the browser, without a network; published, and taken back.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { after, before } from "node:test";

import {
  api,
  becomes,
  demo,
  gone,
  hold,
  open,
  seed,
  settles,
  shown,
  test,
  toldOfUse,
  unique,
  until,
} from "./support.mjs";
import { changedDocument, choose } from "./views.mjs";

const button = (page, name) => page.getByRole("button", { name, exact: true });
const region = (page, name) => page.getByRole("region", { name });
const inForce = () => api("GET", "/policy");
const published = async () => (await inForce()).rev;

/** Puts the demo's own policy back, for the tests that come after. */
async function restore(settings = common) {
  await api("PUT", "/policy", {
    rev: await published(),
    body: { documents: demo.documents().map((text) => JSON.parse(text)), settings },
  });
}
// Without what names operations one by one: the demo API's documents are taken out and changed here.
const { encoded: _, ...common } = demo.settings();
before(() => restore());
after(() => restore(demo.settings()));

const YAML = `openapi: 3.1.0
info: { title: Invoices, version: "1" }
paths:
  /invoices/{locationId}:
    get:
      summary: List invoices
      parameters: [{ name: locationId, in: path, required: true, schema: { type: string } }]
      security: [{ Location-Access: [invoices.readonly] }]
      responses: { "200": { description: All } }
components:
  securitySchemes:
    Location-Access: { type: http, scheme: bearer }
`;

async function policyView(page) {
  await open(page, "#/policy");
  await shown(page.getByRole("heading", { name: /^In force: Version/ }));
  const modules = () =>
    page.evaluate(() => {
      const names = performance.getEntriesByType("resource").map(({ name }) => name);
      return new Set(names.filter((name) => name.includes(".wasm"))).size;
    });
  await settles(modules, 3, "the rules, and the readers of documents and of YAML, are loaded");
}

test("report and differences appear without a network: JSON, YAML, dropped, chosen", async ({ page, context }) => {
  await policyView(page);
  await context.setOffline(true);
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  await choose(page, ["demo.json", changedDocument()]);
  await shown(page.getByRole("heading", { name: "Differences to the policy in force" }));
  const diff = region(page, "Differences to the policy in force");
  await shown(diff.getByText("2 operations added"));
  await shown(diff.getByText("1 operation removed"));
  await shown(diff.getByText("/teapot").first());
  await shown(region(page, "Report").getByText("Schemes that the settings do not map"));

  await settles(() => button(page, "Publish…").isDisabled(), true); // nobody publishes blind

  await page.getByRole("button", { name: "Start over" }).click();
  await drop(page, "invoices.yaml", YAML);
  await shown(page.getByRole("button", { name: "Remove invoices.yaml" })); // with it, the list of what stays may open by itself
  await removeInForce(page);
  await shown(diff.getByText("1 operation added"));
  await shown(diff.getByText("14 operations removed"));
  // But for an icon of the page itself, and for what it would do to integrations.
  assert.deepEqual(
    asked.filter((url) => !url.includes("/assets/") && !url.endsWith("/policy/preview")),
    [],
  );
  await context.setOffline(false);
});

/** Marks all documents of the policy in force to be removed. */
async function removeInForce(page) {
  const { documents } = await inForce();
  const stay = page.getByRole("list", { name: /^\d+ documents? stays?/ });
  if (!(await stay.isVisible())) await page.getByText(/^\d+ documents? stays?/).click();
  for (const { name } of documents)
    await page.getByRole("button", { name: `Remove the document ${name}`, exact: true }).click();
}

async function drop(page, name, text) {
  const files = await page.evaluateHandle(
    ([name, text]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([text], name));
      return transfer;
    },
    [name, text],
  );
  const target = page.locator(".drop");
  await target.dispatchEvent("dragover", { dataTransfer: files });
  await target.dispatchEvent("drop", { dataTransfer: files });
}

test("a broken document is named, with where it is broken; the others stay", async ({ page }) => {
  await policyView(page);
  await choose(page, ["demo.json", demo.documents()[0]], ["broken.yaml", "openapi: 3.1.0\npaths:\n  /a: [\n"]);
  const alert = page.getByRole("alert").filter({ hasText: "The documents cannot be compiled" });
  await shown(alert);
  assert.match(await alert.innerText(), /broken\.yaml.*line/s);
  await settles(() => button(page, "Publish…").isDisabled(), true);
  await page.getByRole("button", { name: "Remove broken.yaml" }).click();
  await gone(alert);
  await shown(page.getByText("No operation is added, removed or changed."));
});

test(
  "a scheme is mapped, the impact shown unasked, the policy published, and rolled back",
  { timeout: 120_000 },
  async ({ t, page }) => {
    t.after(() => restore());
    const { integration, token } = await seed({ name: unique("Concerned"), scopes: ["contacts.readonly"] });
    await becomes(token, 200, "/contacts/?locationId=acme");
    const used = async () => (await api("GET", `/integrations/${integration.id}/usage?by=outcome`)).groups;
    await until(async () => (await used()).some(({ outcome }) => outcome === "granted"), "its use is known", 60_000);
    const before = await published();
    await policyView(page);
    const document = JSON.parse(changedDocument());
    document.paths["/teapot"] = JSON.parse(demo.documents()[0]).paths["/teapot"]; // whoever has a token may have tea
    document.paths["/contacts/"].get.security = [{ "Location-Access": ["contacts.list"] }];
    await choose(page, ["demo.json", JSON.stringify(document)]);
    await shown(region(page, "Report").getByText("Schemes that the settings do not map"));
    await page.getByLabel("Partner-Access").selectOption({ label: "Sub-accounts" });
    await gone(region(page, "Report").getByText("Schemes that the settings do not map"));

    const impact = region(page, "What it does to your integrations");
    await shown(impact.getByRole("link", { name: integration.name }));
    await shown(impact.getByRole("listitem").filter({ hasText: integration.name }).getByText("loses 1 operation"));
    await shown(impact.getByText(/^\d+ integrations? loses? something$/));
    await shown(
      impact.getByText(/^Would have refused [1-9][\d,]* of [\d,]+ requests? in 30 days, by [1-9]\d* integration/),
    );

    await button(page, "Publish…").click();
    const dialog = page.getByRole("dialog", { name: "Publish this policy?" });
    await shown(dialog.getByText("Replaced"));
    await typeNumber(dialog, "Publish");
    const release = await hold(page, "PATCH", "**/_tidegate/api/policy");
    await button(dialog, "Publish").click();
    await shown(dialog.getByText(/Sending the documents…|The gate compiles it…/));
    release();
    await gone(dialog);
    await shown(page.getByRole("status").getByText(`Version ${before + 1} is in force.`));
    await shown(page.getByRole("heading", { name: `In force: Version ${before + 1}` }));
    const { scopes } = await api("GET", "/scopes");
    assert.ok(scopes.some(({ scope }) => scope === "invoices.write"));
    assert.deepEqual((await api("GET", "/policy")).settings.schemes["Partner-Access"], {
      level: "sub_account",
      private_integrations: true,
    });

    await page.getByRole("button", { name: new RegExp(`^Roll back…? Version ${before}$`) }).click();
    const sure = page.getByRole("dialog", { name: `Roll back to version ${before}?` });
    await shown(sure.getByText(/gains \d+ operation/).first());
    await typeNumber(sure, "Roll back");
    await button(sure, "Roll back").click();
    await gone(sure);
    await shown(page.getByRole("heading", { name: `In force: Version ${before + 2}` }));
    assert.ok(!(await api("GET", "/scopes")).scopes.some(({ scope }) => scope === "invoices.write"));
  },
);

/** Where some integration loses something, the button waits for the number of those. */
async function typeNumber(dialog, action) {
  const field = dialog.getByLabel(/^To confirm, type how many integrations lose something:/);
  if (!(await field.isVisible())) return;
  await toldOfUse(dialog);
  const number = /: ([\d,]+)$/
    .exec(await dialog.locator("label", { hasText: "To confirm" }).innerText())[1]
    .replaceAll(",", "");
  await field.fill(String(Number(number) + 1));
  await settles(() => button(dialog, action).isDisabled(), true);
  await field.fill(number);
  await settles(() => button(dialog, action).isEnabled(), true);
}

test(
  "a dropped document replaces the one of its name; the sheet says which others stay",
  { timeout: 120_000 },
  async ({ t, page }) => {
    t.after(() => restore());
    const [text] = demo.documents();
    const { title } = JSON.parse(text).info;
    const invoices = { name: "Invoices", text: YAML };
    await policyView(page);
    await choose(page, ["invoices.yaml", invoices.text]);
    await shown(region(page, "Differences to the policy in force").getByText("1 operation added"));
    await button(page, "Publish…").click();
    const dialog = page.getByRole("dialog", { name: "Publish this policy?" });
    await shown(dialog.getByText("Invoices"));
    await shown(dialog.getByText("Stays"));
    await dialog.getByText("1 document", { exact: true }).click();
    await shown(dialog.getByText(title, { exact: true }));
    await shown(dialog.getByText("No integration gains or loses anything."));
    await button(dialog, "Publish").click();
    await gone(dialog);
    assert.deepEqual((await inForce()).documents.map(({ name }) => name).sort(), ["Invoices", title].sort());
    // And it goes as it came.
    await page.getByText(/^2 documents stay/).click();
    await page.getByRole("button", { name: "Remove the document Invoices", exact: true }).click();
    await shown(region(page, "Differences to the policy in force").getByText("1 operation removed"));
    await button(page, "Publish…").click();
    await shown(dialog.getByText("Removed"));
    await button(dialog, "Publish").click();
    await gone(dialog);
    assert.deepEqual(
      (await inForce()).documents.map(({ name }) => name),
      [title],
    );
  },
);

test("settings are changed without any document", { timeout: 120_000 }, async ({ t, page }) => {
  t.after(() => restore());
  await policyView(page);
  await button(page, "Change the settings").click();
  await page.getByLabel("An operation without any security is").selectOption("public");
  await shown(region(page, "Report"));
  // What cannot be read is not published, nor what stood there before it.
  await page.getByText("All settings as JSON").click();
  const json = page.getByRole("textbox", { name: "All settings as JSON" });
  const text = await json.inputValue();
  await settles(() => button(page, "Publish…").isEnabled(), true);
  await json.fill(text.replace("{", "{,"));
  await shown(page.getByText("The settings cannot be read as JSON."));
  await settles(() => button(page, "Publish…").isDisabled(), true);
  await json.fill(text.replace("{", '{"without_security": "deny",'));
  await shown(page.getByText("“without_security” stands twice in an object."));
  await settles(() => button(page, "Publish…").isDisabled(), true);
  await json.fill(text);
  await settles(() => button(page, "Publish…").isEnabled(), true);
  await button(page, "Publish…").click();
  const dialog = page.getByRole("dialog", { name: "Publish this policy?" });
  await typeNumber(dialog, "Publish");
  await button(dialog, "Publish").click();
  await gone(dialog);
  assert.equal((await inForce()).settings.without_security, "public");
});

test("versions are shown in pages, the latest first", async ({ t, page }) => {
  t.after(() => restore());
  await api("PUT", "/policy", {
    rev: await published(),
    body: { documents: [JSON.parse(changedDocument())], settings: demo.settings() },
  });
  await restore();
  const { versions } = await api("GET", "/policy/versions?limit=200");
  const said = versions.map(({ rev }) => `Version ${rev}`);
  assert.ok(said.length > 2);
  // The gate's own pages, but short ones.
  await page.route("**/policy/versions?**", (route) =>
    route.continue({ url: route.request().url().replace("limit=50", "limit=2") }),
  );
  await open(page, "#/policy");
  const listed = page
    .locator("section", { has: page.getByRole("heading", { name: "Versions" }) })
    .getByRole("listitem");
  const revs = async () => await listed.locator("strong").allInnerTexts();
  await settles(revs, said.slice(0, 2));
  await shown(listed.first().getByText("in force"));
  await shown(listed.first().getByText(`${versions[0].counts.operations} operations`));
  await shown(page.getByText(`2 of ${said.length} shown`));
  for (let pages = 2; pages * 2 < said.length + 2; pages++) {
    await page.getByRole("button", { name: /^Show \d+ more$/ }).click();
    await settles(revs, said.slice(0, pages * 2));
  }
  await gone(page.getByRole("button", { name: /^Show \d+ more$/ }));
  const focused = () => page.evaluate(() => document.activeElement.textContent);
  await settles(focused, `${said.length} of ${said.length} shown`);
});

test(
  "somebody else publishes meanwhile: nothing is overwritten, and what was chosen stays",
  { timeout: 120_000 },
  async ({ t, page }) => {
    t.after(() => restore());
    await policyView(page);
    await choose(page, ["demo.json", changedDocument()]);
    await shown(page.getByRole("heading", { name: "Differences to the policy in force" }));
    await settles(() => button(page, "Publish…").isEnabled(), true); // what it does is known, of what is in force now
    const impact = region(page, "What it does to your integrations");
    if (await impact.getByText(/loses? something$/).isVisible()) await toldOfUse(impact);
    const theirs = JSON.parse(demo.documents()[0]);
    delete theirs.paths["/slow"];
    await api("PUT", "/policy", { rev: await published(), body: { documents: [theirs], settings: demo.settings() } });
    const rev = await published();
    await button(page, "Publish…").click();
    const dialog = page.getByRole("dialog");
    await typeNumber(dialog, "Publish");
    const release = await hold(page, "POST", "**/_tidegate/api/policy/preview");
    await button(dialog, "Publish").click();
    await shown(dialog.getByText("The policy in force has changed meanwhile."));
    assert.equal(await published(), rev);
    // Nobody confirms what they have not seen: what it does now is not known yet.
    await settles(() => button(dialog, "Publish").isDisabled(), true);
    release();
    await settles(() => page.locator("section[aria-labelledby=impact]").getAttribute("aria-busy"), "false");
    await typeNumber(dialog, "Publish");
    await settles(() => button(dialog, "Publish").isEnabled(), true);
    await button(dialog, "Cancel").click();
    await shown(page.getByRole("list", { name: "Documents" }).getByText("demo.json"));
  },
);

test("a rollback that somebody's publication overtakes is shown afresh, and goes through", async ({ t, page }) => {
  t.after(() => restore());
  const publish = async (document) =>
    api("PUT", "/policy", { rev: await published(), body: { documents: [document], settings: demo.settings() } });
  await publish(JSON.parse(changedDocument()));
  const to = await published();
  const theirs = JSON.parse(demo.documents()[0]);
  await publish(theirs);
  await policyView(page);
  await page.getByRole("button", { name: new RegExp(`^Roll back…? Version ${to}$`) }).click();
  const sure = page.getByRole("dialog", { name: `Roll back to version ${to}?` });
  await shown(sure);
  delete theirs.paths["/slow"];
  await publish(theirs);
  await typeNumber(sure, "Roll back");
  await button(sure, "Roll back").click();
  await shown(sure.getByText("What is shown is up to date again."));
  await typeNumber(sure, "Roll back");
  await button(sure, "Roll back").click();
  await gone(sure);
  await shown(page.getByRole("heading", { name: `In force: Version ${to + 3}` }));
});

/** The registry writes some hundred integrations of other tests too, and the machine may be busy. */
const written = (store) =>
  store.getByText("The other token keys may be removed from TOKEN_KEYS").waitFor({ timeout: 60_000 });

test("the page says when a token key may be removed: not before KV is written", async ({ page }) => {
  await policyView(page);
  const store = region(page, "Workers KV");
  await written(store);
  const release = await hold(page, "GET", "**/_tidegate/api/resync");
  await button(store, "Write all of it afresh").click();
  await shown(store.getByText("KV is being written afresh"));
  await shown(store.getByText("Remove no token key until this is done."));
  await settles(() => store.getByText("may be removed").count(), 0);
  release();
  await written(store);
  assert.equal((await api("GET", "/resync")).complete, true);
});

const HIGHLEVEL = new URL("../../../shared/highlevel/openapi/", import.meta.url);
test("a real API: 41 documents, 576 operations", { timeout: 120_000 }, async ({ t, page, context }) => {
  if (!existsSync(HIGHLEVEL)) return t.skip("the documents of ../shared/highlevel are not there");
  const names = readdirSync(HIGHLEVEL).filter((name) => name.endsWith(".json"));
  await policyView(page);
  await context.setOffline(true);
  await removeInForce(page);
  await choose(page, ...names.map((name) => [name, readFileSync(new URL(name, HIGHLEVEL), "utf8")]));
  const report = region(page, "Report");
  await report.waitFor({ timeout: 60_000 });
  const [, operations] = /operations\s+([\d,]+)/.exec(await report.innerText()) ?? [];
  assert.deepEqual([names.length, operations], [41, "576"]);
  await context.setOffline(false);
});
