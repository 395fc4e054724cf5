// Names that want to be more than text, and the longest there can be.
import assert from "node:assert/strict";

import { api, open, overflow, rotate, seed, settles, shown, test, unique } from "./support.mjs";

const NAMES = {
  markup: "<img src=x onerror=window.__xss=1><script>window.__xss=1</script>",
  attribute: `"' onmouseover=window.__xss=1 autofocus onfocus=window.__xss=1 x="`,
  template: "{@html `<b>`}{{7*7}}${window.__xss=1}",
  address: "javascript:window.__xss=1",
  "from right to left": "חשבונות (safe) ١٢٣ abc",
  emoji: "👩🏽‍🚀🏳️‍🌈 Ünïcödé 日本語 العربية",
  longest: "W".repeat(100),
  "longest with combining marks": "\u00e9\u0302\u0303".repeat(33),
};

for (const [what, name] of Object.entries(NAMES)) {
  test(
    `${what}: shown as text in every view, at 320 px`,
    { viewport: { width: 320, height: 640 } },
    async ({ page }) => {
      const { integration } = await seed({
        name,
        description: name.repeat(1000 / name.length).slice(0, 1000),
        owner: await owner(name),
      });
      await rotate(integration);
      await page.addInitScript(() => addEventListener("error", () => {}, true));
      const fits = async (where) => assert.equal(await overflow(page), "", where);
      await open(page, `#/integrations?q=${integration.id}`);
      await shown(page.getByRole("rowheader"));
      await settles(() => page.getByRole("rowheader").getByRole("link").innerText(), name);
      await fits("list");
      await page.getByRole("rowheader").getByRole("link").click();
      const heading = page.getByRole("heading", { level: 1 });
      await shown(heading.filter({ hasText: name.slice(0, 5) }));
      await settles(() => heading.textContent(), name);
      await shown(page.getByText("Created", { exact: true }).first());
      await fits("detail");
      await page.getByRole("button", { name: "More actions" }).click();
      await page.getByRole("menuitem", { name: "Delete" }).click();
      await shown(page.getByRole("dialog"));
      await fits("delete");
      assert.ok((await page.getByRole("dialog").getByRole("heading").textContent()).includes(name));
      await page.keyboard.press("Escape");
      await open(page, `#/integrations/${integration.id}/edit`);
      await page.getByLabel("Name", { exact: true }).waitFor();
      await settles(() => page.getByLabel("Name", { exact: true }).inputValue(), name);
      await fits("edit");
      await open(page, `#/why?integration=${integration.id}`);
      await shown(page.getByText("Change", { exact: true }));
      await fits("why");
      await open(page, "#/sub-accounts");
      await shown(page.getByText("Acme Dental"));
      await fits("sub-accounts");
      assert.equal(await page.evaluate(() => window.__xss), undefined);
      await settles(() => page.locator("main img:not([src^='/_tidegate/'])").count(), 0);
    },
  );
}

/** A sub-account of the same name. */
async function owner(name) {
  const id = unique("hostile").replaceAll(" ", "-");
  await api("POST", "/sub-accounts", { body: { id, name } });
  return { level: "sub_account", id };
}

test("a name with unseen characters can be deleted, typed without them", async ({ page }) => {
  const { integration } = await seed({ name: "Flags \u{1F3F3}\uFE0F\u200D\u{1F308}" }); // a rainbow flag is a flag and a rainbow, joined
  await open(page, `#/integrations/${integration.id}`);
  await page.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await page.getByRole("dialog").getByRole("textbox").fill("Flags \u{1F3F3}\u{1F308}");
  await page.getByRole("button", { name: "Delete" }).click();
  await shown(page.getByRole("status").getByText("is deleted; its tokens are dead."));
});

test("addresses that lead nowhere, or nowhere good", async ({ page }) => {
  for (const hash of [
    "#/nothing",
    "#/integrations/a/b/c",
    "#/integrations/%2e%2e%2fpolicy",
    "#/integrations/%00",
    "#/integrations/%E0%A4%A",
    "#javascript:alert(1)",
  ]) {
    await open(page, hash);
    await shown(page.getByRole("heading", { name: /There is nothing here|no longer there|^Integrations$/, level: 1 }));
  }
});
