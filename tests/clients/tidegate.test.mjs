// `tidegate policy publish` against a gate in workerd: what is published, what stays, and what a gate refuses.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { startGate } from "../browser/gate.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const place = mkdtempSync(join(tmpdir(), "tidegate-command-"));
const ownerKey = `owner_${randomBytes(32).toString("base64url")}`;
const documentOf = (title, path) =>
  `openapi: 3.1.0\ninfo: { title: ${title}, version: "1" }\npaths:\n  ${path}:\n    get: { security: [] }\n`;

const file = (name, text) => {
  const path = join(place, name);
  writeFileSync(path, text);
  return path;
};
// Without what names operations of the demo API: other documents are published here.
const { encoded: _, ...common } = JSON.parse(readFileSync(join(root, "examples/demo-api/settings.json"), "utf8"));
const settings = file("settings.json", JSON.stringify(common));
const keyFile = file("owner-key", `${ownerKey}\n`);

let gate;
let port;

before(async () => {
  const bindings = {
    OWNER_KEY: ownerKey,
    TOKEN_KEYS: randomBytes(32).toString("base64url"),
    ADMIN_HOST: "admin.localhost",
  };
  gate = await startGate({ port: 0, state: join(place, "state"), bindings });
  ({ port } = new URL(await gate.ready));
  await run("cargo", ["build", "--quiet", "--package", "tidegate-cli"]);
});

after(async () => {
  await gate?.dispose();
  rmSync(place, { recursive: true, force: true });
});

/** Runs a program with a text as standard input; its exit code and what it printed. */
function run(program, args, input = "") {
  return new Promise((done) => {
    const child = execFile(program, args, { cwd: root }, (error, stdout, stderr) =>
      done({ code: error?.code ?? 0, stdout, stderr }),
    );
    child.stdin.end(input);
  });
}

const publish = (...args) => {
  const more = ["--gate", `http://admin.localhost:${port}`, "--format", "json"];
  const key = args.includes("--key-file") ? [] : ["--key-file", keyFile];
  return run(join(root, "target/debug/tidegate"), ["policy", "publish", ...args, ...key, ...more], ownerKey);
};
const printed = ({ stdout }) => JSON.parse(stdout);

/** What the gate itself says of the policy in force. */
function inForce() {
  return new Promise((done, failed) => {
    const headers = { host: "admin.localhost", authorization: `Bearer ${ownerKey}` };
    const asked = request(
      { agent: false, host: "127.0.0.1", port, path: "/_tidegate/api/policy", headers },
      async (answer) => {
        done(JSON.parse((await answer.toArray()).join("")));
      },
    );
    asked.on("error", failed).end();
  });
}
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

  const wrong = file("wrong-key", `owner_${randomBytes(32).toString("base64url")}`);
  const refused = await publish("--remove", "One", "--key-file", wrong);
  assert.equal(refused.code, 4);
  assert.equal(printed(refused).error.status, 401);
  assert.deepEqual(await names(), ["One", "Three"]);
});
