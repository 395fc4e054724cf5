// What the page says of refusals in other languages than the gate's own: each type that docs/errors.md lists for the admin API has words.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const path = (name) => fileURLToPath(new URL(`../../${name}`, import.meta.url));

/** What a module of the page has, beside those that it changes. */
async function loaded(contents) {
  const stdin = { contents, resolveDir: path("www/src"), loader: "ts" };
  const { outputFiles } = await build({ stdin, bundle: true, format: "esm", write: false });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
}

const [, table] = readFileSync(path("docs/errors.md"), "utf8").split("## The admin API\n");
const documented = [...table.matchAll(/^\| \d{3} \| `([a-z-]+)` \|/gm)].map(([, type]) => type);

test("each refusal of the admin API has words in Dutch, and nothing else has", async () => {
  const { refusals } = await loaded('export { refusals } from "./ui/refusals.nl";');
  assert.ok(documented.length > 30);
  assert.deepEqual(Object.keys(refusals).sort(), [...new Set(documented)].sort());
  for (const { title, detail } of Object.values(refusals)) assert.ok(title.trim() && detail?.trim() !== "");
});

test("a problem is told in the page's language where it has words, and else as the gate tells it", async () => {
  const module = (language) => `
    ${language === "nl" ? 'import "./languages/nl";' : ""}
    export { told } from "./ui/problem";
    export { Problem } from "./api/problem";`;
  const [english, dutch] = await Promise.all(["en", "nl"].map((language) => loaded(module(language))));
  const said = ({ told, Problem }, status, type, title, detail) =>
    told(new Problem(status, { type: `urn:tidegate:problem:${type}`, title, detail }));
  const lastOwner = [409, "last-owner", "This is the last owner", "Make somebody else an owner first."];
  assert.deepEqual(said(english, ...lastOwner), { title: lastOwner[2], detail: lastOwner[3], isGates: true });
  const { title, detail, isGates } = said(dutch, ...lastOwner);
  assert.deepEqual([title, isGates], ["Dit is de laatste eigenaar", false]);
  assert.match(detail, /Maak eerst iemand anders eigenaar/);
  // Which field, and why, only the gate can say.
  const invalid = [422, "invalid-field", "A field cannot be accepted", "name: It is too long."];
  const field = said(dutch, ...invalid);
  assert.deepEqual(field, { title: "Een veld kan niet worden aangenomen", detail: invalid[3], isGates: true });
  for (const type of ["unheard-of", "constructor", "__proto__"])
    assert.equal(said(dutch, 418, type, "A teapot", "Short.").title, "A teapot");
});
