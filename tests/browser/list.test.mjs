// The list: what is seen at a glance, what finds one among many, and how fast it is there.
import assert from "node:assert/strict";

import { acme, api, open, rotate, seed, settles, shown, test, unique, until } from "./support.mjs";

const rows = (page) =>
  page
    .getByRole("table")
    .getByRole("row")
    .filter({ has: page.getByRole("rowheader") });
const names = (page) => page.getByRole("rowheader").getByRole("link").allInnerTexts();
const search = (page) => page.getByRole("searchbox", { name: /^Search name/ });
const found = (page, text) => shown(page.getByRole("status").getByText(text, { exact: true }));
const query = (page) => new URLSearchParams(new URL(page.url()).hash.split("?")[1] ?? "");

/** As many integrations as wanted, whose names begin alike and end in a number. */
async function many(amount) {
  const word = unique("many").replace(" ", "-");
  const left = Array.from({ length: amount }, (_, at) => at);
  const worker = async () => {
    for (let at = left.pop(); at !== undefined; at = left.pop()) {
      await api("POST", "/integrations", {
        body: { name: `${word} ${String(at).padStart(5, "0")}`, owner: acme, scopes: ["locations.readonly"] },
      });
    }
  };
  await Promise.all(Array.from({ length: 16 }, worker));
  return word;
}

test("a row says name, owner, scopes, state and the token's age", async ({ page }) => {
  const { integration } = await seed({
    name: unique("At a glance"),
    description: "For the tests",
    scopes: ["contacts.readonly", "contacts.write", "locations.readonly"],
  });
  await open(page);
  await search(page).fill(integration.name);
  await found(page, "1 integration found");
  const row = rows(page).filter({ hasText: integration.name });
  for (const text of ["For the tests", "Acme Dental", "contacts · write", "locations", "Today"])
    await shown(row.getByText(text, { exact: true }));
  await rotate(integration, { expire: "later", window_seconds: 3 * 86_400 });
  await page.reload();
  await shown(row.getByText("Two tokens, 3 days left"));
  await row.getByRole("link", { name: integration.name }).click();
  await shown(page.getByRole("heading", { name: integration.name, level: 1 }));
});

test("search and filters narrow the list, stand in the address, and come back with it", async ({ page }) => {
  const word = unique("filtered").replace(" ", "-");
  const make = (name, fields) => seed({ name: `${word} ${name}`, ...fields });
  await make("reader", { scopes: ["contacts.readonly"] });
  await make("writer", { scopes: ["contacts.write"] });
  await make("globex", { owner: { level: "sub_account", id: "globex" }, scopes: ["contacts.write"] });
  const { integration } = await make("rotating", { scopes: ["locations.readonly"] });
  await rotate(integration);

  await open(page);
  await search(page).fill(word);
  await found(page, "4 integrations found");
  await page.getByRole("combobox", { name: "Owner", exact: true }).fill("dental acme");
  await page.getByRole("option", { name: "Acme Dental" }).click();
  await found(page, "3 integrations found");
  await page.getByLabel("Scope", { exact: true }).selectOption("contacts.write");
  await found(page, "1 integration found");
  await settles(() => names(page), [`${word} writer`]);
  assert.deepEqual(Object.fromEntries(query(page)), { q: word, owner: "sub_account:acme", scope: "contacts.write" });
  await page.reload();
  await found(page, "1 integration found");
  await settles(() => search(page).inputValue(), word);
  await page.getByLabel("Scope", { exact: true }).selectOption("");
  await page.getByLabel("State", { exact: true }).selectOption({ label: "Two tokens" });
  await until(async () => (await names(page)).join() === `${word} rotating`, "the one that rotates alone");
  await search(page).fill(`${word} nothing`);
  await shown(page.getByRole("heading", { name: "No integration matches" }));
  await page.getByRole("main").getByRole("button", { name: "Clear filters" }).first().click();
  await until(async () => query(page).toString() === "", "an address without filters");
});

test("a search is typed letter by letter, without losing the field or the letters", async ({ page }) => {
  await seed({ name: unique("Typed") });
  await open(page);
  await search(page).click();
  for (const letter of "typed nothing") {
    await page.keyboard.type(letter);
    await page.waitForTimeout(40);
  }
  await settles(() => search(page).inputValue(), "typed nothing");
  await found(page, "0 integrations found");
  await page.waitForTimeout(300);
  assert.ok(await search(page).evaluate((field) => field === document.activeElement));
  await page.getByRole("navigation", { name: "Views" }).getByRole("link", { name: "Integrations" }).click();
  await until(async () => (await search(page).inputValue()) === "", "the link to the list clears its filters");
});

test("the state of a filter survives a visit to a detail view", async ({ page }) => {
  const { integration } = await seed({ name: unique("There and back") });
  await open(page);
  await search(page).fill(integration.name);
  await found(page, "1 integration found");
  await page.getByRole("link", { name: integration.name }).click();
  await shown(page.getByRole("heading", { name: integration.name, level: 1 }));
  await page.goBack();
  await found(page, "1 integration found");
  await settles(() => search(page).inputValue(), integration.name);
});

test("headers sort, and say which way", async ({ page }) => {
  const word = unique("sorted").replace(" ", "-");
  for (const name of ["b", "c", "a"]) await seed({ name: `${word} ${name}` });
  await open(page, `#/integrations?q=${word}`);
  await found(page, "3 integrations found");
  const letters = async () => (await names(page)).map((name) => name.at(-1)).join("");
  await settles(letters, "abc");
  const header = page.getByRole("columnheader", { name: "Name" });
  await settles(() => header.getAttribute("aria-sort"), "ascending");
  await header.getByRole("button").click();
  await until(async () => (await letters()) === "cba", "the names backwards");
  await settles(() => header.getAttribute("aria-sort"), "descending");
  await settles(() => query(page).get("sort"), "-name");
  await page.getByRole("columnheader", { name: "Token age" }).getByRole("button").click();
  await until(
    async () => (await letters()).length === 3 && query(page).get("sort")?.endsWith("token"),
    "sorted by the token's age",
  );
});

const MANY = Number(process.env.MANY_INTEGRATIONS ?? 500);
test(
  `among ${MANY} integrations: the first page is quick, more can be shown, the last one is found`,
  { timeout: 300_000 },
  async ({ t, page }) => {
    let started = Date.now();
    const word = await many(MANY);
    t.diagnostic(`${MANY} integrations made in ${Date.now() - started} ms`);
    await open(page, "#/sub-accounts");
    started = Date.now();
    await page.getByRole("link", { name: "Integrations", exact: true }).click();
    await until(async () => (await rows(page).count()) >= 50, "the first page");
    t.diagnostic(`first page after ${Date.now() - started} ms`);

    await search(page).fill(word);
    await found(page, `${MANY.toLocaleString("en-US")} integrations found`);
    await settles(() => rows(page).count(), 50);
    await page.getByRole("button", { name: "Show 50 more" }).click();
    await until(async () => (await rows(page).count()) === 100, "100 rows");
    await settles(async () => new Set(await names(page)).size, 100);
    await settles(async () => (await names(page)).at(-1), `${word} 00099`);
    const last = `${word} ${String(MANY - 1).padStart(5, "0")}`;
    started = Date.now();
    await search(page).fill(last);
    await found(page, "1 integration found");
    t.diagnostic(`found the last one after ${Date.now() - started} ms`);
    await settles(() => names(page), [last]);
  },
);
