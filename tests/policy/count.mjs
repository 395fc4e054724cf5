// Counts what a policy of OpenAPI documents must come to, from the raw JSON and without Tidegate.
// node tests/policy/count.mjs SETTINGS.json DIRECTORY -> one line of JSON
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const [settingsFile, directory] = process.argv.slice(2);
const read = (file) => JSON.parse(readFileSync(file, "utf8"));
const { schemes, owner_parameters: owners, without_security: silent = "deny" } = read(settingsFile);
const METHODS = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/** The level of one requirement, if a private integration can satisfy it. */
function levelOf(requirement) {
  const used = Object.keys(requirement).map((name) => schemes[name]);
  const levels = new Set(used.map((scheme) => scheme?.level));
  return used.every((scheme) => scheme?.private_integrations) && levels.size === 1 ? [...levels][0] : null;
}

const READABLE = ["application/json", "application/x-www-form-urlencoded"];

/** The properties of a schema, of what it refers to and of what it is made of. */
function properties(document, schema) {
  const { $ref: reference, properties: own = {}, allOf = [], anyOf = [], oneOf = [] } = schema ?? {};
  const referred = reference
    ?.slice(2)
    .split("/")
    .reduce((value, key) => value[key], document);
  const parts = [...allOf, ...anyOf, ...oneOf, ...(referred ? [referred] : [])];
  return [...Object.keys(own), ...parts.flatMap((part) => properties(document, part))];
}

/** Whether an operation has a place for a sub-account's id that the gate can read. */
function namesSubAccount(document, path, { parameters = [], requestBody }) {
  const readable = Object.entries(requestBody?.content ?? {}).filter(([type]) => READABLE.includes(type));
  const body = readable.flatMap(([, { schema }]) => properties(document, schema));
  const declared = parameters.filter(({ in: place }) => place === "query").map(({ name }) => name);
  return owners.sub_account.some(
    (owner) =>
      path.includes(`{${owner.name}}`) || declared.includes(owner.name) || (owner.body && body.includes(owner.name)),
  );
}

const files = readdirSync(directory).filter((name) => name.endsWith(".json"));
const count = { documents: files.length, operations: 0, agency: 0, sub_account: 0, public: 0, closed: 0 };
const unscoped = { agency: { reads: 0, changes: 0, deletes: 0 }, sub_account: { reads: 0, changes: 0, deletes: 0 } };
const KINDS = { get: "reads", head: "reads", options: "reads", trace: "reads", delete: "deletes" };
const without = [],
  unsatisfiable = [],
  nameless = [],
  scopes = new Set();

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
        const own = ways.filter((way) => levelOf(way) === level);
        count[level] += isOpen || own.length > 0 ? 1 : 0;
        if (own.some((way) => Object.values(way).flat().length === 0)) {
          unscoped[level][KINDS[method] ?? "changes"] += 1;
        }
      }
      if (ways.some((way) => levelOf(way) === "sub_account") && !namesSubAccount(document, path, item[method])) {
        nameless.push(place);
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

console.log(
  JSON.stringify({
    ...count,
    scopes: scopes.size,
    unscoped,
    names_no_owner: nameless.sort(),
    without_security: without.sort(),
    unsatisfiable: unsatisfiable.sort(),
  }),
);
