// What is made of the rules' schemas: the admin API's description has them, and the page's types are those of both.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { described, shared, types } from "../../www/schema.mjs";

const root = new URL("../../", import.meta.url);
const REMEDY = "run `cargo xtask vectors`";

test("the admin API's description has the schemas of the rules' types", () => {
  const present = described();
  for (const [name, schema] of Object.entries(shared())) assert.deepEqual(present[name], schema, `${name}: ${REMEDY}`);
});

for (const [file, expected] of Object.entries(types)) {
  test(`${file} has the types of its schemas`, async () => {
    assert.equal(readFileSync(new URL(file, root), "utf8"), await expected(), REMEDY);
  });
}
