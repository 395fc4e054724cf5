// The keyboard alone: a life of an integration without a mouse, and where the focus goes.
import assert from "node:assert/strict";

import { becomes, gone, open, seed, settles, shown, test, unique } from "./support.mjs";

const NOW = "Rotate and expire this token now";
const focused = (page) =>
  page.evaluate(() => {
    const element = document.activeElement;
    const label = element.labels?.[0]?.innerText ?? "";
    return {
      tag: element.tagName,
      name: (element.getAttribute("aria-label") ?? (label || element.innerText || "")).trim(),
    };
  });

/**
 * Presses Tab until what is focused has that name, once the view is loaded; every stop on the way must show that it is
 * focused.
 */
async function tabTo(page, name, key = "Tab") {
  await settles(() => page.locator(".late").count(), 0);
  for (let presses = 0; presses < 80; presses++) {
    const found = await focused(page);
    if (found.tag !== "BODY" && (name instanceof RegExp ? name.test(found.name) : found.name === name)) return;
    await page.keyboard.press(key);
    assert.ok(await isFocusSeen(page), `the focus on ${JSON.stringify(await focused(page))} cannot be seen`);
  }
  assert.fail(`Tab does not lead to ${name}; it is at ${JSON.stringify(await focused(page))}`);
}

function isFocusSeen(page) {
  return page.evaluate(() => {
    const element = document.activeElement;
    if (element === document.body) return true; // between the page and the browser's own controls
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
    const { width, height } = element.getBoundingClientRect();
    return (
      width > 0 && height > 0 && ((outlineStyle !== "none" && parseFloat(outlineWidth) >= 1) || boxShadow !== "none")
    );
  });
}

async function press(page, name, key = "Enter") {
  await tabTo(page, name);
  await page.keyboard.press(key);
}

test(
  "create, rotate, delete",
  { permissions: ["clipboard-read", "clipboard-write"], timeout: 90_000 },
  async ({ page }) => {
    const name = unique("By keyboard");
    await open(page);
    await shown(page.getByRole("table").or(page.getByRole("heading", { name: "No integrations yet" })));
    await press(page, "Create new Integration");
    await settles(() => focused(page), { tag: "H1", name: "Create new Integration" });
    await tabTo(page, "Name");
    await page.keyboard.type(name);
    await tabTo(page, "Choose a sub-account");
    await page.keyboard.type("Acme");
    await shown(page.getByRole("option", { name: "Acme Dental" }));
    await page.keyboard.press("Enter");
    await press(page, "Next");
    await shown(page.getByRole("heading", { name: "Step 2 of 4: Scopes" }));
    await press(page, "Search scopes, operations, paths", "Tab");
    await tabTo(page, /^Contacts contacts/);
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await settles(async () => (await focused(page)).name, "Contacts: Read");
    await page.keyboard.press("Space");
    await page.keyboard.press("ArrowDown");
    await settles(() => page.getByRole("checkbox", { name: "contacts.readonly" }).isChecked(), true);
    await press(page, "Next");
    await press(page, "Create and show the token");
    await shown(page.getByText("This is the only time"));
    await press(page, "Copy token: Token");
    const first = await page.evaluate(() => navigator.clipboard.readText());
    assert.match(first, /^pit_/);
    await press(page, "Done, show the integration");
    await settles(() => focused(page), { tag: "H1", name }); // a key before that would go elsewhere than the eye

    await press(page, NOW);
    await shown(page.getByRole("dialog"));
    await press(page, "Continue");
    await shown(page.getByText("This is the only time"));
    await press(page, "Copy token: Token");
    const second = await page.evaluate(() => navigator.clipboard.readText());
    await press(page, "Done");
    await gone(page.getByRole("dialog"));
    await settles(() => focused(page), { tag: "BUTTON", name: NOW });
    await becomes(second, 200, "/contacts/?locationId=acme");

    await press(page, "More actions");
    await settles(async () => (await focused(page)).name, "Edit");
    await page.keyboard.press("ArrowUp");
    await settles(async () => (await focused(page)).name, "Delete");
    await page.keyboard.press("Enter");
    await shown(page.getByRole("dialog"));
    await tabTo(page, /^To confirm/);
    await page.keyboard.type(name);
    await page.keyboard.press("Enter");
    await shown(page.getByRole("status").getByText(`${name} is deleted`));
    await becomes(second, 401, "/contacts/?locationId=acme");
  },
);

test("dialogs keep the focus, Escape closes them, and it returns to where it was", async ({ page }) => {
  const { integration } = await seed({ name: unique("Focus") });
  await open(page, `#/integrations/${integration.id}`);
  await press(page, NOW);
  await shown(page.getByRole("dialog"));
  for (let presses = 0; presses < 15; presses++) {
    await page.keyboard.press("Tab");
    assert.ok(
      await page.evaluate(
        () => document.activeElement === document.body || document.activeElement.closest("dialog") !== null,
      ),
    );
  }
  await page.keyboard.press("Escape");
  await gone(page.getByRole("dialog"));
  await settles(async () => (await focused(page)).name, NOW);

  await press(page, "More actions");
  await settles(async () => (await focused(page)).name, "Edit");
  await page.keyboard.press("End");
  await settles(async () => (await focused(page)).name, "Delete");
  await page.keyboard.press("Enter");
  await shown(page.getByRole("dialog"));
  await page.keyboard.press("Escape");
  await gone(page.getByRole("dialog"));
  await settles(async () => (await focused(page)).name, "More actions");
});

test("menus go by arrows, Home, End and Escape", async ({ page }) => {
  const { integration } = await seed({ name: unique("Menu") });
  await open(page, `#/integrations?q=${integration.id}`);
  await press(page, `Actions for ${integration.name}`);
  const menu = page.getByRole("menu");
  await shown(menu);
  const walk = [
    ["", "Edit"],
    ["ArrowDown", "Rotate and expire this token later"],
    ["ArrowDown", NOW],
    ["End", "Delete"],
    ["ArrowDown", "Edit"],
    ["ArrowUp", "Delete"],
    ["Home", "Edit"],
  ];
  for (const [key, name] of walk) {
    if (key) await page.keyboard.press(key);
    await settles(async () => (await focused(page)).name, name);
  }
  await page.keyboard.press("Escape");
  await gone(menu);
  await settles(async () => (await focused(page)).name, `Actions for ${integration.name}`);
});

test("the first stop skips to the content, and a new view is announced by its heading", async ({ page }) => {
  await open(page, "#/sub-accounts");
  await page.keyboard.press("Tab");
  await settles(async () => (await focused(page)).name, "Skip to the content");
  await page.keyboard.press("Enter");
  await settles(async () => (await focused(page)).tag, "MAIN");
  await page.getByRole("link", { name: "Policy", exact: true }).press("Enter");
  await page.waitForFunction(() => document.activeElement.tagName === "H1");
  await settles(async () => (await focused(page)).name, "Policy");
  await settles(() => page.title(), "Policy · Tidegate");
});
