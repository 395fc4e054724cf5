// The browser's bundle on the golden corpus: it must say what the others say.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import * as page from "../../target/page/tidegate.js";
import { questions } from "../corpus/questions.mjs";

page.initSync({ module: readFileSync(new URL("../../target/page/tidegate_bg.wasm", import.meta.url)) });
const corpus = (name) => JSON.parse(readFileSync(new URL(`../corpus/${name}.json`, import.meta.url), "utf8"));

const policies = corpus("policies").cases;
const decisions = corpus("decisions");

for (const { what, documents, settings, expect } of policies) {
  test(`report: ${what}`, () => {
    const report = () => JSON.parse(page.policyReport(documents, JSON.stringify(settings)));
    if (expect.document_error) {
      assert.throws(report, ({ message }) => message.includes(expect.document_error));
    } else {
      assert.deepEqual(report(), expect.report);
    }
  });
}

const [{ what, documents, settings }] = policies;
assert.equal(what, "the policy of decisions.json");

for (const { what, question, code } of questions(decisions)) {
  test(`explain: ${what}: ${question.method} ${question.path}`, () => {
    const asked = [JSON.stringify(settings), JSON.stringify(question), decisions.now];
    assert.equal(JSON.parse(page.explain(documents, ...asked)).code, code);
  });
}

test("a difference is what one policy adds to the other", () => {
  const text = JSON.stringify(settings);
  const diff = JSON.parse(page.policyDiff([], text, documents, text));
  assert.equal(diff.added.length, policies[0].expect.report.operations);
  assert.deepEqual(diff.removed, []);
});

test("scopes are compared as sets", () => {
  assert.deepEqual(JSON.parse(page.scopeDiff('["a","b"]', '["c","b"]')), { added: ["c"], removed: ["a"] });
  assert.throws(() => page.scopeDiff('["a b"]', "[]"));
});
