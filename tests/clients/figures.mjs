// Figures of webhooks, with real receivers on this machine: `node tests/clients/figures.mjs [fan-out] [steady] [publication]`, after
// `cargo xtask build`. docs/webhooks.md has a result.
import { setTimeout as pause } from "node:timers/promises";

import { hooks } from "./hooks.mjs";

const SECONDS = Number(process.env.TIDEGATE_SECONDS ?? 60);

/** Does something for all of a list, so many at a time. */
async function each(items, atATime, work) {
  const waiting = [...items];
  const worker = async () => {
    while (waiting.length > 0) await work(waiting.shift());
  };
  await Promise.all(Array.from({ length: atATime }, worker));
}

const range = (count) => Array.from({ length: count }, (_, number) => number);
const quantile = (times, share) =>
  times.toSorted((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * share))];
const ms = (time) => `${time.toFixed(0)} ms`;
const summary = (times) =>
  `median ${ms(quantile(times, 0.5))}, p99 ${ms(quantile(times, 0.99))}, most ${ms(Math.max(...times))}`;

async function timed(work) {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

/** How long it takes until each message is there, by its path; `undefined` for one that is not. */
function arrivals(at, paths, begun, since) {
  const first = new Map();
  for (const { path, atMs } of at.got.slice(since)) if (!first.has(path)) first.set(path, atMs - begun);
  return paths.map((path) => first.get(path));
}

/** 1,000 endpoints at 20 sub-accounts, six of which hang; a change in each sub-account at once. */
async function fanOut(at) {
  const accounts = range(20).map((number) => `figures-${number}`);
  await each(accounts, 4, (id) => at.ok("POST", "/sub-accounts", { id, name: id }));
  const before = [];
  for (const id of accounts) before.push(await timed(() => at.integration(["contacts.readonly"], id)));
  const all = accounts.flatMap((id) => range(50).map((number) => ({ id, path: `/fan/${id}/${number}` })));
  const hangs = new Set(range(6).map((number) => all[number * 150].path));
  for (const path of hangs) at.answers.set(path, { hangs: true });
  await each(all, 4, ({ id, path }) => at.endpoint({ place: `sub_account:${id}` }, path, ["integration.created"]));
  await at.until("the couriers", async () => (await at.ok("GET", "/resync")).waiting === 0);
  await pause(5_000); // the couriers know their endpoints
  const [begun, since] = [performance.now(), at.got.length];
  const changes = [];
  await Promise.all(
    accounts.map(async (id) => changes.push(await timed(() => at.integration(["contacts.readonly"], id)))),
  );
  const well = all.map(({ path }) => path).filter((path) => !hangs.has(path));
  await at.until("all that do not hang", () => arrivals(at, well, begun, since).every((time) => time !== undefined));
  const times = arrivals(at, well, begun, since);
  console.log(`fan-out to ${well.length} of ${all.length} endpoints, ${hangs.size} hang: ${summary(times)}`);
  console.log(`  a change before there were endpoints, one after another: ${summary(before)}`);
  console.log(`  the ${changes.length} changes, all at once: ${summary(changes)}`);
  const after = [];
  await pause(5_000);
  for (const id of accounts) after.push(await timed(() => at.integration(["contacts.readonly"], id)));
  console.log(`  a change with 50 endpoints that want it, one after another: ${summary(after)}`);
}

/** Integrations with an endpoint each that wants `contact.created`. */
async function listeners(at, count, prefix) {
  const paths = [];
  await each(range(count), 4, async (number) => {
    const { id } = await at.integration(["contacts.readonly"], prefix);
    const path = `/${prefix}/${number}`;
    paths.push(path);
    await at.endpoint({ integration: id }, path, ["contact.created"]);
  });
  return paths;
}

/** 10 events a second at one endpoint, and 100 over 100 endpoints. */
async function steady(at) {
  for (const [account, endpoints, perSecond] of [
    ["steady-1", 1, 10],
    ["steady-100", 100, 1],
  ]) {
    await at.ok("POST", "/sub-accounts", { id: account, name: account });
    await listeners(at, endpoints, account);
    const owner = { level: "sub_account", id: account };
    const since = at.got.length;
    const sent = new Map();
    const begun = performance.now();
    const published = range(SECONDS * perSecond).map(async (number) => {
      await pause((number * 1000) / perSecond);
      sent.set(number, performance.now());
      await at.ok("POST", "/publications", {
        type: "contact.created",
        owner,
        data: { number },
        id: `${account}-${number}`,
      });
    });
    await Promise.all(published);
    const expected = SECONDS * perSecond * endpoints;
    await at.until(`${expected} messages`, () => at.got.length - since >= expected);
    const got = at.got.slice(since);
    const lags = got.map(({ body, atMs }) => atMs - sent.get(JSON.parse(body).data.number));
    const distinct = new Set(got.map(({ path, body }) => `${path} ${JSON.parse(body).data.number}`)).size;
    const took = (performance.now() - begun) / 1000;
    console.log(
      `${perSecond * endpoints}/s over ${endpoints} endpoints for ${SECONDS} s: ${distinct} of ${expected} in ${took.toFixed(1)} s, ${summary(lags)}`,
    );
  }
}

/** A publication that 500 integrations hear of. */
async function publication(at) {
  await at.ok("POST", "/sub-accounts", { id: "many", name: "many" });
  const paths = await listeners(at, 500, "many");
  const owner = { level: "sub_account", id: "many" };
  await pause(5_000);
  const accepted = [];
  for (const number of range(10)) {
    const [begun, since] = [performance.now(), at.got.length];
    const event = { type: "contact.created", owner, data: { number }, id: `many-${number}` };
    accepted.push(await timed(() => at.ok("POST", "/publications", event)));
    await at.until("all", () => arrivals(at, paths, begun, since).every((time) => time !== undefined));
    await pause(2_000); // the couriers come to rest: they share a thread with the registry here
    if (number === 9) console.log(`  the last one is told: ${summary(arrivals(at, paths, begun, since))}`);
  }
  console.log(`publication to 500 integrations is accepted: ${summary(accepted)}`);
}

const FIGURES = { "fan-out": fanOut, steady, publication };
const wanted = process.argv.slice(2);
for (const name of wanted.length > 0 ? wanted : Object.keys(FIGURES)) {
  const at = await hooks({ faults: false });
  try {
    await FIGURES[name](at);
  } finally {
    await at.dispose();
  }
}
