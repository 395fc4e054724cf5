// POST /integrations/{id}/test: a token is tried by the gate's own machine, with the demo API behind it.
import { beforeAll, expect, it } from "vitest";

import { ACME } from "./support/demo.ts";
import { admin, create, ok, problem } from "./support/gate.ts";
import { tables } from "./support/registry.ts";
import { publishDemo } from "./support/world.ts";

beforeAll(publishDemo);

const test = (id: string, token: string, operation: string) =>
  admin("POST", `/integrations/${id}/test`, { token, operation });

it("tells the verdict and the status, and leaves an event without the token", async () => {
  const { id, token } = await create(ACME, ["contacts.readonly"]);
  const whoami = await ok(200, test(id, token, "whoami"));
  expect(whoami).toEqual({ allowed: true, status: 200, problem: null, milliseconds: expect.any(Number) });
  const read = await ok(200, test(id, token, "GET /contacts/"));
  expect([read.allowed, read.status, read.problem]).toEqual([true, 200, null]);
  const refused = await ok(200, test(id, token, "GET /locations/{locationId}"));
  expect([refused.allowed, refused.status, refused.problem.type]).toEqual([
    false,
    403,
    "urn:tidegate:problem:insufficient-scope",
  ]);
  const events = ((await tables()).events as any[]).filter(({ kind }) => kind === "integration.tested");
  expect(events.map(({ detail }) => JSON.parse(detail).operation)).toEqual([
    "whoami",
    "GET /contacts/",
    "GET /locations/{locationId}",
  ]);
  expect(JSON.stringify(events)).not.toContain(token);
});

it("is refused for a token of another integration, without telling whose, and for what needs more than the owner", async () => {
  const [{ id, token }, other] = [await create(ACME, ["contacts.readonly"]), await create(ACME, [])];
  for (const text of [other.token, "pit_x", ""]) {
    const told = await problem(await test(id, text, "whoami"), 422, "invalid-field");
    expect(told.field).toBe("token");
    expect(JSON.stringify(told)).not.toContain(other.id);
  }
  for (const operation of ["POST /contacts/", "GET /contacts/{contactId}", "GET /nowhere", "whoami "]) {
    expect((await problem(await test(id, token, operation), 422, "invalid-field")).field, operation).toBe("operation");
  }
  await problem(await test("zzzzzzzzzzzzzzzz", token, "whoami"), 404, "not-found");
  await problem(await admin("POST", `/integrations/${id}/test`, { token }), 422, "invalid-field");
});
