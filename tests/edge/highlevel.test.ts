// A real API: 41 documents in one PUT, then every operation through the Worker, with real tokens.
import { env } from "cloudflare:test";
import { beforeAll, describe, expect, it } from "vitest";

import settings from "../corpus/highlevel-settings.json";
import { switches } from "./main.ts";
import { admin, ask, askWith, create, ok, problem } from "./support/gate.ts";
import { LEVELS, type Level, OWN, type Operation, body, mayUse, operations, target } from "./support/raw-api.ts";
import { identity, onlyReceived, received, targetOf } from "./support/recorder.ts";
import { ring } from "./support/registry.ts";

const answer = await env.HIGHLEVEL.fetch("http://disk/");
const documents: any[] = answer.ok ? await answer.json() : [];
const all = operations(documents);
const name = ({ method, template }: Operation) => `${method} ${template}`;

/** A token for each level and set of scopes, made through the admin API when it is first needed. */
const tokens = new Map<string, Promise<string>>();

function tokenFor(level: Level, scopes: string[]): Promise<string> {
  const key = `${level} ${[...scopes].sort().join(" ")}`;
  const known = tokens.get(key) ?? create({ level, id: OWN[level] }, scopes).then(({ token }) => token);
  tokens.set(key, known);
  return known;
}

async function call(operation: Operation, level: Level, scopes: string[]): Promise<Response> {
  const headers = { "content-type": operation.ownerInParts ? "multipart/form-data; boundary=x" : "application/json" };
  const init = { method: operation.method, headers, body: body(operation) };
  return askWith(await tokenFor(level, scopes), target(operation, level), init);
}

/** Whether the scopes decide, and are too few. An owner that is not compared is told first, whatever the scopes. */
const isForbidden = (operation: Operation, level: Level, scopes: string[]) =>
  !operation.ownerInParts && !mayUse(operation, level, scopes);

const expectReached = async (operation: Operation, level: Level, scopes: string[]) => {
  const response = await call(operation, level, scopes);
  if (operation.ownerInParts) return void (await expectProblem(operation, response, 415, "owner-not-checked"));
  expect(response.status, name(operation)).toBe(200);
  const seen = await onlyReceived();
  expect([seen.method, targetOf(seen.url)]).toEqual([operation.method, target(operation, level)]);
  expect(seen.text).toBe(body(operation) ?? "");
  expect(identity(seen)).toMatchObject({ "x-tidegate-level": level, "x-tidegate-owner": OWN[level] });
};

async function expectProblem(operation: Operation, response: Response, status: number, kind: string): Promise<any> {
  const answered = await problem(response, status, kind).catch((error) => {
    throw new Error(`${name(operation)}: ${error.message}`);
  });
  expect(await received()).toEqual([]);
  return answered;
}

describe.skipIf(documents.length === 0)(`../shared/highlevel${documents.length ? "" : " is absent: SKIPPED"}`, () => {
  beforeAll(async () => {
    switches.env = { ...env, ORIGIN: env.RECORDER };
  });

  it("all 41 documents load in one PUT", async () => {
    expect(documents).toHaveLength(41);
    const { rev, report } = await ok(200, admin("PUT", "/policy", { documents, settings }));
    const reachable = (level: Level) => all.filter(({ ways }) => ways.some((way) => way.level === level)).length;
    const scopes = new Set(all.flatMap(({ ways }) => ways.flatMap((way) => way.scopes)));
    expect({
      rev,
      ...report,
      errors: report.errors.length,
      without_security: report.without_security.length,
    }).toMatchObject({
      ...{ rev: 1, operations: 576, errors: 0, without_security: 16, public: 0, unmapped_schemes: [] },
      ...{ agency: reachable("agency"), sub_account: reachable("sub_account"), scopes: scopes.size },
    });
    expect(all).toHaveLength(576);
    while ((await ok(200, admin("GET", "/resync"))).waiting > 0) await ring();
    await ok(201, admin("POST", "/sub-accounts", { id: OWN.sub_account, name: "The location" }));
  });

  it("no token: 401, whatever the operation", async () => {
    let asked = 0;
    for (const operation of all) {
      const response = await ask(target(operation, "sub_account"), { method: operation.method });
      await expectProblem(operation, response, 401, "missing-token");
      asked += 1;
    }
    expect(asked).toBe(576);
  });

  it("the right level with exactly the needed scopes: the origin is reached", async () => {
    let reached = 0;
    for (const operation of all) {
      for (const { level, scopes } of operation.ways) {
        await expectReached(operation, level, scopes);
        reached += 1;
      }
    }
    expect(reached).toBe(all.flatMap(({ ways }) => ways).length);
    expect(reached).toBeGreaterThan(576 - 25);
    expect(all.filter((operation) => operation.ownerInParts).map(name)).toEqual([
      "POST /conversations/messages/upload",
    ]);
  });

  it("one needed scope removed: 403 that names it", async () => {
    let [removed, elsewhere] = [0, 0];
    for (const operation of all) {
      for (const { level, scopes } of operation.ways) {
        for (const scope of scopes) {
          const rest = scopes.filter((other) => other !== scope);
          if (!isForbidden(operation, level, rest)) {
            await expectReached(operation, level, rest);
            elsewhere += 1;
            continue;
          }
          const response = await call(operation, level, rest);
          const challenge = response.headers.get("www-authenticate");
          const body = await expectProblem(operation, response, 403, "insufficient-scope");
          expect(body.missing).toEqual([scope]);
          expect(body.scope.split(" ")).toContain(scope);
          expect(challenge).toContain(`error="insufficient_scope", scope="${body.scope}"`);
          removed += 1;
        }
      }
    }
    const each = all.flatMap((one) => one.ways.flatMap((way) => way.scopes.map((scope) => ({ one, way, scope }))));
    const denied = each.filter(({ one, way, scope }) => {
      return isForbidden(
        one,
        way.level,
        way.scopes.filter((other) => other !== scope),
      );
    });
    expect([removed, elsewhere]).toEqual([denied.length, each.length - denied.length]);
    expect(removed).toBeGreaterThan(400);
  });

  it("the wrong level: 403", async () => {
    let wrong = 0;
    for (const operation of all.filter(({ ways }) => ways.length > 0)) {
      for (const level of LEVELS.filter((one) => !operation.ways.some((way) => way.level === one))) {
        const held = operation.ways.flatMap(({ scopes }) => scopes);
        await expectProblem(operation, await call(operation, level, held), 403, "wrong-level");
        wrong += 1;
      }
    }
    const levels = all.map(({ ways }) => new Set(ways.map(({ level }) => level)).size);
    expect(wrong).toBe(levels.filter((count) => count === 1).length);
    expect(wrong).toBeGreaterThan(0);
  });

  it("what no private integration may use: 403, with every scope there is", async () => {
    const { scopes } = await ok(200, admin("GET", "/scopes"));
    const everything = scopes.map(({ scope }: { scope: string }) => scope);
    const closed = all.filter(({ ways }) => ways.length === 0);
    for (const operation of closed) {
      for (const level of LEVELS) {
        await expectProblem(operation, await call(operation, level, everything), 403, "not-for-integrations");
      }
    }
    expect(closed).toHaveLength(25);
  });
});
