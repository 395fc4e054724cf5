// Says what operations OpenAPI documents describe and what each needs, from the raw JSON and without Tidegate. Servers are resolved
// by the platform's own URL, and literals are encoded by its encodeURI.
// node tests/policy/operations.mjs SETTINGS.json DIRECTORY -> a list of [METHOD, template, what is needed], as one line of JSON
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const [settingsFile, directory] = process.argv.slice(2);
const read = (file) => JSON.parse(readFileSync(file, "utf8"));
const { schemes } = read(settingsFile);
const METHODS = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/** What stands at a reference, and at the reference that stands there. */
function followed(document, value) {
  if (!value?.$ref) return value;
  const keys = value.$ref.slice(2).split("/");
  const unescape = (key) => decodeURIComponent(key).replaceAll("~1", "/").replaceAll("~0", "~");
  return followed(
    document,
    keys.reduce((inner, key) => inner[unescape(key)], document),
  );
}

/** The path of a server, without a slash at its end. */
function basePath({ url, variables = {} }) {
  const filled = Object.entries(variables).reduce(
    (text, [name, { default: value }]) => text.replaceAll(`{${name}}`, value),
    url,
  );
  return new URL(filled, "https://documents.example/openapi.json").pathname.replace(/\/+$/, "");
}

/** A path key as the policy has it: no query, no fragment, literals percent-encoded. */
function template(key) {
  const path = key.split("{?")[0].replace(/[?#](?![^{]*\}).*$/, "");
  return path
    .split(/(\{[^}]*\})/)
    .map((part) => (part.startsWith("{") ? part : encodeURI(decodeURI(part))))
    .join("");
}

/** What a list of requirements comes to, as the policy has it. */
function needed(security) {
  if (security.length === 0) return "public";
  const usable = security.filter((way) => {
    const names = Object.keys(way);
    return names.length > 0 && names.every((name) => schemes[name]?.private_integrations);
  });
  return usable.map((way) => [...new Set(Object.values(way).flat())].sort().join(" ")).sort();
}

const found = new Map();
for (const name of readdirSync(directory).sort()) {
  const document = read(join(directory, name));
  const all = document.swagger
    ? (document.basePath ?? "").replace(/\/$/, "")
    : document.servers
      ? basePath(document.servers[0])
      : "";
  for (const [key, unresolved] of Object.entries(document.paths)) {
    const item = followed(document, unresolved);
    const later = document.openapi?.startsWith("3.2.") ? { query: item.query, ...item.additionalOperations } : {};
    const known = Object.fromEntries(METHODS.map((method) => [method, item[method]]));
    for (const [method, written] of Object.entries({ ...known, ...later })) {
      if (!written) continue;
      const operation = followed(document, written);
      const servers = operation.servers ?? item.servers;
      const path = template((servers ? basePath(servers[0]) : all) + key);
      const row = [method.toUpperCase(), path, needed(operation.security ?? document.security ?? [])];
      const shape = `${row[0]} ${path.replace(/\{[^}]*\}/g, "{}")}`;
      // Described twice, and needing the same: the one that comes first stays.
      const before = found.get(shape);
      if (before && JSON.stringify(before[2]) !== JSON.stringify(row[2])) throw new Error(`${shape} needs two things`);
      if (!before || path < before[1]) found.set(shape, row);
    }
  }
}
console.log(JSON.stringify([...found.values()].sort((one, other) => (one.join() < other.join() ? -1 : 1))));
