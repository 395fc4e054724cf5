// Several integrations at once, the way back to a list, the field that finds, and the languages.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { api, call, gone, open, seed, settles, show, shown, test, unique, until } from "./support.mjs";

const button = (page, name) => page.getByRole("button", { name, exact: true });
const permissions = ["clipboard-read", "clipboard-write"];
const names = (page) => page.getByRole("rowheader").getByRole("link").allInnerTexts();

async function several(fields = []) {
  const word = unique("several").replace(" ", "-");
  const made = [];
  for (const [at, more] of fields.entries()) made.push(await seed({ name: `${word} ${at}`, ...more }));
  return { word, made };
}

test("those that are checked are rotated, paused, exported and deleted together", { permissions }, async ({ page }) => {
  const { word, made } = await several([{}, { description: '=1+1, "quoted"' }, {}]);
  await open(page, `#/integrations?q=${word}`);
  await page.getByRole("checkbox", { name: `Choose ${word} 0` }).check();
  await page.getByRole("checkbox", { name: `Choose ${word} 1` }).check();
  await shown(page.getByText("2 chosen"));
  const saved = page.waitForEvent("download");
  await button(page, "Export CSV").click();
  const lines = readFileSync(await (await saved).path(), "utf8")
    .trimEnd()
    .split("\r\n");
  assert.equal(lines.length, 3);
  assert.ok(lines[2].includes(`"'=1+1, ""quoted"""`), lines[2]);

  // Of a lost answer it says what to do: to finish would kill the only token that anybody has.
  await page.route("**/rotate", (route) => route.abort());
  await button(page, "Rotate…").click();
  await button(page, "Continue").click();
  await settles(() => page.getByText("cancel that rotation, then rotate again", { exact: false }).count(), 2);
  await button(page.getByRole("dialog"), "Done").click();
  await page.unroute("**/rotate");
  await shown(page.getByText(word).first());
  await page.getByRole("checkbox", { name: `Choose ${word} 0` }).check();
  await page.getByRole("checkbox", { name: `Choose ${word} 1` }).check();

  await button(page, "Rotate…").click();
  await button(page, "Continue").click();
  const dialog = page.getByRole("dialog", { name: "The new tokens" });
  await page.getByRole("button", { name: "Copy all: The new tokens" }).click();
  const tokens = (await page.evaluate(() => navigator.clipboard.readText()))
    .split("\n")
    .map((line) => line.split("\t"));
  assert.deepEqual(
    tokens.map(([name]) => name),
    [`${word} 0`, `${word} 1`],
  );
  await until(async () => (await call(tokens[1][1])) === 200, "the new token works", 20_000);
  await button(dialog, "Done").click();
  await gone(dialog);

  await page.getByRole("checkbox", { name: "Choose all that are shown" }).check();
  // What failed is told where it failed, and in no other dialog.
  const failures = page.getByText("It is not known whether it was done for 3 integrations:");
  const remove = page.getByRole("group", { name: "Several integrations" }).getByRole("button", { name: "Delete" });
  await page.route("**/pause", (route) => route.abort());
  await button(page, "Pause…").click();
  await button(page, "Pause 3 integrations").click();
  await shown(failures);
  await button(page, "Cancel").click();
  await remove.click();
  await shown(page.getByRole("dialog", { name: "Delete 3 integrations?" }));
  assert.equal(await failures.count(), 0);
  await button(page, "Cancel").click();
  await page.unroute("**/pause");
  await button(page, "Pause…").click();
  // One that somebody else changes after the question is not paused before it is asked of it as it is now.
  await api("PATCH", `/integrations/${made[2].integration.id}`, {
    rev: made[2].integration.rev,
    body: { description: "changed meanwhile" },
  });
  await button(page, "Pause 3 integrations").click();
  await shown(page.getByText("Refused for 1 integration:"));
  await button(page, "Pause 1 integration").click();
  await gone(page.getByRole("dialog"));
  for (const { integration } of made) assert.equal((await show(integration.id)).paused, true);

  await page.getByRole("checkbox", { name: `Choose ${word} 2` }).check();
  await page.getByRole("checkbox", { name: `Choose ${word} 0` }).check();
  await remove.click();
  const sure = page.getByRole("dialog", { name: "Delete 2 integrations?" });
  await settles(() => button(sure, "Delete").isDisabled(), true);
  await sure.getByLabel("To confirm, type how many: 2").fill("2");
  await button(sure, "Delete").click();
  await settles(() => names(page), [`${word} 1`]);
});

test("Back shows the same rows at the same place", async ({ page }) => {
  const { word } = await several(Array.from({ length: 60 }, () => ({ scopes: [] })));
  await open(page, `#/integrations?q=${word}`);
  await page.getByRole("button", { name: "Show 10 more" }).click();
  await until(async () => (await names(page)).length === 60, "all rows");
  const before = await names(page);
  const link = page.getByRole("link", { name: before[55], exact: true });
  await link.scrollIntoViewIfNeeded();
  const scrolled = await page.evaluate(() => scrollY);
  assert.ok(scrolled > 500, `${scrolled}`);
  await link.click();
  await shown(page.getByRole("heading", { name: before[55], level: 1 }));
  await settles(() => page.evaluate(() => scrollY), 0);
  await page.goBack();
  await settles(() => names(page), before);
  await until(async () => Math.abs((await page.evaluate(() => scrollY)) - scrolled) < 5, "the same place");
});

test("one field finds names in any order and without accents, scopes, paths and views", async ({ page }) => {
  const word = unique("müller").replace(" ", "-");
  const { integration } = await seed({ name: `Café ${word}` });
  const twice = unique("Twice");
  for (let made = 0; made < 2; made++) await seed({ name: twice });
  await open(page);
  await page.keyboard.press("/");
  const field = page.getByRole("combobox", { name: "Find" });
  await field.fill(`${word.replace("ü", "u")} cafe`);
  await shown(page.getByRole("option").filter({ hasText: integration.name }));
  await field.fill(twice);
  await settles(() => page.getByRole("option").filter({ hasText: twice }).count(), 2);
  await field.fill("locationId");
  await shown(page.getByRole("option").filter({ hasText: "GET /locations/{locationId}" }).first());
  await field.fill("write contacts");
  await shown(page.getByRole("listbox").getByRole("option").filter({ hasText: "contacts.write" }).first());
  await field.fill(`cafe ${word}`);
  await shown(page.getByRole("option").filter({ hasText: integration.name }));
  await page.keyboard.press("Enter");
  await shown(page.getByRole("heading", { name: integration.name, level: 1 }));
});

test("a token that is pasted into it is taken out, and its integration named", async ({ page, context }) => {
  const { integration, token } = await seed({ name: unique("Pasted to find") });
  const sent = [];
  context.on("request", (request) => sent.push(request.url() + (request.postData() ?? "")));
  await open(page);
  await page.keyboard.press("/");
  await page.getByRole("combobox", { name: "Find" }).fill(token);
  await shown(page.getByRole("dialog", { name: "This is a token" }).getByText(integration.name));
  assert.ok(sent.every((text) => !text.includes(token.slice(24))));
});

test(
  "the first load without a session makes no error, and Dutch is spoken where it is chosen",
  { signedIn: false },
  async ({ page }) => {
    const errors = [];
    page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
    await page.goto("/_tidegate/");
    await shown(page.getByRole("heading", { name: "Sign in" }));
    assert.deepEqual(errors, []);
    await page.evaluate(() => localStorage.setItem("tidegate-language", "nl"));
    await page.reload();
    await shown(page.getByRole("heading", { name: "Inloggen" }));
    assert.match(await page.evaluate(() => document.documentElement.lang), /^nl/);
  },
);

test("the browser's language is taken at first, with its dates", { locale: "nl-BE" }, async ({ page }) => {
  const { integration } = await seed({ name: unique("Nederlands") });
  await open(page, `#/integrations/${integration.id}`);
  await shown(page.getByRole("heading", { name: "Wat ze kan" }));
  await shown(page.getByRole("button", { name: "Vervangen en dit token later laten verlopen" }));
  const day = new Intl.DateTimeFormat("nl-BE", { weekday: "long", year: "numeric", month: "long", day: "numeric" });
  await shown(page.getByRole("heading", { name: day.format(new Date(integration.created_at)) }));
  await page.getByLabel("Taal").selectOption("en");
  await shown(page.getByRole("heading", { name: "What it can do" }));
});
