// Pictures of every view and dialog, light and dark, at four widths, into target/screenshots/. Against a running gate:
// TIDEGATE_ADDRESS=http://admin.localhost:8787 TIDEGATE_API=http://localhost:8787 OWNER_KEY=$(sed -n 's/^OWNER_KEY=//p' .dev.vars) \\
//   node tests/browser/screenshots.mjs [part of a view's name…]
// With `--docs` it draws the pictures of README.md and docs/page.md into docs/img/ instead. Use a gate with an empty state directory
// (`cargo xtask dev --state DIR`), because the list shows every integration that the gate has.
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import { close, drawn, newContext, screenshots } from "./support.mjs";
import { documented, parts } from "./views.mjs";

const THEMES = ["light", "dark"];
const HEIGHTS = { 320: 640, 768: 1024, 1280: 800, 2560: 1440 };
const WIDTHS = Object.keys(HEIGHTS).map(Number);

/** Pictures of what the page shows, at these widths in each theme; at each, `look(theme, width)` may look closer. */
export async function picture(page, view, look = async () => {}, widths = { light: WIDTHS, dark: WIDTHS }) {
  for (const colorScheme of THEMES) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    for (const width of widths[colorScheme]) {
      await page.setViewportSize({ width, height: HEIGHTS[width] });
      await page.evaluate(() => scrollTo(0, 0)); // what is sticky belongs at the top of a picture of all
      await drawn(page);
      await save(page, `${view}-${colorScheme}-${width}.png`);
      await look(colorScheme, width);
    }
  }
  await page.setViewportSize({ width: 1280, height: 800 });
}

/** The whole page, or the window where a dialog covers it. Playwright's own compresses longer than it draws. */
async function save(page, name) {
  const isWhole = (await page.locator("dialog[open], [popover]:popover-open").count()) === 0;
  const devtools = await page.context().newCDPSession(page);
  const { cssContentSize: clip } = await devtools.send("Page.getLayoutMetrics");
  const { data } = await devtools.send("Page.captureScreenshot", {
    format: "png",
    optimizeForSpeed: true,
    captureBeyondViewport: isWhole,
    ...(isWhole && { clip: { ...clip, scale: 1 } }),
  });
  await devtools.detach();
  await writeFile(screenshots + name, Buffer.from(data, "base64"));
}

/** The pictures of the documents, each in both themes. */
async function documentPictures() {
  const context = await newContext();
  const page = await context.newPage();
  await documented(page, async (view) => {
    for (const colorScheme of THEMES) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await drawn(page);
      await page.screenshot({
        path: fileURLToPath(new URL(`../../docs/img/${view}-${colorScheme}.png`, import.meta.url)),
      });
    }
  });
}

if (process.argv[2] === "--docs") {
  await documentPictures();
  await close();
} else if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const wanted = process.argv.slice(2);
  for (const [name, part] of Object.entries(parts)) {
    const context = await newContext({ permissions: ["clipboard-read", "clipboard-write"] });
    const page = await context.newPage();
    const look = async (view) => {
      if (wanted.length > 0 && !wanted.some((text) => view.includes(text))) return;
      console.log(view);
      await picture(page, view);
    };
    await part(page, context, look).catch((error) => console.error(`${name} went no further: ${error.message}`));
    for (const fault of context.faults) console.error(fault);
    await context.close();
  }
  await close();
}
