// A gate for one test alone, with a state of its own, and the browser to use it with.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { chromium } from "playwright-core";

import { freePort } from "../free-port.mjs";
import { startGate } from "./gate.mjs";
import { ownerKey } from "./support.mjs";

const ROOT = new URL("../..", import.meta.url).pathname;

/** Starts the gate in front of the demo API, with nothing in it yet. `name` tells its state from that of others. */
export async function startOwnGate(t, name) {
  const state = `${ROOT}target/browser-${name}`;
  rmSync(state, { recursive: true, force: true });
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const gate = await startGate({ port, state, bindings: { ADMIN_HOST: "admin.localhost", API_URL: url } });
  t.after(() => gate.dispose());
  const admin = `http://admin.localhost:${port}`;
  return { url, admin, api: (method, path, body, rev) => ask(gate, admin, method, path, body, rev) };
}

async function ask(gate, admin, method, path, body, rev) {
  const headers = { authorization: `Bearer ${ownerKey}`, "content-type": "application/json" };
  if (rev !== undefined) headers["if-match"] = `"${rev}"`;
  const answer = await gate.dispatchFetch(`${admin}/_tidegate/api${path}`, {
    method,
    headers,
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
  return JSON.parse(text);
}

/** A page of a browser of its own. */
export async function newPage(t) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
  });
  t.after(() => browser.close());
  return browser.newPage();
}
