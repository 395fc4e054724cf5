// The browser's bundle on the golden corpus: it must say what the others say.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import * as page from "../../target/page/tidegate.js";
import * as yaml from "../../target/page-yaml/tidegate.js";
import { questions } from "../corpus/questions.mjs";

page.initSync({ module: readFileSync(new URL("../../target/page/tidegate_bg.wasm", import.meta.url)) });
yaml.initSync({ module: readFileSync(new URL("../../target/page-yaml/tidegate_bg.wasm", import.meta.url)) });
/** As www/src/core does: the bundle of the rules reads JSON, the other one makes JSON of YAML. */
const converted = (documents) => documents.map((text) => (/^\uFEFF?[ \n\r\t]*\{/.test(text) ? text : yaml.yamlToJson(text)));
const corpus = (name) => JSON.parse(readFileSync(new URL(`../corpus/${name}.json`, import.meta.url), "utf8"));

const policies = corpus("policies").cases;
const decisions = corpus("decisions");
const compiled = (policy) => new page.CompiledPolicy(JSON.stringify(policy));

for (const { what, documents, settings, expect } of policies) {
  test(`report: ${what}`, () => {
    const report = () => JSON.parse(page.policyReport(converted(documents), JSON.stringify(settings)));
    if (expect.document_error) {
      assert.throws(report, ({ message }) => message.includes(expect.document_error));
    } else {
      assert.deepEqual(report(), expect.report);
    }
  });
}

const [{ what, documents, settings, expect }] = policies;
assert.equal(what, "the policy of decisions.json");
const policy = compiled(expect.policy);
const empty = compiled({ v: 1, rev: 9, operations: [], owner_parameters: {} });

for (const { what, question, code } of questions(decisions)) {
  test(`explain: ${what}: ${question.method} ${question.path}`, () => {
    assert.equal(JSON.parse(policy.explain(JSON.stringify(question), decisions.now)).code, code);
  });
}

for (const { what, documents, settings, expect } of policies.filter(({ expect }) => expect.report)) {
  test(`diff: ${what}`, () => {
    const from = (policy) => JSON.parse(policy.diff(converted(documents), JSON.stringify(settings)));
    const { report, diff } = from(empty);
    assert.deepEqual(report, expect.report);
    if (expect.policy === null) return assert.equal(diff, null);
    assert.deepEqual(diff.added, expect.policy.operations.map(({ method, path }) => `${method} ${path}`));
    assert.deepEqual(diff.removed, []);
    const { added, removed, changed, owner_parameters } = from(compiled(expect.policy)).diff;
    assert.deepEqual([added, removed, changed, owner_parameters], [[], [], [], undefined]);
  });
}

for (const { what, expect } of policies.filter(({ expect }) => expect.policy)) {
  test(`preview: ${what}`, () => {
    const { rev, operations } = expect.policy;
    const policy = compiled(expect.policy);
    assert.equal(policy.rev(), rev);
    const { scopes } = JSON.parse(policy.catalogue());
    assert.equal(scopes.length, expect.report.scopes);
    const all = scopes.map(({ scope }) => scope);
    for (const level of ["agency", "sub_account"]) {
      const ask = (before, after) => JSON.parse(policy.preview(JSON.stringify({ level, before, after })));
      const found = ask([], [...all, "no.such.scope"]);
      assert.deepEqual([found.reachable, found.operations], [expect.report[level], expect.report[level]]);
      assert.deepEqual(found.unknown, ["no.such.scope"]);
      for (const scope of all) assert.deepEqual(ask([], [scope]).gained, gained(operations, level, scope));
      const { gained: back, lost } = ask([...all, "no.such.scope"], []);
      assert.deepEqual([back, lost], [[], found.gained]);
    }
  });
}

/** What one scope brings to an integration without any, worked out from the policy's stored form. */
function gained(operations, level, scope) {
  const open = ({ access }, held) =>
    typeof access === "string" ||
    access.any_of.some((way) => way.level === level && way.scopes.every((needed) => held.includes(needed)));
  const brought = operations.filter((operation) => open(operation, [scope]) && !open(operation, []));
  return brought.map(({ method, path, summary }) => ({
    ...{ method, path },
    ...(summary === undefined ? {} : { summary }),
    ...{ writes: !["GET", "HEAD", "OPTIONS", "TRACE"].includes(method), scopes: [scope] },
  }));
}

for (const { what, text, outcome, id } of corpus("tokens").cases) {
  test(`token: ${what}`, () => {
    const answer = page.inspectToken(text, "pit");
    const found = JSON.parse(answer);
    // Without a key a forged token looks like any other.
    assert.equal(found.form === "ours", ["ok", "forged"].includes(outcome), answer);
    if (id) assert.deepEqual(found, { form: "ours", prefix: "pit", id });
    const end = text.slice(-8);
    if (text.length > 40) assert.ok(!answer.includes(end), answer);
  });
}

test("a token without its end is told from one with a mistake", () => {
  const [{ text }] = corpus("tokens").cases;
  const form = (text, prefix) => JSON.parse(page.inspectToken(text, prefix)).form;
  assert.deepEqual([form(text), form(text.slice(0, -1)), form(`${text.slice(0, -1)}u`)], ["ours", "truncated", "mistyped"]);
  assert.deepEqual([form(text, "key"), form("hello")], ["other", "other"]);
  assert.throws(() => page.inspectToken(text, "Not a prefix"), Error);
});

test("scopes are compared as sets", () => {
  assert.deepEqual(JSON.parse(page.scopeDiff('["a","b"]', '["c","b"]')), { added: ["c"], removed: ["a"] });
  assert.throws(() => page.scopeDiff('["a b"]', "[]"), Error);
});

test("what cannot be read is an error, and the bundle goes on working", () => {
  assert.throws(() => compiled({ v: 2 }), /version 2/);
  assert.throws(() => new page.CompiledPolicy("{"), /line 1 column 1/);
  assert.throws(() => policy.preview('{"level":"root","before":[],"after":[]}'), Error);
  assert.throws(() => policy.explain('{"method":"GET","path":"/","scopes":[]}', 0), /owner and scopes/);
  assert.throws(() => policy.diff([], '{"no":1}'), Error);
  assert.equal(empty.rev(), 9);
});
