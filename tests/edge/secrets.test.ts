// The plaintext of a token exists in the response that minted it, and nowhere else.
import { beforeAll, describe, expect, it } from "vitest";

import { ACME, CONTACTS } from "./support/demo.ts";
import { admin, ask, askWith, create, ifMatch, ok } from "./support/gate.ts";
import { OWNER_KEY, TOKEN_KEYS } from "./support/keys.ts";
import { logLines } from "./support/log.ts";
import { lookThrough } from "./support/minted.ts";
import { everything } from "./support/registry.ts";
import { START, at, take } from "./support/rotation.ts";
import { Sequence } from "./support/sequence.ts";
import { publishDemo } from "./support/world.ts";

beforeAll(publishDemo);

/** The parts of a token that must not turn up: all of it, and its secret half. */
const secretsOf = (token: string) => [token, token.split("_")[2]!, token.split("_")[2]!.slice(0, 38)];

describe("a token's plaintext", () => {
  it("is in no table, no event, no KV value, no other answer and no log line", async () => {
    const a = await create(ACME, CONTACTS);
    const b = await take("later", a, 60);
    const c = await take("now", b);
    const answers = await Promise.all(
      ["", "/events"].map(async (path) => (await admin("GET", `/integrations/${a.id}${path}`)).text()),
    );
    answers.push(await (await admin("GET", "/integrations")).text());
    answers.push(await (await admin("PATCH", `/integrations/${a.id}`, { name: "n" }, ifMatch(c.rev))).text());
    answers.push(await (await askWith(c.token, "/_tidegate/whoami")).text());
    for (const token of [a.token, b.token, c.token]) {
      answers.push(await (await askWith(token, "/contacts/?locationId=acme")).text());
      answers.push(await (await askWith(token, `/contacts/?token=${token}`)).text());
      answers.push(await (await askWith(`${token}0`, `/contacts/`)).text());
      answers.push(await (await ask(`/contacts/`, { headers: { authorization: token } })).text());
    }
    const stored = await everything();
    expect(Object.keys(stored.tables)).toEqual(expect.arrayContaining(["integrations", "tokens", "events", "outbox"]));
    expect(Object.keys(stored.kv)).toEqual(expect.arrayContaining(["policy", `i:${a.id}`]));
    const everywhere = [JSON.stringify(stored), ...answers, ...logLines].join("\n");
    for (const secret of [a, b, c].flatMap(({ token }) => secretsOf(token))) expect(everywhere).not.toContain(secret);
  });

  it.each([11, 12, 13])(
    "nor that of a token from a random sequence (seed %d), nor does it reach the origin",
    async (seed) => {
      at(START);
      const sequence = new Sequence(seed);
      await sequence.run(60);
      const { tokens, answers, origin } = sequence.trace;
      expect([new Set(tokens).size, tokens.length > 5, origin.length > 20]).toEqual([tokens.length, true, true]);
      const everywhere = [JSON.stringify([await everything(), origin]), ...answers, ...logLines].join("\n");
      for (const secret of tokens.flatMap(secretsOf)) expect(everywhere).not.toContain(secret);
    },
  );

  it("is found where it is: what setup.ts looks through would tell", async () => {
    const { token } = await create(ACME, []);
    lookThrough(token.slice(0, -1), "less than a token");
    for (const text of [token, `"${token.split("_")[2]}"`])
      expect(() => lookThrough(text, "a text")).toThrow("a text holds 1");
  });

  it("is in a response once: three answers, three tokens", async () => {
    const a = await create(ACME, []);
    const b = await take("now", a);
    const c = await take("now", b);
    expect(new Set([a.token, b.token, c.token]).size).toBe(3);
  });
});

it("neither keys nor the owner key are in any table, KV value, answer or log line", async () => {
  const failures = await Promise.all([
    ask("/_tidegate/api/session", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(OWNER_KEY),
    }),
    ask("/_tidegate/api/session", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ [OWNER_KEY]: 1 }),
    }),
    ask("/_tidegate/api/session", { method: "POST", headers: { "content-type": "application/json" }, body: OWNER_KEY }),
    admin("GET", "/nothing"),
  ]);
  const texts = await Promise.all(failures.map((response) => response.text()));
  expect(failures.map(({ status }) => status)).toEqual([422, 422, 400, 404]);
  const everywhere = [JSON.stringify(await everything()), ...texts, ...logLines].join("\n");
  for (const secret of [OWNER_KEY, ...TOKEN_KEYS.split(",")]) expect(everywhere).not.toContain(secret);
});

it("what is stored of a token admits nobody", async () => {
  const { id } = await create(ACME, CONTACTS);
  const { kv } = await everything();
  const { hash } = JSON.parse(kv[`i:${id}`]!).tokens[0];
  expect(hash).toMatch(/^[0-9a-f]{48}$/);
  for (const guess of [hash, `pit_${id}_${hash}`, `pit_${id}_${hash}0000000000`]) {
    expect((await askWith(guess, "/_tidegate/whoami")).status).toBe(401);
  }
  expect(await ok(401, askWith(`pit_${id}_`, "/_tidegate/whoami"))).toMatchObject({ status: 401 });
});
