// The folders of www/src: each uses only those before it, so a feature knows the ones it is made of and nothing knows the features.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, sep } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../www/src/", import.meta.url));
const FOLDERS = [
  "assets",
  "core",
  "api",
  "lib",
  "denials",
  "state",
  "ui",
  "session",
  "sub-accounts",
  "scopes",
  "usage",
  "tokens",
  "history",
  "integrations",
  "activity",
  "rules",
  "pasted",
  "team",
  "policy",
  "why",
  "webhooks",
  "shell",
  "languages",
];

const files = readdirSync(ROOT, { recursive: true }).filter((name) => /\.(ts|svelte)$/.test(name));
const folder = (path) => (path.includes(sep) ? path.split(sep)[0] : null);

/** What a file imports of the page's own, as paths below www/src. */
function imports(file) {
  const specifiers = readFileSync(join(ROOT, file), "utf8").matchAll(/\b(?:from|import)\s*\(?"(\.[^"]+)"/g);
  return [...specifiers].map(([, specifier]) => normalize(join(dirname(file), specifier)));
}

test("a folder uses only those before it", () => {
  let seen = 0;
  for (const file of files) {
    const from = folder(file);
    if (from === null) continue; // App.svelte puts everything together
    assert.ok(FOLDERS.includes(from), `${file} is in a folder that this list lacks`);
    for (const path of imports(file)) {
      const to = folder(path) ?? path;
      seen += 1;
      assert.ok(
        FOLDERS.indexOf(to) >= 0 && FOLDERS.indexOf(to) <= FOLDERS.indexOf(from),
        `${file} uses ${path}, which comes later`,
      );
    }
  }
  assert.ok(seen > 200, `only ${seen} imports were found`);
});

test("a client of the admin API knows no wording", () => {
  for (const file of files.filter((name) => ["core", "api"].includes(folder(name)))) {
    assert.ok(!imports(file).some((path) => path.endsWith("words")), file);
  }
});
