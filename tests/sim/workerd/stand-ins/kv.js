// A KV namespace as its documentation allows it to be: each location learns of a put in its own time, or never, perhaps in
// another order, remembers what it read, an absence too, and fails at times. Speaks the protocol of workerd's binding.
import { Random } from "../random.mjs";

/** How long an older value that arrived late stands over a newer one, in milliseconds. */
const OUT_OF_ORDER_MS = 60_000;
/** Longer than the gate waits for KV. */
const HANG_MS = 7_000;

const AT_ONCE = { delay: 0, cache: 0, reorder: false, drops: 0, faults: 0 };

let behaviour = AT_ONCE;
let random = new Random(1);
let counts = {};
/** What was put under each key, in order: `{ value, at, arrivals }`, an arrival for each location that was ever asked. */
const puts = new Map();
/** What each location remembers. */
const remembered = new Map();

const count = (what) => {
  counts[what] = (counts[what] ?? 0) + 1;
};

/** When a location learns of a put: settled when it is made, under the behaviour of that time. */
function arrival(put, location) {
  return put.at + (put.drops[location] ? Infinity : put.delays[location] * 1000);
}

/** What a location would find under a key, had it not asked before. */
function arrived(location, key, now) {
  const there = (puts.get(key) ?? []).filter((put) => arrival(put, location) <= now);
  const newest = there.at(-1);
  if (newest === undefined || !newest.reorder) return newest;
  const latest = there.reduce((one, other) => (arrival(other, location) >= arrival(one, location) ? other : one));
  return now < arrival(latest, location) + OUT_OF_ORDER_MS ? latest : newest;
}

function read(location, key) {
  const now = Date.now();
  const known = remembered.get(`${location} ${key}`);
  if (known !== undefined && now < known.until) return known.put;
  const put = arrived(location, key, now);
  remembered.set(`${location} ${key}`, { put, until: now + random.seconds(behaviour.cache) * 1000 });
  return put;
}

function get(location, key) {
  const put = read(location, key);
  const newest = puts.get(key)?.at(-1);
  count("reads");
  if (put !== newest) count(put === undefined ? "stale absences" : "stale values");
  return put === undefined ? new Response(null, { status: 404 }) : new Response(put.value);
}

function take(key, value) {
  const each = (draw) => LOCATIONS.map(draw);
  const delays = each(() => random.seconds(behaviour.delay));
  const drops = each(() => random.chance(behaviour.drops));
  const list = puts.get(key) ?? [];
  list.push({ value, at: Date.now(), delays, drops, reorder: behaviour.reorder });
  puts.set(key, list);
  count("puts");
  return new Response(null, { status: 204 });
}

/** A failure instead of the answer. A put that fails may have been taken all the same. */
async function fault(key, value) {
  count(value === undefined ? "faults of reads" : "faults of puts");
  const way = random.unit();
  if (value !== undefined && random.chance(0.3)) take(key, value);
  if (way < 0.45) return new Response("internal error", { status: 500 });
  if (way < 0.9) return new Response("too many requests", { status: 429 });
  await new Promise((done) => setTimeout(done, HANG_MS));
  return new Response("time-out", { status: 504 });
}

async function answer(request, location) {
  const key = decodeURIComponent(new URL(request.url).pathname.slice(1));
  // Read first: whoever puts waits until all of it was taken, even where the answer is a failure.
  const value = request.method === "PUT" ? await request.text() : undefined;
  if (random.chance(behaviour.faults)) return fault(key, value);
  return value === undefined ? get(location, key) : take(key, value);
}

/** What each location was given of a key, and when; of the values, their revisions only. */
function story(key) {
  const seconds = (ms) => (Number.isFinite(ms) ? new Date(ms).toISOString() : "never");
  return (puts.get(key) ?? []).map((put) => ({
    rev: JSON.parse(put.value).rev,
    put: seconds(put.at),
    arrives: LOCATIONS.map((location) => seconds(arrival(put, location))),
  }));
}

const at = (location) => ({ fetch: (request) => answer(request, location) });
const LOCATIONS = [0, 1, 2];
export const location0 = at(0);
export const location1 = at(1);
export const location2 = at(2);

/** How the simulator sets its behaviour and asks what it did. */
export default {
  async fetch(request) {
    const { behave, seed, key } = await request.json();
    if (seed !== undefined) random = new Random(seed);
    if (behave !== undefined) [behaviour, counts] = [{ ...AT_ONCE, ...behave }, {}];
    return Response.json(key === undefined ? counts : story(key));
  },
};
