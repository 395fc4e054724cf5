// `wrangler dev` as people start it after `cargo xtask build`: plain, by `npm run dev`, and with routes in the configuration.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { freePort } from "../free-port.mjs";
import { env } from "./as-people.mjs";

const root = new URL("../..", import.meta.url).pathname;
const place = join(root, "target/dev");
const START_LIMIT = 120_000;
const ownerKey = /^OWNER_KEY=(.*)$/m.exec(readFileSync(join(root, ".dev.vars"), "utf8"))[1];
const ADMIN_HOST = "admin.localhost";

rmSync(place, { recursive: true, force: true });
mkdirSync(place, { recursive: true });

/** Those that run, each the leader of a process group: what npx and npm started ends with them. */
const running = new Set();
const end = (child) => process.kill(-child.pid, "SIGTERM");
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => {
    running.forEach(end);
    process.exit(1);
  });
}

/** Starts it as `command args…` on a free port with a state of its own, and has `use` ask it. */
async function run(t, name, command, args, use) {
  const [port, inspector] = [await freePort(), await freePort()];
  const log = join(place, `${name}.log`);
  const output = openSync(log, "w");
  const options = ["--port", port, "--inspector-port", inspector, "--persist-to", join(place, name)].map(String);
  const environment = {
    ...env,
    WRANGLER_REGISTRY_PATH: join(place, `${name}-registry`), // apart from other sessions
    CLOUDFLARE_CF_FETCH_ENABLED: "false",
  };
  const child = spawn(command, [...args, ...options], {
    cwd: root,
    env: environment,
    stdio: ["ignore", output, output],
    detached: true,
  });
  running.add(child);
  const ended = once(child, "exit").finally(() => running.delete(child));
  t.after(async () => {
    if (running.has(child)) end(child);
    await ended;
  });
  const gate = { ask: (method, path, more) => ask(port, method, path, more), port };
  await ready(gate, child, log);
  await use(gate);
}

async function ready(gate, child, log) {
  const deadline = Date.now() + START_LIMIT;
  for (;;) {
    const answer = await gate.ask("GET", "/_tidegate/healthz").catch(() => undefined);
    if (answer?.status === 200) return;
    if (child.exitCode !== null || Date.now() > deadline)
      assert.fail(`the gate does not answer:\n${readFileSync(log, "utf8")}`);
    await sleep(100);
  }
}

/** Asks 127.0.0.1 under any host's name: names under `.localhost` are for browsers and curl, and `fetch` sets `Host` itself. */
async function ask(port, method, path, { host = "localhost", headers = {}, body } = {}) {
  const sent = request({
    agent: false,
    host: "127.0.0.1",
    port,
    method,
    path,
    headers: { host: `${host}:${port}`, ...headers },
  });
  sent.end(body === undefined ? undefined : JSON.stringify(body));
  const [answer] = await once(sent, "response");
  let text = "";
  for await (const chunk of answer.setEncoding("utf8")) text += chunk;
  return { status: answer.statusCode, headers: answer.headers, text };
}

/** Signs in as the page does, and uses the session. */
async function signIn({ ask, port }) {
  const json = { "content-type": "application/json", origin: `http://${ADMIN_HOST}:${port}` };
  const session = "/_tidegate/api/session";
  const wrong = await ask("POST", session, { host: ADMIN_HOST, headers: json, body: { key: `${ownerKey}x` } });
  assert.equal(wrong.status, 401, wrong.text);
  const signedIn = await ask("POST", session, { host: ADMIN_HOST, headers: json, body: { key: ownerKey } });
  assert.equal(signedIn.status, 204, signedIn.text);
  const [cookie] = signedIn.headers["set-cookie"][0].split(";");
  const list = await ask("GET", "/_tidegate/api/integrations", { host: ADMIN_HOST, headers: { cookie } });
  assert.equal(list.status, 200, list.text);
  const page = await ask("GET", "/_tidegate/", { host: ADMIN_HOST });
  assert.match(page.text, /<html/);
}

test("plain `npx wrangler dev` answers, and the page's sign-in works", (t) =>
  run(t, "plain", "npx", ["wrangler", "dev"], signIn));

test("`npm run dev` has the demo API as well", (t) =>
  run(t, "npm", "npm", ["run", "dev", "--"], async (gate) => {
    await signIn(gate);
    const headers = { authorization: `Bearer ${ownerKey}`, "content-type": "application/json" };
    const made = async (method, path, body) => {
      const answer = await gate.ask(method, `/_tidegate/api${path}`, { host: ADMIN_HOST, headers, body });
      assert.ok([200, 201].includes(answer.status), answer.text);
      return JSON.parse(answer.text);
    };
    const demo = (file) => JSON.parse(readFileSync(join(root, "examples/demo-api", file), "utf8"));
    await made("PUT", "/policy", { documents: [demo("openapi.json")], settings: demo("settings.json") });
    await made("POST", "/sub-accounts", { id: "acme", name: "Acme Dental" });
    const owner = { level: "sub_account", id: "acme" };
    const { token } = await made("POST", "/integrations", {
      name: "Zapier sync",
      owner,
      scopes: ["locations.readonly"],
    });
    const answer = await gate.ask("GET", "/locations/acme", { headers: { authorization: `Bearer ${token}` } });
    assert.equal(answer.status, 200, answer.text);
    assert.match(answer.text, /Acme Dental/);
  }));

test("with `routes`, and `host` set as wrangler.toml says, the page's sign-in works", async (t) => {
  const routes =
    '[{ pattern = "api.example.com", custom_domain = true }, { pattern = "gate-admin.example.com", custom_domain = true }]';
  const host = /^# (host = .*)$/m;
  const text = readFileSync(join(root, "wrangler.toml"), "utf8");
  assert.match(text, host);
  const config = `routes = ${routes}\n${text.replace(host, "$1")}`.replace(/^(main|directory) = "/gm, '$1 = "../../');
  writeFileSync(join(place, "wrangler.toml"), config);
  copyFileSync(join(root, ".dev.vars"), join(place, ".dev.vars"));
  await run(t, "routes", "npx", ["wrangler", "dev", "--config", join(place, "wrangler.toml")], signIn);
});
