// Webhooks end to end: the built gate in workerd, and a real receiver on this machine's network that verifies each message by itself, as
// docs/webhooks.md tells a third party to. The build is that with faults, whose clock a request can set ahead (worker/src/faults.rs).
import assert from "node:assert/strict";
import { createHmac, timingSafeEqual } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";

import { startGate } from "../browser/gate.mjs";

const ROOT = new URL("../..", import.meta.url);
const text = (path) => readFileSync(new URL(path, ROOT), "utf8");
const OWNER_KEY = text(".dev.vars")
  .match(/^OWNER_KEY=(.*)$/m)[1]
  .trim();
const STATE = mkdtempSync(join(tmpdir(), "webhooks-"));
const WAIT_MS = 60_000;

let gate, port, receiver, hook;
/** What came, in order; and what the receiver answers, by path. */
const got = [];
const answers = new Map();

before(async () => {
  receiver = createServer((incoming, outgoing) => {
    const chunks = [];
    incoming.on("data", (chunk) => chunks.push(chunk));
    incoming.on("end", () => {
      got.push({ path: incoming.url, headers: incoming.headers, body: Buffer.concat(chunks).toString() });
      const answer = answers.get(incoming.url) ?? { status: 204 };
      if (answer.hangs) return;
      outgoing.writeHead(answer.status, answer.headers ?? {}).end(answer.body ?? "");
    });
  });
  await new Promise((ready) => receiver.listen(0, "127.0.0.1", ready));
  hook = `http://127.0.0.1:${receiver.address().port}`;
  port = await freePort();
  await start();
  const settings = JSON.parse(text("examples/demo-api/settings.json"));
  const documents = [JSON.parse(text("examples/demo-api/openapi.json"))];
  await ok("PUT", "/policy", { documents, settings });
  for (const id of ["acme", "globex"]) await ok("POST", "/sub-accounts", { id, name: id });
});

after(async () => {
  await gate?.dispose();
  receiver?.closeAllConnections();
  receiver?.close();
  rmSync(STATE, { recursive: true, force: true });
});

async function start() {
  gate = await startGate({
    port,
    state: STATE,
    bindings: { API_URL: `http://localhost:${port}`, WEBHOOKS_ALLOW_LOOPBACK: "true" },
    faults: true,
  });
}

async function freePort() {
  const server = createServer();
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  const found = server.address().port;
  await new Promise((done) => server.close(done));
  return found;
}

/** A request to the admin API; `ahead` sets the clock so many seconds ahead of the machine's. */
function ask(method, path, body, { rev, ahead } = {}) {
  const payload = body === undefined ? undefined : JSON.stringify(body);
  const headers = { host: `admin.localhost:${port}`, authorization: `Bearer ${OWNER_KEY}` };
  if (payload !== undefined)
    Object.assign(headers, { "content-type": "application/json", "content-length": Buffer.byteLength(payload) });
  if (rev !== undefined) headers["if-match"] = `"${rev}"`;
  if (ahead !== undefined) headers["x-inject-panic"] = `clock:${ahead}`;
  return new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port, method, path: `/_tidegate/api${path}`, headers };
    const sent = request(options, (response) => {
      const chunks = [];
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
const kinds = (path) => at(path).map(({ body }) => JSON.parse(body).type);

/** Whether a message is what one of these secrets signed. */
function isGenuine({ headers, body }, secret) {
  const key = Buffer.from(secret.replace("whsec_", ""), "base64");
  const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
  const expected = Buffer.from(`v1,${createHmac("sha256", key).update(signed).digest("base64")}`);
  const given = headers["webhook-signature"].split(" ").map((one) => Buffer.from(one));
  return given.some((one) => one.length === expected.length && timingSafeEqual(one, expected));
}

async function integration(scopes = ["contacts.readonly"]) {
  const owner = { level: "sub_account", id: "acme" };
  return (await ok("POST", "/integrations", { name: "Zapier sync", owner, scopes })).integration;
}

const endpoint = (belongs, path, kinds) => ok("POST", "/endpoints", { ...belongs, url: `${hook}${path}`, kinds });

test("a rotation's whole story is received and verified", async () => {
  const { id } = await integration();
  const kindsWanted = ["rotation.started", "rotation.extended", "rotation.finished", "integration.deleted"];
  const { secret } = await endpoint({ integration: id }, "/story", kindsWanted);
  const path = `/integrations/${id}`;
  await ok("POST", `${path}/rotate`, { expire: "later" }, { rev: 1 });
  await ok("POST", `${path}/rotation/finish`, {}, { rev: 2 });
  await ok("DELETE", path, undefined, { rev: 3 });
  await until("the story", () => at("/story").length >= 3);
  assert.deepEqual(kinds("/story").sort(), ["integration.deleted", "rotation.finished", "rotation.started"]);
  for (const message of at("/story")) {
    assert.ok(isGenuine(message, secret), message.body);
    assert.ok(!isGenuine({ ...message, body: `${message.body} ` }, secret));
    assert.equal(JSON.parse(message.body).data.integration, id);
    assert.ok(Math.abs(Number(message.headers["webhook-timestamp"]) - Date.now() / 1000) < 300);
  }
  assert.equal(new Set(at("/story").map(({ headers }) => headers["webhook-id"])).size, 3);
});

test("an API event is told as long as scopes allow it", async () => {
  const { id } = await integration();
  const { endpoint: made } = await endpoint({ integration: id }, "/contacts", ["contact.created"]);
  const owner = { level: "sub_account", id: "acme" };
  const publish = (name) => ok("POST", "/publications", { type: "contact.created", owner, data: { name }, id: name });
  assert.equal((await publish("one")).endpoints, 1);
  await until("the event", () => at("/contacts").length === 1);
  assert.deepEqual(JSON.parse(at("/contacts")[0].body).data, { name: "one" });
  // What waits for a repetition is not sent either once the scope is gone.
  answers.set("/contacts", { status: 500 });
  await publish("two");
  await until("the failure", () => at("/contacts").length === 2);
  await ok("PATCH", `/integrations/${id}`, { scopes: [] }, { rev: 1 });
  answers.delete("/contacts");
  assert.equal((await publish("three")).endpoints, 0);
  const told = await until("the refusal", async () => {
    const { deliveries } = await ok("GET", `/endpoints/${made.id}/deliveries`);
    return deliveries.find(({ state }) => state === "not_permitted");
  });
  assert.equal(told.attempts.at(-1).outcome, "not_permitted");
  assert.equal(at("/contacts").length, 2);
});

test("a redirection is not followed, and 410 disables the endpoint", async () => {
  answers.set("/moved", { status: 302, headers: { location: `${hook}/elsewhere` } });
  answers.set("/gone", { status: 410, body: "no more" });
  const place = { place: "sub_account:globex" };
  const moved = (await endpoint(place, "/moved", ["integration.created"])).endpoint;
  const gone = (await endpoint(place, "/gone", ["integration.created"])).endpoint;
  for (const { id } of [moved, gone]) await ok("POST", `/endpoints/${id}/test`);
  await until("both", () => at("/moved").length > 0 && at("/gone").length > 0);
  const disabled = await until("disabled", async () => {
    const shown = await ok("GET", `/endpoints/${gone.id}`);
    return shown.state === "disabled" && shown;
  });
  assert.equal(disabled.disabled_because, "gone");
  assert.equal(at("/elsewhere").length, 0, "no redirection is followed");
  const [delivery] = await until("the log", async () => {
    const { deliveries } = await ok("GET", `/endpoints/${gone.id}/deliveries`);
    return deliveries[0]?.attempts.length > 0 && deliveries;
  });
  assert.deepEqual([delivery.attempts[0].status, delivery.attempts[0].answer], [410, "no more"]);
  await until("its repetition", () => at("/moved").length >= 2);
  answers.delete("/moved");
  // Five minutes later it is tried a third time.
  await ok("GET", "/session", undefined, { ahead: 400 });
  await ok("GET", `/endpoints/${moved.id}/deliveries`);
  await until("its third attempt", () => at("/moved").length >= 3);
  const healthy = await until("healthy", async () => (await ok("GET", `/endpoints/${moved.id}`)).state === "healthy");
  assert.ok(healthy);
  await ok("GET", "/session", undefined, { ahead: 0 });
});

test("an endpoint that hangs delays no other", async () => {
  answers.set("/hangs", { hangs: true });
  const place = { place: "sub_account:acme" };
  await endpoint(place, "/hangs", ["integration.created"]);
  await endpoint(place, "/answers", ["integration.created"]);
  const begun = at("/answers").length;
  for (let made = 0; made < 6; made += 1) await integration();
  await until("the others", () => at("/answers").length === begun + 6);
  assert.ok(at("/hangs").length <= 4, "four at a time");
});

test("what was not delivered when the gate ended is delivered by the next one", async () => {
  await endpoint({ place: "sub_accounts" }, "/survives", ["integration.created"]);
  answers.set("/survives", { status: 503 });
  const made = [];
  for (let count = 0; count < 5; count += 1) made.push((await integration()).id);
  await gate.dispose();
  answers.delete("/survives");
  await start();
  const delivered = () => new Set(at("/survives").map(({ body }) => JSON.parse(body).data.integration));
  await until("all of them", () => made.every((id) => delivered().has(id)));
});
