// The page's dictionaries: each language has every word of English, and each function of it takes as much.
import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const ROOT = fileURLToPath(new URL("../../www/src/", import.meta.url));
const folders = readdirSync(ROOT, { recursive: true })
  .filter((name) => name.endsWith("/words.ts"))
  .map((name) => dirname(name));

async function loaded(file) {
  const { outputFiles } = await build({ entryPoints: [file], bundle: true, format: "esm", write: false });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
}

/** What is said, by its place: a text, or how many arguments it takes. */
function said(value, place = "") {
  if (typeof value === "function") return [[place, "function"]];
  if (value === null || typeof value !== "object") return [[place, typeof value]];
  return Object.entries(value).flatMap(([name, inner]) => said(inner, `${place}.${name}`));
}

const texts = (value) =>
  typeof value === "string" ? [value] : value && typeof value === "object" ? Object.values(value).flatMap(texts) : [];

test("there are words to compare", () => assert.ok(folders.length >= 13, `${folders}`));

for (const folder of folders) {
  test(`${folder} is said in Dutch too, word by word`, async () => {
    const other = join(ROOT, folder, "words.nl.ts");
    assert.ok(
      existsSync(other),
      `${folder}/words.nl.ts is missing: every words.ts has one, and languages/nl.ts takes it`,
    );
    const [english, dutch] = await Promise.all([loaded(join(ROOT, folder, "words.ts")), loaded(other)]);
    const sorted = (module) => said({ ...module }).sort(([a], [b]) => (a < b ? -1 : 1));
    assert.deepEqual(sorted(dutch), sorted(english));
    assert.deepEqual(
      texts({ ...dutch }).filter((text) => text.trim() === ""),
      [],
    );
  });
}

test("languages/nl.ts takes every dictionary", async () => {
  const { words } = await loaded(join(ROOT, "ui/words.nl.ts"));
  assert.equal(words.nav.integrations, "Integraties");
  const { metafile } = await build({
    entryPoints: [join(ROOT, "languages/nl.ts")],
    bundle: true,
    format: "esm",
    write: false,
    metafile: true,
  });
  const taken = Object.keys(metafile.inputs).filter((name) => name.endsWith("words.nl.ts"));
  assert.equal(taken.length, folders.length, `${taken}`);
});

/** Sentences whose verb must fit a number: for one, and for several. */
const NUMBERED = {
  "activity/words.ts": {
    exporting: [[1], [2], / 1 event so far$/, / 2 events so far$/],
    exported: [[1], [2], / 1 event$/, / 2 events$/],
  },
  "activity/words.nl.ts": {
    exporting: [[1], [2], / 1 gebeurtenis /, / 2 gebeurtenissen /],
    exported: [[1], [2], / 1 gebeurtenis$/, / 2 gebeurtenissen$/],
  },
  "integrations/words.nl.ts": {
    "bulk.leftOut": [[1], [2], /^1 integratie kan nu /, /^2 integraties kunnen nu /],
  },
  "policy/words.nl.ts": {
    newlyPublic: [[1], [2], / zou open zijn/, / zouden open zijn/],
    publishLoses: [[1], [2], / is dan niet meer/, / zijn dan niet meer/],
    replaced: [[["a"]], [["a", "b"]], / verving wat/, / vervingen wat/],
  },
  "scopes/words.ts": {
    "summary.all": [[1, 2, 1, 1], [2, 4, 2, 2], / 1 changes something · 1 deletes$/, / 2 change something · 2 delete$/],
  },
  "scopes/words.nl.ts": {
    "summary.all": [[1, 2, 1, 1], [2, 4, 2, 2], / 1 wijzigt iets · 1 verwijdert$/, / 2 wijzigen iets · 2 verwijderen$/],
  },
  "tokens/words.ts": {
    "rotation.due": [["T1", 1], ["T1", 2], / is 1 day old/, / is 2 days old/],
  },
  "usage/words.ts": {
    "scopes.needed": [[1, 5], [2, 5], /^1 scope of 5 covers /, /^2 scopes of 5 cover /],
    "scopes.unattributed": [[1], [2], /^1 request was /, /^2 requests were /],
    "replay.some": [[1], [2], / 1 integration that loses most/, / 2 integrations that lose most/],
    "list.unused": [[1], [2], / 1 day$/, / 2 days$/],
  },
  "usage/words.nl.ts": {
    "replay.some": [[1], [2], / 1 integratie die het meest verliest/, / 2 integraties die het meest verliezen/],
    "list.unused": [[1], [2], /^1 dag /, /^2 dagen /],
  },
};

test("a sentence fits its number", async () => {
  for (const [file, sentences] of Object.entries(NUMBERED)) {
    const { words } = await loaded(join(ROOT, file));
    for (const [place, [one, several, ...expected]] of Object.entries(sentences)) {
      const say = place.split(".").reduce((inner, name) => inner[name], words);
      [one, several].forEach((given, at) => assert.match(say(...given), expected[at], `${file}: ${place}`));
    }
  }
});
