// Activity: all events, filtered by the address, exported, those of deleted integrations too.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { api, open, seed, settles, shown, test, unique } from "./support.mjs";

const AXE = readFileSync(new URL("../../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");

/** What a download holds. */
async function downloaded(page, click) {
  const [download] = await Promise.all([page.waitForEvent("download"), click()]);
  return { name: download.suggestedFilename(), text: readFileSync(await download.path(), "utf8") };
}

test("activity shows, filters and exports events, those of deleted integrations too", async ({ page }) => {
  const name = unique("Short-lived");
  const { integration } = await seed({ name, scopes: [] });
  await api("DELETE", `/integrations/${integration.id}`, { rev: integration.rev });
  await open(page, "#/activity");
  await page
    .getByRole("link", { name: `its history (${integration.id})` })
    .first()
    .click();
  await shown(page.getByRole("button", { name: `Only integration ${integration.id}` }));
  const events = page.getByRole("listitem").filter({ has: page.locator("time") });
  await settles(() => events.count(), 2); // before, the list shows what other tests have deleted
  await shown(events.filter({ hasText: "Deleted" }));
  assert.match(page.url(), new RegExp(`#/activity\\?integration=${integration.id}$`));

  await page.evaluate(AXE);
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  assert.deepEqual(
    found.violations.map(({ id }) => id),
    [],
  );

  await shown(page.getByText("A filtered export cannot be verified."));
  const csv = await downloaded(page, () => page.getByRole("button", { name: "CSV" }).click());
  assert.equal(csv.name, "events.csv");
  assert.deepEqual(
    csv.text
      .trim()
      .split("\r\n")
      .slice(1)
      .map((line) => line.split(",")[2]),
    ["integration.created", "integration.deleted"],
  );

  // The address has the filter: it is there after a reload, and what somebody else opens is the same.
  await page.reload();
  await shown(events.filter({ hasText: "Deleted" }));
  await settles(() => events.count(), 2);
  await page.getByLabel("What happened").selectOption({ label: "Deletions" });
  await shown(events.filter({ hasText: "Deleted" }));
  await page.waitForFunction(() => document.querySelectorAll("main time").length === 1);
  await page.getByRole("button", { name: "Show everything" }).click();
  await shown(page.getByText("The export in JSON Lines can be verified: tidegate audit verify."));
  const lines = await downloaded(page, () => page.getByRole("button", { name: "JSON Lines" }).click());
  assert.equal(JSON.parse(lines.text.split("\n")[0]).export.verifiable, true);

  // All parts of an export are of one filter, whatever is chosen meanwhile.
  const asked = [];
  const { promise: released, resolve: release } = Promise.withResolvers();
  await page.route("**/_tidegate/api/events?*format=jsonl*", async (route) => {
    asked.push(new URL(route.request().url()).searchParams.get("kind"));
    await released;
    await route.fulfill({ body: "{}\n", headers: asked.length === 1 ? { "Tidegate-Next-Cursor": "next" } : {} });
  });
  const both = await downloaded(page, async () => {
    await page.getByRole("button", { name: "JSON Lines" }).click();
    await settles(() => asked.length, 1);
    await page.getByLabel("What happened").selectOption({ label: "Deletions" });
    await shown(page.getByText("Exporting: 0 events so far"));
    release();
  });
  assert.deepEqual([asked, both.text], [[null, null], "{}\n{}\n"]);
  await page.getByRole("button", { name: "Show everything" }).click();

  // A day that is typed is asked for once its year is there.
  const years = [];
  page.on("request", (request) => {
    const from = new URL(request.url()).searchParams.get("from");
    if (from !== null) years.push(new Date(from).getUTCFullYear());
  });
  await page.getByLabel("From", { exact: true }).pressSequentially("06152026");
  await settles(() => new URL(page.url()).hash, "#/activity?from=2026-06-15");
  await settles(() => years, [2026]);
});
