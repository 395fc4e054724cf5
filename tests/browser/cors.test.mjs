// Scripts of other origins, in a browser: what they may call and read, as the browser itself decides by the gate's answers.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { test } from "node:test";

import { newPage, startOwnGate } from "./own-gate.mjs";

const ROOT = new URL("../..", import.meta.url).pathname;
const SCOPES = ["contacts.readonly", "contacts.write"];

test(
  "a listed origin's scripts call the API and read its answers; others read nothing",
  { timeout: 180_000 },
  async (t) => {
    const [app, other] = [await startPage(t), await startPage(t)];
    const gate = await startOwnGate(t, "cors");
    const document = json("examples/demo-api/openapi.json");
    const settings = json("examples/demo-api/settings.json");
    const publish = (cors) => gate.api("PUT", "/policy", { documents: [document], settings: { ...settings, cors } });
    await publish({ origins: [app], max_age_seconds: 0 });
    await gate.api("POST", "/sub-accounts", { id: "acme", name: "Acme Dental" });
    const owner = { level: "sub_account", id: "acme" };
    const made = await gate.api("POST", "/integrations", { name: "a script", owner, scopes: SCOPES });

    const page = await newPage(t);
    const call = async (origin, path, init = {}) => {
      if (page.url() !== `${origin}/`) await page.goto(`${origin}/`);
      return page.evaluate(fetched, [`${gate.url}${path}`, init]);
    };
    const headers = { authorization: `Bearer ${made.token}` };
    const contacts = "/contacts/?locationId=acme";

    await t.test("a granted answer is read", async () => {
      await until(async () => (await call(app, contacts, { headers })).status === 200);
    });
    await t.test("so is the answer to a request with a body and fields of its own", async () => {
      const body = JSON.stringify({ name: "Ada", locationId: "acme" });
      const fields = { ...headers, "content-type": "application/json", "idempotency-key": "1" };
      assert.equal((await call(app, "/contacts/", { method: "POST", headers: fields, body })).status, 201);
    });
    await t.test("a denial is read, with its challenge", async () => {
      const denied = await call(app, contacts, { headers: { authorization: "Bearer dead" } });
      assert.equal(denied.status, 401);
      assert.match(denied.challenge, /error="invalid_token"/);
      assert.equal(JSON.parse(denied.text).type, "urn:tidegate:problem:invalid-token");
      assert.equal((await call(app, "/contacts/?locationId=globex", { headers })).status, 403);
      assert.equal((await call(app, contacts)).status, 401, "without a token there is no preflight");
    });
    await t.test("a method that the path does not take is not sent", async () => {
      assert.deepEqual(await call(app, contacts, { method: "DELETE", headers }), { failed: "TypeError" });
    });
    await t.test("a field that is not allowed is not sent", async () => {
      assert.deepEqual(await call(app, contacts, { headers: { ...headers, "x-other": "1" } }), { failed: "TypeError" });
    });
    await t.test("credentials of the browser's own are refused", async () => {
      assert.deepEqual(await call(app, contacts, { headers, credentials: "include" }), { failed: "TypeError" });
    });
    await t.test("another origin's scripts get neither an answer nor a denial", async () => {
      assert.deepEqual(await call(other, contacts, { headers }), { failed: "TypeError" });
      assert.deepEqual(await call(other, contacts), { failed: "TypeError" });
    });
    await t.test("once it is off, nobody's do", async () => {
      await publish(undefined);
      await until(async () => (await call(app, contacts, { headers })).failed === "TypeError");
    });
  },
);

/** Runs in the page. */
async function fetched([url, init]) {
  try {
    const answer = await fetch(url, init);
    return { status: answer.status, challenge: answer.headers.get("www-authenticate"), text: await answer.text() };
  } catch (error) {
    return { failed: error.name };
  }
}

/** Waits until it holds: what is published reaches a gate within seconds. */
async function until(holds) {
  const end = Date.now() + 30_000;
  while (!(await holds())) {
    assert.ok(Date.now() < end, "it does not come to hold");
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** A page of an origin of its own. */
async function startPage(t) {
  const server = createHttpServer((_, response) =>
    response.setHeader("content-type", "text/html").end("<!doctype html>"),
  );
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${server.address().port}`;
}

const json = (path) => JSON.parse(readFileSync(`${ROOT}${path}`, "utf8"));
