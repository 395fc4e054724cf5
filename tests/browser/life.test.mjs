// The life of an integration over months (docs/lifecycle.md), in Chromium, with real requests: the gate is the build with faults, whose clock
// a request sets ahead; the browser's clock goes with it.
import assert from "node:assert/strict";
import { after, before } from "node:test";

import { DAY, MovedGate, body, button, moment } from "./moved.mjs";
import { chooseSubAccount, gone, settles, shown, toldOfUse, until } from "./support.mjs";

const HALF_AN_HOUR = 1800;

const gate = new MovedGate("life");
const { api, ask, becomes, call, moveTo, newToken, now, open, seed, show, told, walk } = gate;
let page;

before(async () => {
  page = await gate.start();
});
after(() => gate.stop());

walk("the token rules are set, and an integration needs an end by them", { timeout: 120_000 }, async () => {
  await open("#/token-rules");
  await page.getByLabel("Every integration needs an end").check();
  await page.getByLabel("At most so many days ahead").fill("4000");
  await shown(page.getByText("A whole number from 1 to 3,650."));
  await settles(() => button(page, "Save").isDisabled(), true);
  await page.getByLabel("At most so many days ahead").fill("60");
  await page.getByLabel("After so many days").fill("20");
  await button(page, "Save").click();
  await shown(page.getByText("The token rules are saved."));
  const rules = await api("GET", "/settings");
  assert.deepEqual([rules.max_lifetime_days, rules.rotate_every_days, rules.rev], [60, 20, 1]);

  await api("POST", "/integrations", body("No end"), { status: 422 });
  await open("#/integrations/new");
  await page.getByLabel("Name", { exact: true }).fill("A life");
  await chooseSubAccount(page, "acme");
  await page.getByLabel("End", { exact: true }).fill(moment(now() + 61 * DAY).slice(0, 16));
  await button(page, "Next").click();
  await button(page, "Next").click();
  await button(page, "Create and show the token").click();
  await shown(page.getByText("the maximum lifetime is 60 days", { exact: false }).first());
  const end = moment(now() + 40 * DAY).slice(0, 16);
  await page.getByLabel("End", { exact: true }).fill(end);
  await button(page, "Next").click();
  await button(page, "Next").click();
  await button(page, "Create and show the token").click();
  const token = await newToken("Done, show the integration");
  const whoami = () => call(token, "/_tidegate/whoami");
  await until(async () => (await whoami()).status === 200, "the token works", 20_000);
  assert.equal((await whoami()).body.integration.expires_at, `${end}:00Z`);
  await api("PATCH", "/settings", { max_lifetime_days: null }, { rev: 1 });
});

walk("an end is told 30 days before, to callers, in the list and in the history", { timeout: 120_000 }, async () => {
  const { integration, token } = await seed("Ends", { expires_at: moment(now() + 40 * DAY) });
  await becomes(token, 200);
  assert.equal((await call(token)).headers["tidegate-token-expires"], undefined, "40 days ahead nobody is told");
  await moveTo(gate.ahead + 11 * DAY + 60);
  await becomes(token, 200);
  assert.equal((await call(token)).headers["tidegate-token-expires"], integration.expires_at);
  const whoami = await call(token, "/_tidegate/whoami");
  assert.deepEqual(
    [whoami.body.integration.state, whoami.body.integration.expires_at, whoami.body.token.expires_at],
    ["steady", integration.expires_at, integration.expires_at],
  );
  await told(integration.id, "integration.expiring");
  await open("#/integrations");
  const ending = page.getByRole("button", { name: /Ending within 30 days$/ });
  await ending.click();
  await shown(row("Ends").getByText("Ends in 29 days"));
  await settles(() => ending.getAttribute("aria-pressed"), "true");
  await open(`#/integrations/${integration.id}`);
  // In the history too: the notice was told a day late, by this clock, and says what was left then.
  const history = page.locator("section", { has: page.getByRole("heading", { name: "History" }) }).last();
  await shown(history.getByText("Ends in 29 days", { exact: true }));

  await moveTo(gate.ahead + 29 * DAY + 60);
  await becomes(token, 401);
  await told(integration.id, "integration.expired");
  await open(`#/integrations/${integration.id}`);
  await shown(page.getByText("It ended", { exact: false }));
  await api("PATCH", `/integrations/${integration.id}`, { expires_at: null }, { rev: 1, status: 409 });
  await settles(() => button(page, "Rotate and expire this token later").isDisabled(), true);
  await button(page, "Rotate and expire this token now").click();
  await page
    .getByRole("dialog")
    .getByLabel("End")
    .fill(moment(now() + 9 * DAY).slice(0, 16));
  await button(page, "Continue").click();
  const young = await newToken();
  await becomes(young, 200);
  assert.equal((await call(token)).status, 401, "what has ended stays dead");
});

walk(
  "a rotation that is due is done, extended, finished, undone, and finished for a leak",
  { timeout: 240_000 },
  async () => {
    const { integration, token: old } = await seed("Rotates");
    const address = `#/integrations/${integration.id}`;
    await moveTo(gate.ahead + 20 * DAY + 60);
    await told(integration.id, "rotation.due");
    await open("#/integrations");
    await page.getByRole("button", { name: /Tokens older than 20 days$/ }).click();
    await shown(row("Rotates"));
    await open(address);
    const due = page.getByRole("region", { name: "Rotation is due" });
    await shown(due.getByText(`Token 1 · …${old.slice(-4)} is 20 days old.`, { exact: false }));
    await shown(button(due, "Rotate and expire this token now"));
    await button(due, "Rotate and expire this token later").click();
    await page.getByLabel("How long").fill("3");
    await button(page, "Continue").click();
    const young = await newToken();
    await gone(due);
    await becomes(young, 200);
    const banner = page.getByRole("region", { name: "Two tokens work right now" });
    const outgoing = `Token 1 · …${old.slice(-4)}`;
    await shown(banner.getByText(`${outgoing} is the old one; token 2 · …${young.slice(-4)} takes its place.`));
    assert.equal((await call(old, "/_tidegate/whoami")).body.integration.state, "rotating");
    await open("#/integrations");
    await page.getByRole("button", { name: /Rotations that end this week$/ }).click();
    await shown(row("Rotates"));

    await open(address);
    await button(banner, "Extend…").click();
    const dialog = page.getByRole("dialog", { name: "Extend this rotation" });
    await dialog.getByLabel(`${outgoing} works until`).fill(moment(now() + 31 * DAY).slice(0, 16));
    await settles(() => button(dialog, "Extend").isDisabled(), true);
    await dialog.getByLabel(`${outgoing} works until`).fill(moment(now() + 10 * DAY).slice(0, 16));
    await button(dialog, "Extend").click();
    await gone(dialog);
    await moveTo(gate.ahead + 4 * DAY); // the first window would have ended
    await becomes(old, 200);
    const { tokens } = await show(integration.id);
    assert.equal((await call(old)).headers["tidegate-token-expires"], tokens[1].expires_at);

    await open(address);
    await button(banner, "Expire Now").click();
    await toldOfUse(page.getByRole("dialog"));
    await button(page.getByRole("dialog"), "Expire Now").click();
    await gone(banner);
    await becomes(old, 401);
    await page.getByRole("button", { name: /^Undo, \d+ minutes left$/ }).click();
    await shown(banner);
    await becomes(old, 200);
    assert.equal((await show(integration.id)).tokens[1].expires_at, tokens[1].expires_at, "the old deadline");

    await button(banner, "Expire Now").click();
    await toldOfUse(page.getByRole("dialog"));
    await page.getByLabel("It has leaked").check();
    await button(page.getByRole("dialog"), "Expire Now").click();
    await gone(banner);
    await shown(page.getByText("It was marked as leaked"));
    await settles(() => page.getByRole("button", { name: /^Undo/ }).count(), 0);
    await becomes(old, 401);
    await becomes(young, 200);
  },
);

walk("a window that passes by itself is told", { timeout: 120_000 }, async () => {
  const { integration, token: old } = await seed("Lapses");
  const { token } = await api("POST", `/integrations/${integration.id}/rotate`, { expire: "later" }, { rev: 1 });
  await moveTo(gate.ahead + 7 * DAY + 60);
  await becomes(old, 401);
  await becomes(token, 200);
  await told(integration.id, "rotation.lapsed");
  await open(`#/integrations/${integration.id}`);
  await shown(page.getByText("Rotation ended by itself"));
});

walk(
  "one that is paused is refused until it is resumed, and resuming revives nothing",
  { timeout: 120_000 },
  async () => {
    const { integration, token: old } = await seed("Pauses");
    const { token } = await api("POST", `/integrations/${integration.id}/rotate`, { expire: "later" }, { rev: 1 });
    await becomes(token, 200);
    await open(`#/integrations/${integration.id}`);
    await page.getByRole("button", { name: "More actions" }).click();
    await page.getByRole("menuitem", { name: "Pause…" }).click();
    await button(page, "Pause integration").click();
    await shown(page.getByText("Its tokens are refused until somebody resumes it. What ends meanwhile stays dead."));
    await becomes(token, 401);
    assert.equal((await call(token, "/_tidegate/whoami")).status, 401);
    await moveTo(gate.ahead + 8 * DAY);
    await open(`#/integrations/${integration.id}`);
    await button(page, "Resume").click();
    await becomes(token, 200);
    assert.equal((await call(old)).status, 401);
  },
);

walk("removed scopes and a deletion are undone within 30 minutes, and not later", { timeout: 180_000 }, async () => {
  const { integration, token } = await seed("Comes back");
  const path = `/integrations/${integration.id}`;
  await api("PATCH", path, { scopes: ["contacts.readonly"] }, { rev: 1 });
  await becomes(token, 403);
  await open(`#${path}`);
  await shown(page.getByText("Scopes were removed. They can be put back."));
  await page.getByRole("button", { name: /^Undo, \d+ minutes left$/ }).click();
  await becomes(token, 200);

  await page.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await shown(page.getByText("It can be undone for 30 minutes."));
  await page.getByLabel(/To confirm, type its name/).fill("Comes back");
  await button(page, "Delete").click();
  const strip = page.getByRole("region", { name: "Needs attention" });
  await shown(strip.getByText("Comes back was deleted", { exact: false }));
  await becomes(token, 401);
  await strip.getByRole("button", { name: /^Undo, \d+ minutes left$/ }).click();
  await shown(row("Comes back"));
  await becomes(token, 200);

  const rev = Number((await ask("DELETE", path, undefined, { rev: 5 })).headers.etag.slice(1, -1));
  assert.equal(rev, 6);
  await moveTo(gate.ahead + HALF_AN_HOUR);
  await open("#/integrations");
  await shown(strip);
  await settles(() => strip.getByRole("button", { name: /^Undo/ }).count(), 0);
  const refused = await api("POST", `${path}/undo`, undefined, { rev, status: 409 });
  assert.equal(refused.type, "urn:tidegate:problem:undo-over");
  assert.equal((await call(token)).status, 401);
});

/** A test that leaves a picture where it fails. */

/** The row of the integration with exactly this name. Other rows have words of their own, as "Ends in 28 days". */
const row = (name) =>
  page.getByRole("row").filter({ has: page.getByRole("rowheader").getByRole("link", { name, exact: true }) });
