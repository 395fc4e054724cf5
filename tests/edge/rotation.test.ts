// The state machine of rotations, every event in every state, through the admin API and the gate, with moved time.
import { env } from "cloudflare:test";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";

import { switches } from "./main.ts";
import { type Created, admin, askWith, ifMatch, ok, problem } from "./support/gate.ts";
import { Steering, failing } from "./support/kv.ts";
import { START, at, rfc3339, send, take, use } from "./support/rotation.ts";
import { acme, publishDemo } from "./support/world.ts";

const WINDOW = 3600;
const END = START + WINDOW;
/** Seconds after which a change is seen everywhere (MAX_STALENESS_SECONDS). */
const FRESH = 10;
const state = async ({ id }: Created) => (await ok(200, admin("GET", `/integrations/${id}`))).state;

beforeAll(publishDemo);

beforeEach(() => {
  at(START);
});

/** A rotation under way since START: the outgoing token a, the incoming b, and the integration's rev. */
async function rotating(window = WINDOW): Promise<{ a: Created; b: Created }> {
  const a = await acme();
  return { a, b: await take("later", a, window) };
}

describe("the rows", () => {
  it("steady(a), rotate, expire later: a until the deadline, b from now on", async () => {
    const { a, b } = await rotating();
    expect(b.token).not.toBe(a.token);
    expect([await use(a.token), await use(b.token)]).toEqual([`outgoing until ${rfc3339(END)}`, "current"]);
    expect(await state(a)).toBe("rotating");
  });

  it("steady(a), rotate, expire now: a is dead, b lives", async () => {
    const a = await acme();
    expect(await use(a.token)).toBe("current");
    const b = await take("now", a);
    at(START + FRESH);
    expect([await use(a.token), await use(b.token), await state(a)]).toEqual(["dead", "current", "steady"]);
  });

  it("rotating(a, b), cancel: a lives on without a deadline, b is dead", async () => {
    const { a, b } = await rotating();
    await take("cancel", b);
    expect([await use(a.token), await use(b.token), await state(a)]).toEqual(["current", "dead", "steady"]);
    at(END + 1);
    expect(await use(a.token)).toBe("current");
  });

  it("rotating(a, b), finish: a is dead, b lives", async () => {
    const { a, b } = await rotating();
    expect(await use(a.token)).toContain("outgoing");
    await take("finish", b);
    at(START + FRESH);
    expect([await use(a.token), await use(b.token), await state(a)]).toEqual(["dead", "current", "steady"]);
  });

  it("rotating(a, b), rotate, expire now: a and b are dead, c lives", async () => {
    const { a, b } = await rotating();
    const c = await take("now", b);
    expect([await use(a.token), await use(b.token), await use(c.token)]).toEqual(["dead", "dead", "current"]);
  });

  it("rotating(a, b), rotate, expire later: refused, nothing has changed", async () => {
    const { a, b } = await rotating();
    await problem(await send("later", b, 60), 409, "conflict");
    expect([await use(a.token), await use(b.token)]).toEqual([`outgoing until ${rfc3339(END)}`, "current"]);
    expect((await ok(200, admin("GET", `/integrations/${a.id}`))).rev).toBe(b.rev);
  });

  it("rotating(a, b), the deadline passes: b alone, without any write", async () => {
    const { a, b } = await rotating();
    const before = await env.TOKENS.get(`i:${a.id}`);
    at(END);
    expect([await use(a.token), await use(b.token), await state(a)]).toEqual(["dead", "current", "steady"]);
    expect(await env.TOKENS.get(`i:${a.id}`)).toBe(before);
    expect((await ok(200, admin("GET", `/integrations/${a.id}`))).rev).toBe(b.rev);
  });

  it.each(["cancel", "finish"] as const)("after the deadline, %s: refused, already completed", async (step) => {
    const { a, b } = await rotating();
    at(END);
    const { detail } = await problem(await send(step, b), 409, "conflict");
    expect(detail).toContain("already completed");
    expect([await use(a.token), await use(b.token)]).toEqual(["dead", "current"]);
  });

  it.each(["cancel", "finish"] as const)("steady(a), %s: refused", async (step) => {
    const a = await acme();
    await problem(await send(step, a), 409, "conflict");
    expect(await use(a.token)).toBe("current");
  });

  it("any, edit: both tokens as before, with the new scopes", async () => {
    const { a, b } = await rotating();
    const edit = { name: "renamed", description: "new", scopes: ["contacts.readonly"] };
    await ok(200, admin("PATCH", `/integrations/${a.id}`, edit, ifMatch(b.rev)));
    at(START + FRESH);
    expect([await use(a.token), await use(b.token)]).toEqual([`outgoing until ${rfc3339(END)}`, "current"]);
    for (const { token } of [a, b]) {
      const write = await askWith(token, "/contacts/", { method: "POST", body: '{"name":"x"}' });
      expect((await problem(write, 403, "insufficient-scope")).missing).toEqual(["contacts.write"]);
    }
  });

  it("any, delete: every token is dead, and nothing brings them back", async () => {
    const { a, b } = await rotating();
    await take("delete", b);
    at(START + FRESH);
    expect([await use(a.token), await use(b.token)]).toEqual(["dead", "dead"]);
    for (const step of ["now", "later", "cancel", "finish", "delete"] as const) {
      await problem(await send(step, { id: a.id, rev: b.rev + 1 }, 60), 404, "not-found");
    }
    expect([await use(a.token), await use(b.token)]).toEqual(["dead", "dead"]);
  });
});

describe("a window that ends on the second", () => {
  const kv = new Steering();

  /** The gate's memory is warmed a millisecond before the end, then KV is gone: only the clock moves on. */
  it("on a record that the gate remembers", async () => {
    const { a, b } = await rotating();
    kv.reset();
    switches.env = { ...env, TOKENS: kv.around(env.TOKENS) };
    at(END - 0.001);
    expect(await use(a.token)).toBe(`outgoing until ${rfc3339(END)}`);
    expect(kv.reads.filter((key) => key === `i:${a.id}`)).toHaveLength(1);
    Object.assign(kv, { reads: [], onRead: failing });
    at(END);
    expect([await use(a.token), await use(b.token), kv.reads]).toEqual(["dead", "current", []]);
    switches.env = undefined;
  });

  it.each([
    ["the last second", END - 1, `outgoing until ${rfc3339(END)}`],
    ["the first second after", END, "dead"],
  ])("on a record that is read afresh: %s", async (_, moment, expected) => {
    const { a, b } = await rotating();
    switches.env = { ...env };
    at(moment);
    expect([await use(a.token), await use(b.token)]).toEqual([expected, "current"]);
    switches.env = undefined;
  });

  it("as whoami and the admin API tell it", async () => {
    const { a } = await rotating();
    const told = await ok(200, askWith(a.token, "/_tidegate/whoami"));
    expect(told.token).toEqual({ use: "outgoing", expires_at: rfc3339(END) });
    const { tokens } = await ok(200, admin("GET", `/integrations/${a.id}`));
    expect(tokens).toMatchObject([
      { n: 2, use: "current" },
      { n: 1, use: "outgoing", expires_at: rfc3339(END) },
    ]);
    at(END);
    const after = await ok(200, admin("GET", `/integrations/${a.id}`));
    expect(after.tokens).toMatchObject([{ n: 2, use: "current" }]);
    expect(after.tokens).toHaveLength(1);
  });
});

describe("a deadline is never revived or extended", () => {
  it.each(["now", "later"] as const)("rotate (%s) after the deadline: the outgoing one stays dead", async (step) => {
    const { a, b } = await rotating();
    at(END);
    const c = await take(step, b, step === "later" ? WINDOW : undefined);
    const ofB = step === "later" ? `outgoing until ${rfc3339(END + WINDOW)}` : "dead";
    expect([await use(a.token), await use(b.token), await use(c.token)]).toEqual(["dead", ofB, "current"]);
    if (step === "later") await take("cancel", c);
    expect(await use(a.token)).toBe("dead");
  });

  it("an edit within the window does not move its end", async () => {
    const { a, b } = await rotating();
    at(END - 10);
    await ok(200, admin("PATCH", `/integrations/${a.id}`, { name: "late" }, ifMatch(b.rev)));
    expect(await use(a.token)).toBe(`outgoing until ${rfc3339(END)}`);
    at(END);
    expect(await use(a.token)).toBe("dead");
  });

  it("a cancelled token does not come back with the next rotation", async () => {
    const { a, b } = await rotating();
    const cancelled = await take("cancel", b);
    const c = await take("later", cancelled, WINDOW);
    expect([await use(a.token), await use(b.token), await use(c.token)]).toEqual([
      `outgoing until ${rfc3339(END)}`,
      "dead",
      "current",
    ]);
  });
});

describe("windows", () => {
  it.each([
    ["7 days unless chosen otherwise", undefined, 7 * 24 * 3600],
    ["the shortest", 60, 60],
    ["the longest", 30 * 24 * 3600, 30 * 24 * 3600],
  ])("%s", async (_, window, length) => {
    const a = await acme();
    await take("later", a, window);
    expect(await use(a.token)).toBe(`outgoing until ${rfc3339(START + length)}`);
    at(START + length);
    expect(await use(a.token)).toBe("dead");
  });

  it.each([0, 59, 30 * 24 * 3600 + 1])("%d seconds: refused", async (window) => {
    const a = await acme();
    expect((await problem(await send("later", a, window), 422, "invalid-field")).field).toBe("window_seconds");
    expect(await use(a.token)).toBe("current");
  });
});
