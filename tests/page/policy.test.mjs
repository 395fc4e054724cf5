// What is shown before a policy is published (www/src/policy), and when it can be confirmed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { rendered } from "./rendered.mjs";

const { html, draft, outlook, sheet } = await rendered({
  draft: "policy/policy-draft.svelte.ts",
  outlook: "policy/outlook.svelte.ts",
  sheet: "policy/PublishSheet.svelte",
});

const preview = {
  rev: 3,
  report: { errors: [], without_security: [], without_owner: [], public: [] },
  diff: null,
  impact: null,
  documents: null,
  event_types: { added: [], removed: [], changed: [] },
};

test("what would happen to another policy than the one in force does not let anybody publish", () => {
  let published = { rev: 3, settings: {}, documents: [] };
  const shown = new outlook.Outlook(new draft.Draft(() => published), () => {});
  [shown.preview, shown.isOfGate] = [preview, true];
  assert.ok(shown.canPublish);
  published = { ...published, rev: 4 };
  assert.ok(!shown.canPublish);
});

test("a publication is not waited for longer than somebody can be kept", { timeout: 10_000 }, async () => {
  const { fetch } = globalThis;
  const running = setTimeout(() => {}, 9_000); // the timer of an AbortSignal does not keep Node running
  globalThis.fetch = (_, { signal }) =>
    new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  try {
    assert.equal(await draft.hasArrived(() => {}, 50), false);
  } finally {
    globalThis.fetch = fetch;
    clearTimeout(running);
  }
});

test("a sheet cannot be confirmed while what it shows is worked out afresh", () => {
  const shown = (disabled) =>
    html(sheet, { title: "", hint: "", action: "Publish", preview, disabled, act: () => {}, close: () => {} });
  const submit = /<button type="submit"[^>]*>/;
  assert.doesNotMatch(submit.exec(shown(false))[0], / disabled/);
  assert.match(submit.exec(shown(true))[0], / disabled/);
});
