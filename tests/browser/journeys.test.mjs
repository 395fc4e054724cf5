// How many clicks and presses the common errands take.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";

import { api, demo, open, seed, settles, shown, test, toldOfUse, unique } from "./support.mjs";

const button = (page, name) => page.getByRole("button", { name, exact: true });
const MAX_PRESSES = 40;
const permissions = ["clipboard-read", "clipboard-write"];

/** Counts clicks and keys that type nothing. */
async function counted(page) {
  const counts = { clicks: 0, presses: 0 };
  await page.exposeFunction("counted", (kind) => void (counts[kind] += 1));
  await page.evaluate(() => {
    addEventListener("click", (event) => event.isTrusted && event.detail > 0 && window.counted("clicks"), true);
    addEventListener("keydown", (event) => event.key.length > 1 && window.counted("presses"), true);
  });
  return counts;
}

test("with a preset an integration is made in at most 6 clicks", async ({ page }) => {
  await seed();
  await open(page);
  await shown(page.getByRole("table"));
  const counts = await counted(page);
  await page.getByRole("link", { name: "Create new Integration" }).click();
  await page.getByLabel("Name", { exact: true }).fill(unique("In six clicks"));
  await page.getByRole("combobox", { name: "Choose a sub-account" }).fill("acme");
  await page.getByRole("option", { name: "Acme Dental" }).click();
  await button(page, "Next").click();
  await button(page, "Read everything").click();
  await button(page, "Next").click();
  await button(page, "Create and show the token").click();
  await shown(page.getByText("This is the only time that the token is shown."));
  assert.ok(counts.clicks <= 6, `${counts.clicks} clicks`);
});

test("a token is rotated later in 3 clicks, and the rotation finished in 2", { permissions }, async ({ page }) => {
  const { integration } = await seed({ name: unique("Counted") });
  await open(page, `#/integrations/${integration.id}`);
  const counts = await counted(page);
  await button(page, "Rotate and expire this token later").click();
  await button(page, "Continue").click();
  const said = shown(page.getByRole("status").getByText("Token copied")); // for a moment only
  await page.getByRole("button", { name: "Copy token: Token" }).click();
  await said;
  assert.equal(counts.clicks, 3);
  await button(page, "Done").click();
  counts.clicks = 0;
  await button(page, "Expire Now").click();
  await toldOfUse(page.getByRole("dialog"));
  await button(page.getByRole("dialog"), "Expire Now").click();
  await settles(() => page.getByRole("timer").count(), 0);
  assert.equal(counts.clicks, 2);
});

test("by keyboard, with 118 scopes, an integration is made in at most 40 presses", async ({ page }) => {
  const areas = Array.from({ length: 32 }, (_, at) => `area${String(at).padStart(2, "0")}`);
  const scopes = areas.flatMap((group, at) =>
    ["readonly", "write", "message.readonly", "message.write"].slice(0, at < 22 ? 4 : 3).map((name) => ({
      scope: `${group}.${name}`,
      group,
      access: name.endsWith("readonly") ? "read" : "write",
      operations: [{ method: "GET", path: `/${group}/${name}`, levels: ["sub_account", "agency"] }],
    })),
  );
  assert.equal(scopes.length, 118);
  // The policy is the demo's; only what the table shows is another one. What is made is made of the demo's scopes.
  await page.route("**/_tidegate/api/scopes", async (route) => {
    const own = { scope: "contacts.readonly", group: "contacts", access: "read", operations: scopes[0].operations };
    await route.fulfill({ json: { scopes: [...scopes, own] } });
  });
  await seed();
  const presses = await makeByKeyboard(page);
  assert.ok(presses <= MAX_PRESSES, `${presses} presses`);
});

const HIGHLEVEL = new URL("../../../shared/highlevel/openapi/", import.meta.url);
test("the same with the scopes of a real API", { timeout: 120_000 }, async ({ t, page }) => {
  if (!existsSync(HIGHLEVEL)) return t.skip("the documents of ../shared/highlevel are not there");
  const read = (name, at) => JSON.parse(readFileSync(new URL(name, at), "utf8"));
  const names = readdirSync(HIGHLEVEL).filter((name) => name.endsWith(".json"));
  const settings = read("../corpus/highlevel-settings.json", import.meta.url);
  await publish(
    names.map((name) => read(name, HIGHLEVEL)),
    settings,
  );
  try {
    const { scopes } = await api("GET", "/scopes");
    assert.ok(scopes.length > 100, `${scopes.length}`);
    const presses = await makeByKeyboard(page);
    assert.ok(presses <= MAX_PRESSES, `${presses} presses`);
    t.diagnostic(`${presses} presses`);
  } finally {
    await publish(
      demo.documents().map((text) => JSON.parse(text)),
      demo.settings(),
    );
  }
});

async function publish(documents, settings) {
  const { rev } = await api("GET", "/policy");
  await api("PUT", "/policy", { rev, body: { documents, settings } });
}

/** From the list to the token of a new integration, by the keyboard alone: how many presses that type nothing it takes. */
async function makeByKeyboard(page) {
  await open(page);
  await shown(page.getByRole("table"));
  const counts = await counted(page);
  const focused = () =>
    page.evaluate(() => {
      const element = document.activeElement;
      if (element === document.body) return ""; // its text begins with the link that skips
      return (element.getAttribute("aria-label") ?? element.labels?.[0]?.innerText ?? element.innerText ?? "").trim();
    });
  const tabTo = async (name) => {
    for (let presses = 0; presses < 40 && !(await focused()).startsWith(name); presses++)
      await page.keyboard.press("Tab");
    assert.ok((await focused()).startsWith(name), `${name}: at ${await focused()}`);
  };
  await tabTo("Skip to the content");
  await page.keyboard.press("Enter");
  await tabTo("Create new Integration");
  await page.keyboard.press("Enter");
  await settles(focused, "Create new Integration");
  await tabTo("Name");
  await page.keyboard.type(unique("By keyboard"));
  await tabTo("Choose a sub-account");
  await page.keyboard.type("acme");
  await shown(page.getByRole("option", { name: "Acme Dental" }));
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter"); // in a field of a form: the next step
  await shown(page.getByRole("heading", { name: "Step 2 of 4: Scopes" }));
  await tabTo("Search scopes");
  await page.keyboard.type("contacts.readonly");
  await settles(() => page.getByRole("grid").getByRole("row").count(), 2);
  await tabTo("Contacts contacts");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Space");
  await tabTo("Next");
  await page.keyboard.press("Enter");
  await shown(page.getByRole("heading", { name: "Step 3 of 4: Review" }));
  await tabTo("Create and show the token");
  await page.keyboard.press("Enter");
  await shown(page.getByText("This is the only time that the token is shown."));
  return counts.presses;
}
