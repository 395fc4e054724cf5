// The parsers that are installed, against tests/corpus/parsers.json. One that reads a name which is not in it has learned
// something that the gate was not held against; one that reads less is a newer, stricter version.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { WANTED } from "./names.mjs";
import { PARSERS, readBy } from "./read.mjs";

const { parameters } = JSON.parse(readFileSync(new URL("../corpus/parsers.json", import.meta.url), "utf8"));

for (const parser of Object.keys(PARSERS)) {
  for (const wanted of WANTED) {
    test(`${parser} reads no name as ${wanted} that tests/corpus/parsers.json lacks`, (t) => {
      const read = readBy(parser, wanted);
      if (read === null) return t.skip(`${parser} is not installed`);
      const known = new Set(parameters[wanted][parser]);
      assert.ok(read.includes(wanted), "not even the name itself");
      assert.deepEqual(
        read.filter((name) => !known.has(name)),
        [],
      );
    });
  }
}
