// Who may do what, over HTTP: every route of the admin API, asked by ten people who signed in, for something at each of three places.
// tests/corpus/access.json says what is to come of it; the registry's tests ask the same natively, of requests that change something.
// Here a request of somebody who may is refused by something else, after it was seen that they may: nothing changes.
import { afterAll, beforeAll, expect, it, vi } from "vitest";

import table from "../corpus/access.json";
import { ADMIN, API, admin, ask, ok, withEnv } from "./support/gate.ts";
import { SETTINGS, answerWith, makeKeys, sign, signIn } from "./support/provider.ts";
import { START, at, rfc3339 } from "./support/rotation.ts";
import { publishDemo } from "./support/world.ts";

/** Something of everything at a place. */
interface Things {
  owner: object;
  place: string;
  email: string;
  integration: string;
  person: string;
  key: string;
  endpoint: string;
}

const things: Things[] = [];
const KINDS = { people: "person", keys: "key", integrations: "integration", endpoints: "endpoint" } as const;

beforeAll(async () => {
  at(START);
  await publishDemo();
  await makeKeys();
  for (const name of table.places) things.push(await made(name));
});

afterAll(() => vi.unstubAllGlobals());

async function made(name: string): Promise<Things> {
  const isAgency = name === "agency";
  const owner = isAgency ? { level: "agency", id: "hq" } : { level: "sub_account", id: name };
  const place = isAgency ? "agency" : `sub_account:${name}`;
  const body = { name: `Integration of ${name}`, owner, scopes: [] };
  const { integration } = await ok(201, admin("POST", "/integrations", body));
  const { key } = await ok(201, admin("POST", "/keys", newKey(place)));
  const { endpoint } = await ok(201, admin("POST", "/endpoints", newEndpoint(place, name)));
  const email = `somebody@${name}.example`;
  const role = isAgency ? { role: "auditor" } : { role: "account_viewer", accounts: [name] };
  const person = await ok(201, admin("POST", "/people", { email, ...role }));
  return { owner, place, email, integration: integration.id, person: person.id, key: key.id, endpoint: endpoint.id };
}

const newEndpoint = (place: string, name: string) => ({
  place,
  url: `https://hooks.partner.io/${name}`,
  kinds: ["endpoint.failing"],
});

const newKey = (place: string) => ({
  name: "A key",
  permissions: [{ verb: "integrations.view", place }],
  expires_at: rfc3339(START + 3600),
});

/** The cookie of somebody who signed in. */
async function session(email: string): Promise<string> {
  answerWith(async (claims) => ({ id_token: await sign("ES256", { ...claims, sub: email, email }) }));
  const { location, cookies } = await signIn();
  expect(location, email).toBe("/_tidegate/");
  return cookies[0]!.split(";")[0]!;
}

/** The id of the newest session of somebody. */
async function sessionOf({ email }: Things): Promise<string> {
  await session(email);
  const { sessions } = await ok(200, admin("GET", "/sessions?limit=200"));
  const found = sessions.find((one: any) => JSON.stringify(one).includes(email));
  expect(found, `${email} has a session`).toBeDefined();
  return found.id;
}

/** A request that is refused to whoever may not, and else comes to nothing. */
async function request(path: string, at: Things): Promise<{ path: string; body: object }> {
  const [, noun = "", ,] = path.split("/");
  const kind = KINDS[noun as keyof typeof KINDS];
  const id = noun === "sub-accounts" ? "acme" : at[kind ?? "integration"];
  const named = noun === "features" ? "private_integrations" : "no%20such%20document";
  const session = path.includes("{session}") ? await sessionOf(at) : "";
  return {
    path: path.replace("{id}", id).replace("{name}", named).replace("{session}", session),
    body: bodies[path]?.(at) ?? {},
  };
}

const bodies: Record<string, (at: Things) => object> = {
  "/integrations": ({ owner }) => ({ name: "New", owner, scopes: ["no.such.scope"] }),
  "/integrations/{id}/rotate": () => ({ expire: "now" }),
  "/integrations/{id}/rotation/extend": () => ({ expires_at: rfc3339(START + 3600) }),
  "/integrations/{id}/test": () => ({ token: "pit_x", operation: "whoami" }),
  "/integrations/{id}": () => ({ name: "Renamed" }),
  "/people": ({ email, place, owner }) =>
    place === "agency"
      ? { email, role: "auditor" }
      : { email, role: "account_viewer", accounts: [(owner as { id: string }).id] },
  "/people/{id}": () => ({ name: "Renamed" }),
  "/keys": ({ place }) => newKey(place),
  "/keys/{id}": () => ({ name: "Renamed" }),
  "/keys/{id}/rotate": () => ({ expire: "now" }),
  "/endpoints": ({ place }) => ({ ...newEndpoint(place, "other"), kinds: ["no.such.kind"] }),
  "/endpoints/{id}": () => ({ enabled: false }),
  "/endpoints/{id}/rotate": () => ({ expire: "now" }),
  "/endpoints/{id}/resend": () => ({ since: rfc3339(START + 3600) }),
  "/publications": ({ owner }) => ({ type: "no.such.type", owner, data: {}, id: "1" }),
  "/sub-accounts/{id}": () => ({ name: "Renamed" }),
  "/agency": () => ({ id: "hq" }),
  "/settings": () => ({ rotate_every_days: 30 }),
  "/explain": ({ integration }) => ({ method: "GET", path: "/x", integration }),
};

/** `ok`, or the status of a refusal that says who may, or that there is nothing. */
async function outcome(method: string, path: string, body: object, cookie: string): Promise<string> {
  const changes = method !== "GET";
  const takesBody =
    changes &&
    method !== "DELETE" &&
    !/\/(cancel|pause|resume|undo|rebind|resync|finish)$|^\/endpoints\/[^/]+\/test$/.test(path);
  const answer = await ask(`${API}${path}`, {
    method,
    headers: {
      cookie,
      ...(changes && { origin: ADMIN, "if-match": '"99"' }),
      ...(takesBody && { "content-type": "application/json" }),
    },
    body: takesBody ? JSON.stringify(body) : undefined,
  });
  const text = await answer.text();
  expect(answer.status, `${method} ${path}: ${text}`).toBeLessThan(500);
  expect(answer.status, `${method} ${path}: ${text}`).not.toBe(401);
  if (answer.status !== 403 && answer.status !== 404) return "ok";
  const { type, verb } = JSON.parse(text);
  if (type.endsWith(":no-document")) return "ok";
  if (answer.status === 403) expect([type, typeof verb], path).toEqual(["urn:tidegate:problem:forbidden", "string"]);
  return String(answer.status);
}

it("each route answers each actor at each place as the table says", { timeout: 240_000 }, async () => {
  await withEnv(SETTINGS, async () => {
    const wrong: string[] = [];
    let tried = 0;
    for (const { name, given } of table.actors) {
      const email = `${name}@actors.example`;
      await ok(201, admin("POST", "/people", { email, ...given }));
      let cookie = await session(email);
      for (const { method, path, expected } of table.cases) {
        const told = [];
        for (const place of things) {
          const { path: target, body } = await request(path, place);
          told.push(await outcome(method, target, body, cookie));
          if (method === "DELETE" && path === "/session") cookie = await session(email);
          tried += 1;
        }
        const wanted = expected[name as keyof typeof expected];
        if (told.join(" ") !== wanted) wrong.push(`${name}: ${method} ${path}: ${told.join(" ")}, not ${wanted}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(tried).toBeGreaterThan(1_000);
  });
});
