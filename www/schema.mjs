// Makes of the rules' schemas (src/schemas.json) what is said of them elsewhere: their part of the admin API's description, and the
// page's types. `node www/schema.mjs` writes it, for `cargo xtask vectors`; tests/page/schema.test.mjs compares it.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import openapiTypescript, { astToString } from "openapi-typescript";
import { format, resolveConfig } from "prettier";

const path = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const read = (name) => readFileSync(path(name), "utf8");

const SCHEMAS = "src/schemas.json";
const DESCRIPTION = "src/admin/openapi.json";
/** What the admin API reads and answers of the rules' types. */
const OF_THE_API = [
  "Catalogue",
  "Explanation",
  "IntegrationUsage",
  "OverallUsage",
  "PolicyDiff",
  "Report",
  "RotationProgress",
  "Settings",
];
/** What the description itself says more of than a type can: patterns, lengths. */
const BY_HAND = ["IntegrationId", "Level", "OwnerId", "Owner", "Scope", "Scopes"];

const schemas = () => JSON.parse(read(SCHEMAS));

/** The names of schemas, and of all that they refer to. */
function reached(all, names, found = new Set()) {
  for (const name of names.filter((name) => !found.has(name) && !BY_HAND.includes(name))) {
    found.add(name);
    const references = JSON.stringify(all[name]).matchAll(/"#\/components\/schemas\/(\w+)"/g);
    reached(
      all,
      [...references].map(([, other]) => other),
      found,
    );
  }
  return found;
}

/** What a report has that the first release made: the registry answers it as it was kept. */
const FIRST_REPORT = [
  "operations",
  "agency",
  "sub_account",
  "public",
  "scopes",
  "errors",
  "without_security",
  "unsatisfiable",
  "crossing",
  "unmapped_schemes",
];

/** The schemas of the rules that the description has to have, by name. */
export function shared() {
  const all = schemas();
  all.Report.required = FIRST_REPORT;
  return Object.fromEntries([...reached(all, OF_THE_API)].sort().map((name) => [name, all[name]]));
}

export const described = () => JSON.parse(read(DESCRIPTION)).components.schemas;

/** JSON with short lists on one line, as the description has it. */
const json = (value) =>
  JSON.stringify(value, null, 2).replace(
    /\[\s+("[^"]*"(?:,\s+"[^"]*")*)\s+\]/g,
    (_, items) => `[${items.replace(/,\s+/g, ", ")}]`,
  );

/** The text of the description with these schemas, each in its place or behind the others; the rest of it stays as it is. */
function description() {
  const lines = read(DESCRIPTION).split("\n");
  const start = lines.indexOf('    "schemas": {');
  const present = described();
  for (const [name, schema] of Object.entries(shared())) {
    if (isDeepStrictEqual(present[name], schema)) continue;
    const block = `"${name}": ${json(schema)}`.split("\n").map((line) => `      ${line}`);
    const end = lines.findIndex((line, at) => at > start && /^ {4}\}/.test(line));
    const first = lines.findIndex((line, at) => at > start && at < end && line.startsWith(`      "${name}": `));
    if (first < 0) {
      lines[end - 1] += ",";
      lines.splice(end, 0, ...block);
      continue;
    }
    const next = lines.findIndex((line, at) => at > first && (at === end || /^ {6}"/.test(line)));
    lines.splice(first, next - first, ...block.slice(0, -1), block.at(-1) + (next === end ? "" : ","));
  }
  return lines.join("\n");
}

async function typesOf(schemas, source) {
  const document = { openapi: "3.1.0", info: { title: "", version: "" }, paths: {}, components: { schemas } };
  // What has a default may be left out of a request.
  const made = astToString(await openapiTypescript(document, { defaultNonNullable: false }));
  const text = made.slice(made.indexOf("export interface components"), made.indexOf("    responses: never;"));
  const head = `// Made of ${source} by \`cargo xtask vectors\`; tests/page/schema.test.mjs compares the two.\n\n`;
  return format(`${head}${text.trimEnd()}\n}\n`, {
    ...(await resolveConfig(path("package.json"))),
    parser: "typescript",
  });
}

/** The files of types: what each should be. */
export const types = {
  "www/src/core/schema.d.ts": () => typesOf(schemas(), SCHEMAS),
  "www/src/api/schema.d.ts": () => typesOf(described(), DESCRIPTION),
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(path(DESCRIPTION), description());
  for (const [file, text] of Object.entries(types)) writeFileSync(path(file), await text());
}
