// Rotating, both ways; the window, its countdown, and its two ends. Each token is tried at the gate.
import assert from "node:assert/strict";

import {
  answerTo,
  api,
  asSomebodyWith,
  becomes,
  call,
  gone,
  open,
  rotate,
  seed,
  settles,
  show,
  shown,
  test,
  toldOfUse,
  unique,
} from "./support.mjs";

const button = (page, name) => page.getByRole("button", { name, exact: true });
const LATER = "Rotate and expire this token later";
const NOW = "Rotate and expire this token now";
const permissions = ["clipboard-read", "clipboard-write"];

async function detail(page, fields) {
  const seeded = await seed({ name: unique("Rotated"), ...fields });
  await open(page, `#/integrations/${seeded.integration.id}`);
  await shown(page.getByRole("heading", { name: seeded.integration.name, level: 1 }));
  return seeded;
}

async function newToken(page) {
  await shown(page.getByText("This is the only time that the token is shown."));
  const token = await page.getByRole("textbox", { name: "Token" }).innerText();
  await page.getByRole("button", { name: "Copy token: Token" }).click();
  await button(page, "Done").click();
  await gone(page.getByRole("dialog"));
  return token;
}

test(
  "expire later: both work until the end of the window, which counts down; then it is cancelled",
  { permissions },
  async ({ page }) => {
    const { integration, token: old } = await detail(page);
    await shown(button(page, NOW));
    await button(page, LATER).click();
    const dialog = page.getByRole("dialog", { name: `Rotate the token of ${integration.name}, and expire it later?` });
    await shown(dialog.getByText("You get a new token, and both work until the time below."));
    await dialog.getByLabel("How long").fill("31");
    await shown(dialog.getByText("From 1 minute to 30 days."));
    await settles(() => button(dialog, "Continue").isDisabled(), true);
    await dialog.getByLabel("How long").fill("2");
    await dialog.getByLabel("Unit").selectOption("hours");
    await shown(dialog.getByText(/This token works until .* \(2 hours\)\. Then it stops by itself\./));
    await button(dialog, "Continue").click();
    const young = await newToken(page);
    assert.notEqual(young, old);
    const { tokens } = await show(integration.id);
    const window = (Date.parse(tokens[1].expires_at) - Date.parse(tokens[0].created_at)) / 1000;
    assert.equal(window, 7200);
    await becomes(young, 200);
    assert.equal(await call(old), 200);

    const banner = page.getByRole("region", { name: "Two tokens work right now" });
    const names = [old, young].map((token, at) => `oken ${at + 1} · …${token.slice(-4)}`);
    await shown(banner.getByText(`T${names[0]} is the old one; t${names[1]} takes its place.`));
    const left = () => banner.getByRole("timer", { name: "Time left" }).innerText();
    const seconds = (text) =>
      [...text.matchAll(/(\d+) ([dhms])/g)].reduce(
        (sum, [, of, unit]) => sum + of * { d: 86400, h: 3600, m: 60, s: 1 }[unit],
        0,
      );
    const first = seconds(await left());
    assert.ok(first > 7080 && first <= 7200, `${first} s left`);
    await shown(banner.getByText("2 hours left"));
    assert.doesNotMatch(await left(), / s$/, "seconds show in the last hour only");

    await button(banner, "Cancel rotation").click();
    const sure = page.getByRole("dialog", { name: "Cancel this rotation?" });
    await shown(
      sure.getByText(
        `Calls with t${names[1]}, the new one, will fail from now on. T${names[0]} stays, without a deadline.`,
      ),
    );
    await button(sure, "Keep rotating").click();
    await gone(sure);
    assert.equal((await show(integration.id)).state, "rotating");
    await button(banner, "Cancel rotation").click();
    await button(sure, "Cancel rotation").click();
    await gone(banner);
    await becomes(young, 401);
    assert.equal(await call(old), 200);
  },
);

test("expire now, from the banner: the old one is dead, the new one stays", { permissions }, async ({ page }) => {
  const { integration, token: old } = await detail(page);
  await button(page, LATER).click();
  await button(page, "Continue").click();
  const young = await newToken(page);
  await becomes(young, 200);
  await button(page, "Expire Now").click();
  const sure = page.getByRole("dialog", { name: "Expire the old token now?" });
  const names = [old, young].map((token, at) => `oken ${at + 1} · …${token.slice(-4)}`);
  await shown(sure.getByText(`Calls with t${names[0]}, the old one, will fail from now on. T${names[1]} stays.`));
  await toldOfUse(sure);
  await button(sure, "Expire Now").click();
  await gone(sure);
  await gone(page.getByRole("timer"));
  assert.equal((await show(integration.id)).tokens.length, 1);
  await becomes(old, 401);
  assert.equal(await call(young), 200);
});

test("rotate and expire now: the old one is dead at once", { permissions }, async ({ page }) => {
  const { token: old } = await detail(page);
  assert.equal(await call(old), 200);
  await button(page, NOW).click();
  await shown(page.getByText("Every call with this token is answered with 401 from now on"));
  await button(page, "Continue").click();
  const young = await newToken(page);
  await becomes(young, 200);
  await becomes(old, 401);
  await settles(() => page.getByRole("timer").count(), 0);
});

test("while two tokens work, only now is offered, and it ends both", { permissions }, async ({ page }) => {
  const { integration, token: first } = await seed({ name: unique("Leaked while rotating") });
  const { token: second } = await rotate(integration);
  await open(page, `#/integrations/${integration.id}`);
  await settles(() => button(page, LATER).isDisabled(), true);
  await settles(
    () => button(page, LATER).getAttribute("title"),
    "A rotation is under way. Cancel it or finish it first.",
  );
  await button(page, "More actions").click();
  await settles(() => page.getByRole("menuitem", { name: LATER }).count(), 0);
  await page.getByRole("menuitem", { name: NOW }).click();
  await shown(page.getByText("Every call with either of the two tokens is answered with 401"));
  await button(page, "Continue").click();
  const third = await newToken(page);
  await becomes(third, 200);
  await becomes(first, 401);
  await becomes(second, 401);
});

test("from the list too, and the row says so", { permissions }, async ({ page }) => {
  const { integration } = await seed({ name: unique("From the list") });
  await open(page, `#/integrations?q=${encodeURIComponent(integration.name)}`);
  await page.getByRole("button", { name: `Actions for ${integration.name}` }).click();
  await page.getByRole("menuitem", { name: LATER }).click();
  await button(page, "Continue").click();
  await newToken(page);
  await shown(page.getByRole("row").filter({ hasText: integration.name }).getByText("Two tokens, 7 days left"));
});

const DAY = 86_400_000;
/** A moment `days` from now, in whole minutes, as the field of an end has it. */
const inDays = (days) => `${new Date(Date.now() + days * DAY).toISOString().slice(0, 16)}:00Z`;
const setEnd = ({ id, rev }, expires_at) => api("PATCH", `/integrations/${id}`, { rev, body: { expires_at } });

test("an end that a colleague sets while the dialog is open stays", { permissions }, async ({ page }) => {
  const { integration } = await detail(page);
  await button(page, LATER).click();
  const dialog = page.getByRole("dialog");
  const end = inDays(60);
  await setEnd(integration, end);
  await button(dialog, "Continue").click();
  await shown(dialog.getByRole("alert"));
  await button(dialog, "Continue").click();
  await newToken(page);
  assert.equal((await show(integration.id)).expires_at, end);
});

test(
  "the field of the end shows what a colleague sets, and keeps what is typed",
  { permissions, timezoneId: "UTC" },
  async ({ page }) => {
    await page.route("**/_tidegate/api/settings", async (route) =>
      route.fulfill({ json: { ...(await (await answerTo(route)).json()), max_lifetime_days: 365 } }),
    );
    const [first, theirs, mine] = [inDays(50), inDays(60), inDays(70)];
    const { integration } = await detail(page, { expires_at: first });
    await button(page, LATER).click();
    const dialog = page.getByRole("dialog");
    const field = dialog.getByLabel("End", { exact: true });
    await settles(() => field.inputValue(), first.slice(0, 16));
    const changed = await setEnd(integration, theirs);
    await button(dialog, "Continue").click();
    await shown(dialog.getByRole("alert"));
    await settles(() => field.inputValue(), theirs.slice(0, 16));
    await field.fill(mine.slice(0, 16));
    await setEnd(changed, first);
    await button(dialog, "Continue").click();
    await shown(dialog.getByRole("alert"));
    await settles(() => field.inputValue(), mine.slice(0, 16));
    await button(dialog, "Continue").click();
    await newToken(page);
    assert.equal((await show(integration.id)).expires_at, mine);
  },
);

test("a window that ends while somebody looks: the banner goes once the gate says so, whatever the browser's clock says", async ({
  page,
}) => {
  const { integration } = await seed({ name: unique("Short window") });
  await rotate(integration, { expire: "later", window_seconds: 60 });
  await page.clock.install();
  await open(page, `#/integrations/${integration.id}`);
  await shown(page.getByRole("timer"));
  await page.clock.fastForward(61_000);
  await shown(page.getByRole("timer").filter({ hasText: "0 s" }));
  // A minute of the gate's own time is not waited for: its answer of then (edge/rotation.test.ts) is put in place of the one of now.
  await page.route(`**/_tidegate/api/integrations/${integration.id}`, async (route) => {
    const { tokens, ...rest } = await (await answerTo(route)).json();
    await route.fulfill({ json: { ...rest, state: "steady", tokens: tokens.filter(({ use }) => use === "current") } });
  });
  await page.clock.fastForward(40_000);
  await gone(page.getByRole("timer"));
});

for (const [timezoneId, name] of [
  ["Asia/Kolkata", "GMT+5:30"],
  ["America/New_York", /E[SD]T/],
]) {
  test(`the deadline is in the viewer's own time zone: ${timezoneId}`, { timezoneId }, async ({ page }) => {
    const { integration } = await seed({ name: unique("Zoned") });
    const { integration: rotating } = await rotate(integration, { expire: "later", window_seconds: 86_400 });
    const at = new Date(rotating.tokens[1].expires_at);
    const time = new Intl.DateTimeFormat("en-GB", { timeZone: timezoneId, hour: "2-digit", minute: "2-digit" }).format(
      at,
    );
    const day = new Intl.DateTimeFormat("en-US", { timeZone: timezoneId, weekday: "long" }).format(at);
    await open(page, `#/integrations/${integration.id}`);
    // The deadline; the steps of the rotation tell times too, when they are there.
    const said = await page
      .getByRole("region", { name: "Two tokens work right now" })
      .getByRole("time")
      .first()
      .innerText();
    assert.ok(said.includes(time) && said.includes(day), `${said} has neither ${time} nor ${day}`);
    assert.match(said, name instanceof RegExp ? name : new RegExp(name.replace("+", "\\+")));
  });
}

const STALE = "What is shown is up to date again.";
const finish = ({ id, rev }) => api("POST", `/integrations/${id}/rotation/finish`, { rev });

/** Somebody comes back to the tab after a while: the view asks again. */
async function comesBack(page) {
  await page.clock.runFor(6_000);
  await page.evaluate(() => dispatchEvent(new Event("focus")));
}

for (const [act, title] of [
  ["Expire Now", "Expire the old token now?"],
  ["Cancel rotation", "Cancel this rotation?"],
]) {
  test(`another rotation began since the question: ${act} does nothing, and asks about that one`, async ({ page }) => {
    const { integration } = await seed({ name: unique("Rotated again") });
    const { integration: first } = await rotate(integration);
    await page.clock.install();
    await open(page, `#/integrations/${integration.id}`);
    const banner = page.getByRole("region", { name: "Two tokens work right now" });
    await button(banner, act).click();
    const dialog = page.getByRole("dialog", { name: title });
    await shown(dialog.getByText("oken 1 · ").first());
    await rotate(await finish(first));
    await comesBack(page);
    await shown(banner.getByText("Token 2 · ").first());
    await shown(dialog.getByText("oken 1 · ").first());
    if (act === "Expire Now") await toldOfUse(dialog);
    await button(dialog, act).click();
    await shown(dialog.getByRole("alert").getByText(STALE));
    await shown(dialog.getByText("oken 3 · ").first());
    await settles(() => dialog.getByText("oken 1 · ").count(), 0);
    assert.deepEqual(
      (await show(integration.id)).tokens.map(({ n }) => n),
      [3, 2],
    );
    if (act === "Expire Now") await toldOfUse(dialog);
    await button(dialog, act).click();
    await gone(dialog);
    assert.equal((await show(integration.id)).tokens.length, 1);
  });
}

test("who may see use sees how far a rotation has come, and is not offered to end it", async ({ page }) => {
  const { integration } = await seed({ name: unique("Looked at") });
  await rotate(integration);
  const place = "sub_accounts";
  await asSomebodyWith(page, [
    { verb: "integrations.view", place },
    { verb: "usage.view", place },
  ]);
  await open(page, `#/integrations/${integration.id}`);
  const banner = page.getByRole("region", { name: "Two tokens work right now" });
  await shown(banner.getByRole("timer"));
  await shown(banner.getByRole("list", { name: "Steps of this rotation" }));
  assert.equal(await banner.getByRole("button").count(), 0);
});

test("a rotation of 30 days offers no later end", async ({ page }) => {
  const { integration } = await seed({ name: unique("As long as can be") });
  await rotate(integration, { expire: "later", window_seconds: 30 * 86_400 });
  await open(page, `#/integrations/${integration.id}`);
  await settles(() => button(page, "Extend…").isDisabled(), true);
});

test("the rotation is over since the question: it says so, and nothing is done", async ({ page }) => {
  const { integration } = await seed({ name: unique("Over already") });
  const { integration: first } = await rotate(integration);
  await open(page, `#/integrations/${integration.id}`);
  await button(page, "Extend…").click();
  const dialog = page.getByRole("dialog", { name: "Extend this rotation" });
  await shown(dialog);
  await finish(first);
  await button(dialog, "Extend").click();
  await gone(dialog);
  await shown(page.getByText("This rotation is over already."));
});

test("a token that somebody else has just made is not the one that was to expire now", async ({ page }) => {
  const { integration } = await seed({ name: unique("Made meanwhile") });
  await page.clock.install();
  await open(page, `#/integrations/${integration.id}`);
  await button(page, NOW).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("This token has leaked").check();
  await rotate(integration, { expire: "now" });
  await comesBack(page);
  await shown(page.getByText("Token 2 · ").first());
  await button(dialog, "Continue").click();
  await shown(dialog.getByRole("alert").getByText(STALE));
  await settles(() => dialog.getByLabel("This token has leaked").isChecked(), false, "that was said of token 1");
  assert.deepEqual(
    (await show(integration.id)).tokens.map(({ n }) => n),
    [2],
  );
});

test(
  "until when both tokens work is said by the integration's end, if that comes first",
  { permissions },
  async ({ page }) => {
    await detail(page, { expires_at: inDays(2.5) });
    await button(page, LATER).click();
    const dialog = page.getByRole("dialog");
    await shown(dialog.getByText(/^Both tokens work until .*: that is the integration's end/));
    await dialog.getByLabel("How long").fill("1");
    await shown(dialog.getByText(/^This token works until .* \(1 day\)\./));
    await dialog.getByLabel("How long").fill("7");
    await button(dialog, "Continue").click();
    await newToken(page);
    const banner = page.getByRole("region", { name: "Two tokens work right now" });
    await shown(banner.getByRole("timer").filter({ hasText: /^2 d 1[12] h/ }));
    await button(banner, "Cancel rotation").click();
    await shown(page.getByText(/stays, until the integration ends, /));
  },
);

test("no token of a paused integration is said to work", { permissions }, async ({ page }) => {
  const { integration } = await seed({ name: unique("Paused and rotated") });
  await api("POST", `/integrations/${integration.id}/pause`, { rev: integration.rev });
  await open(page, `#/integrations/${integration.id}`);
  await button(page, LATER).click();
  const dialog = page.getByRole("dialog");
  await shown(dialog.getByText("It is paused: until somebody resumes it, no token works."));
  await button(dialog, "Continue").click();
  await shown(dialog.getByText("Both tokens are refused until somebody resumes the integration.", { exact: false }));
  await newToken(page);
  await shown(page.getByRole("region", { name: "Two tokens, refused while it is paused" }));
  await button(page, "Expire Now").click();
  await toldOfUse(dialog);
  await button(dialog, "Expire Now").click();
  await page.getByRole("button", { name: /^Undo, / }).click();
  await shown(page.getByText("Undone. Both tokens are back."));
});

test("a token is marked as old from 90 days on", async ({ page }) => {
  const { integration } = await seed({ name: unique("Aged") });
  const created = Date.parse(integration.tokens[0].created_at);
  const row = page.getByRole("row").filter({ hasText: integration.name });
  for (const [days, hint] of [
    [89, 0],
    [90, 1],
  ]) {
    await page.clock.setFixedTime(created + days * 86_400_000 + 1000);
    await open(page, `#/integrations?q=${encodeURIComponent(integration.name)}`);
    await page.reload();
    await shown(row.getByText(`${days} days`));
    await settles(() => row.getByTitle(/Consider rotating it/).count(), hint, `${days} days`);
  }
  await page.getByLabel("State", { exact: true }).selectOption({ label: "Token 90 days or older" });
  await shown(row.getByText("90 days"));
});
