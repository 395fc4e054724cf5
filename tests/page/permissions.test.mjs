// Which permissions the dialog of a person sends (www/src/team/permissions.ts).
import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const { permissionsOf, switchesOf } = await bundled();

async function bundled() {
  const entryPoints = [fileURLToPath(new URL("../../www/src/team/permissions.ts", import.meta.url))];
  const { outputFiles } = await build({ entryPoints, bundle: true, format: "esm", write: false });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
}

const at = (verb, place) => ({ verb, place });
const MANAGE = "integrations.manage";
const acme = "sub_account:acme";

const ofAccounts = (permissions) => ({ role: "account_admin", accounts: ["acme", "globex"], permissions });
const ofAgency = (permissions) => ({ role: "agency_admin", accounts: [], permissions });
/** What is sent for somebody whose switches become these; the others stay. */
const sent = (person, switches = {}, { role, accounts } = person) =>
  permissionsOf(role, accounts, person, { ...switchesOf(person), ...switches });

test("who changes no switch sends no permissions, so that the gate keeps them", () => {
  const custom = [at("people.manage", acme), at(MANAGE, "sub_account:globex")];
  for (const person of [ofAccounts(custom), ofAccounts([]), ofAgency(custom), ofAgency([at(MANAGE, "agency")])])
    assert.equal(sent(person), undefined);
  assert.equal(sent(ofAccounts(custom), {}, { role: "account_admin", accounts: ["acme"] }), undefined);
  for (const role of ["agency_admin", "account_admin", "auditor"])
    assert.equal(permissionsOf(role, ["acme"], null, switchesOf(null)), undefined, role);
});

test("the switch of an account admin takes everything away, and gives the preset", () => {
  assert.deepEqual(sent(ofAccounts([at("people.manage", acme)]), { user: false }), []);
  assert.deepEqual(
    sent(ofAccounts([]), { user: true }, { role: "account_admin", accounts: ["acme"] }),
    [MANAGE, "webhooks.manage", "usage.view"].map((verb) => at(verb, acme)),
  );
});

test("a switch of an agency admin changes the permissions that it is about, and no others", () => {
  const [agency, all, single] = ["agency", "sub_accounts", acme].map((place) => at(MANAGE, place));
  const others = [at("people.manage", "agency"), at("integrations.view", "sub_accounts")];
  assert.deepEqual(sent(ofAgency([agency, single, ...others]), { agency: false }), [single, ...others]);
  assert.deepEqual(sent(ofAgency([single, ...others]), { agency: true }), [single, ...others, agency]);
  assert.deepEqual(sent(ofAgency([agency, all, single, ...others]), { subAccounts: false }), [agency, ...others]);
  assert.deepEqual(sent(ofAgency([agency, ...others]), { subAccounts: true }), [agency, ...others, all]);
});

test("a new role begins with its preset, less what is switched off", () => {
  const auditor = { role: "auditor", accounts: [], permissions: [at("people.manage", "agency")] };
  const on = { agency: true, subAccounts: true, user: true };
  assert.equal(sent(auditor, on, { role: "agency_admin", accounts: [] }), undefined);
  const less = sent(auditor, { ...on, agency: false }, { role: "agency_admin", accounts: [] });
  assert.deepEqual(
    less.filter(({ verb }) => verb === MANAGE),
    [at(MANAGE, "sub_accounts")],
  );
  assert.deepEqual(new Set(less.map(({ verb }) => verb)).size, 5);
  assert.deepEqual(sent(auditor, { user: false }, { role: "account_admin", accounts: ["acme"] }), []);
});
