// Whether somebody is signed in (www/src/session/session.svelte.ts).
import assert from "node:assert/strict";
import { test } from "node:test";
import { rendered } from "./rendered.mjs";

const { session: module, listeners } = await rendered({ session: "session/session.svelte.ts" });
const { session } = module;

/** What a page from the browser's memory comes to, where its question about the session is answered so. */
async function cameBack(answer) {
  session.state = "in";
  const asked = (globalThis.fetch = Object.assign(() => (asked.done = answer()), { done: null }));
  listeners.pageshow({ persisted: true });
  await asked.done.catch(() => {});
  for (let turns = 0; turns < 20; turns += 1) await new Promise(setImmediate); // the answer's body is read
  return session.state;
}

test("a page from the browser's memory has lost its session only where the gate says so", async () => {
  const answered = (status) => async () => Response.json({}, { status });
  assert.equal(await cameBack(answered(401)), "expired");
  assert.equal(await cameBack(answered(200)), "in");
  assert.equal(await cameBack(answered(503)), "in");
  assert.equal(await cameBack(() => Promise.reject(new TypeError("offline"))), "in");
});
