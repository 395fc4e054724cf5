// The short news at the edge of the page: how long it stays. The page's clock is moved; nobody waits for it.
import { gone, open, seed, settles, shown, test, unique } from "./support.mjs";

const LONG = 10 * 60_000;
const close = (page) => page.getByRole("status").getByRole("button", { name: "Close" });
// Other parts of the page have a status too; with the clock moved, one of them can say that the gate did not answer.
const news = (page, text) =>
  page
    .getByRole("status")
    .filter({ has: page.getByRole("button", { name: "Close" }) })
    .getByText(text);

/** Saves an edit, of which the page then tells. */
async function told(page) {
  const { integration } = await seed({ name: unique("Told") });
  await page.clock.install();
  await open(page, `#/integrations/${integration.id}/edit`);
  await page.getByLabel("Description").fill("New");
  await page.getByRole("button", { name: "Update" }).click();
  await shown(news(page, "Updated."));
  // The next view takes the focus to its heading.
  await settles(() => page.evaluate(() => document.activeElement.tagName), "H1");
}

test("news goes by itself", async ({ page }) => {
  await told(page);
  await page.clock.runFor(LONG);
  await gone(news(page, "Updated."));
});

test("news stays while the pointer is over it", async ({ page }) => {
  await told(page);
  await news(page, "Updated.").hover();
  await page.clock.runFor(LONG);
  await shown(news(page, "Updated."));
  await page.mouse.move(5, 5);
  await page.clock.runFor(LONG);
  await gone(news(page, "Updated."));
});

test("news stays while the keyboard is in it", async ({ page }) => {
  await told(page);
  await close(page).focus();
  await page.clock.runFor(LONG);
  await shown(news(page, "Updated."));
  await page.keyboard.press("Enter");
  await gone(news(page, "Updated."));
});

test("what went wrong stays until it is closed, and is told once however often it happens", async ({ page }) => {
  await page.clock.install();
  await open(page);
  await page.route("**/_tidegate/api/session", (route) => route.abort());
  const failure = news(page, "The gate did not answer");
  for (let tries = 0; tries < 2; tries++) {
    const refused = page.waitForEvent("requestfailed");
    await page.getByRole("button", { name: "Sign out" }).click();
    await refused;
    await shown(failure);
  }
  await page.clock.runFor(LONG);
  await settles(() => failure.count(), 1);
  await close(page).click();
  await gone(failure);
});
