// People sign in with an identity provider, a real one (npm's oidc-provider), and do what they may: a journey for each role.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { request } from "node:http";
import { buffer } from "node:stream/consumers";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";

import { freePort } from "../free-port.mjs";
import { startProvider } from "../../examples/identity-provider/provider.mjs";
import { startGate } from "./gate.mjs";
import { demo, ownerKey, shown } from "./support.mjs";

const STATE = new URL("../../target/browser-sso/", import.meta.url).pathname;

const gate = { logged: [] };
let provider;
let browser;

before(async () => {
  rmSync(STATE, { recursive: true, force: true });
  const [port, providerPort] = [await freePort(), await freePort()];
  gate.host = `admin.localhost:${port}`;
  gate.port = port;
  gate.address = `http://${gate.host}`;
  provider = await startProvider({
    port: providerPort,
    redirectUri: `${gate.address}/_tidegate/oidc/callback`,
    unverified: ["unverified@example.com"],
  });
  const bindings = {
    ADMIN_HOST: "admin.localhost",
    API_URL: `http://localhost:${port}`,
    OIDC_ISSUER: provider.issuer,
    OIDC_CLIENT_ID: "tidegate",
    OIDC_ALLOW_LOOPBACK: "true",
  };
  const log = ({ message }) => gate.logged.push(message);
  gate.running = await startGate({ port, state: STATE, bindings, log });
  const [document] = demo.documents();
  await api("PUT", "/policy", { documents: [JSON.parse(document)], settings: demo.settings() });
  await api("PUT", "/agency", { id: "hq", name: "The Headquarters" }, 0);
  for (const [id, name] of [
    ["acme", "Acme Dental"],
    ["globex", "Globex Fitness"],
  ])
    await api("POST", "/sub-accounts", { id, name });
  for (const [name, owner] of [
    ["Of the agency", { level: "agency", id: "hq" }],
    ["Of Acme", { level: "sub_account", id: "acme" }],
    ["Of Globex", { level: "sub_account", id: "globex" }],
  ])
    await api("POST", "/integrations", { name, owner, scopes: [] });
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
      "--host-resolver-rules=MAP localhost 127.0.0.1, MAP *.localhost 127.0.0.1",
    ],
  });
});

after(async () => {
  await browser?.close();
  provider?.close();
  await gate.running?.dispose();
});

/** Asks the admin API with the owner key. */
async function api(method, path, body, rev) {
  const headers = { host: gate.host, authorization: `Bearer ${ownerKey}`, "content-type": "application/json" };
  if (rev !== undefined) headers["if-match"] = `"${rev}"`;
  const answer = await ask(method, `/_tidegate/api${path}`, headers, body && JSON.stringify(body));
  assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${answer.text}`);
  return answer.text === "" ? null : JSON.parse(answer.text);
}

function ask(method, path, headers, body) {
  return new Promise((resolve, reject) => {
    const options = { agent: false, host: "127.0.0.1", port: gate.port, path, method, headers }; // as in support.mjs
    const sent = request(options, async (answer) => {
      resolve({ status: answer.statusCode, headers: answer.headers, text: (await buffer(answer)).toString() });
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

/** Signs somebody in through the provider, in a context of their own; gives the page, wherever that ended. */
async function signIn(t, email) {
  const context = await browser.newContext({ baseURL: gate.address, locale: "en-US" });
  t.after(() => context.close());
  context.setDefaultTimeout(30_000);
  const page = await context.newPage();
  await page.goto("/_tidegate/");
  await atProvider(page).click();
  await identify(page, email);
  return page;
}

const atProvider = (page) => page.getByRole("link", { name: /^Sign in with localhost/ });

/** Tells the provider who somebody is, and comes back from it. */
async function identify(page, email) {
  await page.locator("input[name=login]").fill(email);
  await page.locator("input[name=password]").fill("any");
  await page.getByRole("button", { name: "Sign-in" }).click();
  await page.getByRole("button", { name: "Continue" }).click();
  await page.waitForURL(`${gate.address}/_tidegate/**`);
}

/** Asks the admin API as the page does. */
const asPage = (page, method, path, body, rev) =>
  page.evaluate(
    async ([method, path, body, rev]) => {
      const headers = { ...(body && { "content-type": "application/json" }), ...(rev && { "if-match": `"${rev}"` }) };
      const answer = await fetch(`/_tidegate/api${path}`, { method, headers, body: body && JSON.stringify(body) });
      const text = await answer.text();
      return { status: answer.status, body: text === "" ? null : JSON.parse(text) };
    },
    [method, path, body, rev],
  );

const create = (page, owner) => asPage(page, "POST", "/integrations", { name: "New", owner, scopes: [] });
const OWNERS = {
  agency: { level: "agency", id: "hq" },
  acme: { level: "sub_account", id: "acme" },
  globex: { level: "sub_account", id: "globex" },
};

const ALL = ["Integrations", "Why?", "Policy", "Sub-accounts", "Webhooks", "Activity", "Team"];
const without = (...names) => ALL.filter((one) => !names.includes(one));
const TEAM = ["People", "Automation keys", "Sessions", "Labs"];

/** What each role is offered, what it may do, and what it is refused with. */
const journeys = [
  {
    name: "owner",
    person: { role: "owner" },
    nav: ["Integrations", "Why?", "Policy", "Sub-accounts", "Token rules", "Webhooks", "Activity", "Team"],
    team: TEAM,
    lists: ["Of the agency", "Of Acme", "Of Globex"],
    creates: { agency: 201, acme: 201, globex: 201 },
    asks: [
      ["GET", "/policy", 200],
      ["GET", "/people", 200],
      ["GET", "/keys", 200],
      ["GET", "/events", 200],
    ],
  },
  {
    name: "agency admin",
    person: { role: "agency_admin" },
    nav: ALL,
    team: ["Sessions"],
    lists: ["Of the agency", "Of Acme", "Of Globex"],
    creates: { agency: 201, acme: 201, globex: 201 },
    asks: [
      ["GET", "/policy", 200],
      ["GET", "/people", 403],
      ["GET", "/keys", 403],
      ["POST", "/resync", 403],
    ],
    refused: ["#/team/keys", "It is for owners."],
  },
  {
    name: "agency admin without the agency's",
    person: { role: "agency_admin" },
    off: "agency",
    nav: ALL,
    team: ["Sessions"],
    lists: ["Of Acme", "Of Globex"],
    hidden: "Of the agency",
    creates: { agency: 404, acme: 201, globex: 201 },
    asks: [["GET", "/policy", 200]],
  },
  {
    name: "agency admin without the sub-accounts'",
    person: { role: "agency_admin" },
    off: "sub_accounts",
    nav: ALL,
    team: ["Sessions"],
    lists: ["Of the agency"],
    hidden: "Of Acme",
    creates: { agency: 201, acme: 404, globex: 404 },
    asks: [["GET", "/policy", 200]],
  },
  {
    name: "developer",
    person: { role: "developer" },
    nav: without("Activity", "Webhooks"),
    team: ["Sessions"],
    lists: ["Of the agency", "Of Acme", "Of Globex"],
    creates: { agency: 403, acme: 403, globex: 403 },
    asks: [
      ["GET", "/policy", 200],
      ["GET", "/people", 403],
    ],
    refused: ["#/team/labs", "It is for owners."],
  },
  {
    name: "auditor",
    person: { role: "auditor" },
    nav: without("Webhooks"),
    team: ["People", "Sessions"],
    lists: ["Of the agency", "Of Acme", "Of Globex"],
    creates: { agency: 403, acme: 403, globex: 403 },
    asks: [
      ["GET", "/policy", 200],
      ["GET", "/people", 200],
      ["GET", "/events", 200],
      ["POST", "/resync", 403],
    ],
  },
  {
    name: "account admin",
    person: { role: "account_admin", accounts: ["acme"] },
    nav: ["Integrations", "Why?", "Webhooks", "Team"],
    team: ["Sessions"],
    lists: ["Of Acme"],
    hidden: "Of Globex",
    creates: { agency: 404, acme: 201, globex: 404 },
    asks: [
      ["GET", "/policy", 403],
      ["GET", "/people", 403],
      ["GET", "/integrations?owner=sub_account:globex", 404],
    ],
    refused: ["#/policy", "Ask whoever gave you access."],
  },
  {
    name: "account viewer",
    person: { role: "account_viewer", accounts: ["acme"] },
    nav: ["Integrations", "Why?", "Team"],
    team: ["Sessions"],
    lists: ["Of Acme"],
    hidden: "Of the agency",
    creates: { agency: 403, acme: 403, globex: 403 },
    asks: [["GET", "/policy", 403]],
    refused: ["#/sub-accounts", "Ask whoever gave you access."],
  },
];

for (const journey of journeys) {
  test(`${journey.name}: signs in, does what they may, and is refused the rest`, { timeout: 120_000 }, async (t) => {
    const email = `${journey.name.replace(/[^a-z]+/g, "-")}@example.com`;
    const { id, rev, permissions } = await api("POST", "/people", { email, ...journey.person });
    if (journey.off) {
      const isOff = ({ verb, place }) => verb === "integrations.manage" && place === journey.off;
      await api("PATCH", `/people/${id}`, { permissions: permissions.filter((one) => !isOff(one)) }, rev);
    }
    const page = await signIn(t, email);
    await page.getByRole("heading", { level: 1, name: "Integrations" }).waitFor();
    assert.doesNotMatch(page.url(), /code=|state=/, "the callback's address stays nowhere");
    const nav = page.getByRole("navigation", { name: "Views" }).getByRole("link");
    assert.deepEqual(await nav.allInnerTexts(), journey.nav);
    for (const name of journey.lists) await shown(page.getByRole("link", { name, exact: true }).first());
    if (journey.hidden) assert.equal(await page.getByText(journey.hidden, { exact: true }).count(), 0);
    for (const [owner, status] of Object.entries(journey.creates)) {
      const answer = await create(page, OWNERS[owner]);
      assert.equal(answer.status, status, `creates for ${owner}: ${JSON.stringify(answer.body)}`);
      if (status === 403)
        assert.match(
          answer.body.detail,
          /^This needs integrations\.manage.*\. (The roles? .+ ha(s|ve) it|Whoever manages the people here can give it to you)\.$/,
        );
    }
    for (const [method, path, status] of journey.asks) {
      const answer = await asPage(page, method, path);
      assert.equal(answer.status, status, `${method} ${path}`);
      if (status === 403) assert.match(answer.body.detail, /^This needs /);
    }
    await page.goto("/_tidegate/#/team");
    const tabs = page.getByRole("navigation", { name: "Team" }).getByRole("link");
    await tabs.first().waitFor();
    assert.deepEqual(await tabs.allInnerTexts(), journey.team);
    if (journey.refused) {
      const [hash, sentence] = journey.refused;
      await page.goto(`/_tidegate/${hash}`);
      await shown(page.getByText(sentence));
    }
    if (journey.person.accounts) {
      await page.goto("/_tidegate/#/integrations");
      await page.getByRole("heading", { level: 1, name: "Integrations" }).waitFor();
      assert.doesNotMatch(await page.locator("body").innerText(), /agency|Globex|Headquarters/i);
    }
  });
}

test("an owner adds a person with the switches off, changes and removes them", { timeout: 120_000 }, async (t) => {
  await api("POST", "/people", { email: "boss@example.com", role: "owner" });
  const page = await signIn(t, "boss@example.com");
  await page.goto("/_tidegate/#/team");
  await page.getByRole("button", { name: "Add a person" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("E-mail address").fill("ana@example.com");
  await dialog.getByLabel("Role").selectOption("agency_admin");
  await dialog.getByLabel("view and manage the agency's private integrations").uncheck();
  await dialog.getByRole("button", { name: "Add", exact: true }).click();
  await shown(page.getByText("ana@example.com is added, and can sign in if the gate has an identity provider."));
  const { people } = await api("GET", "/people?q=ana%40example.com");
  const places = people[0].permissions.filter(({ verb }) => verb === "integrations.manage").map(({ place }) => place);
  assert.deepEqual(places, ["sub_accounts"]);
  await page.getByLabel("Search name or e-mail address").fill("ana@");
  await page.getByRole("button", { name: "Change ana@example.com" }).click();
  await page.getByRole("dialog").getByLabel("Role").selectOption("account_admin");
  await page.getByRole("dialog").getByLabel("Acme Dental").check();
  await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await shown(page.getByText("ana@example.com is saved."));
  const ana = await signIn(t, "ana@example.com");
  await ana.getByRole("heading", { level: 1, name: "Integrations" }).waitFor();
  await page.getByRole("button", { name: "Remove" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
  await shown(page.getByText("ana@example.com is removed."));
  assert.equal((await asPage(ana, "GET", "/integrations")).status, 401, "at the next request");
});

test("an automation key is shown once on the page", { timeout: 120_000 }, async (t) => {
  await api("POST", "/people", { email: "keys@example.com", role: "owner" });
  const page = await signIn(t, "keys@example.com");
  await page.goto("/_tidegate/#/team/keys");
  await page.getByRole("button", { name: "Create a key" }).click();
  await page.getByRole("dialog").getByLabel("Name").fill("Terraform");
  await page.getByRole("dialog").getByLabel("Publish the policy").check();
  await page.getByRole("group", { name: "Webhooks and events" }).getByLabel("Publish events of the API").check();
  await page.getByRole("dialog").getByRole("button", { name: "Create a key" }).click();
  const token = await page.getByRole("textbox", { name: "The key" }).innerText();
  assert.match(token, /^tga_[0-9a-hjkmnp-tv-z]{16}_[0-9a-hjkmnp-tv-z]{58}$/);
  const headers = { host: gate.host, authorization: `Bearer ${token}` };
  assert.equal((await ask("GET", "/_tidegate/api/policy", headers)).status, 200);
  assert.equal((await ask("GET", "/_tidegate/api/people", headers)).status, 403);
  const made = (await api("GET", "/keys?limit=200")).keys.find(({ name }) => name === "Terraform");
  const verbs = ["events.publish", "policy.publish"];
  assert.deepEqual(
    made.permissions.toSorted((a, b) => (a.verb < b.verb ? -1 : 1)),
    verbs.map((verb) => ({ verb, place: "agency" })),
  );
});

test("a key of several places, and a bound of scopes", { timeout: 120_000 }, async (t) => {
  await api("POST", "/people", { email: "bounds@example.com", role: "owner" });
  const page = await signIn(t, "bounds@example.com");
  await page.goto("/_tidegate/#/team/keys");
  await page.getByRole("button", { name: "Create a key" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("Two places");
  await dialog.getByLabel("The agency").uncheck();
  await shown(dialog.getByText("There is nothing that you may do"));
  await dialog.getByLabel("Acme Dental").check();
  await dialog.getByLabel("Globex Fitness").check();
  await dialog.getByLabel("Manage integrations").check();
  await dialog.getByLabel("Scopes that can be added").fill("contacts.*\nlocations");
  await dialog.getByRole("button", { name: "Create a key" }).click();
  const token = await page.getByRole("textbox", { name: "The key" }).innerText();
  const key = (await api("GET", "/keys?limit=200")).keys.find(({ name }) => name === "Two places");
  assert.deepEqual(key.grantable, ["contacts.*", "locations"]);
  const places = ["sub_account:acme", "sub_account:globex"];
  assert.deepEqual(
    key.permissions,
    places.map((place) => ({ verb: "integrations.manage", place })),
  );
  const create = (level, id, scopes) => {
    const headers = { host: gate.host, authorization: `Bearer ${token}`, "content-type": "application/json" };
    const body = JSON.stringify({ name: "By a key", owner: { level, id }, scopes });
    return ask("POST", "/_tidegate/api/integrations", headers, body);
  };
  for (const id of ["acme", "globex"])
    assert.equal((await create("sub_account", id, ["contacts.readonly"])).status, 201, id);
  assert.equal((await create("sub_account", "acme", ["locations.readonly"])).status, 403);
  assert.equal((await create("agency", "hq", [])).status, 404);

  const other = await page.context().newPage(); // the first still shows the key
  const form = other.getByRole("dialog");
  await other.goto("/_tidegate/#/team");
  await other.getByRole("button", { name: "Add a person" }).click();
  await form.getByLabel("E-mail address").fill("bounded@example.com");
  await form.getByLabel("Scopes that can be added").fill('no such scope!"');
  await form.getByRole("button", { name: "Add", exact: true }).click();
  await shown(form.getByText("an entry is a scope", { exact: false }));
  await form.getByLabel("Scopes that can be added").fill("contacts.*");
  await form.getByRole("button", { name: "Add", exact: true }).click();
  await shown(other.getByText("bounded@example.com is added", { exact: false }));
  const [person] = (await api("GET", "/people?q=bounded")).people;
  assert.deepEqual([person.role, person.grantable], ["agency_admin", ["contacts.*"]]);
  await other.goto("/_tidegate/#/integrations");
  const row = other.getByRole("row").filter({ hasText: "By a key" }).first();
  await shown(row.getByText("Created with the key Two places"));
});

/** Somebody has typed the name of a new key, and their session has ended when they create it. */
async function endedMeanwhile(t, email, prepare = () => {}) {
  await api("POST", "/people", { email, role: "owner" });
  const page = await signIn(t, email);
  await page.goto("/_tidegate/#/team/keys");
  await page.getByRole("button", { name: "Create a key" }).click();
  const form = page.getByRole("dialog", { name: "Create a key" });
  await form.getByLabel("Name").fill(`Of ${email}`);
  await form.getByLabel("Publish the policy").check();
  await page.waitForLoadState("networkidle");
  await prepare(page);
  await page.context().clearCookies();
  await form.getByRole("button", { name: "Create a key" }).click();
  return { page, ended: page.getByRole("dialog", { name: "Your session is over" }) };
}

test("after a session has ended, a sign-in at the provider loses nothing", { timeout: 120_000 }, async (t) => {
  const { page, ended } = await endedMeanwhile(t, "kept@example.com");
  const opened = page.context().waitForEvent("page");
  await atProvider(ended).click();
  const other = await opened;
  await identify(other, "kept@example.com");
  await shown(page.getByRole("textbox", { name: "The key" }));
  assert.equal(await ended.count(), 0);
  const { keys } = await api("GET", "/keys?limit=200");
  assert.equal(keys.filter(({ name }) => name === "Of kept@example.com").length, 1);
});

test("if somebody else signs in in another tab, what was kept is dropped", { timeout: 120_000 }, async (t) => {
  await api("POST", "/people", { email: "next@example.com", role: "auditor" });
  const { page, ended } = await endedMeanwhile(t, "dropped@example.com");
  const opened = page.context().waitForEvent("page");
  await atProvider(ended).click();
  await identify(await opened, "next@example.com");
  await shown(page.getByText("It is for owners."));
  assert.equal(await page.getByRole("dialog").count(), 0);
  assert.ok((await api("GET", "/keys?limit=200")).keys.every(({ name }) => name !== "Of dropped@example.com"));
});

test("whoever does not sign in again can leave, without an owner key too", { timeout: 120_000 }, async (t) => {
  const { page, ended } = await endedMeanwhile(t, "leaves@example.com", async (page) => {
    const { body } = await asPage(page, "GET", "/sign-in");
    await page.route("**/_tidegate/api/sign-in", (route) => route.fulfill({ json: { ...body, owner_key: false } }));
  });
  await shown(atProvider(ended));
  assert.equal(await ended.getByLabel("Owner key").count(), 0);
  await ended.getByRole("button", { name: "Leave instead" }).click();
  await shown(page.getByRole("heading", { level: 1, name: "Sign in" }));
});

for (const [email, code, sentence] of [
  ["stranger@example.com", "not-a-member", "Nobody has added your e-mail address here"],
  ["unverified@example.com", "not-a-member", "Nobody has added your e-mail address here"],
])
  test(`${email} is not let in, and told why`, { timeout: 120_000 }, async (t) => {
    if (email.startsWith("unverified")) await api("POST", "/people", { email, role: "auditor" });
    const page = await signIn(t, email);
    await shown(page.getByText(sentence));
    assert.ok(gate.logged.some((line) => line.includes(`"sign_in"`) && line.includes(`"${code}"`)));
    assert.equal((await asPage(page, "GET", "/session")).status, 401);
  });

test("a callback that belongs to no sign-in of the browser is refused, and reaches nobody", async () => {
  for (const [query, cookie, code] of [
    ["code=x&state=y", undefined, "no-login"],
    ["code=x&state=y", "__Host-tidegate-login=a.b.c.1.00", "no-login"],
  ]) {
    const headers = { host: gate.host, ...(cookie && { cookie }) };
    const answer = await ask("GET", `/_tidegate/oidc/callback?${query}`, headers);
    assert.equal(answer.status, 303);
    assert.equal(answer.headers.location, `/_tidegate/#/sign-in?problem=${code}`);
  }
  const begun = await ask("GET", "/_tidegate/oidc/sign-in", { host: gate.host });
  const cookie = begun.headers["set-cookie"][0].split(";")[0];
  assert.match(begun.headers["set-cookie"][0], /; Path=\/; Max-Age=600; HttpOnly; Secure; SameSite=Lax$/);
  const state = new URL(begun.headers.location).searchParams.get("state");
  const callback = (query) => ask("GET", `/_tidegate/oidc/callback?${query}`, { host: gate.host, cookie });
  const wrong = await callback("code=x&state=other");
  assert.match(wrong.headers.location, /problem=wrong-state$/);
  const forged = await callback(`code=forged&state=${state}&iss=${encodeURIComponent(provider.issuer)}`);
  assert.match(forged.headers.location, /problem=exchange-failed$/, "the provider knows no such code");
  assert.match(forged.headers["set-cookie"][0], /^__Host-tidegate-login=;.*Max-Age=0/, "a sign-in counts once");
});
