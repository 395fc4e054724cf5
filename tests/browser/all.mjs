// Every test of the page, in one process and one browser, one after the other. `SHARE=1/2` is the first half of the files, which another
// process with a gate and a browser of its own complements: on two cores they are done sooner.
import { readdirSync } from "node:fs";

// What an empty gate shows comes before anything is made in it.
const FIRST = "empty.test.mjs";
// Those that take the longest are dealt first.
const LONGEST = ["views.test.mjs", "policy.test.mjs", "sso.test.mjs", "create.test.mjs"];
const [share, shares] = (process.env.SHARE ?? "1/1").split("/").map(Number);
const found = readdirSync(new URL(".", import.meta.url)).filter((name) => name.endsWith(".test.mjs"));
const others = found.filter((name) => name !== FIRST && !LONGEST.includes(name)).sort();
const mine = [...LONGEST, ...others].filter((_, at) => at % shares === share - 1);
for (const name of share === 1 ? [FIRST, ...mine] : mine) await import(`./${name}`);
