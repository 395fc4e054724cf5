// What an automation key can be allowed to do on the page, beside what the admin API knows.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const path = (name) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const { verbs, words, dutch } = await bundled();
const all = JSON.parse(readFileSync(path("src/admin/openapi.json"), "utf8")).components.schemas.Verb.enum;

/** Not offered, because no route needs it yet. */
const UNUSED = { "sessions.launch": "SessionsLaunch" };

async function bundled() {
  const contents = [
    'export * as verbs from "./verbs";',
    'export * as words from "./words";',
    'export * as dutch from "./words.nl";',
  ].join("\n");
  const stdin = { contents, resolveDir: path("www/src/team"), loader: "ts" };
  const { outputFiles } = await build({ stdin, bundle: true, format: "esm", write: false });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
}

test("a key can be given each verb of the API that something needs", () => {
  const offered = Object.values(verbs.groups).flat();
  assert.ok(all.length > 10);
  assert.deepEqual(offered.toSorted(), all.filter((verb) => !(verb in UNUSED)).toSorted());
});

test("each verb has words, and each group a heading", () => {
  for (const texts of [words, dutch]) {
    assert.deepEqual(Object.keys(texts.verbs).toSorted(), Object.values(verbs.groups).flat().toSorted());
    assert.deepEqual(Object.keys(texts.verbGroups).toSorted(), Object.keys(verbs.groups).toSorted());
    const said = [...Object.values(texts.verbs), ...Object.values(texts.verbGroups)];
    assert.equal(new Set(said).size, said.length, "no two are the same");
  }
});

test("what is not offered, nothing needs", () => {
  const files = ["src", "registry/src", "worker/src"].flatMap((folder) =>
    readdirSync(path(folder), { recursive: true }).map((name) => join(path(folder), name)),
  );
  const uses = (variant) =>
    files.filter((file) => file.endsWith(".rs") && readFileSync(file, "utf8").includes(`Verb::${variant}`));
  assert.ok(uses("EventsPublish").length > 0, "what is used is found");
  for (const [verb, variant] of Object.entries(UNUSED)) assert.deepEqual(uses(variant), [], `offer ${verb} to keys`);
});

test("permissions are shown place by place", () => {
  const permissions = [
    { verb: "policy.publish", place: "agency" },
    { verb: "integrations.view", place: "sub_accounts" },
    { verb: "usage.view", place: "agency" },
  ];
  assert.deepEqual(verbs.byPlace(permissions), [
    { place: "agency", verbs: ["policy.publish", "usage.view"] },
    { place: "sub_accounts", verbs: ["integrations.view"] },
  ]);
  assert.deepEqual(verbs.byPlace([]), []);
});
