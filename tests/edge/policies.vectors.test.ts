// tests/corpus/policies.json and the questions in decisions.json, put to the Registry: it must say what the others say.
import { beforeAll, describe, expect, it } from "vitest";

import decisions from "../corpus/decisions.json";
import { questions } from "../corpus/questions.mjs";
import policies from "../corpus/policies.json";
import { admin, ok, problem } from "./support/gate.ts";

const cases = policies.cases as any[];

describe("a preview", () => {
  it.each(cases)("$what", async ({ documents, settings, expect: expected }) => {
    const answer = await admin("POST", "/policy/preview", { documents, settings });
    if (expected.document_error) {
      const { field, detail } = await problem(answer, 422, "invalid-field");
      expect(field).toBe("documents[0]");
      expect(detail.toLowerCase()).toContain(expected.document_error.toLowerCase());
    } else {
      expect((await ok(200, Promise.resolve(answer))).report).toEqual(expected.report);
    }
  });
});

describe("explain", () => {
  beforeAll(async () => {
    const [{ documents, settings }] = cases;
    await ok(200, admin("PUT", "/policy", { documents, settings }));
  });

  it.each(questions(decisions as any))("$what: $question.method $question.path", async ({ question, code }) => {
    expect((await ok(200, admin("POST", "/explain", question))).code).toBe(code);
  });
});
