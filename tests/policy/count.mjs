// Counts what a policy of OpenAPI documents must come to, from the raw JSON and without Tidegate.
// node tests/policy/count.mjs SETTINGS.json DIRECTORY -> one line of JSON
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const [settingsFile, directory] = process.argv.slice(2);
const read = (file) => JSON.parse(readFileSync(file, "utf8"));
const { schemes, without_security: silent = "deny" } = read(settingsFile);
const METHODS = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/** The level of one requirement, if a private integration can satisfy it. */
function levelOf(requirement) {
  const used = Object.keys(requirement).map((name) => schemes[name]);
  const levels = new Set(used.map((scheme) => scheme?.level));
  return used.every((scheme) => scheme?.private_integrations) && levels.size === 1 ? [...levels][0] : null;
}

const files = readdirSync(directory).filter((name) => name.endsWith(".json"));
const count = { documents: files.length, operations: 0, agency: 0, sub_account: 0, public: 0, closed: 0 };
const without = [], unsatisfiable = [], scopes = new Set();

for (const name of files) {
  const document = read(join(directory, name));
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of METHODS.filter((method) => item[method])) {
      const place = `${name} ${method} ${path}`;
      const security = item[method].security ?? document.security;
      const ways = (security ?? []).filter(levelOf);
      const isPublic = security ? security.length === 0 : silent === "public";
      const isOpen = isPublic || (!security && silent === "authenticated");
      count.operations += 1;
      count.public += isPublic ? 1 : 0;
      for (const level of ["agency", "sub_account"]) {
        count[level] += isOpen || ways.some((way) => levelOf(way) === level) ? 1 : 0;
      }
      if (!security) without.push(place);
      if (!isOpen && ways.length === 0) {
        count.closed += 1;
        if (security) unsatisfiable.push(place);
      }
      for (const scope of ways.flatMap((way) => Object.values(way).flat())) scopes.add(scope);
    }
  }
}

console.log(JSON.stringify({
  ...count,
  scopes: scopes.size,
  without_security: without.sort(),
  unsatisfiable: unsatisfiable.sort(),
}));
