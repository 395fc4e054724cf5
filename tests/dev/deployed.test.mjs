// What `wrangler deploy` would upload: the feature `faults` of the Worker has left no trace in it.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { env } from "./as-people.mjs";

const root = new URL("../..", import.meta.url).pathname;
const below = (directory, ending) =>
  readdirSync(directory, { recursive: true })
    .filter((file) => file.endsWith(ending))
    .map((file) => join(directory, file));
const text = (file) => readFileSync(file, "latin1");
const literals = (files) => new Set(files.flatMap((file) => text(file).match(/"(?:[^"\\\n]|\\.)*"/g) ?? []));

/** The files of the modules that are compiled with the feature alone: none of the others may name what they do. */
function files() {
  const gated = /#\[cfg\(feature = "faults"\)\]\s+(?:pub(?:\([a-z]+\))? )?mod (\w+);/g;
  return below(join(root, "worker/src"), ".rs").flatMap((file) =>
    [...text(file).matchAll(gated)].flatMap(([, name]) => {
      const module = join(file, "..", name);
      return existsSync(module) ? below(module, ".rs") : [`${module}.rs`];
    }),
  );
}

/** Every text that these files hold and no other file of the Worker or of the rules. */
function names() {
  const [ours, theirs] = [files(), [join(root, "worker/src"), join(root, "src")].flatMap((from) => below(from, ".rs"))];
  const others = literals(theirs.filter((file) => !ours.includes(file)));
  const own = [...literals(ours)].filter((literal) => !others.has(literal)).map((literal) => literal.slice(1, -1));
  return [...own.filter((name) => name.length >= 8), ...ours.map((file) => file.slice(root.length))];
}

test("what is deployed contains none of the names of the feature `faults`", () => {
  const deployed = join(root, "target/deployed");
  rmSync(deployed, { recursive: true, force: true });
  execFileSync("npx", ["wrangler", "deploy", "--dry-run", "--outdir", deployed], { cwd: root, env, stdio: "pipe" });
  const of = (directory) => [...below(directory, ".wasm"), ...below(directory, ".js")].map(text).join("\n");
  assert.ok(below(deployed, ".wasm").length === 1 && below(deployed, ".js").length === 1);

  const [uploaded, faults, all] = [of(deployed), of(join(root, "build/faults")), names()];
  assert.ok(all.includes("x-inject-panic"), all.join(", "));
  const known = all.filter((name) => faults.includes(name));
  assert.ok(
    known.includes("x-inject-panic") && known.length >= 3,
    `the build with faults has only ${known.join(", ")}`,
  );
  assert.deepEqual(
    all.filter((name) => uploaded.includes(name)),
    [],
  );
});
