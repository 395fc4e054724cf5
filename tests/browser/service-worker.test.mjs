// An origin that is after the owner key: its page, at a public operation, registers a service worker for its whole host. On a host that
// serves the admin page too, that is the end: the worker answers in the page's place, and the key is the origin's as it is typed. One
// test shows so, with a server that puts both on one host, as the gate did before 2026-11-28. The others show that the gate's own page
// is out of the worker's reach: in the shape of a local run (http, names under localhost) and of a deployment (https, two host names).
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { createServer as createHttpServer, request as requestHttp } from "node:http";
import { Agent, request as requestHttps } from "node:https";
import { buffer } from "node:stream/consumers";
import { test } from "node:test";
import { chromium } from "playwright-core";

import { freePort } from "../free-port.mjs";
import { startGate as start } from "./gate.mjs";
import { ownerKey } from "./support.mjs";

const ROOT = new URL("../..", import.meta.url).pathname;
const SHAPES = [
  { name: "a local run", scheme: "http", api: "localhost", admin: "admin.localhost" },
  { name: "a deployment", scheme: "https", api: "api.example", admin: "gate-admin.example" },
];

const POLICY = {
  documents: [
    {
      openapi: "3.1.0",
      info: { title: "Evil", version: "1" },
      paths: { "/page": open("page"), "/worker.js": open("worker"), "/taken": open("taken", "post") },
    },
  ],
  settings: {},
};

function open(operationId, method = "get") {
  return { [method]: { operationId, security: [], responses: { 200: { description: "It" } } } };
}

test(
  "on one host with the API the page is replaced, and the key is the origin's as it is typed",
  { timeout: 180_000 },
  async (t) => {
    const gate = await startGate(t, { ...SHAPES[0], name: "one host" });
    assert.equal((await gate.ask("PUT", "/_tidegate/api/policy", POLICY)).status, 200);
    const host = await startOneHost(t, gate, SHAPES[0]);
    const page = await (await launch(t)).newPage();
    const field = page.getByLabel("Owner key", { exact: true });
    await page.goto(`${host}/_tidegate/`);
    await field.waitFor();
    assert.equal(await page.title(), "Sign in · Tidegate"); // the gate's own page, as yet
    await registerWorker(page, host);
    await page.goto(`${host}/_tidegate/`);
    assert.equal(await page.title(), "Not the gate's page");
    assert.equal(await isControlled(page), true);
    const taken = page.waitForResponse(`${host}/taken`);
    await field.fill("a key as it is typed");
    assert.equal(await (await taken).text(), "taken", "by the origin, through the gate");
    assert.equal((await taken).request().postData(), "a key as it is typed");
  },
);

for (const shape of SHAPES) {
  test(
    `a service worker of the origin's cannot take the page's place: ${shape.name}`,
    { timeout: 180_000 },
    async (t) => {
      const gate = await startGate(t, shape);
      const [api, admin] = [shape.api, shape.admin].map((host) => `${shape.scheme}://${host}:${gate.port}`);
      assert.equal((await gate.ask("PUT", "/_tidegate/api/policy", POLICY)).status, 200);
      const browser = await launch(t);
      const context = await browser.newContext({ ignoreHTTPSErrors: true });
      const page = await context.newPage();

      // The attack works, on the host that the origin is served on.
      await registerWorker(page, api);
      await page.goto(`${api}/_tidegate/`);
      assert.equal(await page.title(), "Not the gate's page");
      assert.equal(await isControlled(page), true);
      // There it gains nothing: neither a session starts on that host, nor does the admin plane's host believe it.
      const session = await gate.ask(
        "POST",
        "/_tidegate/api/session",
        { key: ownerKey },
        { host: `${shape.api}:${gate.port}` },
      );
      assert.equal(session.status, 404);
      const asked = await inPage(
        page,
        async ({ admin, key }) => {
          const init = {
            method: "POST",
            headers: { "content-type": "application/json" },
            body: JSON.stringify({ key }),
          };
          const own = await fetch("/_tidegate/api/session", { ...init, cache: "reload" }).then(
            (answer) => answer.text(),
            () => "",
          );
          const other = await fetch(`${admin}/_tidegate/api/session`, { ...init, credentials: "include" }).then(
            () => "answered",
            () => "not readable",
          );
          return { own, other };
        },
        { admin, key: ownerKey },
      );
      assert.ok(asked.own.includes("Not the gate's page"), "answered by the worker itself");
      assert.equal(asked.other, "not readable");
      assert.deepEqual(
        (await context.cookies(admin)).map(({ name }) => name),
        [],
      );

      // On the admin plane's host nothing of the origin's is served, its scripts not either.
      for (const [path, headers] of [
        ["/page", {}],
        ["/worker.js", {}],
        ["/worker.js", { "service-worker": "script" }],
      ]) {
        assert.equal((await gate.ask("GET", path, undefined, headers)).status, 404, path);
      }
      await page.goto(`${admin}/page`);
      assert.match(await page.locator("body").innerText(), /not-found/);
      await page.goto(`${admin}/_tidegate/`);
      await page.getByLabel("Owner key", { exact: true }).waitFor();
      for (const [script, scope] of [
        ["/worker.js", "/"],
        ["/page", "/"],
        ["/_tidegate/api/openapi.json", "/_tidegate/"],
      ]) {
        const outcome = await inPage(
          page,
          ([script, scope]) =>
            navigator.serviceWorker.register(script, { scope }).then(
              () => "registered",
              (error) => error.name,
            ),
          [script, scope],
        );
        assert.match(outcome, /^(SecurityError|TypeError)$/, script);
      }
      assert.equal(await isControlled(page), false);

      // And so the owner signs in on the gate's own page, and stays signed in when the API's page was looked at again.
      await page.getByLabel("Owner key", { exact: true }).fill(ownerKey);
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByRole("heading", { name: "Integrations", level: 1 }).waitFor();
      const other = await context.newPage();
      await other.goto(`${api}/page`);
      await page.reload();
      await page.getByRole("heading", { name: "Integrations", level: 1 }).waitFor();
      const cookies = await context.cookies();
      assert.deepEqual(
        cookies.filter(({ domain }) => domain === shape.admin).map(({ name }) => name),
        ["__Host-tidegate"],
      );
    },
  );
}

/** Visits the origin's page, which registers the service worker. */
async function registerWorker(page, api) {
  await page.goto(`${api}/page`);
  await page.waitForFunction(() => document.title !== "The API's page");
  assert.equal(await page.title(), "registered");
}

const isControlled = (page) => page.evaluate(() => Boolean(navigator.serviceWorker.controller));

/** The page's own script runs under trusted types; this does not need them. */
const inPage = (page, body, argument) => page.evaluate(body, argument);

async function launch(t) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    // A certificate of nobody's, and names that no resolver knows. Service workers want the certificate to be accepted by the browser itself.
    args: [
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
      "--ignore-certificate-errors",
      "--host-resolver-rules=MAP *.example 127.0.0.1, MAP localhost 127.0.0.1, MAP *.localhost 127.0.0.1",
    ],
  });
  t.after(() => browser.close());
  return browser;
}

/** A gate in front of the evil origin, with a state of its own. */
async function startGate(t, { name, scheme, api, admin }) {
  const port = await freePort();
  const state = `${ROOT}target/browser-evil/${name.replaceAll(" ", "-")}`;
  rmSync(state, { recursive: true, force: true });
  const bindings = { ADMIN_HOST: admin, API_URL: `${scheme}://${api}:${port}` };
  const gate = await start({
    port,
    state,
    bindings,
    origin: "tests/browser/evil-origin/wrangler.toml",
    https: scheme === "https",
  });
  t.after(() => gate.dispose());
  return {
    port,
    ask: (method, path, body, headers = {}) => askGate(scheme, port, `${admin}:${port}`, method, path, body, headers),
  };
}

/** One host for both planes, as the gate was before: a server that tells the gate one host or the other, by the path. */
async function startOneHost(t, gate, { api, admin }) {
  const server = createHttpServer((request, response) => {
    const host = `${request.url.startsWith("/_tidegate/") ? admin : api}:${gate.port}`;
    const options = {
      host: "127.0.0.1",
      port: gate.port,
      path: request.url,
      method: request.method,
      headers: { ...request.headers, host },
    };
    const sent = requestHttp(options, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    sent.on("error", () => response.destroy());
    request.pipe(sent);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://localhost:${server.address().port}`;
}

function askGate(scheme, port, host, method, path, body, headers) {
  const send = scheme === "https" ? requestHttps : requestHttp;
  const agent = scheme === "https" ? new Agent({ rejectUnauthorized: false }) : undefined;
  const all = { authorization: `Bearer ${ownerKey}`, "content-type": "application/json", host, ...headers };
  return new Promise((resolve, reject) => {
    const sent = send({ host: "127.0.0.1", port, path, method, agent, headers: all }, async (answer) => {
      resolve({ status: answer.statusCode, text: (await buffer(answer)).toString() });
    });
    sent.on("error", reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
