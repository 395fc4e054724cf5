// The agency: set in one place, by its rev; its id can change while nothing depends on it.
import { beforeAll, describe, expect, it } from "vitest";

import { AGENCY } from "./support/demo.ts";
import { admin, create, ifMatch, ok, problem } from "./support/gate.ts";
import { tables } from "./support/registry.ts";
import { publishDemo } from "./support/world.ts";

const show = () => ok(200, admin("GET", "/agency"));
const set = (body: object, rev: number) => admin("PUT", "/agency", body, ifMatch(rev));
const events = async () =>
  ((await tables()).events as any[])
    .filter(({ kind }) => kind.startsWith("agency."))
    .map(({ kind, detail }) => [kind, JSON.parse(detail)]);

beforeAll(publishDemo);

describe("the agency", () => {
  it("is none until it is set, and is then shown beside the sub-accounts", async () => {
    expect(await show()).toEqual({ id: null, name: null, rev: 0, integrations: 0 });
    expect((await admin("GET", "/agency")).headers.get("etag")).toBe('"0"');
    expect((await ok(200, admin("GET", "/sub-accounts"))).agency).toBeNull();
    await problem(await admin("PUT", "/agency", { id: "one" }), 428, "needs-if-match");
    const agency = { id: "one", name: "Harbour", rev: 1, integrations: 0 };
    expect(await ok(200, set({ id: "one", name: "Harbour" }, 0))).toEqual(agency);
    expect((await ok(200, admin("GET", "/sub-accounts"))).agency).toEqual(agency);
    const stale = await problem(await set({ id: "two" }, 0), 412, "stale");
    expect(stale.current).toEqual(agency);
    expect((await problem(await set({ id: "a b" }, 1), 422, "invalid-field")).field).toBe("id");
  });

  it("changes its id while no integration belongs to it, and its name always", async () => {
    expect(await ok(200, set({ id: AGENCY.id }, 1))).toEqual({ id: AGENCY.id, name: null, rev: 2, integrations: 0 });
    const { id } = await create(AGENCY, []);
    const refused = await problem(await set({ id: "another" }, 2), 409, "agency-in-use");
    expect([refused.field, refused.integrations]).toEqual(["id", 1]);
    const other = await problem(
      await admin("POST", "/integrations", { name: "n", owner: { ...AGENCY, id: "another" }, scopes: [] }),
      422,
      "invalid-field",
    );
    expect(other.field).toBe("owner.id");
    expect(await ok(200, set({ id: AGENCY.id, name: "Named" }, 2))).toEqual({
      id: AGENCY.id,
      name: "Named",
      rev: 3,
      integrations: 1,
    });
    expect((await ok(200, set({ id: AGENCY.id, name: "Named" }, 3))).rev).toBe(3);

    await ok(204, admin("DELETE", `/integrations/${id}`, undefined, ifMatch(1)));
    // It stays what it is: with its integrations only what forbids a change has gone.
    expect(
      (
        await problem(
          await admin("POST", "/integrations", { name: "n", owner: { ...AGENCY, id: "another" }, scopes: [] }),
          422,
          "invalid-field",
        )
      ).field,
    ).toBe("owner.id");
    expect(await ok(200, set({ id: "another" }, 3))).toEqual({ id: "another", name: null, rev: 4, integrations: 0 });
    await create({ ...AGENCY, id: "another" }, []);
    expect(await events()).toEqual([
      ["agency.set", { id: { from: null, to: "one" }, name: { from: null, to: "Harbour" } }],
      ["agency.changed", { id: { from: "one", to: AGENCY.id }, name: { from: "Harbour", to: null } }],
      ["agency.changed", { id: { from: AGENCY.id, to: AGENCY.id }, name: { from: null, to: "Named" } }],
      ["agency.changed", { id: { from: AGENCY.id, to: "another" }, name: { from: "Named", to: null } }],
    ]);
  });
});
