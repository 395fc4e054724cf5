// The browser's bundle on the golden corpus: it must say what the others say.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

import * as page from "../../target/page/tidegate.js";
import * as reader from "../../target/page-documents/tidegate.js";
import * as yaml from "../../target/page-yaml/tidegate.js";
import { questions } from "../corpus/questions.mjs";

page.initSync({ module: readFileSync(new URL("../../target/page/tidegate_bg.wasm", import.meta.url)) });
reader.initSync({ module: readFileSync(new URL("../../target/page-documents/tidegate_bg.wasm", import.meta.url)) });
yaml.initSync({ module: readFileSync(new URL("../../target/page-yaml/tidegate_bg.wasm", import.meta.url)) });
/** As www/src/core does: one bundle reads documents in JSON, the other one makes JSON of YAML. */
const converted = (documents) =>
  documents.map((text) => (/^\uFEFF?[ \n\r\t]*\{/.test(text) ? text : yaml.yamlToJson(text)));
const corpus = (name) => JSON.parse(readFileSync(new URL(`../corpus/${name}.json`, import.meta.url), "utf8"));

const policies = corpus("policies").cases;
const decisions = corpus("decisions");
const compiled = (policy) => new page.CompiledPolicy(JSON.stringify(policy));

for (const { what, documents, settings, expect } of policies) {
  test(`report: ${what}`, () => {
    const report = () => JSON.parse(reader.policyReport(converted(documents), JSON.stringify(settings)));
    if (expect.document_error) {
      assert.throws(report, ({ message }) => message.includes(expect.document_error));
    } else {
      assert.deepEqual(report(), expect.report);
    }
  });
}

const [{ what, expect }] = policies;
assert.equal(what, "the policy of decisions.json");
const policy = compiled(expect.policy);
const NONE = { v: 1, rev: 9, operations: [], owner_parameters: {} };
const empty = compiled(NONE);

for (const { what, question, code } of questions(decisions)) {
  test(`explain: ${what}: ${question.method} ${question.path}`, () => {
    assert.equal(JSON.parse(policy.explain(JSON.stringify(question), decisions.now)).code, code);
  });
}

test("explain: an integration that is paused or has ended is refused whatever its scopes open", () => {
  const { question } = questions(decisions).find(({ question, code }) => question.owner && code === "allowed");
  const code = (...life) => JSON.parse(policy.explain(JSON.stringify(question), decisions.now, ...life)).code;
  assert.equal(code(false, false), "allowed");
  assert.equal(code(true, false), "paused_integration");
  assert.equal(code(false, true), "expired_integration");
  assert.equal(code(true, true), "paused_integration", "as the gate says it: until it is resumed, that comes first");
});

for (const { what, documents, settings, expect } of policies.filter(({ expect }) => expect.report)) {
  test(`diff: ${what}`, () => {
    const from = (policy) =>
      JSON.parse(reader.policyDiff(JSON.stringify(policy), converted(documents), JSON.stringify(settings)));
    const { report, diff } = from(NONE);
    assert.deepEqual(report, expect.report);
    if (expect.policy === null) return assert.equal(diff, null);
    assert.deepEqual(
      diff.added,
      expect.policy.operations.map(({ method, path }) => `${method} ${path}`),
    );
    assert.deepEqual(diff.removed, []);
    const { added, removed, changed, owner_parameters } = from(expect.policy).diff;
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
    const kind = (name) => scopes.find(({ scope }) => scope === name).access;
    for (const level of ["agency", "sub_account"]) {
      const ask = (before, after) => JSON.parse(policy.preview(JSON.stringify({ level, before, after })));
      const found = ask([], [...all, "no.such.scope"]);
      // The report counts them: another method with the same access would be granted.
      const never = operations.filter(
        (operation) => isDescribed(operation, level, all) && !isOpen(operation, level, all),
      );
      const reachable = expect.report[level] - never.length;
      assert.deepEqual([found.reachable, found.operations], [reachable, reachable]);
      assert.deepEqual(found.unknown, ["no.such.scope"]);
      for (const scope of all) assert.deepEqual(ask([], [scope]).gained, gained(operations, level, scope, kind));
      const { gained: back, lost } = ask([...all, "no.such.scope"], []);
      assert.deepEqual([back, lost], [[], found.gained]);
    }
  });
}

const isDescribed = ({ access }, level, held) =>
  typeof access === "string" ||
  access.any_of.some((way) => way.level === level && way.scopes.every((needed) => held.includes(needed)));

/** Whether `decide` can grant it: a `GET` whose owner would stand in its body is refused. */
const isOpen = ({ method, access }, level, held) => {
  if (method !== "GET" || typeof access === "string") return isDescribed({ access }, level, held);
  const any_of = access.any_of.filter(({ owner = [] }) => owner.every((place) => place.in !== "body"));
  return isDescribed({ access: { any_of } }, level, held);
};

/** What one scope brings to an integration without any, worked out from the policy's stored form. */
function gained(operations, level, scope, kind) {
  const brought = operations.filter((operation) => isOpen(operation, level, [scope]) && !isOpen(operation, level, []));
  return brought.map(({ method, path, summary }) => ({
    ...{ method, path },
    ...(summary === undefined ? {} : { summary }),
    ...{ access: kind(scope), scopes: [scope] },
  }));
}

for (const { what, expect } of policies.filter(({ expect }) => expect.policy)) {
  test(`abilities: ${what}`, () => {
    const { operations } = expect.policy;
    const policy = compiled(expect.policy);
    const all = JSON.parse(policy.catalogue()).scopes.map(({ scope }) => scope);
    for (const level of ["agency", "sub_account"]) {
      for (const scopes of [[], all, ...all.map((scope) => [scope])]) {
        const said = JSON.parse(policy.abilities(JSON.stringify({ level, scopes })));
        const can = [
          ...said.by_scopes.flatMap(({ read, write }) => [...read, ...write]),
          ...Object.values(said.any_token).flat(),
        ].map(name);
        const reached = operations.filter((operation) => isOpen(operation, level, scopes)).map(name);
        assert.deepEqual([...new Set(can)].sort(), reached.sort());
        const not = said.not.flatMap((part) => part.operations.map(name));
        assert.deepEqual(
          not.filter((one) => reached.includes(one)),
          [],
        );
        assert.deepEqual(said.unknown, []);
      }
    }
  });
}

const name = ({ method, path }) => `${method} ${path}`;

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

test("what looks at a pasted text first lets through to the rules whatever they find", async () => {
  const { mayHoldCredential } = await bundledCredential();
  const owner = `owner_${"aB-_".repeat(11).slice(0, 43)}`;
  let found = 0;
  for (const { text } of [
    ...corpus("tokens").cases,
    { text: owner },
    { text: "hello_world" },
    { text: "contacts.readonly" },
  ]) {
    const cut = Array.from({ length: text.length }, (_, end) => text.slice(0, end + 1));
    const wrapped = [
      `Bearer ${text}`,
      `"${text}"`,
      text.toUpperCase(),
      `${text.slice(0, 30)}\n ${text.slice(30)}`,
      `${text.slice(0, 12)}\u200b${text.slice(12)}`,
    ];
    for (const one of [...cut, ...wrapped, `curl -H 'Authorization: Bearer ${text}' https://h/x`]) {
      const answer = JSON.parse(page.findCredential(one));
      if (answer === null) continue;
      found += 1;
      assert.ok(mayHoldCredential(one), one);
      assert.ok(!JSON.stringify(answer).includes(text.slice(-8)), one);
    }
  }
  assert.ok(found > 500, `${found}`);
});

async function bundledCredential() {
  const entry = fileURLToPath(new URL("../../www/src/lib/credential.ts", import.meta.url));
  const { outputFiles } = await build({ entryPoints: [entry], bundle: true, format: "esm", write: false });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
}

test("a token without its end is told from one with a mistake", () => {
  const [{ text }] = corpus("tokens").cases;
  const form = (text, prefix) => JSON.parse(page.inspectToken(text, prefix)).form;
  assert.deepEqual(
    [form(text), form(text.slice(0, -1)), form(`${text.slice(0, -1)}u`)],
    ["ours", "truncated", "mistyped"],
  );
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
  assert.throws(() => policy.explain('{"method":"GET","path":"/","scopes":[]}', 0), /owner: needed beside scopes/);
  assert.throws(() => reader.policyDiff(JSON.stringify(NONE), [], '{"no":1}'), Error);
  assert.equal(empty.rev(), 9);
});

test("init: settings to start from, with which the report has no errors, and what somebody picks otherwise", () => {
  const operation = { tags: ["Boats"], security: [{ key: [] }] };
  const paths = { "/{tenantId}/boats": { get: operation, post: operation } };
  const text = JSON.stringify({ openapi: "3.1.0", info: { title: "Harbour", version: "1" }, paths });
  const init = (picked) => JSON.parse(reader.policyInit([text], JSON.stringify(picked)));
  const { settings, choices } = init({});
  assert.deepEqual(settings.schemes, { key: { level: "sub_account", private_integrations: true } });
  assert.equal(settings.owner_parameters.sub_account[0].name, "tenantId");
  assert.deepEqual(JSON.parse(reader.policyReport([text], JSON.stringify(settings))).errors, []);
  const scheme = choices.find(({ field }) => field === "schemes.key");
  assert.deepEqual([scheme.chosen, scheme.options.length], [0, 3]);
  assert.equal(init({ "schemes.key": 1 }).settings.schemes.key.level, "agency");
});

test("source: what is published of a document makes the same policy", () => {
  for (const { documents } of policies.filter(({ expect }) => expect.report)) {
    for (const document of converted(documents)) {
      const source = JSON.parse(reader.documentSource(document));
      assert.ok([1, 2, 5].includes(source.v), `version ${source.v}`); // 2 or 5 where the document has notes
      assert.equal(source.title, reader.documentTitle(document));
    }
  }
});

test("file: one that is not UTF-8 is told as the command tells it", () => {
  const text = '\ufeff{"openapi":"3.1.0"}';
  assert.equal(reader.fileText(new TextEncoder().encode(text)), text);
  const wide = new Uint8Array(Uint16Array.from(text, (letter) => letter.charCodeAt(0)).buffer);
  for (const [bytes, message] of [
    [wide, "the file is in UTF-16; save it as UTF-8"],
    [Uint8Array.of(0x7b, 0x0a, 0xe9), "the file is not UTF-8 from byte 2 on, in line 2"],
  ]) {
    assert.throws(() => reader.fileText(bytes), { message });
  }
});
