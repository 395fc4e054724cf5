// A gate in workerd whose clock a request sets ahead (worker/src/faults.rs), with a browser whose clock goes with it: for what happens
// over months, with real requests. The alarms are workerd's own.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { request } from "node:http";
import { buffer } from "node:stream/consumers";
import { test } from "node:test";
import { chromium } from "playwright-core";

import { freePort } from "../free-port.mjs";
import { startGate } from "./gate.mjs";
import { demo, ownerKey, screenshots, shown, until } from "./support.mjs";

export const DAY = 86_400;
export const button = (within, name) => within.getByRole("button", { name, exact: true });
export const moment = (seconds) => new Date(seconds * 1000).toISOString().replace(".000Z", "Z");

/** What an integration of the sub-account is made of. */
export const body = (name, fields = {}) => ({
  name,
  owner: { level: "sub_account", id: "acme" },
  scopes: ["contacts.readonly", "locations.readonly"],
  ...fields,
});

/** One for the tests of a file, called `name`. Nothing runs before `start`. */
export class MovedGate {
  page;
  /** How far the clock is ahead, in seconds. */
  ahead = 0;
  #name;
  #gate;
  #port;
  #browser;
  #context;

  constructor(name) {
    this.#name = name;
  }

  /** Starts the gate with the demo API's policy and a sub-account, and a browser in which somebody is signed in. Gives the page. */
  async start() {
    const state = new URL(`../../target/browser-${this.#name}`, import.meta.url).pathname;
    const port = (this.#port = await freePort());
    rmSync(state, { recursive: true, force: true });
    this.#gate = await startGate({ port, state, bindings: { API_URL: `http://localhost:${port}` }, faults: true });
    const [document] = demo.documents();
    await this.api("PUT", "/policy", { documents: [JSON.parse(document)], settings: demo.settings() });
    await this.api("POST", "/sub-accounts", { id: "acme", name: "Acme Dental" });
    this.#browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
    });
    this.#context = await this.#browser.newContext({
      baseURL: `http://admin.localhost:${port}`,
      viewport: { width: 1280, height: 900 },
      locale: "en-US",
      permissions: ["clipboard-read", "clipboard-write"],
      timezoneId: "UTC",
    });
    this.#context.setDefaultTimeout(30_000);
    this.page = await this.#context.newPage();
    await this.moveTo(0);
    return this.page;
  }

  async stop() {
    await this.#browser?.close();
    await this.#gate?.dispose();
  }

  now = () => Math.floor(Date.now() / 1000) + this.ahead;

  /** A test that leaves a picture where it fails. */
  walk = (name, options, steps) =>
    test(name, options, async () => {
      try {
        await steps();
      } catch (thrown) {
        await this.picture(`FAILED-${this.#name}-${name.replace(/[^a-z0-9]+/gi, "-").slice(0, 60)}`);
        throw thrown;
      }
    });

  picture = (name) =>
    this.page?.screenshot({ path: `${screenshots}${name}.png`, timeout: 5_000, fullPage: true }).catch(() => {});

  // ---- the page

  open = async (hash) => {
    await this.page.goto(`/_tidegate/${hash}`);
    await this.page.reload(); // an address that differs behind its # alone loads nothing
    await this.page.getByRole("heading", { level: 1 }).waitFor();
  };

  newToken = async (done = "Done") => {
    await shown(this.page.getByText("This is the only time that the token is shown."));
    const token = await this.page.getByRole("textbox", { name: "Token" }).innerText();
    await this.page.getByRole("button", { name: "Copy token: Token" }).click();
    await button(this.page, done).click();
    return token;
  };

  /**
   * Sets the gate's clock and the browser's ahead, and signs in anew: a session lasts 12 hours. What the page asks at that moment is
   * answered as after a time-out, and so may be what waits for the same read.
   */
  moveTo = async (seconds) => {
    this.ahead = seconds;
    const moved = { "x-inject-panic": `clock:${this.ahead}` };
    await until(
      async () => (await this.ask("GET", "/settings", undefined, moved)).status === 200,
      "the clock is moved",
    );
    await this.page.clock.setFixedTime(new Date(this.now() * 1000));
    const origin = `http://admin.localhost:${this.#port}`;
    let signedIn;
    await until(async () => {
      signedIn = await this.ask("POST", "/session", { key: ownerKey }, { origin });
      return signedIn.status === 204;
    }, "somebody is signed in");
    const [name, value] = signedIn.headers["set-cookie"][0].split(";")[0].split("=");
    const url = `https://admin.localhost:${this.#port}`;
    await this.#context.addCookies([{ name, value, url, httpOnly: true, secure: true, sameSite: "Strict" }]);
  };

  // ---- the gate

  seed = (name, fields) => this.api("POST", "/integrations", body(name, fields));

  show = (id) => this.api("GET", `/integrations/${id}`);

  events = async (id, kind) =>
    (await this.api("GET", `/integrations/${id}/events`)).events.filter((event) => event.kind === kind);

  told = (id, kind, times = 1) =>
    until(async () => (await this.events(id, kind)).length >= times, `${kind} is told`, 20_000);

  api = async (method, path, content, { status, ...headers } = {}) => {
    const answer = await this.ask(method, path, content, headers);
    const isRight = status === undefined ? answer.status < 300 : answer.status === status;
    assert.ok(isRight, `${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };

  ask = (method, path, content, { rev, ...headers } = {}) => {
    const all = {
      authorization: `Bearer ${ownerKey}`,
      ...(content !== undefined && { "content-type": "application/json" }),
      ...(rev !== undefined && { "if-match": `"${rev}"` }),
      ...headers,
    };
    return this.#send(method, "admin.localhost", `/_tidegate/api${path}`, all, content);
  };

  call = (token, path = "/locations/acme") =>
    this.#send("GET", "localhost", path, { authorization: `Bearer ${token}`, "user-agent": "tests/1.0" });

  becomes = (token, status) =>
    until(async () => (await this.call(token)).status === status, `the call answered with ${status}`, 20_000);

  #send(method, name, path, headers, content) {
    return new Promise((resolve, reject) => {
      // On a connection of its own, as in support.mjs.
      const options = {
        host: "127.0.0.1",
        port: this.#port,
        path,
        method,
        headers: { ...headers, host: `${name}:${this.#port}` },
        agent: false,
      };
      const sent = request(options, async (answer) => {
        const text = (await buffer(answer)).toString();
        const isJson = /json/.test(answer.headers["content-type"] ?? "");
        resolve({ status: answer.statusCode, headers: answer.headers, body: isJson ? JSON.parse(text) : text });
      });
      sent.on("error", reject);
      sent.end(content === undefined ? undefined : JSON.stringify(content));
    });
  }
}
