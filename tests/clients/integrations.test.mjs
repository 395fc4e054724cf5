// `tidegate integrations` against a gate in workerd: each command, and what the gate's API and the token's holder see of it.
import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { commandAt, demo } from "./command.mjs";

let at;

before(async () => {
  at = await commandAt("tidegate-integrations-");
  const [document] = demo.documents();
  await at.api("PUT", "/policy", { documents: [JSON.parse(document)], settings: demo.settings() });
  await at.api("POST", "/sub-accounts", { id: "acme", name: "Acme Dental" });
});

after(() => at?.dispose());

const owner = { level: "sub_account", id: "acme" };
const seed = (name) => at.api("POST", "/integrations", { name, owner, scopes: ["contacts.readonly"] });
/** A command that must succeed; what it printed as JSON. */
async function done(...args) {
  const { code, stdout, stderr } = await at.integrations(...args, "--format", "json");
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

test("a token is rotated to a file of its own, extended, finished and given back", async () => {
  const { integration, token: old } = await seed("Rotated");
  const { id } = integration;
  const file = at.path("token");
  const rotated = await done("rotate", id, "--expire", "later", "--window", "3d", "--token-file", file);
  assert.deepEqual([rotated.integration.state, "token" in rotated], ["rotating", false]);
  const young = readFileSync(file, "utf8").trim();
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal(rotated.integration.tokens[0].last_four, young.slice(-4));
  await at.becomes(young, 200);
  assert.equal((await at.whoami(old)).status, 200);

  const again = await at.integrations("rotate", id, "--expire", "now", "--token-file", file);
  assert.equal(again.code, 3, "a file that is there is not replaced, and no token is made");
  assert.equal((await done("show", id)).rev, rotated.integration.rev);
  const conflict = at.path("conflict");
  const refused = await at.integrations("rotate", id, "--expire", "later", "--token-file", conflict);
  assert.equal(refused.code, 4);
  assert.throws(() => statSync(conflict), "no file is left where there is no token");

  const until = new Date(Date.now() + 20 * 86_400_000).toISOString().replace(/\.\d+Z$/, "Z");
  assert.equal((await done("extend", id, "--until", until)).tokens[1].expires_at, until);
  assert.equal((await at.integrations("extend", id, "--until", "31d")).code, 4);
  assert.equal((await done("finish", id)).state, "steady");
  assert.equal((await done("undo", id)).state, "rotating");
  assert.equal((await done("cancel", id)).tokens[0].n, 1);
  await at.becomes(young, 401);
});

test("a token that leaked is replaced at once, and printed alone where it is asked for", async () => {
  const { integration, token: old } = await seed("Leaked");
  const { id } = integration;
  const { code, stdout, stderr } = await at.integrations("rotate", id, "--expire=now", "--leaked", "--token-file=-");
  assert.equal(code, 0, stderr);
  const young = stdout.trim();
  assert.equal(stdout, `${young}\n`);
  assert.ok(
    !stderr.includes(young) && stderr.includes(young.slice(-4)),
    "standard error names it by its last characters",
  );
  await at.becomes(young, 200);
  await at.becomes(old, 401);
  const { events } = await at.api("GET", `/integrations/${id}/events`);
  assert.equal(events.find(({ kind }) => kind === "rotation.started").detail.leaked, true);
  await done("rotate", id, "--expire", "later", "--token-file", at.path("second"));
  await done("finish", id, "--leaked");
  assert.equal((await at.integrations("undo", id)).code, 4);
});

test("an integration is paused, resumed, given an end, deleted and brought back", async () => {
  const { integration, token } = await seed("Ends");
  const { id } = integration;
  assert.equal((await done("pause", id)).status, "paused");
  await at.becomes(token, 401);
  assert.equal((await done("resume", id)).status, "active");
  await at.becomes(token, 200);
  const end = "2031-01-31T12:00:00Z";
  assert.equal((await done("end", id, "--at", "2031-01-31T13:00:00+01:00")).expires_at, end);
  const told = async () => (await at.whoami(token)).body.integration.expires_at;
  for (const limit = Date.now() + 120_000; (await told()) !== end && Date.now() < limit;) await sleep(50);
  assert.equal(await told(), end);
  const listed = await done("list", "--search", "ENDS", "--owner", "sub_account:acme", "--ends-within", "3650d");
  assert.deepEqual(
    listed.integrations.map((one) => one.id),
    [id],
  );
  assert.equal((await done("list", "--search", "Ends", "--ends-within", "1d")).integrations.length, 0);
  assert.ok(!("expires_at" in (await done("end", id, "--never"))));
  assert.equal((await at.integrations("end", id, "--at", "2020-01-01T00:00:00Z")).code, 4);
  assert.equal((await at.integrations("end", id)).code, 2);

  const { rev } = await done("show", id);
  assert.equal((await at.integrations("pause", id, "--rev", String(rev - 1))).code, 4, "somebody else was quicker");
  assert.deepEqual(await done("delete", id), { id, deleted: true });
  await at.becomes(token, 401);
  assert.equal((await at.integrations("show", id)).code, 4);
  assert.equal((await done("undo", id)).status, "active");
  await at.becomes(token, 200);
  const text = (await at.integrations("show", id)).stdout;
  assert.match(text, new RegExp(`^${id}  Ends\n  owner +sub_account acme\n`));
  assert.match(text, new RegExp(`\n  token 1 +…${token.slice(-4)}, current, made `));
});

test("a key that may only look is told who may change", async () => {
  const { integration } = await seed("Watched");
  const body = {
    name: "Looks",
    permissions: [{ verb: "integrations.view", place: "sub_account:acme" }],
    expires_at: new Date(Date.now() + 3_600_000).toISOString(),
  };
  const { token } = await at.api("POST", "/keys", body);
  const key = at.file("key", token);
  assert.equal((await at.run("integrations", "show", integration.id, "--key-file", key)).code, 0);
  const refused = await at.run("integrations", "pause", integration.id, "--key-file", key);
  assert.equal(refused.code, 4);
  assert.match(refused.stderr, /the gate answered 403: .*integrations\.manage/s);
});

test("use is told as it was sent, and whether an old token may be ended", async () => {
  const { integration, token } = await seed("Used");
  const { id } = integration;
  const asked = { 200: 0, 401: 0 };
  const whoami = async () => asked[(await at.whoami(token)).status]++;
  for (const limit = Date.now() + 120_000; asked[200] < 5 && Date.now() < limit;) await whoami();
  const all = asked[200] + asked[401];
  // A first use is sent after 2 seconds, later ones after 20.
  const limit = Date.now() + 60_000;
  let shown;
  do {
    await sleep(250);
    shown = await at.usage("show", id, "--by", "outcome", "--format", "json");
    assert.equal(shown.code, 0, shown.stderr);
  } while (JSON.parse(shown.stdout).groups.reduce((sum, group) => sum + group.requests, 0) < all && Date.now() < limit);
  const outcomes = Object.fromEntries(JSON.parse(shown.stdout).groups.map((group) => [group.outcome, group.requests]));
  assert.equal(outcomes.granted, 5);
  const text = await at.usage("show", id);
  assert.match(text.stdout, /^ +5 +0 refused {2}GET \/_tidegate\/whoami$/m);
  assert.match(text.stdout, /^token 1: last used .*; 5 in the last hour, 5 in the last day$/m);
  assert.match(text.stdout, /^counted since /m);
  assert.match((await at.usage("all")).stdout, new RegExp(`^ +${all} +${asked[401]} refused {2}${id}$`, "m"));

  assert.equal((await at.usage("rotation", id)).code, 4, "no rotation is under way");
  assert.equal((await at.integrations("rotate", id, "--expire", "later", "--token-file", at.path("next"))).code, 0);
  const rotation = await at.usage("rotation", id, "--exit-code");
  assert.equal(rotation.code, 6, rotation.stderr);
  assert.match(rotation.stdout, /^token 2 used {3}not yet$/m);
  assert.match(rotation.stdout, /^safe to expire {2}no \(still-used\)$/m);
  assert.equal((await at.usage("show", id, "--last", "500d")).code, 4, "at most 400 days");
});
