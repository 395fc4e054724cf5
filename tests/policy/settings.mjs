// Says what operations need once settings derive scopes, exclude operations and set what rules match, from the raw JSON and without
// Tidegate. Only what docs/policy.md says of these settings went into it.
// node tests/policy/settings.mjs SETTINGS.json DIRECTORY -> a list of [METHOD, template, what is needed], as one line of JSON
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const [settingsFile, directory] = process.argv.slice(2);
const read = (file) => JSON.parse(readFileSync(file, "utf8"));
const { schemes, exclude = [], rules = [], scopes: { derive } = {} } = read(settingsFile);
const METHODS = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

// ---- which operations

/** A glob of path templates as a regular expression. All parameters are one. */
function globbed(glob) {
  const segments = glob.split("/").slice(1);
  const source = segments.map((segment) => {
    if (segment === "**") return "(/[^/]*)*";
    if (/^\{[^}]*\}$/.test(segment)) return "/\\{[^}/]*\\}";
    return `/${segment.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", "[^/]*")}`;
  });
  return new RegExp(`^${source.join("")}$`);
}

/** Whether a selection is for an operation. */
function selects(selection, { method, path, tags, id }) {
  if (typeof selection === "string") {
    const [verb, glob] = selection.includes(" ") ? selection.split(" ") : [method, selection];
    return selection.includes("/") ? verb === method && globbed(glob).test(path) : selection === id;
  }
  const { method: methods, path: glob, tag, operationId } = selection;
  return (
    (methods === undefined || [methods].flat().includes(method)) &&
    (glob === undefined || globbed(glob).test(path)) &&
    (tag === undefined || tags.includes(tag)) &&
    (operationId === undefined || operationId === id)
  );
}

// ---- what they need

/** A name as words in lower case with hyphens between them. */
const hyphened = (text) =>
  text
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(Boolean)
    .join("-");

function areaOf({ key, tags }) {
  if (derive.by === "tag" && tags.length > 0) return hyphened(tags[0]);
  return hyphened(key.split("/").find((part) => /[a-z]/i.test(part) && !/^v\d+$|^api$|\{/.test(part)));
}

function reads(operation) {
  const { method, key, id, summary } = operation;
  if ((derive.writes ?? []).some((selection) => selects(selection, operation))) return false;
  if ((derive.reads ?? []).some((selection) => selects(selection, operation))) return true;
  if (method !== "POST") return ["GET", "HEAD", "OPTIONS", "TRACE"].includes(method);
  const told = [key.split("/").at(-1), id, summary].map((text) => hyphened(text).split("-"));
  return (
    told.flat().some((word) => ["search", "query", "lookup", "list", "find"].includes(word)) &&
    !told.flat().some((word) => ["create", "run", "make", "upload", "share", "refund"].includes(word))
  );
}

function scopeOf(operation) {
  const { read: reading = "{area}.readonly", write: writing = "{area}.write" } = derive;
  return (reads(operation) ? reading : writing).replaceAll("{area}", areaOf(operation));
}

/** The ways in that a document leaves open to private integrations. */
function waysOf(security) {
  if (security.length === 0) return "public";
  return security.flatMap((requirement) => {
    const names = Object.keys(requirement);
    if (!names.every((name) => schemes[name]?.private_integrations)) return [];
    return [{ level: schemes[names[0]].level, scopes: Object.values(requirement).flat() }];
  });
}

const everyone = () => ["agency", "sub_account"].map((level) => ({ level, scopes: [] }));

function derived(ways, operation) {
  if (derive === undefined || ways === "public") return ways;
  return ways.map(({ level, scopes }) => ({
    level,
    scopes: derive.when === "always" || scopes.length === 0 ? [...scopes, scopeOf(operation)] : scopes,
  }));
}

function changed(ways, { access, level, scopes }) {
  if (access !== undefined) return access;
  const isClosed = Array.isArray(ways) && ways.length === 0;
  const before = Array.isArray(ways) ? ways : everyone();
  const present = level !== undefined && (isClosed || !Array.isArray(ways)) ? [{ level, scopes: [] }] : before;
  return present.map((way) => ({ level: level ?? way.level, scopes: scopes ?? way.scopes }));
}

/** As the test writes what the policy has. */
function written(ways) {
  if (!Array.isArray(ways)) return ways;
  return [...new Set(ways.map(({ level, scopes }) => [level, ...[...new Set(scopes)].sort()].join(" ")))].sort();
}

const rows = [];
for (const name of readdirSync(directory)) {
  const document = read(join(directory, name));
  const base = document.servers?.[0].url ?? "";
  for (const [key, item] of Object.entries(document.paths)) {
    for (const method of METHODS.filter((method) => item[method])) {
      const { operationId: id = "", tags = [], summary = "", security } = item[method];
      const operation = { method: method.toUpperCase(), path: base + key, key, tags, id, summary };
      const isExcluded = exclude.some((one) => selects(typeof one === "string" ? one : one.match, operation));
      let ways = isExcluded ? [] : derived(waysOf(security), operation);
      for (const { match, set } of isExcluded ? [] : rules) if (selects(match, operation)) ways = changed(ways, set);
      rows.push([operation.method, operation.path, written(ways)]);
    }
  }
}
console.log(JSON.stringify(rows));
