// Runs generated names through real parsers. tests/corpus/parsers.json keeps what they read: parsers.test.mjs holds the parsers
// against it that are installed, tests/gate/hostile/parsers.rs and tests/edge/hostile/parsers.test.ts the gate.
import { spawnSync } from "node:child_process";
import querystring from "node:querystring";
import { fileURLToPath } from "node:url";
import qs from "qs";
import { names } from "./names.mjs";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

/** What another language reads of each query; `null` where it is not installed. */
function other(command, args, queries) {
  const { status, stdout, error } = spawnSync(command, args, {
    input: queries.join("\n"),
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  return error || status !== 0 ? null : JSON.parse(stdout);
}

const fromEntries = (pairs) => {
  const read = Object.create(null);
  for (const [name, value] of pairs) (read[name] ??= []).push(value);
  return read;
};

/** ASP.NET Core compares names of a query without case, and binds `x.name` and `name[0]` to a model's property. */
function aspNetCore(query) {
  const pairs = [...new URLSearchParams(query)];
  const parts = pairs.flatMap(([name, value]) =>
    name
      .split(/[.[\]]/)
      .filter(Boolean)
      .map((part) => [part.toLowerCase(), value]),
  );
  return fromEntries([...pairs.map(([name, value]) => [name.toLowerCase(), value]), ...parts]);
}

/** System.Web decodes `%uXXXX`, and compares names without case. */
function aspNetFramework(query) {
  const narrow = query.replace(/%u([0-9a-f]{4})/gi, (_, code) =>
    encodeURIComponent(String.fromCharCode(parseInt(code, 16))),
  );
  return fromEntries([...new URLSearchParams(narrow)].map(([name, value]) => [name.toLowerCase(), value]));
}

/** net/url drops a pair with a semicolon or a broken encoding; names are exact. */
function go(query) {
  const isWhole = (pair) => !pair.includes(";") && !/%(?![0-9a-f]{2})/i.test(pair);
  return fromEntries([...new URLSearchParams(query.split("&").filter(isWhole).join("&"))]);
}

const each = (read) => (queries) => queries.map(read);
/** By name: what it reads of each query. */
export const PARSERS = {
  qs: each((query) => qs.parse(query)),
  "qs allowDots": each((query) => qs.parse(query, { allowDots: true })),
  "qs decodeDotInKeys": each((query) => qs.parse(query, { allowDots: true, decodeDotInKeys: true })),
  querystring: each((query) => querystring.parse(query)),
  URLSearchParams: each((query) => fromEntries(new URLSearchParams(query))),
  "Python parse_qs": (queries) => other("python3", [here("read.py")], queries),
  Rack: (queries) => other("ruby", [here("read.rb")], queries),
  PHP: (queries) => other("php", ["-n", here("read.php")], queries),
  "ASP.NET Core, by its rules": each(aspNetCore),
  "ASP.NET, by its rules": each(aspNetFramework),
  "Go, by its rules": each(go),
};

export const FOREIGN = "globex",
  OWN = "acme";
/** The ways in which a name can stand in a query. */
const queries = (wanted, name) => [
  `${name}=${FOREIGN}`,
  `${wanted}=${OWN}&${name}=${FOREIGN}`,
  `${name}=${FOREIGN}&${wanted}=${OWN}`,
];

/** Whether an origin that looks for `wanted` finds the other value. */
function finds(read, wanted, ignoresCase) {
  const isWanted = (name) => name === wanted || (ignoresCase && name.toLowerCase() === wanted.toLowerCase());
  return Object.entries(read ?? {}).some(([name, value]) => isWanted(name) && JSON.stringify(value).includes(FOREIGN));
}

/** The names that a parser reads as `wanted`; `null` where it is not installed. */
export function readBy(parser, wanted) {
  const all = names(wanted);
  const read = PARSERS[parser](all.flatMap((name) => queries(wanted, name)));
  if (read === null) return null;
  return all.filter((_, index) =>
    read.slice(3 * index, 3 * index + 3).some((one) => finds(one, wanted, parser.startsWith("ASP.NET"))),
  );
}
