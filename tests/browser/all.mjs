// Every test of the page, in one process and one browser, one after the other. `SHARE=1/2` is one half of the files, which another
// process with a gate and a browser of its own complements: on two cores they are done sooner.
import { readdirSync } from "node:fs";

// What an empty gate shows comes before anything is made in it.
const FIRST = "empty.test.mjs";
/** How long files take that take long; a usual one takes 1. */
const WEIGHTS = {
  "views.test.mjs": 9,
  "policy.test.mjs": 2.5,
  "create.test.mjs": 1.7,
  "life.test.mjs": 1.7,
  "usage.test.mjs": 1.7,
};
const weight = (name) => WEIGHTS[name] ?? 1;

const [share, shares] = (process.env.SHARE ?? "1/1").split("/").map(Number);
const found = readdirSync(new URL(".", import.meta.url)).filter((name) => name.endsWith(".test.mjs") && name !== FIRST);
const dealt = Array.from({ length: shares }, () => ({ names: [], weight: 0 }));
dealt[0].names.push(FIRST);
// The longest first, each to whom has the least.
for (const name of found.sort().sort((one, other) => weight(other) - weight(one))) {
  const least = dealt.reduce((one, other) => (other.weight < one.weight ? other : one));
  least.names.push(name);
  least.weight += weight(name);
}
for (const name of dealt[share - 1].names) await import(`./${name}`);
