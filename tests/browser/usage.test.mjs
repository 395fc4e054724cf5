// What rests on recorded use (docs/usage.md), in Chromium, with real requests: a rotation that is finished on knowledge, one that ends by
// itself, scopes that nobody used, and an integration that is paused because nobody uses it. Each number shown is compared with the
// requests that this test has sent.
import assert from "node:assert/strict";
import { after } from "node:test";

import { button, DAY, MovedGate, moment } from "./moved.mjs";
import { gone, settles, shown, until } from "./support.mjs";

const gate = new MovedGate("usage");
const { api, call, open, picture, seed, show, told, walk } = gate;
const HOUR = 3_600;
/** A use is known after 30 seconds, an outgoing token's after 5; and the machine may be busy. */
const KNOWN = 60_000;
const CONTACTS = "/contacts/?locationId=acme";
const OTHER_CONTACTS = "/contacts/?locationId=globex";
const LOCATION = "/locations/acme";
const OPERATIONS = {
  [CONTACTS]: "GET /contacts/",
  [OTHER_CONTACTS]: "GET /contacts/",
  [LOCATION]: "GET /locations/{locationId}",
};
let page;

after(() => gate.stop());

/** Every request that was sent: of which integration, with which token, for which operation, and with which status it was answered. */
const sent = [];
const count = (of) => sent.filter((one) => Object.entries(of).every(([name, value]) => one[name] === value)).length;

/** An integration and its tokens: `tokens[0]` is token 1. */
async function made(name) {
  const { integration, token } = await seed(name);
  return { id: integration.id, name, tokens: [token] };
}

async function rotated(one, fields) {
  const { rev } = await show(one.id);
  one.tokens.push((await api("POST", `/integrations/${one.id}/rotate`, { expire: "later", ...fields }, { rev })).token);
}

async function ask({ id, tokens }, n, path) {
  const { status } = await call(tokens[n - 1], path);
  // A token that is not live, or not yet known to the isolate, counts as none of the integration's.
  const isDead = status === 401;
  sent.push({ id, n: isDead ? 0 : n, operation: isDead ? "" : OPERATIONS[path], status });
  return status;
}

async function send(one, n, path, times, status = 200) {
  const statuses = await Promise.all(Array.from({ length: times }, () => ask(one, n, path)));
  assert.deepEqual([...new Set(statuses)], [status], path);
}

const becomes = (one, n, status) =>
  until(async () => (await ask(one, n, LOCATION)) === status, `token ${n} of ${one.name} is answered ${status}`, KNOWN);

const use = (id, by) => api("GET", `/integrations/${id}/usage?by=${by}&from=${moment(gate.now() - 100 * DAY)}`);
const sum = (groups) => groups.reduce((all, { requests }) => all + requests, 0);

/** Waits until the store has all that was sent, and compares it by token and by operation. */
async function known(...all) {
  for (const { id, name } of all) {
    const whole = count({ id });
    const isThere = async () => {
      const found = sum((await use(id, "token")).groups);
      assert.ok(found <= whole, `${found} requests of ${name} are told, ${whole} were sent`);
      return found === whole;
    };
    await until(isThere, `the ${whole} requests of ${name} are known`, KNOWN);
    for (const { token, requests } of (await use(id, "token")).groups) assert.equal(requests, count({ id, n: token }));
    for (const { operation, requests } of (await use(id, "operation")).groups)
      assert.equal(requests, count({ id, operation }), operation);
  }
}

const cells = (row) => row.getByRole("cell").allInnerTexts();
const rowOf = (table, name) => table.getByRole("row").filter({ hasText: name });

const users = {};

walk("what is shown of use is what was sent", { timeout: 180_000 }, async () => {
  // Here and not in a hook: the hooks of all files run before the first test of any.
  page = await gate.start();
  await api("PATCH", "/settings", { idle_days: 90 }, { rev: (await api("GET", "/settings")).rev });
  for (const [name, title] of [
    ["rotates", "Rotates by use"],
    ["quiet", "Ends when quiet"],
    ["trims", "Has too many scopes"],
    ["idle", "Nobody uses it"],
  ])
    users[name] = await made(title);
  const { rotates, quiet } = users;
  const { id } = rotates;
  await until(async () => (await ask(rotates, 1, CONTACTS)) === 200, "the token works", KNOWN);
  await Promise.all([
    send(rotates, 1, CONTACTS, 8),
    send(rotates, 1, OTHER_CONTACTS, 2, 403),
    send(rotates, 1, LOCATION, 1),
    until(async () => (await ask(quiet, 1, LOCATION)) === 200, "the other token works", KNOWN),
    send(quiet, 1, LOCATION, 2),
  ]);
  await known(rotates, quiet);

  await open(`#/integrations/${id}`);
  const card = page.getByRole("region", { name: "Use", exact: true });
  await shown(card.getByRole("status").getByText(`${count({ id })} requests`));
  const contacts = { id, operation: "GET /contacts/" };
  const operations = card.getByRole("table", { name: "By operation" });
  assert.deepEqual(
    (await cells(rowOf(operations, "GET /contacts/"))).slice(0, 3),
    [count(contacts), count({ ...contacts, status: 200 }), count({ ...contacts, status: 403 })].map(String),
  );
  const refused = rowOf(card.getByRole("table", { name: "Refused requests" }), "wrong_owner");
  assert.deepEqual(await cells(refused), ["2", "A call for the integration's own owner."]);
  const token = rowOf(
    card.getByRole("table", { name: "Last use of each token" }),
    `Token 1 · …${rotates.tokens[0].slice(-4)}`,
  );
  const used = await cells(token);
  assert.deepEqual(used.slice(2), ["tests/1.0", ...Array(2).fill(String(count({ id, n: 1 })))]);
  await card.getByText("The same as a table").click();
  const chart = card.getByRole("table", { name: "Requests over time" }).getByRole("row");
  const bars = await Promise.all((await chart.all()).slice(1).map(cells));
  const column = (place) => bars.reduce((all, bar) => all + Number(bar[place]), 0);
  assert.deepEqual([column(0), column(1)], [count({ id, status: 200 }), count({ id, status: 403 })]);
  await picture("usage-integration");

  await settles(async () => (await api("GET", "/lifecycle")).never_used, 2);
  await open("#/integrations");
  const row = page.getByRole("row").filter({ hasText: rotates.name });
  await shown(row.getByRole("img", { name: `${count({ id })} requests in 30 days` }));
  await shown(page.getByText("Requests refused today: 2", { exact: true }));
  await page.getByRole("button", { name: /^2\s*Never used$/ }).click();
  await gone(row);
  await shown(page.getByRole("row").filter({ hasText: "Nobody uses it" }).getByText("Never used"));
});

walk("a rotation is finished on knowledge", { timeout: 120_000 }, async () => {
  const { rotates, quiet } = users;
  const { id } = rotates;
  await rotated(rotates);
  await rotated(quiet, { when_quiet: true });
  const [old, young] = rotates.tokens.map((token, place) => `oken ${place + 1} · …${token.slice(-4)}`);
  await open(`#/integrations/${id}`);
  const banner = page.getByRole("region", { name: "Two tokens work right now" });
  await shown(banner.getByText(`T${young} is made`));
  await shown(banner.getByText(`T${young} is not used yet`));
  const still = () =>
    banner.getByText(
      new RegExp(
        `^${count({ id, n: 1 })} requests in the last hour still use t${old}, most of them GET /contacts/, from `,
      ),
    );
  await still().waitFor({ timeout: KNOWN });
  await becomes(rotates, 2, 200);
  await becomes(quiet, 2, 200);
  // The isolate knows of the rotation now, so this use of an outgoing token is sent within 2 seconds.
  await Promise.all([send(rotates, 1, CONTACTS, 4), send(quiet, 1, LOCATION, 1)]);
  await still().waitFor({ timeout: KNOWN });
  await banner.getByText(`T${young} is used`).waitFor({ timeout: KNOWN });
  await shown(banner.getByText(`T${old} is not quiet yet`));
  await shown(banner.getByText("It is not known to be safe to end it."));
  await picture("usage-rotation");
  await button(banner, "Expire Now").click();
  const dialog = page.getByRole("dialog");
  await shown(dialog.getByText(`${count({ id, n: 1 })} requests of the last hour would have failed.`));
  await shown(dialog.getByText("most of them GET /contacts/", { exact: false }));
  await button(dialog, "Keep rotating").click();
  await known(rotates, quiet);

  await gate.moveTo(gate.ahead + 26 * HOUR);
  await open(`#/integrations/${id}`);
  await banner.getByText(`T${old} is quiet`).waitFor({ timeout: KNOWN });
  await shown(banner.getByText("It can be ended safely."));
  await shown(banner.getByText(`No request in the last day uses t${old}.`));
  const { safe_to_expire: safe } = await api("GET", `/integrations/${id}/rotation`);
  assert.deepEqual([safe.safe, safe.reason, safe.quiet_seconds], [true, "quiet", DAY]);
  await picture("usage-quiet");
  await button(banner, "Expire Now").click();
  await shown(dialog.getByText("None of the requests of the last hour would have failed."));
  await button(dialog, "Expire Now").click();
  await gone(banner);
  await becomes(rotates, 1, 401);
  await send(rotates, 2, LOCATION, 1);

  await told(quiet.id, "rotation.finished");
  const [finished] = await gate.events(quiet.id, "rotation.finished");
  assert.deepEqual([finished.actor.type ?? finished.actor, finished.detail.when_quiet.reason], ["registry", "quiet"]);
  await becomes(quiet, 1, 401);
  await send(quiet, 2, LOCATION, 1);
});

walk("where the usage stores do not answer, no zeros are shown", { timeout: 60_000 }, async () => {
  await open(`#/integrations/${users.rotates.id}`);
  const card = page.getByRole("region", { name: "Use", exact: true });
  await shown(card.getByRole("table", { name: "By operation" }));
  const problem = {
    type: "urn:tidegate:problem:usage-unavailable",
    title: "Use is not known",
    status: 503,
    detail: "no",
  };
  const answer = { status: 503, contentType: "application/problem+json", body: JSON.stringify(problem) };
  await page.route(/\/usage\?/, (route) => route.fulfill(answer));
  await card.getByLabel("Period").selectOption({ label: "24 hours" });
  await shown(card.getByText(/^No data since \d\d:\d\d: the usage store does not answer\.$/));
  await open(`#/integrations/${users.rotates.id}`);
  await shown(card.getByText("No data: the usage store does not answer."));
  assert.equal(await card.getByRole("table").count(), 0);
  await page.unroute(/\/usage\?/);
});

walk(
  "an unused integration is announced three times, paused, and resumed by one click",
  { timeout: 120_000 },
  async () => {
    const { idle, rotates, trims } = users;
    const start = Date.parse((await show(idle.id)).created_at) / 1000 - Math.floor(Date.now() / 1000);
    const pastDay = (days) => gate.moveTo(start + days * DAY + 60);
    await until(async () => (await ask(trims, 1, CONTACTS)) === 200, "the token works", KNOWN);
    await known(trims);
    for (const [days, left] of [
      [75, 15],
      [83, 7],
      [89, 1],
    ]) {
      await pastDay(days);
      await told(idle.id, "integration.idle", [75, 83, 89].indexOf(days) + 1);
      const [latest] = await gate.events(idle.id, "integration.idle");
      assert.equal(latest.detail.days_left, left);
      assert.equal((await show(idle.id)).status, "active");
      if (days !== 75) continue;
      await open("#/integrations");
      await page.getByRole("button", { name: /^1\s*Idle$/ }).click();
      await shown(page.getByRole("row").filter({ hasText: idle.name }).getByText("Pauses in", { exact: false }));
      await gone(page.getByRole("row").filter({ hasText: rotates.name }));
      await picture("usage-idle");
      await send(trims, 1, CONTACTS, 2);
    }
    await pastDay(90);
    await told(idle.id, "integration.paused");
    assert.equal((await gate.events(idle.id, "integration.idle")).length, 3);
    await becomes(idle, 1, 401);
    await open(`#/integrations/${idle.id}`);
    await picture("usage-paused");
    await button(page, "Resume").click();
    await settles(async () => (await show(idle.id)).status, "active");
    await becomes(idle, 1, 200);
  },
);

walk("scopes that nobody used are taken away by one click", { timeout: 120_000 }, async () => {
  const { trims } = users;
  await known(trims);
  await open(`#/integrations/${trims.id}`);
  const unused = page.getByRole("list", { name: "Scopes that nobody used" });
  await shown(unused);
  assert.deepEqual(await unused.getByRole("listitem").allInnerTexts(), ["locations.readonly"]);
  await page.getByRole("link", { name: "Trim the scopes" }).click();
  // 2 requests are of the last 30 days; an older one is not.
  const preview = page.getByRole("region", { name: "What this changes" });
  await shown(preview.getByText("Would have refused 0 of 2 requests in 30 days."));
  const used = page.getByRole("checkbox", { name: "contacts.readonly" });
  await used.uncheck();
  await shown(preview.getByText("Would have refused 2 of 2 requests in 30 days."));
  await used.check();
  await shown(preview.getByText("Would have refused 0 of 2 requests in 30 days."));
  await picture("usage-trim");
  await button(page, "Update").click();
  await settles(async () => (await show(trims.id)).scopes.join(), "contacts.readonly");
});
