// What every test of the page needs: a browser, somebody signed in, the admin API to prepare things with, and the gate to try
// tokens at. `cargo xtask test browser` starts the gate and names it here.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { request } from "node:http";
import { buffer } from "node:stream/consumers";
import { after, test as nodeTest } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { chromium } from "playwright-core";

const given = (name) =>
  process.env[name] ?? assert.fail(`the variable ${name} is missing; see tests/browser/support.mjs`);
/** Where the page is, for the browser. */
export const address = given("TIDEGATE_ADDRESS").replace(/\/$/, "");
/** Where the API is that tokens call. */
export const apiAddress = given("TIDEGATE_API").replace(/\/$/, "");
export const ownerKey = given("OWNER_KEY");

const API = "/_tidegate/api";
export const screenshots = new URL("../../target/screenshots/", import.meta.url).pathname;
mkdirSync(screenshots, { recursive: true });

// ---- the browser

let launched;
let willClose;
function browser() {
  launched ??= chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: process.getuid?.() === 0 ? ["--no-sandbox"] : [], // Chromium's sandbox does not run as root
  });
  return launched;
}

export async function close() {
  await (await launched)?.close();
}

/** A context of its own, signed in unless told otherwise. What it may not do is noted in `faults`. */
export async function newContext({ signedIn = true, ...options } = {}) {
  const context = await (
    await browser()
  ).newContext({ baseURL: address, viewport: { width: 1280, height: 800 }, locale: "en-US", ...options });
  context.setDefaultTimeout(30_000);
  context.faults = [];
  context.on("console", (message) => note(context, message));
  context.on("weberror", (error) => context.faults.push(`thrown: ${error.error().message}`));
  context.on("request", (request) => {
    const { origin, protocol } = new URL(request.url());
    if (origin !== address && protocol !== "blob:") context.faults.push(`asked another origin: ${request.url()}`);
  });
  await context.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) =>
      console.error(`CSP: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`),
    );
  });
  if (signedIn) await signInByApi(context);
  return context;
}

// Chromium says so of every answer above 399; whether the page may get one is for the tests to say.
const ANSWERED =
  /^Failed to load resource: the server responded with a status of (400|401|404|409|412|422)|^Failed to load resource: net::ERR_/;

function note(context, message) {
  if (!["error", "warning"].includes(message.type()) || ANSWERED.test(message.text())) return;
  context.faults.push(`console: ${message.text()}`);
}

/** The session's cookie, as after signing in. */
export async function signInByApi(context) {
  const headers = { origin: address, "content-type": "application/json" };
  const answer = await askAdmin(`${API}/session`, { method: "POST", headers, body: JSON.stringify({ key: ownerKey }) });
  assert.equal(answer.status, 204);
  const [name, value] = answer.headers.get("set-cookie").split(";")[0].split("=");
  await context.addCookies([
    { name, value, url: address.replace("http:", "https:"), httpOnly: true, secure: true, sameSite: "Strict" },
  ]);
}

/**
 * A test with a page in a context of its own. It fails too if the page writes an error, violates its
 * Content-Security-Policy, or asks another origin anything.
 */
export function test(name, options, body = options) {
  willClose ??= after(close) ?? true;
  const { timeout = 60_000, ...context } = typeof options === "function" ? {} : options;
  return nodeTest(name, { timeout }, async (t) => {
    const opened = await newContext(context);
    const page = await opened.newPage();
    try {
      await body({ t, context: opened, page });
      assert.deepEqual(opened.faults, []);
    } catch (error) {
      await page
        .screenshot({
          path: `${screenshots}FAILED-${name.replace(/[^a-z0-9]+/gi, "-").slice(0, 80)}.png`,
          timeout: 5000,
        })
        .catch(() => {});
      throw withoutKey(error);
    } finally {
      await opened.close();
    }
  });
}

/** What playwright tells of a failure holds what was typed. */
function withoutKey(error) {
  for (const name of ["message", "stack"]) error[name] = String(error[name]).replaceAll(ownerKey, "…");
  if (Array.isArray(error.log)) error.log = error.log.map((line) => line.replaceAll(ownerKey, "…"));
  return error;
}

export async function open(page, hash = "#/integrations") {
  await page.goto(`/_tidegate/${hash}`);
  await page.getByRole("heading", { level: 1 }).waitFor();
}

/** Waits until `question` gives something true, and gives it back. */
export async function until(question, what, limit = 30_000) {
  return (await asked(question, Boolean, limit)) || assert.fail(`not within ${limit} ms: ${what}`);
}

/** Waits until `question` gives `wanted`: what is seen follows what was done, and not at once where the machine is busy. */
export async function settles(question, wanted, what) {
  assert.deepEqual(await asked(question, (answer) => isDeepStrictEqual(answer, wanted), 30_000), wanted, what);
}

/** Asks again and again, until the answer is the right one or the time is over; the last answer. */
async function asked(question, isRight, limit) {
  const deadline = Date.now() + limit;
  for (;;) {
    const answer = await question();
    if (isRight(answer) || Date.now() > deadline) return answer;
    await sleep(50);
  }
}

/** Waits for an element to be shown. */
export const shown = (locator) => locator.waitFor({ state: "visible" });
export const gone = (locator) => locator.waitFor({ state: "hidden" });

/** Waits for what a dialog tells of use. It comes late and makes the dialog taller, which moves the buttons away from a click. */
export const toldOfUse = (dialog) => shown(dialog.getByText(/would have failed\.$|^Would have refused /));

/** Chooses a sub-account in the field that finds them, as somebody does who knows its id. */
export async function chooseSubAccount(page, id) {
  await page.getByRole("combobox", { name: "Choose a sub-account" }).fill(id);
  await page
    .getByRole("option")
    .filter({ has: page.getByText(id, { exact: true }) })
    .click();
}

/** Waits until what changed is drawn: a new width, for one, is drawn by the second frame. */
export const drawn = (page) =>
  page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));

/** Whether something reaches past the right edge of the window, or of its own box. */
export async function overflow(page) {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    const wide = [...document.querySelectorAll("body *")].filter(
      (element) => element.getBoundingClientRect().right > clientWidth + 1,
    );
    const names = wide.map((element) => `${element.tagName.toLowerCase()}.${element.className}`);
    return scrollWidth > clientWidth ? `${scrollWidth} in ${clientWidth}: ${names.slice(0, 6).join(", ")}` : "";
  });
}

// ---- the admin API

/**
 * Asks the host of the admin plane. A browser knows that a name under localhost is this machine; Node does not, so the connection
 * is made to 127.0.0.1, and the name is the `Host`, which `fetch` would not send.
 */
export const askAdmin = (path, options) => ask(address, path, options);

function ask(origin, path, { method = "GET", headers = {}, body } = {}) {
  const { host, port } = new URL(origin);
  return new Promise((resolve, reject) => {
    // On a connection of its own: workerd closes idle ones after 5 seconds, as Node's agent does, and a request between the two is lost.
    const options = { agent: false, host: "127.0.0.1", port, path, method, headers: { ...headers, host } };
    const sent = request(options, async (answer) => {
      const content = await buffer(answer);
      const fields = Object.entries(answer.headersDistinct).flatMap(([name, values]) =>
        values.map((value) => [name, value]),
      );
      resolve(new Response(content.length === 0 ? null : content, { status: answer.statusCode, headers: fields }));
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

/** The gate's answer to a request that a route caught. `route.fetch` is Node's and does not know where the admin plane's host is. */
export async function answerTo(route) {
  const request = route.request();
  const { pathname, search } = new URL(request.url());
  return askAdmin(pathname + search, {
    method: request.method(),
    headers: await request.allHeaders(),
    body: request.postData() ?? undefined,
  });
}

/** What the session says that somebody may do, in the place of the owner's all; and what else it says otherwise. */
export async function asSomebodyWith(page, permissions, others = {}) {
  await page.route("**/_tidegate/api/session", async (route) => {
    const answer = await answerTo(route);
    await route.fulfill({ status: answer.status, json: { ...(await answer.json()), permissions, ...others } });
  });
}

/** Keeps the page's requests from the gate, until the function that comes back is called: what is shown meanwhile can be seen. */
export async function hold(page, method, pattern) {
  const { promise: released, resolve: release } = Promise.withResolvers();
  await page.route(pattern, async (route) => {
    if (route.request().method() === method) await released;
    await route.continue();
  });
  return release;
}

/** Asks the admin API with the owner key. */
export async function api(method, path, { body, rev, status } = {}) {
  const headers = { authorization: `Bearer ${ownerKey}` };
  if (body !== undefined) headers["content-type"] = "application/json";
  if (rev !== undefined) headers["if-match"] = `"${rev}"`;
  const answer = await askAdmin(`${API}${path}`, { method, headers, body: JSON.stringify(body) });
  const text = await answer.text();
  if (status ? answer.status !== status : !answer.ok) assert.fail(`${method} ${path}: ${answer.status} ${text}`);
  return text === "" ? null : JSON.parse(text);
}

let number = 0;
/** A name that no other test gives. */
export const unique = (name) => `${name} ${Date.now().toString(36)}${(number++).toString(36)}`;

export const acme = { level: "sub_account", id: "acme" };

/** An integration of Acme's, and its token. */
export function seed(fields = {}) {
  const body = { name: unique("Seeded"), owner: acme, scopes: ["contacts.readonly", "locations.readonly"], ...fields };
  return api("POST", "/integrations", { body });
}

export const show = (id) => api("GET", `/integrations/${id}`);
export const rotate = ({ id, rev }, body = { expire: "later" }) =>
  api("POST", `/integrations/${id}/rotate`, { rev, body });

// ---- the gate

/** What a call with a token is answered with. */
export async function call(token, path = "/locations/acme", init = {}) {
  const { status } = await ask(apiAddress, path, { ...init, headers: { authorization: `Bearer ${token}` } });
  return status;
}

/** A grant may rest on what was read some seconds ago: docs/walkthrough.md, "How soon a change is seen". Other tests hold the bound. */
export const becomes = (token, status, path, init) =>
  until(async () => (await call(token, path, init)) === status, `${path ?? "the call"} answered with ${status}`);

export const demo = {
  documents: () => [readFileSync(new URL("../../examples/demo-api/openapi.json", import.meta.url), "utf8")],
  settings: () => JSON.parse(readFileSync(new URL("../../examples/demo-api/settings.json", import.meta.url), "utf8")),
};
