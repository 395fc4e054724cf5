// Every view and dialog: accessible, nothing wider than a small screen, no jumps; and a picture of each.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

import { answerTo, drawn, open, overflow, rotate, seed, settles, shown, test, unique } from "./support.mjs";
import { picture } from "./screenshots.mjs";
import { parts } from "./views.mjs";

const AXE = readFileSync(new URL("../../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const EVERYTHING = { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] };
/** Of the widths that pictures are taken at, those between which the layout changes. The dark theme differs by its colours alone. */
const CHECKED = { light: [320, 1280], dark: [1280] };
const COLOURS = { type: "rule", values: ["color-contrast"] };
const permissions = ["clipboard-read", "clipboard-write"];

/** What axe finds, as "rule: where". */
async function violations(page, runOnly) {
  // Evaluated from outside, for the page's own policy lets no other script in.
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(AXE);
  const found = await page.evaluate(
    (runOnly) => window.axe.run(document, { runOnly, resultTypes: ["violations"] }),
    runOnly,
  );
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map(
      (node) => `${id}: ${node.target.join(" ")} ${node.failureSummary.split("\n").slice(1, 2).join("").trim()}`,
    ),
  );
}

for (const [name, part] of Object.entries(parts)) {
  test(
    `${name}: no view or dialog fails axe, light or dark, wide or narrow, or is wider than 320 px`,
    { permissions, timeout: 180_000 },
    async ({ page, context }) => {
      const wrong = [];
      await part(page, context, async (view) => {
        const look = async (theme, width) => {
          const found = await violations(page, theme === "light" ? EVERYTHING : COLOURS);
          wrong.push(...found.map((text) => `${view}, ${theme}, ${width}: ${text}`));
          const wide = await overflow(page);
          if (wide) wrong.push(`${view}, ${width}: ${wide}`);
        };
        await picture(page, view, look, CHECKED);
      });
      assert.deepEqual(wrong, []);
    },
  );
}

const ROUTES = [
  ...["integrations", "integrations/new", "why", "policy", "sub-accounts", "token-rules", "webhooks", "activity"],
  ...["team", "team/keys", "team/sessions", "team/labs", "nothing/here"],
];
test(
  "no view is wider than 320 px in Dutch either, whose words are longer",
  { locale: "nl-NL", viewport: { width: 320, height: 640 } },
  async ({ page }) => {
    const { integration } = await seed();
    // Beside a number of many digits there is the least room.
    await page.route("**/_tidegate/api/lifecycle", async (route) => {
      const counts = await (await answerTo(route)).json();
      await route.fulfill({ json: { ...counts, rotations_ending: { ...counts.rotations_ending, count: 1234 } } });
    });
    const wrong = [];
    for (const route of [...ROUTES, `integrations/${integration.id}`, `integrations/${integration.id}/edit`]) {
      await open(page, `#/${route}`);
      await settles(() => page.locator("main .late").count(), 0);
      await drawn(page);
      const wide = await overflow(page);
      if (wide) wrong.push(`${route}: ${wide}`);
    }
    assert.match(await page.evaluate(() => document.documentElement.lang), /^nl/);
    assert.deepEqual(wrong, []);
  },
);

test("where less motion is asked for, colours change at once", async ({ page }) => {
  await seed();
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  await open(page);
  await shown(page.getByRole("table"));
  await page.evaluate(() => {
    window.transitions = [];
    document.addEventListener("transitionrun", ({ target, propertyName }) =>
      window.transitions.push(`${target.className}: ${propertyName}`),
    );
  });
  const colour = () =>
    page
      .locator(".button:visible")
      .first()
      .evaluate((button) => getComputedStyle(button).backgroundColor);
  const light = await colour();
  await page.emulateMedia({ colorScheme: "dark" });
  assert.notEqual(await colour(), light);
  await drawn(page);
  assert.deepEqual(await page.evaluate(() => window.transitions), []);
});

/** How answers arrive. */
const LINES = {
  "a fast line": async () => {},
  // As Chromium's "Slow 4G".
  "a slow line": async (page) => {
    const devtools = await page.context().newCDPSession(page);
    await devtools.send("Network.enable");
    const conditions = { offline: false, latency: 400, downloadThroughput: 200_000, uploadThroughput: 90_000 };
    await devtools.send("Network.emulateNetworkConditions", conditions);
  },
  "a line on which the usage stores answer last": (page) =>
    page.route(/\/(usage|rotation)(\?|$)/, async (route) => {
      await sleep(800);
      await route.continue();
    }),
};
for (const [line, prepare] of Object.entries(LINES))
  test(`nothing jumps while the list and the detail view load on ${line}`, ({ page }) => loadsCalmly(page, prepare));

async function loadsCalmly(page, prepare) {
  const { integration } = await seed({ name: unique("Calm") });
  await rotate(integration);
  await page.addInitScript(() => {
    window.shifts = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifts += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
  });
  await prepare(page);
  for (const hash of ["#/integrations", `#/integrations/${integration.id}`]) {
    await page.goto("about:blank");
    await open(page, hash);
    await page.waitForLoadState("networkidle");
    await drawn(page);
    const shifts = await page.evaluate(() => window.shifts);
    assert.ok(shifts < 0.1, `${hash}: ${shifts}`);
  }
}
