// Policies: from documents in JSON and YAML, with rules, in versions; and an owner that stands in the body.
import { env } from "cloudflare:test";
import { beforeAll, describe, expect, it } from "vitest";

import { ACME, CONTACTS, demoPolicy } from "./support/demo.ts";
import { type Created, admin, askThroughBinding, create, forget, ifMatch, ok, problem } from "./support/gate.ts";
import { a, gateWithRecorder } from "./support/recorded.ts";
import { onlyReceived, received } from "./support/recorder.ts";

const YAML = `
openapi: 3.1.0
info: {title: Notes, version: "1"}
paths:
  /notes/:
    post:
      operationId: create-note
      security: [{Location-Access: [notes.write]}]
      requestBody:
        content:
          application/json: {schema: {$ref: "#/components/schemas/Note"}}
components:
  schemas:
    Note: {type: object, properties: {locationId: {type: string}, text: {type: string}}}
  securitySchemes:
    Location-Access: {type: http, scheme: bearer}
`;
const rule = { method: "GET", path: "/health", access: "public", summary: "Liveness" };
const settings = {
  ...demoPolicy.settings,
  owner_parameters: { sub_account: [{ name: "locationId", body: true }], agency: [{ name: "companyId" }] },
  rules: [rule],
};
const notes = { documents: [...demoPolicy.documents, YAML], settings };
const publish = (body: object) => ok(200, admin("PUT", "/policy", body));

gateWithRecorder();

describe("versions", () => {
  it("are kept with who, when and counts; an earlier one comes back as a new revision", async () => {
    const { rev, settings: earlier } = await ok(200, admin("GET", "/policy"));
    const published = await publish(notes);
    expect(published).toMatchObject({ rev: rev + 1, changed: true, report: { errors: [] } });
    const { report } = await ok(200, admin("GET", "/policy"));
    const { operations, agency, sub_account, public: open, scopes } = report;
    const { versions } = await ok(200, admin("GET", "/policy/versions"));
    expect(versions[0]).toEqual({
      rev: rev + 1,
      published_at: expect.stringMatching(/Z$/),
      actor: "owner-key",
      actor_name: null,
      counts: { operations, agency, sub_account, public: open, scopes },
      documents: 2,
    });
    expect(operations).toBeGreaterThan(10);
    expect(versions[1]).toMatchObject({ rev });

    const back = await ok(200, admin("POST", "/policy/rollback", { to: rev }, ifMatch(rev + 1)));
    expect(back).toMatchObject({ rev: rev + 2, changed: true, report: { operations: versions[1].counts.operations } });
    expect(await ok(200, admin("GET", "/policy"))).toMatchObject({ rev: rev + 2, settings: earlier });
    expect(JSON.parse((await env.TOKENS.get("policy"))!).rev).toBe(rev + 2);
    expect((await ok(200, admin("POST", "/policy/rollback", { to: rev + 2 }))).changed).toBe(false);
  });

  it("are listed in pages, newest first, though others come meanwhile", async () => {
    const { total } = await ok(200, admin("GET", "/policy/versions"));
    let page = await ok(200, admin("GET", "/policy/versions?limit=2"));
    const seen: number[] = [];
    for (let pages = 1; ; pages++) {
      seen.push(...page.versions.map(({ rev }: { rev: number }) => rev));
      expect(page.total).toBe(pages === 1 ? total : total + 1);
      if (page.cursor === null) break;
      if (pages === 1) await publish(notes);
      expect(page.versions).toHaveLength(2);
      page = await ok(200, admin("GET", `/policy/versions?limit=2&cursor=${page.cursor}`));
    }
    expect(seen).toEqual(Array.from({ length: total }, (_, n) => total - n));
    expect(await ok(200, admin("GET", "/policy/versions?cursor=1"))).toEqual({
      versions: [],
      cursor: null,
      total: total + 1,
    });
  });

  it("that never were, or a stale If-Match, change nothing", async () => {
    const before = await ok(200, admin("GET", "/policy"));
    const bad = await problem(await admin("POST", "/policy/rollback", { to: 999 }), 422, "invalid-field");
    expect(bad.field).toBe("to");
    await problem(await admin("POST", "/policy/rollback", { to: 1 }, ifMatch(0)), 412, "stale");
    expect(await ok(200, admin("GET", "/policy"))).toEqual(before);
  });
});

describe("a preview", () => {
  it("says which integrations lose and gain what, and stores nothing", async () => {
    await publish(demoPolicy);
    const before = await ok(200, admin("GET", "/policy"));
    const [document] = structuredClone(demoPolicy.documents) as any[];
    delete document.paths["/contacts/"].post;
    const preview = await ok(200, admin("POST", "/policy/preview", { documents: [document], settings }));
    expect(preview.impact.affected).toBe(1);
    const [impact] = preview.impact.integrations;
    const named = { integration: a.id, name: "a test's", owner: ACME };
    const events = { lost_events: [], gained_events: [] };
    expect(impact).toEqual({ ...named, lost: ["POST /contacts/"], gained: ["GET /health"], ...events });
    expect(await ok(200, admin("GET", "/policy"))).toEqual(before);
  });
});

describe("an owner in the body", () => {
  let b: Created;

  beforeAll(async () => {
    await publish(notes);
    b = await create(ACME, [...CONTACTS, "notes.write"]);
    forget();
  });

  const send = (path: string, body: BodyInit, headers: object = {}) =>
    askThroughBinding(path, {
      method: "POST",
      headers: { authorization: `Bearer ${b.token}`, "content-type": "application/json", ...headers },
      body,
    });

  it("passes for the integration's own, and the body reaches the origin byte for byte", async () => {
    const body = ` {"text" : "é\\u00e9",\n "locationId":"acme" } `;
    expect((await send("/notes/", body)).status).toBe(200);
    const seen = await onlyReceived();
    expect([seen.method, seen.text]).toEqual(["POST", body]);
    expect(seen.headers["content-type"]).toBe("application/json");
  });

  const long = (length: number) => `{"locationId":"acme","text":"${"x".repeat(length)}"}`;

  it.each([
    ["another's", '{"locationId":"globex"}', 403, "wrong-owner", {}],
    ["none", '{"text":"x"}', 400, "missing-owner", {}],
    ["an empty body", "", 400, "missing-owner", {}],
    ["given twice", '{"locationId":"acme","locationId":"globex"}', 400, "ambiguous-owner", {}],
    ["a look-alike", '{"locationId":"acme","LocationID":"globex"}', 400, "ambiguous-owner", {}],
    ["no JSON", '{"locationId":"acme"', 400, "ambiguous-owner", {}],
    [
      "a form of another's",
      "locationId=globex",
      403,
      "wrong-owner",
      { "content-type": "application/x-www-form-urlencoded" },
    ],
    ["encoded", '{"locationId":"acme"}', 400, "ambiguous-owner", { "content-encoding": "gzip" }],
    ["over 64 KiB", long(64 * 1024), 413, "body-too-long", {}],
  ])("%s is refused, and nothing reaches the origin", async (_, body, status, kind, headers) => {
    await problem(await send("/notes/", body, headers), status, kind);
    expect(await received()).toEqual([]);
  });

  it("of just 64 KiB passes", async () => {
    expect((await send("/notes/", long(64 * 1024 - long(0).length))).status).toBe(200);
    expect((await onlyReceived()).length).toBe(64 * 1024);
  });

  it("is not read for an operation that does not name it there", async () => {
    const body = '{"name":"x","locationId":"globex"}';
    expect((await send("/echo", body)).status).toBe(200);
    expect((await onlyReceived()).text).toBe(body);
  });

  it("is no matter to what a rule opens", async () => {
    expect((await askThroughBinding("/health")).status).toBe(200);
  });
});
