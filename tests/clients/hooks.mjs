// The built gate in workerd, and a real receiver of webhooks on this machine's network. The build is that with faults, whose clock a
// request can set ahead (worker/src/faults.rs).
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { createServer, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

import { freePort } from "../free-port.mjs";
import { startGate } from "../browser/gate.mjs";
import { demo, newOwnerKey } from "./command.mjs";

const WAIT_MS = 120_000;

/** Starts both, with the demo API's policy and its sub-accounts; where `faults` is false, the build that people run. */
export async function hooks({ faults = true } = {}) {
  const ownerKey = newOwnerKey();
  const tokenKeys = randomBytes(32).toString("base64url");
  const state = mkdtempSync(join(tmpdir(), "webhooks-"));
  const port = await freePort();
  /** What came, in order; and what the receiver answers, by path. */
  const got = [];
  const answers = new Map();
  const receiver = createServer((incoming, outgoing) => {
    const chunks = [];
    incoming.on("data", (chunk) => chunks.push(chunk));
    incoming.on("end", async () => {
      got.push({
        path: incoming.url,
        atMs: performance.now(),
        headers: incoming.headers,
        body: Buffer.concat(chunks).toString(),
      });
      const answer = answers.get(incoming.url) ?? { status: 204 };
      if (answer.hangs) return;
      if (answer.afterMs) await pause(answer.afterMs);
      outgoing.writeHead(answer.status, answer.headers ?? {}).end(answer.body ?? "");
    });
  });
  receiver.listen(0, "127.0.0.1");
  await once(receiver, "listening");
  const hook = `http://127.0.0.1:${receiver.address().port}`;

  // A fresh clone has no .dev.vars.
  const bindings = {
    OWNER_KEY: ownerKey,
    TOKEN_KEYS: tokenKeys,
    ADMIN_HOST: "admin.localhost",
    API_URL: `http://localhost:${port}`,
    WEBHOOKS_ALLOW_LOOPBACK: "true",
  };
  let gate;
  const start = async () => (gate = await startGate({ port, state, bindings, faults }));

  /** A request to the admin API; `ahead` sets the clock so many seconds ahead of the machine's. */
  function ask(method, path, body, { rev, ahead, key = ownerKey } = {}) {
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const headers = { host: `admin.localhost:${port}`, authorization: `Bearer ${key}` };
    if (payload !== undefined)
      Object.assign(headers, { "content-type": "application/json", "content-length": Buffer.byteLength(payload) });
    if (rev !== undefined) headers["if-match"] = `"${rev}"`;
    if (ahead !== undefined) headers["x-inject-panic"] = `clock:${ahead}`;
    return new Promise((resolve, reject) => {
      const options = { agent: false, host: "127.0.0.1", port, method, path: `/_tidegate/api${path}`, headers };
      const sent = request(options, (response) => {
        const chunks = [];
        response.on("error", reject);
        response.on("data", (chunk) => chunks.push(chunk));
        response.on("end", () => {
          const text = Buffer.concat(chunks).toString();
          resolve({ status: response.statusCode, body: text === "" ? null : JSON.parse(text) });
        });
      });
      sent.on("error", reject);
      sent.end(payload);
    });
  }

  async function ok(method, path, body, options) {
    const answer = await ask(method, path, body, options);
    assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  /** Waits until something holds. */
  async function until(what, holds) {
    for (const begun = Date.now(); Date.now() - begun < WAIT_MS; await pause(50)) {
      const value = await holds();
      if (value) return value;
    }
    assert.fail(`${what}: not within ${WAIT_MS} ms; got ${JSON.stringify(got.map(({ path, body }) => [path, body]))}`);
  }

  const at = (path) => got.filter((message) => message.path === path);
  await start();
  await ok("PUT", "/policy", {
    documents: demo.documents().map((text) => JSON.parse(text)),
    settings: demo.settings(),
  });
  for (const id of ["acme", "globex"]) await ok("POST", "/sub-accounts", { id, name: id });

  return {
    hook,
    got,
    answers,
    ask,
    ok,
    until,
    at,
    start,
    kinds: (path) => at(path).map(({ body }) => JSON.parse(body).type),
    async integration(scopes = ["contacts.readonly"], id = "acme") {
      const owner = { level: "sub_account", id };
      return (await ok("POST", "/integrations", { name: "Zapier sync", owner, scopes })).integration;
    },
    endpoint: (belongs, path, kinds) => ok("POST", "/endpoints", { ...belongs, url: `${hook}${path}`, kinds }),
    /** Ends the gate in order. */
    end: () => gate.dispose(),
    /** Ends workerd as a failing machine does. */
    async kill() {
      const pids = workerds();
      assert.equal(pids.length, 1, "one workerd");
      process.kill(pids[0], "SIGKILL");
      await gate.dispose();
    },
    async dispose() {
      await gate?.dispose();
      receiver.closeAllConnections();
      receiver.close();
      rmSync(state, { recursive: true, force: true });
    },
  };
}

/** The processes of workerd that this one has started; Linux says so. */
function workerds() {
  const tasks = readdirSync("/proc/self/task");
  const children = tasks.flatMap((task) => childrenOf(task));
  return children.filter((pid) => pid !== "" && /workerd/.test(executable(pid))).map(Number);
}

function childrenOf(task) {
  try {
    return readFileSync(`/proc/self/task/${task}/children`, "utf8").split(" ");
  } catch {
    return []; // it has ended
  }
}

function executable(pid) {
  try {
    return readlinkSync(`/proc/${pid}/exe`);
  } catch {
    return ""; // it has ended
  }
}
