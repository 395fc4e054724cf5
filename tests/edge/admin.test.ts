// Every route of the admin API, and two admins at once.
import { env } from "cloudflare:test";
import { beforeAll, describe, expect, it } from "vitest";

import { API, type Created, admin, ask, askWith, create, ifMatch, ok, problem } from "./support/gate.ts";
import { ACME, AGENCY, CONTACTS, GLOBEX, demoPolicy } from "./support/demo.ts";
import { START, at, rfc3339 } from "./support/rotation.ts";
import { acme, publishDemo } from "./support/world.ts";
import { ring, tables } from "./support/registry.ts";
import { signPolicy } from "./support/sign.ts";

const show = async ({ id }: Pick<Created, "id">) => ok(200, admin("GET", `/integrations/${id}`));

beforeAll(async () => {
  await problem(await admin("GET", "/policy/compiled"), 404, "not-found"); // none is published yet
  await publishDemo();
});

describe("policy", () => {
  it("is published, shown, and not published again when nothing changed", async () => {
    const shown = await ok(200, admin("GET", "/policy"));
    expect(shown).toMatchObject({ rev: 1, actor: "owner-key", settings: { without_security: "deny" } });
    const again = await admin("PUT", "/policy", demoPolicy);
    expect(again.headers.get("etag")).toBe('"1"');
    expect(await ok(200, Promise.resolve(again))).toMatchObject({ rev: 1, changed: false, report: shown.report });
  });

  it("compiled is what the gate reads, and is not sent to whom has it", async () => {
    const response = await admin("GET", "/policy/compiled");
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(response.status).toBe(200);
    expect(await signPolicy(await response.json())).toBe(await env.TOKENS.get("policy"));
    const etag = response.headers.get("etag")!;
    expect(etag).toBe('"1"');
    for (const known of [etag, `W/${etag}`, `"7", ${etag}`, "*"]) {
      const again = await admin("GET", "/policy/compiled", undefined, { "if-none-match": known });
      expect([again.status, again.headers.get("etag"), await again.text()], known).toEqual([304, etag, ""]);
    }
    for (const other of ['"0"', "1", '"1', '"11"', ""]) {
      const again = await admin("GET", "/policy/compiled", undefined, { "if-none-match": other });
      await again.text();
      expect(again.status, other).toBe(200);
    }
    await problem(await ask(`${API}/policy/compiled`, { headers: { "if-none-match": etag } }), 401, "not-signed-in");
  });

  it("is previewed without being stored", async () => {
    const before = await tables();
    const document = structuredClone(demoPolicy.documents[0]) as any;
    delete document.paths["/teapot"];
    const { diff, report } = await ok(200, admin("POST", "/policy/preview", { ...demoPolicy, documents: [document] }));
    expect(diff).toMatchObject({ added: [], removed: ["GET /teapot"], changed: [] });
    expect(report.errors).toEqual([]);
    expect(await tables()).toEqual(before);
  });

  it("names every scope with its operations", async () => {
    const { scopes } = await ok(200, admin("GET", "/scopes"));
    const contacts = scopes.filter(({ group }: { group: string }) => group === "contacts");
    expect(contacts.map(({ scope, access }: Record<string, string>) => [scope, access])).toEqual([
      ["contacts.readonly", "read"],
      ["contacts.write", "write"],
    ]);
    expect(contacts[1].operations.map(({ method, path }: Record<string, string>) => `${method} ${path}`)).toEqual([
      "POST /contacts/",
      "PUT /contacts/{contactId}",
      "DELETE /contacts/{contactId}",
    ]);
  });
});

describe("integrations", () => {
  it("are created, shown, edited and deleted", async () => {
    at(START);
    const created = await admin("POST", "/integrations", { name: "n", owner: ACME, scopes: CONTACTS });
    expect(created.headers.get("etag")).toBe('"1"');
    expect(created.headers.get("cache-control")).toBe("no-store");
    const { integration, token } = await ok(201, Promise.resolve(created));
    expect(token).toMatch(new RegExp(`^pit_${integration.id}_[0-9a-hjkmnp-tv-z]{58}$`));
    expect(integration).toMatchObject({
      ...{ rev: 1, name: "n", description: "", owner: ACME, scopes: CONTACTS, state: "steady", published: true },
      ...{ created_at: rfc3339(START), updated_at: rfc3339(START) },
      tokens: [{ n: 1, use: "current", created_at: rfc3339(START) }],
    });
    expect(await show(integration)).toEqual(integration);

    at(START + 60);
    const edit = { name: "renamed", description: "why", scopes: ["contacts.readonly"] };
    const edited = await ok(200, admin("PATCH", `/integrations/${integration.id}`, edit, ifMatch(1)));
    expect(edited).toMatchObject({ ...edit, rev: 2, updated_at: rfc3339(START + 60), created_at: rfc3339(START) });
    expect((await askWith(token, "/_tidegate/whoami")).status).toBe(200);

    await ok(204, admin("DELETE", `/integrations/${integration.id}`, undefined, ifMatch(2)));
    await problem(await admin("GET", `/integrations/${integration.id}`), 404, "not-found");
    at(START + 65); // the gate may use a record for 5 seconds
    await problem(await askWith(token, "/_tidegate/whoami"), 401, "invalid-token");
  });

  it("are listed in pages, by owner", async () => {
    const mine = await Promise.all([create(GLOBEX, []), create(GLOBEX, []), create(GLOBEX, []), create(AGENCY, [])]);
    const ofGlobex = mine
      .slice(0, 3)
      .map(({ id }) => id)
      .sort();
    const first = await ok(200, admin("GET", "/integrations?owner=sub_account:globex&limit=2"));
    expect(first.integrations.map(({ id }: Created) => id)).toEqual(ofGlobex.slice(0, 2));
    const rest = await ok(200, admin("GET", `/integrations?owner=sub_account:globex&limit=2&cursor=${first.cursor}`));
    expect(rest.integrations.map(({ id }: Created) => id)).toEqual(ofGlobex.slice(2));
    expect(rest.cursor).toBeNull();
    const all = await ok(200, admin("GET", "/integrations"));
    expect(all.integrations.map(({ id }: Created) => id)).toEqual(expect.arrayContaining(mine.map(({ id }) => id)));
    expect((await ok(200, admin("GET", "/sub-accounts"))).agency).toMatchObject({ id: AGENCY.id });
  });

  it("keep their history, newest first, with who did what", async () => {
    const { id } = await acme();
    await ok(200, admin("PATCH", `/integrations/${id}`, { scopes: ["contacts.readonly"] }, ifMatch(1)));
    await ok(200, admin("POST", `/integrations/${id}/rotate`, { expire: "later" }, ifMatch(2)));
    await ok(200, admin("POST", `/integrations/${id}/rotation/cancel`, undefined, ifMatch(3)));
    await ok(204, admin("DELETE", `/integrations/${id}`, undefined, ifMatch(4)));
    const { events } = await ok(200, admin("GET", `/integrations/${id}/events`));
    const kinds = ["deleted", "rotation.cancelled", "rotation.started", "edited", "created"];
    expect(events.map(({ kind }: { kind: string }) => kind.replace("integration.", ""))).toEqual(kinds);
    expect(new Set(events.map(({ actor }: { actor: string }) => actor))).toEqual(new Set(["owner-key"]));
    expect(events.map(({ detail }: any) => detail)).toMatchObject([
      { name: "a test's", owner: ACME, ended: [1] },
      { n: 1, ended: [2] },
      {
        expire: "later",
        n: 2,
        ended: [],
        outgoing: 1,
        window_seconds: 7 * 24 * 3600,
        expires_at: expect.stringMatching(/Z$/),
      },
      { scopes: { added: [], removed: ["contacts.write"] }, name: { from: "a test's", to: "a test's" } },
      { name: "a test's", description: "", owner: ACME, scopes: CONTACTS, n: 1 },
    ]);
  });

  it("have a history that no number of edits flushes: every event is on a page", async () => {
    const { id } = await acme();
    const edits = 520; // more than a page, and more than were ever shown at once before there were pages
    for (let rev = 1; rev <= edits; rev++) {
      await ok(200, admin("PATCH", `/integrations/${id}`, { description: `edit ${rev}` }, ifMatch(rev)));
    }
    const seen: any[] = [];
    let cursor: string | null = null;
    do {
      const after: string = cursor === null ? "" : `&cursor=${cursor}`;
      const page: any = await ok(200, admin("GET", `/integrations/${id}/events?limit=200${after}`));
      expect(page.total).toBe(edits + 1);
      expect(page.events.length).toBeLessThanOrEqual(200);
      seen.push(...page.events);
      cursor = page.cursor;
    } while (cursor !== null);
    expect(seen).toHaveLength(edits + 1);
    expect(seen.at(-1)).toMatchObject({ kind: "integration.created" });
    expect(seen.slice(0, edits).map(({ detail }) => detail.description.to)).toEqual(
      Array.from({ length: edits }, (_, n) => `edit ${edits - n}`),
    );
    const numbers = seen.map(({ seq }) => seq);
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => b - a));

    const first = await ok(200, admin("GET", `/integrations/${id}/events`));
    expect([first.events.length, first.cursor]).toEqual([50, String(numbers[49])]);
    // An event that happens meanwhile moves nothing on the pages that follow.
    await ok(200, admin("PATCH", `/integrations/${id}`, { description: "meanwhile" }, ifMatch(edits + 1)));
    const next = await ok(200, admin("GET", `/integrations/${id}/events?cursor=${first.cursor}&limit=2`));
    expect(next.events.map(({ seq }: any) => seq)).toEqual(numbers.slice(50, 52));
    expect((await problem(await admin("GET", `/integrations/${id}/events?cursor=x`), 422, "invalid-field")).field).toBe(
      "cursor",
    );
    expect(
      (await problem(await admin("GET", `/integrations/${id}/events?limit=201`), 422, "invalid-field")).field,
    ).toBe("limit");
  });
});

describe("sub-accounts", () => {
  it("are listed with how many integrations they have, and so is the agency", async () => {
    const counts = async () => {
      const { agency, sub_accounts } = await ok(200, admin("GET", "/sub-accounts"));
      const all = sub_accounts.map(({ id, integrations }: any) => [id, integrations]);
      return Object.fromEntries([...all, ["the agency", agency?.integrations ?? 0]]);
    };
    await ok(201, admin("POST", "/sub-accounts", { id: "empty", name: "Empty" }));
    const before = await counts();
    expect(before).toMatchObject({ empty: 0, acme: expect.any(Number), globex: expect.any(Number) });
    const { id } = await create(ACME, []);
    await create(AGENCY, []);
    const deleted = await create(GLOBEX, []);
    await ok(204, admin("DELETE", `/integrations/${deleted.id}`, undefined, ifMatch(1)));
    await ok(200, admin("POST", `/integrations/${id}/rotate`, { expire: "later" }, ifMatch(1)));
    expect(await counts()).toEqual({ ...before, acme: before.acme + 1, "the agency": before["the agency"] + 1 });
  });

  it("are renamed; the audit trail tells the name before", async () => {
    const added = await admin("POST", "/sub-accounts", { id: "old", name: "Old" });
    expect(added.headers.get("etag")).toBe('"1"');
    expect(await ok(201, Promise.resolve(added))).toEqual({ id: "old", rev: 1, name: "Old", integrations: 0 });
    await create({ level: "sub_account", id: "old" }, []);
    const name = "<img src=x onerror=alert(1)> \u05d0 Neu & Söhne";
    const patched = await admin("PATCH", "/sub-accounts/old", { name }, ifMatch(1));
    expect(patched.headers.get("etag")).toBe('"2"');
    const now = { id: "old", rev: 2, name, integrations: 1 };
    expect(await ok(200, Promise.resolve(patched))).toEqual(now);
    const { sub_accounts } = await ok(200, admin("GET", "/sub-accounts"));
    expect(sub_accounts.find(({ id }: { id: string }) => id === "old")).toEqual(now);
    const renamed = (await tables()).events!.filter(({ kind }: any) => kind === "sub_account.renamed") as any[];
    expect(renamed.map(({ detail }) => JSON.parse(detail))).toEqual([{ id: "old", name: { from: "Old", to: name } }]);
    expect(await ok(200, admin("PATCH", "/sub-accounts/old", { name }, ifMatch(2)))).toEqual(now);
    expect((await tables()).events!.filter(({ kind }: any) => kind === "sub_account.renamed")).toHaveLength(1);
  });
});

describe("explain", () => {
  const question = { method: "POST", path: "/contacts/" };

  it.each([
    ["nobody", {}, false, "no_credential"],
    ["an integration that does not exist", { owner: ACME, scopes: CONTACTS }, true, "allowed"],
    ["one that lacks a scope", { owner: ACME, scopes: ["contacts.readonly"] }, false, "missing_scopes"],
  ])("%s", async (_, subject, allowed, code) => {
    expect(await ok(200, admin("POST", "/explain", { ...question, ...subject }))).toMatchObject({ allowed, code });
  });

  it("an integration as the gate itself judges it, and with other scopes", async () => {
    const { id, token } = await acme(["contacts.readonly"]);
    const explained = await ok(200, admin("POST", "/explain", { ...question, integration: id }));
    expect(explained).toMatchObject({ allowed: false, code: "missing_scopes" });
    expect((await askWith(token, "/contacts/", { method: "POST", body: "{}" })).status).toBe(403);
    const other = { ...question, integration: id, scopes: CONTACTS };
    expect(await ok(200, admin("POST", "/explain", other))).toMatchObject({ allowed: true, code: "allowed" });
  });
});

it("the API describes itself, to everybody, with every route", async () => {
  const response = await ask(`${API}/openapi.json`, { headers: { "if-none-match": "*" } });
  expect(Object.fromEntries(response.headers)).toEqual({
    "cache-control": "no-store",
    "content-type": "application/json",
    "x-content-type-options": "nosniff",
  });
  const { openapi, paths } = await ok(200, Promise.resolve(response));
  expect(openapi).toMatch(/^3\./);
  const described = Object.keys(paths).map((path) => path.replace(API, "").replace(/\{\w+\}/, "{id}"));
  expect(described).toEqual(expect.arrayContaining(["/integrations/{id}/rotate", "/policy", "/session", "/explain"]));
  const operations = Object.values<any>(paths).flatMap((path) =>
    Object.values<any>(path).filter((one) => one.responses),
  );
  const keyed = operations.filter(({ parameters }) => JSON.stringify(parameters ?? []).includes("Idempotency-Key"));
  expect(keyed.map(({ operationId }) => operationId).sort()).toEqual(["create-integration", "rotate"]);
  for (const { responses } of keyed) expect(responses).toHaveProperty("409");
});

it("resync reports its progress", async () => {
  expect((await ok(202, admin("POST", "/resync"))).waiting).toBeGreaterThan(10);
  await ring(); // a command makes 10 puts, the alarm the others
  expect(await ok(200, admin("GET", "/resync"))).toEqual({ waiting: 0, complete: true });
});

it("healthz tells the version and nothing else", async () => {
  expect(await ok(200, ask("/_tidegate/healthz"))).toEqual({ status: "ok", version: expect.any(String) });
});

describe("two admins at once", () => {
  const changes = {
    edit: (id: string, rev: number) => admin("PATCH", `/integrations/${id}`, { name: "mine" }, ifMatch(rev)),
    rotate: (id: string, rev: number) => admin("POST", `/integrations/${id}/rotate`, { expire: "now" }, ifMatch(rev)),
    delete: (id: string, rev: number) => admin("DELETE", `/integrations/${id}`, undefined, ifMatch(rev)),
  };

  it.each(Object.entries(changes))("%s: one wins, the other sees the present state", async (_, change) => {
    const { id, rev } = await acme();
    await ok(200, admin("PATCH", `/integrations/${id}`, { name: "theirs" }, ifMatch(rev)));
    const body = await problem(await change(id, rev), 412, "stale");
    expect(body.current).toEqual(await show({ id }));
    expect(body.current).toMatchObject({ name: "theirs", rev: rev + 1, tokens: [{ n: 1 }] });
  });

  it("in flight together: exactly one wins", async () => {
    const { id, rev } = await acme();
    const names = ["a", "b", "c", "d"];
    const edits = names.map((name) => admin("PATCH", `/integrations/${id}`, { name }, ifMatch(rev)));
    const statuses = await Promise.all(
      edits.map(async (edit) => {
        const response = await edit;
        await response.text();
        return response.status;
      }),
    );
    expect(statuses.sort()).toEqual([200, 412, 412, 412]);
    expect((await show({ id })).rev).toBe(rev + 1);
  });

  it("rename a sub-account: one wins, the other sees the present state", async () => {
    await ok(201, admin("POST", "/sub-accounts", { id: "wanted", name: "Wanted" }));
    const rename = (name: string) => admin("PATCH", "/sub-accounts/wanted", { name }, ifMatch(1));
    const answers = await Promise.all(["a", "b", "c"].map((name) => rename(name)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412]);
    const won = await ok(200, Promise.resolve(answers.find(({ status }) => status === 200)!));
    for (const answer of answers.filter(({ status }) => status === 412)) {
      expect((await problem(answer, 412, "stale")).current).toEqual(won);
    }
    // Its name of before is no way past the rev either.
    expect((await problem(await rename(won.name), 412, "stale")).current).toEqual(won);
    expect(won).toMatchObject({ id: "wanted", rev: 2 });
  });

  it("a policy that was published meanwhile", async () => {
    const body = await problem(await admin("PUT", "/policy", demoPolicy, ifMatch(77)), 412, "stale");
    expect(body.current.rev).toBe(1);
  });
});
