// `cargo xtask dev --sso` as a whole: gate, demo API and identity provider are started, and each of the three people signs in.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { freePort } from "../free-port.mjs";

const root = new URL("../..", import.meta.url).pathname;
const chromium = process.env.CHROMIUM ?? "/usr/bin/chromium";
const skip = existsSync(chromium) ? false : "there is no Chromium";

const demoVariables = join(root, "examples/demo-api/.dev.vars");
/** The key of the demo API that runs with the usual state. */
const usualKey = () => (existsSync(demoVariables) ? readFileSync(demoVariables, "utf8") : undefined);

test("three people sign in with the provider that it starts", { skip, timeout: 600_000 }, async () => {
  const port = await freePort();
  const state = join(root, "target/dev-sso");
  rmSync(state, { recursive: true, force: true });
  const before = usualKey();
  const people = ["owner@example.com", "agency@example.com", "acme@example.com"];
  const command = ["node tests/dev/sign-in.mjs", `http://admin.localhost:${port}`, ...people].join(" ");
  const options = ["--sso", "--port", port, "--state", state, "--once-ready-run", command].map(String);
  const { code, output } = await run("cargo", ["xtask", "dev", ...options]);
  assert.equal(code, 0, output);
  assert.match(readFileSync(join(state, "demo-api/.dev.vars"), "utf8"), /^GATE_KEY=/m);
  assert.ok(usualKey() === before, "a gate with another state changes no key of the usual one's"); // printed, it would be a key
  const seen = JSON.parse(/^signed in: (.*)$/m.exec(output)?.[1] ?? assert.fail(output));
  assert.deepEqual(seen, [
    { email: "owner@example.com", role: "owner", sub_accounts: ["acme", "globex"] },
    { email: "agency@example.com", role: "agency_admin", sub_accounts: ["acme", "globex"] },
    { email: "acme@example.com", role: "account_admin", sub_accounts: ["acme"] },
  ]);
});

function run(program, args) {
  return new Promise((done) => {
    execFile(program, args, { cwd: root, maxBuffer: 16 * 1024 * 1024 }, (error, stdout, stderr) =>
      done({ code: error ? (error.code ?? 1) : 0, output: stdout + stderr }),
    );
  });
}
