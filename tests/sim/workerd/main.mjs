// The simulator of freshness: `cargo xtask sim`. Real gates and the real registry in workerd, over a KV that is as bad as a
// scenario says; for each acknowledged change, the time until the last wrong verdict anywhere. docs/reliability.md reads it.
import { mkdirSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";

import { TooSlow } from "./lives.mjs";
import { machine, row, story, table } from "./report.mjs";
import { BOUND, Run } from "./run.mjs";
import { CONTROL, SCENARIOS, SHORT } from "./scenarios.mjs";

const { values: given, positionals: names } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: "string" }, changes: { type: "string" }, short: { type: "boolean" } },
});

const number = (text, name) => (/^\d{1,9}$/.test(text) ? Number(text) : fail(`--${name} wants a number`));

function fail(message) {
  console.error(`error: ${message}`);
  process.exit(2);
}

/** In the short form a machine that stands still must not pass for a broken bound: with `deny` no verdict goes by KV alone. */
const SHORTLY = { changes: 36, lives: 18, variables: { ON_REGISTRY_OUTAGE: "deny" } };

/** How many changes a scenario gets, and how many make them at a time. Without the feed each is watched for longer. */
function size(scenario) {
  if (scenario.isControl) return { changes: 12, lives: 12 };
  if (given.short) return SHORTLY;
  const changes = given.changes === undefined ? 120 : number(given.changes, "changes");
  return scenario.isOff ? { changes: Math.ceil(changes / 4), lives: 75 } : { changes, lives: 60 };
}

const seed = given.seed === undefined ? Math.floor(Math.random() * 1e9) : number(given.seed, "seed");
const wanted = names.length > 0 ? names : given.short ? SHORT : SCENARIOS.map(({ name }) => name);
const known = [...SCENARIOS, CONTROL];
const knownNames = known.map(({ name }) => name).join(", ");
const scenarios = wanted.map(
  (name) => known.find((one) => one.name === name) ?? fail(`there is no scenario ${name}; there are ${knownNames}`),
);

/** Up to twice more where the machine stood still: what was seen then says little. */
async function run(scenario, index) {
  const options = { seed: (seed + index) >>> 0, ...size(scenario) };
  for (let left = 2; ; left--) {
    const done = await new Run(scenario, options).go().catch((error) => {
      if (left > 0 && error instanceof TooSlow) return { stalled: error.message, held: false };
      throw error;
    });
    if (done.stalled === undefined || done.held || left === 0) return done;
    console.log(`${scenario.name}: ${done.stalled}; once more`);
  }
}

console.log(`seed ${seed}; MAX_STALENESS_SECONDS is ${BOUND}; ${scenarios.length} scenarios`);
async function rowOf(scenario, index) {
  const done = await run(scenario, index);
  const result = row(done);
  const { changes, last_wrong, answers, took_seconds, held, promised } = result;
  const verdict = promised ? (held ? "ok" : "FAILED") : "measured";
  console.log(
    `${verdict}: ${scenario.name}: ${changes} changes, last wrong verdict after ${last_wrong.max} s at the most, ${answers} answers in ${took_seconds} s`,
  );
  if (!held) for (const change of done.broken.slice(0, 5)) console.log(story(done, change));
  return result;
}

const directory = new URL("../../../target/sim", import.meta.url).pathname;
mkdirSync(directory, { recursive: true });

function write(rows) {
  const report = { date: new Date().toISOString(), machine: machine(), seed, bound_seconds: BOUND, rows };
  writeFileSync(`${directory}.json`, `${JSON.stringify(report, undefined, 2)}\n`);
  return rows;
}

/** One after the other, so that they do not take the machine from each other. */
async function inTurn() {
  const rows = [];
  for (const [index, scenario] of scenarios.entries()) {
    rows.push(await rowOf(scenario, index));
    write(rows);
  }
  return rows;
}

// The short form's are small.
const rows = given.short ? write(await Promise.all(scenarios.map(rowOf))) : await inTurn();
console.log(`\n${table(rows)}\n\nIn target/sim.json: by kind of change too, and what the stand-ins did.`);
process.exit(rows.every(({ held }) => held) ? 0 : 1);
