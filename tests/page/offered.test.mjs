// What the page offers, and to whom: by permissions, by what is switched off under Labs, and by what is published.
import assert from "node:assert/strict";
import { test } from "node:test";
import { rendered } from "./rendered.mjs";

const page = await rendered({
  DeleteDialog: "integrations/DeleteDialog.svelte",
  Empty: "integrations/Empty.svelte",
  known: "state/known.svelte.ts",
  LifeNotes: "integrations/LifeNotes.svelte",
  menu: "integrations/menu.ts",
  New: "integrations/New.svelte",
  problem: "api/problem.ts",
  routes: "shell/routes.ts",
  RotationBanner: "tokens/RotationBanner.svelte",
  session: "session/session.svelte.ts",
  SwitchedOff: "integrations/SwitchedOff.svelte",
  View: "shell/View.svelte",
  Tokens: "integrations/Tokens.svelte",
  words: "integrations/words.ts",
});
const { html } = page;
const { session } = page.session;
const { words } = page.words;

/** Signs somebody in who may manage integrations at these places, while some are switched off. */
function signIn(places, { agency = true, sub_accounts = true } = {}) {
  session.permissions = places.map((place) => ({ verb: "integrations.manage", place }));
  session.features = { private_integrations: { agency, sub_accounts } };
}

const tokens = [
  { n: 1, use: "outgoing", last_four: "aaaa", created_at: "2026-11-01T00:00:00Z", expires_at: "2999-01-01T00:00:00Z" },
  { n: 2, use: "current", last_four: "bbbb", created_at: "2026-11-02T00:00:00Z" },
];
const integration = (level = "agency") => ({
  id: "a",
  name: "A",
  owner: { level, id: "x" },
  state: "rotating",
  status: "active",
  tokens,
  scopes: [],
});
const offered = (of) => page.menu.menu(of, () => {}).map(({ label }) => label);

test("what is switched off under Labs can be looked at and revoked, and nothing else is offered", () => {
  const paused = { ...integration(), paused: true };
  const undo = { what: "scopes", until: "2999-01-01T00:00:00Z" };
  const shown = () => ({
    menu: offered({ ...integration(), state: "steady" }).length,
    buttons: [
      [page.Tokens, { integration: integration(), rotate: () => {} }],
      [page.RotationBanner, { integration: integration(), changed: () => {}, outdated: () => {} }],
      [page.LifeNotes, { integration: { ...paused, undo }, changed: () => {} }],
    ].map(([component, props]) => html(component, props).match(/<button/g)?.length ?? 0),
    said: html(page.SwitchedOff, { levels: ["agency"] }).includes(words.off.agency),
  });
  signIn(["agency"]);
  assert.deepEqual(shown(), { menu: 7, buttons: [2, 3, 2], said: false });
  signIn(["agency"], { agency: false });
  // To see why it is refused, to pause and to delete; and to end an old token.
  assert.deepEqual(shown(), { menu: 3, buttons: [0, 1, 0], said: true });
  signIn(["agency"], { sub_accounts: false });
  assert.deepEqual(shown(), { menu: 7, buttons: [2, 3, 2], said: false });
});

test("whoever may only look at integrations is not led to a form", () => {
  const isAllowed = (...path) => page.routes.find(path).route.isAllowed();
  const opened = () => [isAllowed("integrations", "a"), isAllowed("integrations", "a", "edit")];
  signIn(["sub_account:acme"]);
  assert.deepEqual(opened(), [true, true]);
  session.permissions = [{ verb: "integrations.view", place: "agency" }];
  assert.deepEqual(opened(), [true, false]);
});

test("where a view's code cannot be loaded, a reload is offered and not another try", () => {
  signIn(["agency"]);
  const place = page.routes.find(["integrations", "new"]);
  place.route.code.problem = new page.problem.Problem(-1, { detail: "error loading dynamically imported module" });
  const shown = html(page.View, { place, changes: 0 });
  assert.match(shown, /Reload the page/);
  assert.doesNotMatch(shown, /Try again|imported module/);
});

test("nobody is promised that a deletion can be undone where it cannot", () => {
  const dialog = () => html(page.DeleteDialog, { integration: integration(), changed() {}, deleted() {}, close() {} });
  signIn(["agency"]);
  assert.ok(dialog().includes(words.remove.undo));
  signIn(["agency"], { agency: false });
  assert.ok(dialog().includes(words.remove.noUndoOff) && !dialog().includes(words.remove.undo));
});

const radios = () => [...html(page.New).matchAll(/<input[^>]*type="radio"[^>]*>/g)].map(([input]) => input);
const levels = () => radios().map((input) => [/value="(\w+)"/.exec(input)[1], input.includes("checked")]);

test("a new integration is offered at the levels where somebody may create one, and the first is chosen", () => {
  signIn(["agency", "sub_accounts"]);
  assert.deepEqual(levels(), [
    ["sub_account", true],
    ["agency", false],
  ]);
  signIn(["agency"]);
  assert.deepEqual(levels(), [["agency", true]]);
  signIn(["sub_account:acme"]);
  assert.deepEqual(levels(), [["sub_account", true]]);
  signIn(["agency", "sub_accounts"], { sub_accounts: false });
  assert.deepEqual(levels(), [["agency", true]]);
  signIn(["agency", "sub_accounts"], { agency: false, sub_accounts: false });
  assert.doesNotMatch(html(page.New), /<form/);
  assert.ok(html(page.New).includes(words.off.sub_account));
});

test("a gate without integrations: whether there is a policy, not whether it has scopes, says what is next", () => {
  const { catalogue, policyInForce } = page.known;
  const links = () => [...html(page.Empty).matchAll(/href="([^"]+)"/g)].map(([, href]) => href);
  signIn(["agency"]);
  session.permissions = [...session.permissions, { verb: "policy.publish", place: "agency" }];
  catalogue.set([]);
  assert.deepEqual(links(), [], "it is not known yet");
  policyInForce.isAsked = true;
  assert.deepEqual(links(), ["#/policy"]);
  policyInForce.set({});
  assert.deepEqual(links(), ["#/integrations/new"], "of a policy without scopes, too");
  policyInForce.clear();
  policyInForce.isAsked = true;
  signIn(["sub_account:acme"]);
  assert.deepEqual(links(), [], "they may not see the policy");
  assert.ok(html(page.Empty).includes(words.integrations.noPolicy));
  catalogue.clear();
  assert.deepEqual(links(), ["#/integrations/new"]);
});
