// The command `tidegate` beside a gate in workerd of its own: what every test of the command begins with.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { startGate } from "../browser/gate.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const text = (file) => readFileSync(join(root, "examples/demo-api", file), "utf8");
/** The demo API's document and settings. */
export const demo = { documents: () => [text("openapi.json")], settings: () => JSON.parse(text("settings.json")) };

/** An owner key: of this form, and of no gate. */
export const newOwnerKey = () => `owner_${randomBytes(32).toString("base64url")}`;

/** Runs a program with a text as standard input; its exit code and what it printed. */
function run(program, args, input) {
  return new Promise((done) => {
    const child = execFile(program, args, { cwd: root }, (error, stdout, stderr) =>
      done({ code: error?.code ?? 0, stdout, stderr }),
    );
    // A command that takes its key from a file, or is called wrongly, may end before it has read anything.
    child.stdin.on("error", (error) => assert.equal(error.code, "EPIPE"));
    child.stdin.end(input);
  });
}

/** Starts a gate, builds the command, and gives what asks both. `prefix` is for a folder of its own. */
export async function commandAt(prefix) {
  const place = mkdtempSync(join(tmpdir(), prefix));
  const path = (name) => join(place, name);
  const file = (name, content) => {
    writeFileSync(path(name), content);
    return path(name);
  };
  const ownerKey = newOwnerKey();
  const keyFile = file("owner-key", `${ownerKey}\n`);
  const bindings = {
    OWNER_KEY: ownerKey,
    TOKEN_KEYS: randomBytes(32).toString("base64url"),
    ADMIN_HOST: "admin.localhost",
  };
  const gate = await startGate({ port: 0, state: path("state"), bindings });
  const { port } = new URL(await gate.ready);
  await run("cargo", ["build", "--quiet", "--package", "tidegate-cli"], "");

  /** A request of Node's own, with a connection of its own. */
  const ask = (method, host, target, headers, body) =>
    new Promise((done, failed) => {
      const options = { agent: false, host: "127.0.0.1", port, method, path: target, headers: { host, ...headers } };
      const asked = request(options, async (answer) => {
        const content = (await answer.toArray()).join("");
        const isJson = /json/.test(answer.headers["content-type"] ?? "");
        done({ status: answer.statusCode, body: isJson ? JSON.parse(content) : content });
      });
      asked.on("error", failed).end(body);
    });
  const call = (token, target) => ask("GET", "localhost", target, { authorization: `Bearer ${token}` });

  const command = (...args) =>
    run(join(root, "target/debug/tidegate"), [...args, "--gate", `http://admin.localhost:${port}`], ownerKey);
  const withKey = (args) => (args.includes("--key-file") ? args : [...args, "--key-file", keyFile]);

  return {
    file,
    path,
    /** `tidegate ARGUMENTS… --gate …` */
    run: command,
    policy: (...args) => command("policy", ...withKey(args)),
    integrations: (...args) => command("integrations", ...withKey(args)),
    usage: (...args) => command("usage", ...withKey(args)),
    whoami: (token) => call(token, "/_tidegate/whoami"),
    /** Waits until a token is answered so. */
    async becomes(token, status) {
      const limit = Date.now() + 120_000;
      for (;;) {
        const answer = await call(token, "/_tidegate/whoami");
        if (answer.status === status) return;
        if (Date.now() > limit) throw new Error(`the token is answered with ${answer.status}, not with ${status}`);
        await sleep(50);
      }
    },
    /** Asks the admin API itself, with the owner key; the answer must be 2xx. */
    async api(method, target, content) {
      const headers = { authorization: `Bearer ${ownerKey}` };
      if (content !== undefined) headers["content-type"] = "application/json";
      const answer = await ask(method, "admin.localhost", `/_tidegate/api${target}`, headers, JSON.stringify(content));
      if (answer.status >= 300) throw new Error(`${method} ${target}: ${answer.status} ${JSON.stringify(answer.body)}`);
      return answer.body;
    },
    async dispose() {
      await gate.dispose();
      rmSync(place, { recursive: true, force: true });
    },
  };
}
