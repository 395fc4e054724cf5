// The list of integrations: 10,000 of them in a database that version 1 of the schema left, searched, filtered, sorted and
// paged as a model in JavaScript does it. Also what the migration leaves as it was.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { ACME } from "./support/demo.ts";
import { type Created, admin, create, ifMatch, ok, problem } from "./support/gate.ts";
import { failing, registryKv } from "./support/kv.ts";
import { tables } from "./support/registry.ts";
import { START, at, rfc3339, take } from "./support/rotation.ts";
import { makeOld } from "./support/schema-v1.ts";

const MANY = 10_000;
const DAY = 24 * 3600;
/** The time that a test may take where the lists are long, and the most that one answer may. */

/** Milliseconds that the slowest answers took, by what was asked: for people to read. */
const figures = new Map<string, number>();
const note = (what: string, ms: number) => figures.set(what, Math.round(Math.max(ms, figures.get(what) ?? 0)));
/** Before setup.ts silences it. */
const say = console.log.bind(console);

/** What the model knows of an integration. */
interface Model {
  id: string;
  name: string;
  description: string;
  owner: string;
  ownerName: string;
  scopes: string[];
  created: number;
  updated: number;
  token: number;
  rotating: boolean;
  unpublished: boolean;
}

const SCOPES = [["a.read", "b/c.write"], ["a.read", "a.read2"], ["a.read2", "b/c.write"], ["a.read"], []];
const NAMES = [
  "Zapier sync",
  "zapier SYNC",
  "Éclair",
  "éCLAIR",
  "STRASSE 100%",
  "Straße_100",
  "<img src=x onerror=alert(1)>",
  "\u05d0evil",
];

/** The n-th integration. Ids are not in the order of anything else, and many keys are equal. */
function model(n: number): Model {
  const id = String((n * 7919) % 10_007).padStart(16, "0");
  const created = START - 400 * DAY + (n % 97) * DAY;
  return {
    ...{
      id,
      name: n % 3 ? `Nº ${n % 1000}` : NAMES[n % NAMES.length]!,
      description: n % 50 ? "" : `It's "Número" ${n}\n\tõ`,
    },
    ...{
      owner: n % 10 ? `sub-${n % 40}` : "agency",
      ownerName: n % 10 ? `Ünit ${n % 40}` : "",
      scopes: SCOPES[n % 5]!,
    },
    ...{ created, updated: created + (n % 13), token: created + (n % 7) * DAY },
    ...{ rotating: n % 20 === 3, unpublished: n % 1000 === 5 },
  };
}

const models = Array.from({ length: MANY }, (_, n) => model(n));

/** Each takes a JSON list of models. */
const FILL = [
  `INSERT INTO integrations SELECT value ->> 'id', 3, iif(value ->> 'owner' = 'agency', 'agency', 'sub_account'), value ->> 'owner',
    value ->> 'name', value ->> 'description', value -> 'scopes', 2, value ->> 'created', value ->> 'updated', NULL FROM json_each(?)`,
  "INSERT INTO tokens SELECT value ->> 'id', 1, printf('%048x', 1), 5, NULL, 6 FROM json_each(?)",
  "INSERT INTO tokens SELECT value ->> 'id', 2, printf('%048x', 2), value ->> 'token', NULL, NULL FROM json_each(?)",
  `INSERT INTO tokens SELECT value ->> 'id', 3, printf('%048x', 3), 5, iif(value ->> 'rotating', ${START + 60}, ${START - 60}), NULL
    FROM json_each(?) WHERE value ->> 'rotating' OR value ->> 'id' LIKE '%7'`,
  `INSERT INTO outbox SELECT 'i:' || (value ->> 'id'), 3, '{}', NULL, 0, 0, NULL FROM json_each(?) WHERE value ->> 'unpublished'`,
  `INSERT INTO outbox SELECT 'i:' || (value ->> 'id'), 3, '{}', NULL, 0, 1, ${START + DAY} FROM json_each(?)
    WHERE value ->> 'id' LIKE '%99' AND NOT value ->> 'unpublished'`,
];

const NOTHING = JSON.stringify({ v: 1, rev: 1, operations: [], owner_parameters: { agency: [], sub_account: [] } });
/** Of the report of a policy that was published before there were counts of their own. */
const COUNTS = { operations: 9, agency: 2, sub_account: 5, public: 1, scopes: 3 };

/** Deleted ones, which no list shows. */
const GONE = `INSERT INTO integrations SELECT 'zzzz' || substr(id, 5), 9, level, owner_id, name, '', scopes, 2, 0, 0, 7
  FROM integrations WHERE id < '0000000000000100'`;

beforeAll(async () => {
  await makeOld((sql) => {
    const owners = Array.from({ length: 40 }, (_, n) => [`sub-${n}`, `Ünit ${n}`]);
    const names = JSON.stringify([...owners, ["acme", "Acme"]]);
    sql.exec("INSERT INTO sub_accounts SELECT value ->> 0, value ->> 1, 0 FROM json_each(?)", names);
    for (let first = 0; first < MANY; first += 1_000) {
      for (const statement of FILL) sql.exec(statement, JSON.stringify(models.slice(first, first + 1_000)));
    }
    sql.exec(GONE);
    const report = JSON.stringify({ ...COUNTS, errors: [], closed: 4 });
    sql.exec("INSERT INTO policies VALUES (1, ?, '{}', ?, 'owner key', 7)", NOTHING, report);
  });
  await timed("the first request, with the migration", () => list(""));
});

afterAll(() =>
  say(`${MANY} integrations, ms of the slowest page of 200: ${JSON.stringify(Object.fromEntries(figures))}`),
);

beforeEach(() => {
  at(START);
});

const list = (query: string) => ok(200, admin("GET", `/integrations?${query}`));

async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const result = await work();
  note(what, performance.now() - start);
  return result;
}

/** All pages of a list, and how long the slowest took. */
async function pages(query: string, limit = 200): Promise<{ ids: string[]; totals: number[]; slowest: number }> {
  const [ids, totals]: [string[], number[]] = [[], []];
  let [cursor, slowest]: [string | null, number] = ["", 0];
  while (cursor !== null) {
    const start = performance.now();
    const page: any = await list(`${query}&limit=${limit}${cursor && `&cursor=${cursor}`}`);
    slowest = Math.max(slowest, performance.now() - start);
    ids.push(...page.integrations.map(({ id }: Created) => id));
    totals.push(page.total);
    ({ cursor } = page);
  }
  return { ids, totals, slowest };
}

const fold = (text: string) => [...text].map((letter) => letter.toUpperCase().toLowerCase()).join("");
/** As it is searched: without the marks on letters too. */
const unmarked = (text: string) =>
  fold(text)
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "");
/** Whether each word is in one of its texts. */
const finds =
  (q: string) =>
  ({ id, name, description, owner, ownerName }: Model) =>
    unmarked(q)
      .split(/\s+/)
      .filter(Boolean)
      .every((word) => [id, name, description, owner, ownerName].some((text) => unmarked(text).includes(word)));

type Row = [what: string, query: string, keep: (model: Model) => boolean];

const searches = [
  "zapier",
  "ZAPIER s",
  "éclair",
  "ECLAIR",
  "sync zapier",
  "strasse",
  "%",
  "_",
  "100%",
  "onerror=alert(1)>",
  "\u05d0",
  "\u05d0EVIL",
  "ünit 7",
  "SUB-3",
  "0000007",
  'it\'s "número"',
  "\n\tÕ",
  "'; DROP TABLE integrations; --",
  "agency",
  "nothing has this",
];

const filters: Row[] = [
  ...searches.map((q): Row => [`q=${JSON.stringify(q)}`, new URLSearchParams({ q }).toString(), finds(q)]),
  ["an owner", "owner=sub_account:sub-7", ({ owner }) => owner === "sub-7"],
  ["the agency", "owner=agency:agency", ({ owner }) => owner === "agency"],
  ["an owner that is none", "owner=agency:sub-7", () => false],
  ["a scope", "scope=a.read", ({ scopes }) => scopes.includes("a.read")],
  ["a scope with a slash", "scope=b%2Fc.write", ({ scopes }) => scopes.includes("b/c.write")],
  ["a part of a scope", "scope=a.rea", () => false],
  ["a scope with wild cards", "scope=%25", () => false],
  ["steady", "state=steady", ({ rotating }) => !rotating],
  ["rotating", "state=rotating", ({ rotating }) => rotating],
  ["unpublished", "state=unpublished", ({ unpublished }) => unpublished],
  ["old tokens", `token_created_before=${START - 350 * DAY}`, ({ token }) => token < START - 350 * DAY],
  [
    "all at once",
    `q=ni&scope=a.read&state=rotating&owner=sub_account:sub-23&token_created_before=${START}`,
    (model) => finds("ni")(model) && model.scopes.includes("a.read") && model.rotating && model.owner === "sub-23",
  ],
];

const sorts: Record<string, (model: Model) => number | string> = {
  "": () => 0,
  name: ({ name }) => fold(name),
  created: ({ created }) => created,
  updated: ({ updated }) => updated,
  token: ({ token }) => token,
};

const bytes = new TextEncoder();

/** As SQLite compares: numbers as such, texts by their bytes in UTF-8. */
function compare(a: number | string, b: number | string): number {
  if (typeof a === "number" || typeof b === "number") return Number(a) - Number(b);
  const [one, other] = [bytes.encode(a), bytes.encode(b)];
  const at = one.findIndex((byte, place) => byte !== other[place]);
  return at < 0 ? one.length - other.length : one[at]! - (other[at] ?? -1);
}

const sorted = (of: Model[], key: (model: Model) => number | string, sign: number) =>
  [...of].sort((a, b) => sign * (compare(key(a), key(b)) || compare(a.id, b.id))).map(({ id }) => id);

it("the strip's numbers are those of the lists that they filter", async () => {
  for (let tries = 0; tries < 5; tries += 1) await timed("the strip", () => ok(200, admin("GET", "/lifecycle")));
  const strip = await ok(200, admin("GET", "/lifecycle"));
  const old = models.filter(({ token }) => token < START - 90 * DAY);
  expect([strip.old_tokens, strip.ending.count]).toEqual([{ count: old.length, before: START - 90 * DAY }, 0]);
  for (const [name, filter] of [
    ["old_tokens", "token_created_before"],
    ["rotations_ending", "rotation_ends_before"],
    ["ending", "ends_before"],
  ] as const)
    expect((await list(`${filter}=${strip[name].before}`)).total, name).toBe(strip[name].count);
  expect(strip.rotations_ending.count).toBeGreaterThan(0);
});

describe(`of ${MANY}`, () => {
  it.each(filters)("%s", async (what, query, keep) => {
    const expected = models.filter(keep);
    expect(expected.length > 0, "the test tests something").toBe(!/none|nothing|part|wild|DROP/.test(what));
    const found = await pages(query);
    expect(found.ids).toEqual(sorted(expected, () => 0, 1));
    expect(new Set(found.totals)).toEqual(new Set([expected.length]));
    note("a filter", found.slowest);
  });

  it.each(Object.entries(sorts))("sort=%j either way round, every page", async (name, key) => {
    for (const sign of name === "" ? [1] : [1, -1]) {
      const query = name === "" ? "" : `sort=${sign < 0 ? "-" : ""}${name}`;
      const found = await pages(query);
      expect(found.ids).toEqual(sorted(models, key, sign));
      note(query || "sorted by id", found.slowest);
    }
  });

  it("a filter and a sort together, in small pages", async () => {
    const keep = finds("strasse");
    const found = await pages("q=STRASSE&sort=-name&scope=a.read2", 7);
    const expected = models.filter((model) => keep(model) && model.scopes.includes("a.read2"));
    expect(found.ids).toEqual(sorted(expected, sorts.name!, -1));
  });

  it("each shows what it is, as alone", async () => {
    const page = await list("q=00000&limit=200");
    expect(page.integrations).toHaveLength(200);
    for (const shown of page.integrations.filter(({ id }: Created) => /[379]$/.test(id)).slice(0, 12)) {
      expect(await ok(200, admin("GET", `/integrations/${shown.id}`))).toEqual(shown);
      const { name, token, rotating } = models.find(({ id }) => id === shown.id)!;
      expect(shown).toMatchObject({ name, rev: 3, state: rotating ? "rotating" : "steady" });
      expect(shown.tokens[0]).toEqual({ n: 2, use: "current", created_at: rfc3339(token) });
    }
  });

  it("the window's end is judged by the second", async () => {
    const { total } = await list("state=rotating");
    at(START + 59);
    expect((await list("state=rotating")).total).toBe(total);
    at(START + 60);
    expect((await list("state=rotating")).total).toBe(0);
    expect((await list("state=steady")).total).toBe(MANY);
  });

  it("sub-accounts are counted", async () => {
    const { agency, sub_accounts } = await timed("sub-accounts with their counts", () =>
      ok(200, admin("GET", "/sub-accounts")),
    );
    expect(agency).toEqual({ id: "agency", name: null, rev: 1, integrations: MANY / 10 });
    const count = (wanted: string) => models.filter(({ owner }) => owner === wanted).length;
    expect(sub_accounts).toHaveLength(41);
    for (const { id, integrations } of sub_accounts) expect(integrations, id).toBe(count(id));
  });

  it("sub-accounts are listed in pages by id", async () => {
    const ids: string[] = [];
    for (let cursor = ""; ;) {
      const page = await ok(200, admin("GET", `/sub-accounts?limit=10${cursor}`));
      expect([page.total, page.agency.id]).toEqual([41, "agency"]);
      ids.push(...page.sub_accounts.map(({ id }: { id: string }) => id));
      if (page.cursor === null) break;
      expect(page.sub_accounts).toHaveLength(10);
      cursor = `&cursor=${page.cursor}`;
    }
    expect(ids).toEqual(["acme", ...Array.from({ length: 40 }, (_, n) => `sub-${n}`)].sort());
  });
});

it("the migration leaves all else as it was", async () => {
  const { integrations, tokens, outbox, schema, sub_accounts } = await tables();
  expect(schema).toEqual([{ version: 20 }]);
  expect(sub_accounts).toHaveLength(41);
  expect(sub_accounts!.filter(({ rev }: any) => rev === 1)).toHaveLength(41);
  expect(integrations!.filter(({ gone_at }: any) => gone_at === 7)).toHaveLength(100);
  expect(tokens!.filter(({ n }: any) => n === 1)).toHaveLength(MANY);
  expect(outbox!.length).toBeGreaterThan(10);
  const { versions } = await ok(200, admin("GET", "/policy/versions"));
  expect(versions).toEqual([
    {
      rev: 1,
      published_at: "1970-01-01T00:00:07Z",
      actor: "owner key",
      actor_name: null,
      counts: COUNTS,
      documents: null,
    },
  ]);
});

describe("a list that changes", () => {
  it("goes on behind the last one shown, though that one is gone, and others came", async () => {
    const mine = await Promise.all(["m1", "m2", "m3"].map((name) => create(ACME, [], `moving ${name}`)));
    const first = await list("q=moving&sort=name&limit=2");
    expect(first.integrations.map(({ name }: any) => name)).toEqual(["moving m1", "moving m2"]);
    await take("delete", mine[1]!);
    await create(ACME, [], "moving m0");
    await create(ACME, [], "Moving M25");
    const rest = await list(`q=moving&sort=name&limit=2&cursor=${first.cursor}`);
    expect(rest.integrations.map(({ name }: any) => name)).toEqual(["Moving M25", "moving m3"]);
    expect([rest.cursor, rest.total]).toEqual([null, 4]);
  });

  it("is searched by what it is now", async () => {
    const { id } = await create(ACME, [], "Before");
    await ok(200, admin("PATCH", `/integrations/${id}`, { name: "ÄFTER", description: "why not" }, ifMatch(1)));
    for (const q of ["äfter", "WHY NOT", id])
      expect((await list(new URLSearchParams({ q }).toString())).total, q).toBe(1);
    expect((await list("q=before")).total).toBe(0);
    await ok(201, admin("POST", "/sub-accounts", { id: "renamed", name: "Tōkyō" }));
    const inside = await create({ level: "sub_account", id: "renamed" }, [], "in it");
    expect((await list("q=T%C5%8CKY%C5%8C")).integrations.map(({ id }: Created) => id)).toEqual([inside.id]);
    await ok(200, admin("PATCH", "/sub-accounts/renamed", { name: "Ōsaka" }, ifMatch(1)));
    expect([(await list("q=t%C5%8Dky%C5%8D")).total, (await list("q=%C5%8DSAKA")).total]).toEqual([0, 1]);
  });

  it("tells what KV has not taken, and which token is how old", async () => {
    const a = await create(ACME, [], "a token's age");
    registryKv.onWrite = failing;
    at(START + 10);
    const b = await take("later", a, 60);
    const query = new URLSearchParams({ q: "a token's age" }).toString();
    expect((await list(`${query}&state=unpublished`)).integrations).toMatchObject([{ id: a.id, published: false }]);
    expect((await list(`${query}&state=rotating`)).total).toBe(1);
    expect((await list(`${query}&token_created_before=${START + 10}`)).total).toBe(0);
    expect((await list(`${query}&token_created_before=${START + 11}`)).total).toBe(1);
    registryKv.reset();
    await take("cancel", b);
    expect((await list(`${query}&token_created_before=${START + 10}`)).total).toBe(1);
    expect((await list(`${query}&state=steady`)).total).toBe(1);
  });
});

describe("what is refused", () => {
  it.each([
    ["q=%00", "q"],
    ["q=%ff", "q"],
    [`q=${"a".repeat(201)}`, "q"],
    ["q=a&q=b", "q"],
    ["scope=a b".replace(" ", "%20"), "scope"],
    ["state=gone", "state"],
    ["sort=owner", "sort"],
    ["token_created_before=yesterday", "token_created_before"],
    ["cursor=040g2081040g2081", "cursor"],
    [`cursor=${btoa(JSON.stringify(["id", null, "x' OR 1=1 --"])).replaceAll("=", "")}`, "cursor"],
  ])("%s", async (query, field) => {
    expect((await problem(await admin("GET", `/integrations?${query}`), 422, "invalid-field")).field).toBe(field);
  });

  it("a cursor of another sort", async () => {
    const { cursor } = await list("sort=name&limit=1");
    for (const sort of ["", "&sort=-name", "&sort=created"]) {
      await problem(await admin("GET", `/integrations?limit=1&cursor=${cursor}${sort}`), 422, "invalid-field");
    }
    expect((await list(`sort=name&limit=1&cursor=${cursor}`)).integrations).toHaveLength(1);
  });

  it("nothing of a question mark at the end of a query", async () => {
    expect((await list("q=what?")).total).toBe(0);
    await create(ACME, [], "what?");
    expect((await list("q=what?")).total).toBe(1);
  });
});
