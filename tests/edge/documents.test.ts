// The documents of the policy's versions: each can be changed alone, the settings too, and a roll back brings them back.
import { env, runInDurableObject } from "cloudflare:test";
import { beforeAll, describe, expect, it } from "vitest";

import { ACME, demoPolicy } from "./support/demo.ts";
import { admin, create, ifMatch, ok, problem } from "./support/gate.ts";
import { everything, tables } from "./support/registry.ts";
import { acme, publishDemo } from "./support/world.ts";

/** A document with one operation that needs the scope `{area}.read`. */
const area = (title: string, area: string, paths: object = {}) => ({
  openapi: "3.1.0",
  info: { title, version: "1" },
  paths: { [`/${area}/`]: { get: { security: [{ "Location-Access": [`${area}.read`] }] } }, ...paths },
  components: { securitySchemes: { "Location-Access": { type: "http", scheme: "bearer" } } },
});
const DEMO = demoPolicy.documents[0]!.info.title;
const NOTES = area("Notes", "notes");
const TASKS = area("Tasks/ünïcode & co. #1; 50%?", "tasks");
const TASKS_PATH = `/policy/documents/${encodeURIComponent(TASKS.info.title)}`;
const unsecured = { "/open/": { get: {} } };

const publish = (body: object, rev?: number) =>
  ok(200, admin("PUT", "/policy", body, rev === undefined ? {} : ifMatch(rev)));
const preview = (body: object) => ok(200, admin("POST", "/policy/preview", body));
const inForce = () => ok(200, admin("GET", "/policy"));
const operations = async (): Promise<string[]> => {
  const { operations } = JSON.parse(await (await admin("GET", "/policy/compiled")).text());
  return operations.map(({ method, path }: any) => `${method} ${path}`).sort();
};
const names = (documents: { name: string }[]) => documents.map(({ name }) => name);

beforeAll(async () => {
  await publishDemo();
  await acme();
});

describe("the largest versions", () => {
  /** So many operations without `security`, of which several lists of the report tell. */
  const silent = (count: number, title: string) => ({
    openapi: "3.1.0",
    info: { title, version: "1" },
    paths: Object.fromEntries(Array.from({ length: count }, (_, n) => [`/silent/${n}`, { get: {} }])),
  });

  it("are kept: the report lists less where the policy is long", async () => {
    const body = {
      documents: [silent(6000, "x".repeat(200))],
      settings: { ...demoPolicy.settings, without_security: "public" },
    };
    const { report } = await publish(body);
    expect(Object.keys(report.left_out).length).toBeGreaterThan(0);
    const [{ policy, settings, report: kept }] = (await tables()).policies!.slice(-1) as any;
    expect(policy.length).toBeGreaterThan(1_500_000);
    expect(policy.length + settings.length + kept.length).toBeLessThanOrEqual(1_990_000);
    expect((await inForce()).report).toEqual(report);
    await publish(demoPolicy);
  });

  it("are refused with their length where the settings are too long beside them", async () => {
    const before = (await inForce()).rev;
    const schemes = Object.fromEntries(
      Array.from({ length: 12_000 }, (_, n) => [`Scheme-${n}`, { level: "agency", private_integrations: false }]),
    );
    const body = {
      documents: [silent(6000, "x".repeat(200))],
      settings: { ...demoPolicy.settings, without_security: "public", schemes },
    };
    const { detail } = await problem(await admin("PUT", "/policy", body), 422, "invalid-field");
    expect(detail).toMatch(/with settings and report, they take \d+ bytes, and 1990000 can be kept/);
    expect((await inForce()).rev).toBe(before);
  });
});

describe("one document", () => {
  it("is added, replaced and removed, while the others stay without being sent", async () => {
    const demo = await operations();
    const added = await ok(200, admin("PUT", TASKS_PATH, TASKS));
    expect(added).toMatchObject({ changed: true, diff: { added: ["GET /tasks/"], removed: [], changed: [] } });
    expect(added.documents).toEqual([
      { name: TASKS.info.title, change: "added", operations: 1 },
      { name: DEMO, change: "unchanged", operations: demo.length },
    ]);
    expect(await operations()).toEqual([...demo, "GET /tasks/"].sort());
    expect((await inForce()).documents).toEqual([
      { name: TASKS.info.title, operations: 1 },
      { name: DEMO, operations: demo.length },
    ]);

    const more = area(TASKS.info.title, "tasks", {
      "/tasks/{id}": { get: { security: [{ "Location-Access": ["tasks.read"] }] } },
    });
    // YAML or JSON in a string is a document too.
    const replaced = await ok(200, admin("PUT", TASKS_PATH, JSON.stringify(JSON.stringify(more)), ifMatch(added.rev)));
    expect(replaced.documents.map(({ change }: any) => change)).toEqual(["replaced", "unchanged"]);
    expect(await operations()).toEqual([...demo, "GET /tasks/", "GET /tasks/{id}"].sort());
    const again = await ok(200, admin("PUT", TASKS_PATH, more));
    expect(again).toMatchObject({
      rev: replaced.rev,
      changed: false,
      documents: [{ change: "unchanged" }, { change: "unchanged" }],
    });

    const removed = await ok(200, admin("DELETE", TASKS_PATH, undefined, ifMatch(replaced.rev)));
    expect(removed.documents).toEqual([
      { name: TASKS.info.title, change: "removed", operations: 2 },
      { name: DEMO, change: "unchanged", operations: demo.length },
    ]);
    expect(await operations()).toEqual(demo);
    expect(JSON.parse((await env.TOKENS.get("policy"))!).rev).toBe(removed.rev);
    const gone = await problem(await admin("DELETE", TASKS_PATH), 404, "not-found");
    expect(gone.field).toBe("name");
  });

  it("has the name that it is given, whatever its title is, and is called so where it is at fault", async () => {
    const { rev } = await ok(200, admin("PUT", "/policy/documents/a%20name", NOTES));
    expect(names((await inForce()).documents)).toEqual([DEMO, "a name"].sort());
    const broken = { ...NOTES, paths: { "/{a}{b}": { get: {} } } };
    const refused = await problem(await admin("PUT", "/policy/documents/a%20name", broken), 422, "policy-errors");
    expect(refused.report.errors[0]).toMatchObject({ document: "a name", path: "/{a}{b}" });
    await problem(await admin("PUT", "/policy/documents/a%20name", NOTES, ifMatch(rev - 1)), 412, "stale");
    expect((await inForce()).rev).toBe(rev);
    await ok(200, admin("DELETE", "/policy/documents/a%20name"));
  });

  it("several of them and the settings change in one publication", async () => {
    await publish({ documents: { one: NOTES, two: area("Notes", "more") }, settings: demoPolicy.settings });
    expect(await operations()).toEqual(["GET /more/", "GET /notes/"]);
    const settings = { ...demoPolicy.settings, without_security: "public" };
    const change = { documents: { one: null, three: area("x", "three", unsecured) }, settings };
    const told = await preview({ change });
    const { rev } = await inForce();
    const published = await ok(200, admin("PATCH", "/policy", change, ifMatch(rev)));
    expect(published).toMatchObject({
      rev: rev + 1,
      diff: told.diff,
      impact: told.impact,
      documents: told.documents,
      report: told.report,
    });
    expect(told.rev).toBe(rev);
    expect(published.documents.map(({ name, change }: any) => [name, change])).toEqual([
      ["one", "removed"],
      ["three", "added"],
      ["two", "unchanged"],
    ]);
    expect(await operations()).toEqual(["GET /more/", "GET /open/", "GET /three/"]);
    await problem(await admin("PATCH", "/policy", { documents: { nobody: null } }), 404, "not-found");
  });

  it("of a list with two of one title is not published", async () => {
    const before = await everything();
    const twice = await problem(
      await admin("PUT", "/policy", { documents: [NOTES, TASKS, NOTES] }),
      422,
      "invalid-field",
    );
    expect(twice.field).toBe("documents[2]");
    expect(await everything()).toEqual(before);
  });
});

describe("settings alone", () => {
  it("are applied to the documents as they were written", async () => {
    const named = area("Named", "named", {
      "/by-id/": {
        get: {
          security: [{ "Location-Access": [] }],
          parameters: [{ name: "groupId", in: "query" }],
        },
      },
    });
    await publish({ documents: [named, area("Open", "opened", unsecured)], settings: demoPolicy.settings });
    const settings = {
      ...demoPolicy.settings,
      without_security: "public",
      owner_parameters: { sub_account: [{ name: "groupId" }] },
    };
    const { report, documents } = await ok(200, admin("PATCH", "/policy", { settings }));
    expect(report).toMatchObject({ documents: 2, operations: 4, public: 1 });
    expect(documents.map(({ change }: any) => change)).toEqual(["unchanged", "unchanged"]);
    const compiled = JSON.parse(await (await admin("GET", "/policy/compiled")).text());
    const byId = compiled.operations.find(({ path }: any) => path === "/by-id/");
    // Nothing was known of owners when the document was sent.
    expect(byId.access.any_of[0].owner).toEqual([{ name: "groupId", in: "query" }]);
    expect((await inForce()).settings).toMatchObject(settings);
    // The same as if all had been sent together.
    const whole = await publish({ documents: [named, area("Open", "opened", unsecured)], settings });
    expect(whole.changed).toBe(false);
  });

  it("that make an error of what stands in a document publish nothing", async () => {
    const before = await everything();
    const rules = [
      { method: "GET", path: "/x/{a}", access: "public" },
      { method: "GET", path: "/x/{b}", access: "authenticated" },
    ];
    const refused = await problem(await admin("PATCH", "/policy", { settings: { rules } }), 422, "policy-errors");
    expect(refused.report.errors.length).toBeGreaterThan(0);
    expect(await everything()).toEqual(before);
  });
});

describe("a roll back", () => {
  it("brings a version's documents and settings back, so that one of them can be changed again", async () => {
    const first = await publish({ documents: [NOTES, TASKS], settings: demoPolicy.settings });
    const before = [await operations(), (await inForce()).settings];
    await publish({
      documents: [area("Other", "other")],
      settings: { ...demoPolicy.settings, without_security: "public" },
    });
    const told = await preview({ to: first.rev });
    const back = await ok(200, admin("POST", "/policy/rollback", { to: first.rev }));
    expect(back).toMatchObject({ rev: first.rev + 2, diff: told.diff, impact: told.impact, documents: told.documents });
    expect(back.documents.map(({ name, change }: any) => [name, change])).toEqual([
      ["Notes", "added"],
      ["Other", "removed"],
      [TASKS.info.title, "added"],
    ]);
    expect([await operations(), (await inForce()).settings]).toEqual(before);
    await ok(200, admin("DELETE", TASKS_PATH));
    expect(await operations()).toEqual(["GET /notes/"]);
  });

  it("is previewed without a trace, and to what never was is refused", async () => {
    const before = await everything();
    const { documents, report } = await preview({ to: (await inForce()).rev });
    expect([names(documents), report.errors]).toEqual([["Notes"], []]);
    const refused = await problem(await admin("POST", "/policy/preview", { to: 9999 }), 422, "invalid-field");
    expect(refused.field).toBe("to");
    expect(await everything()).toEqual(before);
  });
});

describe("the effect on integrations", () => {
  it("is told by publication, preview and roll back alike, those that lose something first", async () => {
    const both = { documents: [NOTES, TASKS], settings: demoPolicy.settings };
    const { rev } = await publish(both);
    const gains = await create(ACME, ["notes.read"], "gains");
    const loses = await create(ACME, ["tasks.read"], "loses");
    const more = area("Notes", "notes", {
      "/notes/{id}": { get: { security: [{ "Location-Access": ["notes.read"] }] } },
    });
    const change = { documents: { Notes: more, [TASKS.info.title]: null } };
    const { impact } = await preview({ change });
    const events = { lost_events: [], gained_events: [] };
    expect(impact).toEqual({
      affected: 2,
      losing: 1,
      integrations: [
        { integration: loses.id, name: "loses", owner: ACME, lost: ["GET /tasks/"], gained: [], ...events },
        { integration: gains.id, name: "gains", owner: ACME, lost: [], gained: ["GET /notes/{id}"], ...events },
      ],
    });
    expect((await ok(200, admin("PATCH", "/policy", change))).impact).toEqual(impact);
    const event = (await tables()).events!.at(-1) as any;
    expect([event.kind, JSON.parse(event.detail)]).toMatchObject([
      "policy.published",
      { losing: 1, documents: [{ change: "replaced" }, { change: "removed" }] },
    ]);
    expect((await preview({ to: rev })).impact).toMatchObject({ affected: 2, losing: 1 });
    await ok(204, admin("DELETE", `/integrations/${loses.id}`, undefined, ifMatch(1)));
    expect((await preview({ to: rev })).impact).toMatchObject({
      affected: 1,
      losing: 1,
      integrations: [{ integration: gains.id }],
    });
  });
});

describe("what is kept", () => {
  const stored = () =>
    runInDurableObject(env.REGISTRY.getByName("registry"), (_, { storage: { sql } }) =>
      sql
        .exec("SELECT digest, part, length(CAST(text AS BLOB)) AS bytes FROM documents ORDER BY digest, part")
        .toArray(),
    );

  it("of a document is kept once, however many versions have it", async () => {
    await publish({ documents: [NOTES, TASKS], settings: demoPolicy.settings });
    const before = await stored();
    await publish({ documents: [NOTES], settings: demoPolicy.settings });
    await publish({ documents: [TASKS, NOTES], settings: demoPolicy.settings });
    expect(await stored()).toEqual(before);
  });

  it("of a long one lies in parts below the platform's limit, and is read back whole", async () => {
    const paths = Object.fromEntries(
      Array.from({ length: 700 }, (_, n) => [
        `/long/${n}`,
        { get: { summary: `${n} ${"é".repeat(900)}`, security: [] } },
      ]),
    );
    const rev = (await inForce()).rev;
    await ok(200, admin("PUT", "/policy/documents/long", { ...NOTES, paths }));
    const rows = await stored();
    const parts = rows.filter(({ part }) => Number(part) > 0);
    expect(parts.length).toBeGreaterThan(0);
    expect(Math.max(...rows.map(({ bytes }) => Number(bytes)))).toBeLessThan(1_000_000);
    const { report } = await ok(
      200,
      admin("PATCH", "/policy", { settings: { ...demoPolicy.settings, without_security: "public" } }),
    );
    expect(report).toMatchObject({ public: 700, errors: [] });
    await ok(200, admin("POST", "/policy/rollback", { to: rev }));
  });

  it("and was spoilt is a fault, and never a policy with less in it", async () => {
    const before = await inForce();
    await runInDurableObject(env.REGISTRY.getByName("registry"), (_, { storage: { sql } }) =>
      sql.exec("UPDATE documents SET text = text || ' '"),
    );
    const refused = await admin("PATCH", "/policy", { settings: demoPolicy.settings, documents: { New: TASKS } });
    await problem(refused, 503, "registry-unavailable");
    expect(await inForce()).toEqual(before);
  });
});
