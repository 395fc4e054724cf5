// `tidegate policy publish` against a gate in workerd: what is published, what stays, and what a gate refuses.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { commandAt, demo, newOwnerKey } from "./command.mjs";

const documentOf = (title, path) =>
  `openapi: 3.1.0\ninfo: { title: ${title}, version: "1" }\npaths:\n  ${path}:\n    get: { security: [] }\n`;
// Without what names operations of the demo API: other documents are published here.
const { encoded: _, ...common } = demo.settings();

let at;
let settings;

before(async () => {
  at = await commandAt("tidegate-command-");
  settings = at.file("settings.json", JSON.stringify(common));
});

after(() => at?.dispose());

const file = (name, text) => at.file(name, text);
const publish = (...args) => at.policy("publish", ...args, "--format", "json");
const printed = ({ stdout }) => JSON.parse(stdout);
/** What the gate itself says of the policy in force. */
const inForce = () => at.api("GET", "/policy");
const names = async () => (await inForce()).documents.map(({ name }) => name).sort();

test("publishing takes the place of everything, and one document of itself alone", async () => {
  const [one, two] = [file("one.yaml", documentOf("One", "/one")), file("two.yaml", documentOf("Two", "/two"))];
  const whole = await publish(one, two, "--settings", settings);
  assert.equal(whole.code, 0, whole.stderr);
  assert.equal(printed(whole).changed, true);
  assert.deepEqual(await names(), ["One", "Two"]);

  const { rev } = await inForce();
  const preview = await publish("--document", "Two", file("next.yaml", documentOf("Two", "/next")), "--preview");
  assert.equal(preview.code, 0, preview.stderr);
  assert.deepEqual(printed(preview).diff.added, ["GET /next"]);
  assert.equal((await inForce()).rev, rev);

  const change = await publish(
    "--document",
    "Three",
    file("three.yaml", documentOf("Three", "/three")),
    "--key-file",
    "-",
  );
  assert.equal(change.code, 0, change.stderr);
  assert.deepEqual(await names(), ["One", "Three", "Two"]);
  assert.equal((await publish("--remove", "Two")).code, 0);
  assert.deepEqual(await names(), ["One", "Three"]);

  const same = await publish("--settings", settings);
  assert.equal(same.code, 0, same.stderr);
  assert.equal(printed(same).changed, false);
});

test("errors in documents are told before anything is sent, and a gate's refusal with its problem", async () => {
  const broken = await publish(file("broken.yaml", "openapi: 3.1.0\npaths: 7\n"), "--settings", settings);
  assert.equal(broken.code, 1);
  assert.match(printed(broken).error.message, /broken\.yaml: paths: the number 7/);

  const none = await publish("--remove", "No such document");
  assert.equal(none.code, 4);
  assert.equal(printed(none).error.status, 404);

  const wrong = file("wrong-key", newOwnerKey());
  const refused = await publish("--remove", "One", "--key-file", wrong);
  assert.equal(refused.code, 4);
  assert.equal(printed(refused).error.status, 401);
  assert.deepEqual(await names(), ["One", "Three"]);
});
