// A registry that a release before documents were kept left behind, and what an older release leaves after a roll back of the gate.
import { env, runInDurableObject } from "cloudflare:test";
import { beforeAll, describe, expect, it } from "vitest";

import { ACME, AGENCY, demoPolicy } from "./support/demo.ts";
import { admin, create, ok, problem } from "./support/gate.ts";
import { everything, ring } from "./support/registry.ts";
import { makeOld } from "./support/schema-v1.ts";

const TITLE = demoPolicy.documents[0]!.info.title;
const operation = {
  path: "/contacts/",
  method: "GET",
  document: "Old",
  access: { any_of: [{ level: "sub_account", scopes: ["contacts.readonly"] }] },
};
const old = (rev: number) =>
  JSON.stringify({ v: 1, rev, owner_parameters: { agency: [], sub_account: [] }, operations: [operation] });
const REPORT = JSON.stringify({ operations: 1, agency: 0, sub_account: 1, public: 0, scopes: 1, errors: [] });
const PUBLISH =
  "INSERT INTO policies (rev, policy, settings, report, actor, published_at) VALUES (?, ?, '{}', ?, 'owner key', 7)";
/** What a release that knows nothing of documents does. */
const byAnOlderRelease = (sql: SqlStorage, rev: number) => sql.exec(PUBLISH, rev, old(rev), REPORT);
const inRegistry = (work: (sql: SqlStorage) => unknown) =>
  runInDurableObject(env.REGISTRY.getByName("registry"), (_, { storage: { sql } }) => void work(sql));

beforeAll(() =>
  makeOld((sql) => {
    byAnOlderRelease(sql, 1);
    sql.exec("INSERT INTO sub_accounts (id, name, created_at) VALUES ('acme', 'Acme', 0)");
    sql.exec(
      `INSERT INTO integrations VALUES ('0000000000000001', 1, 'agency', '${AGENCY.id}', 'n', '', '[]', 1, 5, 5, NULL)`,
    );
    sql.exec("INSERT INTO tokens VALUES ('0000000000000001', 1, printf('%048x', 1), 5, NULL, NULL)");
  }),
);

describe("a version from before documents were kept", () => {
  it("says so, works on, and no document of it can be changed", async () => {
    expect((await ok(200, admin("GET", "/policy"))).documents).toBeNull();
    expect((await ok(200, admin("GET", "/policy/versions"))).versions).toMatchObject([{ rev: 1, documents: null }]);
    await create(ACME, ["contacts.readonly"]);
    while (!(await ok(200, admin("GET", "/resync"))).complete) await ring(); // KV is rewritten in the background
    const before = await everything();
    for (const [method, path, body] of [
      ["PATCH", "/policy", { settings: {} }],
      ["PATCH", "/policy", { documents: { Old: null } }],
      ["PUT", "/policy/documents/Old", demoPolicy.documents[0]],
      ["DELETE", "/policy/documents/Old", undefined],
      ["POST", "/policy/preview", { change: { settings: {} } }],
    ] as const) {
      await problem(await admin(method, path, body), 409, "documents-not-kept");
    }
    expect(await everything()).toEqual(before);
  });

  it("is followed by versions with theirs, and can be rolled back to", async () => {
    const published = await ok(200, admin("PUT", "/policy", demoPolicy));
    expect(published.documents).toMatchObject([{ name: TITLE, change: "added" }]);
    const changed = await ok(
      200,
      admin("PATCH", "/policy", { settings: { ...demoPolicy.settings, without_security: "public" } }),
    );
    expect(changed.documents).toMatchObject([{ name: TITLE, change: "unchanged" }]);
    const told = await ok(200, admin("POST", "/policy/preview", { to: 1 }));
    expect([told.documents, told.impact.losing]).toEqual([null, 2]); // both reach what has no security now
    const { rev, documents } = await ok(200, admin("POST", "/policy/rollback", { to: 1 }));
    expect([rev, documents]).toEqual([4, null]);
    const compiled = JSON.parse(await (await admin("GET", "/policy/compiled")).text());
    expect(compiled.operations.map(({ path }: any) => path)).toEqual(["/contacts/"]);
    expect((await ok(200, admin("GET", "/policy"))).documents).toBeNull();
    expect((await ok(200, admin("GET", "/policy/versions"))).versions.map(({ documents }: any) => documents)).toEqual([
      null,
      1,
      1,
      null,
    ]);
    await problem(await admin("DELETE", `/policy/documents/${encodeURIComponent(TITLE)}`), 409, "documents-not-kept");
    // Published once more, its documents are kept, though the policy is none other.
    expect((await ok(200, admin("POST", "/policy/rollback", { to: 3 }))).documents).toMatchObject([
      { name: TITLE, change: "added" },
    ]);
  });

  it("is also what an older release publishes into the newer tables", async () => {
    const { rev } = await ok(200, admin("GET", "/policy"));
    await inRegistry((sql) => byAnOlderRelease(sql, rev + 1));
    expect((await ok(200, admin("GET", "/policy"))).documents).toBeNull();
    await problem(await admin("PATCH", "/policy", { settings: {} }), 409, "documents-not-kept");
    await ok(200, admin("PUT", "/policy", demoPolicy));
    await ok(200, admin("PATCH", "/policy", { settings: demoPolicy.settings }));
  });
});

describe("the agency of before", () => {
  it("is the one that its first integration said", async () => {
    expect(await ok(200, admin("GET", "/agency"))).toEqual({ id: AGENCY.id, name: null, rev: 1, integrations: 1 });
  });

  it("is the one that its integrations say, where an older release made them", async () => {
    await inRegistry((sql) => sql.exec("DELETE FROM agency"));
    expect(await ok(200, admin("GET", "/agency"))).toEqual({ id: AGENCY.id, name: null, rev: 0, integrations: 1 });
    expect(
      await ok(200, admin("PUT", "/agency", { id: AGENCY.id, name: "Named" }, { "if-match": '"0"' })),
    ).toMatchObject({ name: "Named", rev: 1 });
  });
});
