// Bad input to the admin API: a 4xx problem that names the field, and nothing has changed anywhere.
import { beforeAll, describe, expect, it } from "vitest";

import { ACME, AGENCY, demoPolicy } from "./support/demo.ts";
import { API, admin, ask, create, ifMatch, ok, problem } from "./support/gate.ts";
import { OWNER_KEY } from "./support/keys.ts";
import { everything } from "./support/registry.ts";
import { acme, publishDemo } from "./support/world.ts";

let id = "";
let deleted = "";

beforeAll(async () => {
  await publishDemo();
  await create(AGENCY, []);
  ({ id } = await acme());
  ({ id: deleted } = await acme());
  await ok(204, admin("DELETE", `/integrations/${deleted}`, undefined, ifMatch(1)));
});

/** What it is, method and path (`:id` is the integration), body, status, problem, the field that is named, header fields. */
type Row = [string, string, unknown, number, string, string?, object?];

const good = { name: "n", owner: ACME, scopes: [] };
const rev1 = ifMatch(1);
const long = (length: number) => "x".repeat(length);
const document = demoPolicy.documents[0] as Record<string, unknown>;
const withPath = (path: string) => ({ ...demoPolicy, documents: [{ ...document, paths: { [path]: { get: {} } } }] });
const invalid = (what: string, target: string, body: unknown, field: string, headers?: object): Row => {
  return [what, target, body, 422, "invalid-field", field, headers];
};

const NEW = "POST /integrations";
const bodies: Row[] = [
  ["no JSON", NEW, "{", 400, "malformed-json", "body"],
  ["nothing", NEW, "", 400, "malformed-json", "body"],
  ["text behind the body", NEW, `${JSON.stringify(good)} x`, 400, "malformed-json", "body"],
  ["two bodies", NEW, JSON.stringify(good).repeat(2), 400, "malformed-json", "body"],
  invalid("an array", NEW, [], "body"),
  invalid("a text", NEW, '"x"', "body"),
  invalid("null", NEW, "null", "body"),
  invalid("an unknown field", NEW, { ...good, admin: true }, "admin"),
  invalid("an unknown field within", NEW, { ...good, owner: { ...ACME, x: 1 } }, "owner.x"),
  invalid("no name", NEW, { ...good, name: undefined }, "name"),
  invalid("no owner", NEW, { ...good, owner: undefined }, "owner"),
  invalid("no scopes", NEW, { ...good, scopes: undefined }, "scopes"),
  invalid("no owner's id", NEW, { ...good, owner: { level: "agency" } }, "owner.id"),
  invalid("a number as name", NEW, { ...good, name: 7 }, "name"),
  invalid("null as name", NEW, { ...good, name: null }, "name"),
  invalid("an empty name", NEW, { ...good, name: "" }, "name"),
  invalid("a name too long", NEW, { ...good, name: long(101) }, "name"),
  invalid("white space at a name's end", NEW, { ...good, name: "x " }, "name"),
  invalid("a line end in a name", NEW, { ...good, name: "x\ny" }, "name"),
  invalid("a description too long", NEW, { ...good, description: long(1001) }, "description"),
  invalid("a control character", NEW, { ...good, description: "\u0007" }, "description"),
  invalid("an unknown level", NEW, { ...good, owner: { ...ACME, level: "god" } }, "owner.level"),
  invalid("an owner's id with a slash", NEW, { ...good, owner: { ...ACME, id: "a/b" } }, "owner.id"),
  invalid("an owner's id too long", NEW, { ...good, owner: { ...ACME, id: long(65) } }, "owner.id"),
  invalid("an unknown sub-account", NEW, { ...good, owner: { ...ACME, id: "nobody" } }, "owner.id"),
  invalid("a second agency", NEW, { ...good, owner: { ...AGENCY, id: "another" } }, "owner.id"),
  invalid("scopes in one text", NEW, { ...good, scopes: "contacts.readonly" }, "scopes"),
  invalid("an unknown scope", NEW, { ...good, scopes: ["contacts.readonly", "everything"] }, "scopes"),
  invalid("a scope with a space", NEW, { ...good, scopes: ["contacts.readonly contacts.write"] }, "scopes[0]"),
  invalid("a scope in another case", NEW, { ...good, scopes: ["Contacts.readonly"] }, "scopes"),
  invalid("a sub-account without a name", "POST /sub-accounts", { id: "x" }, "name"),
  invalid("a sub-account's bad id", "POST /sub-accounts", { id: "..", name: "x" }, "id"),
  ["a sub-account that exists", "POST /sub-accounts", { id: "acme", name: "x" }, 409, "exists", "id"],
  ["a name for a sub-account that is none", "PATCH /sub-accounts/nobody", { name: "x" }, 404, "not-found", "id", rev1],
  ["a name for what is no sub-account's id", "PATCH /sub-accounts/a~*b", { name: "x" }, 404, "not-found", "id", rev1],
  invalid("a sub-account's empty name", "PATCH /sub-accounts/acme", { name: "" }, "name", rev1),
  invalid("no name for a sub-account", "PATCH /sub-accounts/acme", {}, "name", rev1),
  invalid("a sub-account's new id", "PATCH /sub-accounts/acme", { id: "x", name: "x" }, "id", rev1),
  invalid("an empty edit", "PATCH /integrations/:id", {}, "name", rev1),
  invalid("an empty If-Match", "PUT /policy", demoPolicy, "If-Match", { "if-match": "" }),
  invalid(
    "null as window",
    "POST /integrations/:id/rotate",
    { expire: "later", window_seconds: null },
    "window_seconds",
    rev1,
  ),
  invalid("null as integration", "POST /explain", { method: "GET", path: "/status", integration: null }, "integration"),
  invalid("an edit of the owner", "PATCH /integrations/:id", { owner: AGENCY }, "owner", rev1),
  invalid("an edit of tokens", "PATCH /integrations/:id", { name: "x", tokens: [] }, "tokens", rev1),
  invalid("an edit to an unknown scope", "PATCH /integrations/:id", { scopes: ["x"] }, "scopes", rev1),
  invalid("neither now nor later", "POST /integrations/:id/rotate", { expire: "never" }, "expire", rev1),
  invalid("no expire", "POST /integrations/:id/rotate", {}, "expire", rev1),
  invalid(
    "a window for now",
    "POST /integrations/:id/rotate",
    { expire: "now", window_seconds: 60 },
    "window_seconds",
    rev1,
  ),
  invalid(
    "a window of a part",
    "POST /integrations/:id/rotate",
    { expire: "later", window_seconds: 60.5 },
    "window_seconds",
    rev1,
  ),
  invalid(
    "a negative window",
    "POST /integrations/:id/rotate",
    { expire: "later", window_seconds: -1 },
    "window_seconds",
    rev1,
  ),
  invalid(
    "a window as text",
    "POST /integrations/:id/rotate",
    { expire: "later", window_seconds: "60" },
    "window_seconds",
    rev1,
  ),
  invalid("scopes without owner", "POST /explain", { method: "GET", path: "/x", scopes: [] }, "owner"),
  invalid(
    "an integration that is none",
    "POST /explain",
    { method: "GET", path: "/x", integration: "x" },
    "integration",
  ),
  invalid("a key that is a number", "POST /session", { key: 7 }, "key"),
];

const policies: Row[] = [
  invalid("no documents", "PUT /policy", {}, "documents"),
  invalid("a document that is none", "PUT /policy", { documents: [{}] }, "documents[0]"),
  invalid("of another version", "PUT /policy", { documents: [{ ...document, openapi: "2.0" }] }, "documents[0]"),
  invalid("an unknown setting", "PUT /policy", { ...demoPolicy, settings: { x: 1 } }, "settings.x"),
  invalid(
    "without_security in another word",
    "PUT /policy",
    { ...demoPolicy, settings: { without_security: "allow" } },
    "settings.without_security",
  ),
  ["a template that cannot be", "PUT /policy", withPath("/a//b"), 422, "policy-errors", "documents"],
  [
    "too many parameters",
    "PUT /policy",
    withPath(Array.from({ length: 26 }, (_, n) => `/{p${n}}`).join("")),
    422,
    "policy-errors",
    "documents",
  ],
  [
    "one document twice",
    "PUT /policy",
    { ...demoPolicy, documents: [document, document] },
    422,
    "invalid-field",
    "documents[1]",
  ],
  ["a stale policy", "PUT /policy", demoPolicy, 412, "stale", "If-Match", ifMatch(0)],
  ["over 8 MiB", "PUT /policy", long(8 * 1024 * 1024 + 1), 413, "too-large", "body"],
  ["over 64 KiB", NEW, JSON.stringify({ ...good, description: long(64 * 1024) }), 413, "too-large", "body"],
];

const revs: Row[] = [
  ...[
    "PATCH /integrations/:id",
    "DELETE /integrations/:id",
    "POST /integrations/:id/rotate",
    "PATCH /sub-accounts/acme",
  ].flatMap((target): Row[] => [
    ["no If-Match", target, { name: "x" }, 428, "needs-if-match", "If-Match"],
    [
      "a stale If-Match",
      target,
      target.endsWith("rotate") ? { expire: "now" } : { name: "x" },
      412,
      "stale",
      "If-Match",
      ifMatch(9),
    ],
  ]),
  ...["*", "1", '""', '"x"', "W/1", '"1", "2"', '"-1"', '"99999999999999999999"'].map((value) =>
    invalid(`If-Match: ${value}`, "PATCH /integrations/:id", { name: "x" }, "If-Match", { "if-match": value }),
  ),
];

const addresses: Row[] = [
  ["a bad id", "GET /integrations/nobody", undefined, 404, "not-found", "id"],
  ["an upper-case id", "GET /integrations/ABCDEFGHJKMNPQRS", undefined, 404, "not-found", "id"],
  ["an unknown id", "GET /integrations/0000000000000000", undefined, 404, "not-found", "id"],
  ["a deleted one", "PATCH /integrations/:deleted", { name: "x" }, 404, "not-found", "id", ifMatch(2)],
  ["an unknown address", "GET /nothing", undefined, 404, "not-found"],
  ["a slash too many", "GET /integrations/", undefined, 404, "not-found", "id"],
  ["an unknown parameter", "GET /integrations?all=1", undefined, 422, "invalid-field", "query"],
  ["a parameter where there is none", "GET /policy?x=1", undefined, 422, "invalid-field", "query"],
  ["a parameter on a change", "POST /resync?force=1", undefined, 422, "invalid-field", "query"],
  ["a limit of 0", "GET /integrations?limit=0", undefined, 422, "invalid-field", "limit"],
  ["a limit of 201", "GET /integrations?limit=201", undefined, 422, "invalid-field", "limit"],
  ["two limits", "GET /integrations?limit=1&limit=2", undefined, 422, "invalid-field", "limit"],
  ["a bad cursor", "GET /integrations?cursor=x", undefined, 422, "invalid-field", "cursor"],
  ["a bad cursor", "GET /policy/versions?cursor=x", undefined, 422, "invalid-field", "cursor"],
  ["a limit of 201", "GET /policy/versions?limit=201", undefined, 422, "invalid-field", "limit"],
  ["an unknown parameter", "GET /policy/versions?sort=name", undefined, 422, "invalid-field", "query"],
  ["a bad cursor", "GET /sub-accounts?cursor=x", undefined, 422, "invalid-field", "cursor"],
  ["a limit of 0", "GET /sub-accounts?limit=0", undefined, 422, "invalid-field", "limit"],
  ["an unknown parameter", "GET /sub-accounts?colour=red", undefined, 422, "invalid-field", "query"],
  ["a bad owner", "GET /integrations?owner=acme", undefined, 422, "invalid-field", "owner"],
];

describe("nothing changes", () => {
  const rows = [...bodies, ...policies, ...revs, ...addresses].map((row) => ({ row, named: `${row[1]}: ${row[0]}` }));

  it.each(rows)("$named", async ({ row: [, target, body, status, kind, field, headers] }) => {
    const before = await everything();
    const [method, path] = target.replace(":id", id).replace(":deleted", deleted).split(" ") as [string, string];
    const takesBody = body !== undefined && method !== "DELETE";
    const answered = await problem(await admin(method, path, takesBody ? body : undefined, headers), status, kind);
    if (field !== undefined) expect(answered.field).toBe(field);
    expect(await everything()).toEqual(before);
  });

  const create = (headers: object) =>
    ask(`${API}/integrations`, { method: "POST", headers: headers as HeadersInit, body: JSON.stringify(good) });
  const owner = { authorization: `Bearer ${OWNER_KEY}` };

  it.each([
    "text/plain",
    "text/plain;charset=UTF-8",
    "application/x-www-form-urlencoded",
    "application/jsonx",
    "application/json; charset=utf-16",
    "application/json;charset=ISO-8859-1",
    "",
  ])("a body as %s", async (type) => {
    const before = await everything();
    const answered = await problem(await create({ ...owner, "content-type": type }), 415, "not-json");
    expect(answered.field).toBe("Content-Type");
    expect(await everything()).toEqual(before);
  });
});

describe("methods that an address does not take", () => {
  it.each([
    ["PUT", "/integrations", "GET, HEAD, POST"],
    ["GET", "/sub-accounts/acme", "PATCH"],
    ["POST", "/policy", "GET, HEAD, PUT, PATCH"],
    ["PUT", "/session", "POST, GET, HEAD, DELETE"],
    ["PUT", "/policy/compiled", "GET, HEAD"],
    ["PUT", "/integrations/:id", "GET, HEAD, PATCH, DELETE"],
    ["GET", "/integrations/:id/rotate", "POST"],
    ["POST", "/scopes", "GET, HEAD"],
  ])("%s %s", async (method, path, allow) => {
    const response = await admin(method, path.replace(":id", id));
    expect(response.headers.get("allow")).toBe(allow);
    await problem(response, 405, "method-not-allowed");
  });
});
