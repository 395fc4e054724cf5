// What the page says of recorded use (www/src/usage): sentences and bars, from answers as the admin API gives them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { withRunes } from "./runes.mjs";

const { counts, Known, Problem, time, who } = await bundled();

async function bundled() {
  const contents = `
    export * as who from "./usage/who.ts";
    export * as counts from "./usage/counts.ts";
    export * as time from "./lib/time.ts";
    export { Known } from "./usage/known.svelte.ts";
    export { Problem } from "./api/problem.ts";`;
  const resolveDir = fileURLToPath(new URL("../../www/src", import.meta.url));
  const { outputFiles } = await build({ stdin: { contents, resolveDir }, ...withRunes });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
}

const at = "2026-11-29T10:00:00Z";
const token = {
  n: 1,
  first_use: { at },
  last_use: { at, country: "DE" },
  last_hour: 41,
  last_day: 60,
  operations: [
    { operation: "GET /contacts/", requests: 50 },
    { operation: "POST /contacts/", requests: 10 },
  ],
  sources: [{ asn: 14618, country: "US", last_at: at }],
};

test("who still uses the old token is one sentence: how many, of which operation, from which network", () => {
  const says = (change) => who.whoStillUses(change && { ...token, ...change }, "Token 1 · …xk8d");
  assert.equal(
    says({}),
    "41 requests in the last hour still use token 1 · …xk8d, most of them GET /contacts/, from AS 14618.",
  );
  assert.equal(
    says({ last_hour: 1, sources: [], operations: [] }),
    "1 request in the last hour still uses token 1 · …xk8d, from DE.",
  );
  assert.match(
    says({ last_hour: 0 }),
    /^No request in the last hour uses token 1 · …xk8d; 60 did in the last day, most/,
  );
  const none = "No request in the last day uses token 1 · …xk8d.";
  assert.equal(says({ last_hour: 0, last_day: 0 }), none);
  assert.equal(says(undefined), none, "a token that was never used");
});

test("bars cover the whole range, and have the same total as the groups", () => {
  const group = (hour, granted, denied) => ({
    at: `2026-11-29T${hour}:00:00Z`,
    requests: granted + denied,
    outcomes: [
      { outcome: "granted", requests: granted },
      { outcome: "wrong_owner", requests: denied },
    ],
    answers: [],
  });
  const range = { from: "2026-11-29T08:00:00Z", to: "2026-11-29T13:00:00Z", by: "hour", period_seconds: 3600 };
  const bars = counts.bars({ range, groups: [group("09", 5, 2), group("12", 1, 0)] });
  assert.deepEqual(
    bars.map(({ granted, refused }) => [granted, refused]),
    [
      [0, 0],
      [5, 2],
      [0, 0],
      [0, 0],
      [1, 0],
    ],
  );
});

test("today is a part of 24 hours, as the client of the API is asked for days", () => {
  const at = (hours, minutes = 0) => (hours * 60 + minutes) / 1440;
  assert.equal(time.shareOfToday(new Date(2026, 10, 20, 6, 0)), at(6));
  assert.equal(time.shareOfToday(new Date(2026, 10, 20, 23, 30)), at(23, 30));
  assert.equal(time.shareOfToday(new Date(2026, 10, 20, 0, 0)), at(0, 1), "a range is not empty");
});

/** What is told of an answer about use, and how often the integration was reloaded. */
async function asked(...answers) {
  let reloads = 0;
  const known = new Known(
    async () => {
      const answer = answers.shift();
      if (answer instanceof Problem) throw answer;
      return answer;
    },
    () => (reloads += 1),
  );
  while (answers.length > 0) await known.reload();
  return { missing: known.missing, reloads };
}

const problem = (status, type, title) => new Problem(status, { type: `urn:tidegate:problem:${type}`, title });

test("the usage store is blamed for its own silence only", async () => {
  const silent = problem(503, "usage-unavailable", "Usage is not available now");
  assert.deepEqual(await asked(silent), { missing: "No data: the usage store does not answer.", reloads: 0 });
  assert.match((await asked({}, silent)).missing, /^No data since \d\d:\d\d: the usage store does not answer\.$/);
  assert.deepEqual(await asked(silent, {}), { missing: "", reloads: 0 });
  for (const [other, why] of [
    [Problem.unreachable(), "The gate did not answer"],
    [problem(503, "registry-unavailable", "The registry did not carry it out"), "The registry did not carry it out"],
    [problem(403, "not-permitted", "Not permitted"), "Not permitted"],
  ])
    assert.deepEqual(await asked(other), { missing: `No data: ${why}.`, reloads: 0 });
});

test("what is over or deleted is told to whoever asked", async () => {
  for (const over of [problem(409, "conflict", "It is over"), problem(404, "not-found", "Not found")]) {
    assert.equal((await asked({}, over)).reloads, 1);
  }
});
