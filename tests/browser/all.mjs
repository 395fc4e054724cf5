// Every test of the page, in one process and one browser, one after the other.
import { readdirSync } from "node:fs";

// What an empty gate shows comes before anything is made in it.
const FIRST = "empty.test.mjs";
const files = readdirSync(new URL(".", import.meta.url)).filter((name) => name.endsWith(".test.mjs") && name !== FIRST);
for (const name of [FIRST, ...files.sort()]) await import(`./${name}`);
