// Which functions of a WASM file are large: `node bench/wasm-size.mjs FILE [COUNT [PATTERN]]`. It wants the names of
// functions, as a build with CARGO_PROFILE_PAGE_STRIP=none and `wasm-opt -Oz --converge -g` keep them; the Worker's keeps
// them up to `wasm-opt`.

import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const [path, count = "60", pattern = ""] = process.argv.slice(2);
const bytes = readFileSync(path);
const decoder = new TextDecoder();
let at = 8; // behind the magic number and the version

function number() {
  for (let value = 0, factor = 1; ; factor *= 128) {
    const byte = bytes[at++];
    value += (byte & 127) * factor;
    if (byte < 128) return value;
  }
}

function text() {
  const length = number();
  return decoder.decode(bytes.subarray(at, (at += length)));
}

const sections = new Map();
while (at < bytes.length) {
  const id = bytes[at++];
  const length = number();
  const end = at + length;
  const name = id === 0 ? text() : id;
  sections.set(name, { start: at, end });
  at = end;
}

function limits() {
  const flags = number();
  number();
  if (flags & 1) number();
}

/** What follows the kind of an import: a function, a table, a memory, a global or a tag. */
function skipType(kind) {
  if (kind === 1) at++; // what the table holds
  if (kind === 1 || kind === 2) limits();
  else if (kind === 3) at += 2;
  else {
    if (kind === 4) at++;
    number();
  }
}

/** How many functions are imported. */
function imports() {
  const section = sections.get(2);
  if (!section) return 0;
  at = section.start;
  let functions = 0;
  for (let left = number(); left > 0; left--) {
    text();
    text();
    const kind = bytes[at++];
    if (kind === 0) functions++;
    skipType(kind);
  }
  return functions;
}

function names() {
  const found = new Map();
  const section = sections.get("name");
  if (!section) throw new Error(`${path} has no names of functions`);
  for (at = section.start; at < section.end;) {
    const id = bytes[at++];
    const length = number();
    const end = at + length;
    if (id === 1) for (let left = number(); left > 0; left--) found.set(number(), text());
    at = end;
  }
  return found;
}

function functions() {
  const named = names();
  let index = imports();
  at = sections.get(10).start;
  const found = [];
  for (let left = number(); left > 0; left--, index++) {
    const start = at;
    const length = number();
    at += length;
    found.push({ name: named.get(index) ?? `function ${index}`, size: at - start });
  }
  return found;
}

/** The crate that a name begins with, `<A as B>::c` counted to A's. */
function crate(name) {
  return /[a-z_][a-z_0-9]*(?=::)/i.exec(name)?.[0] ?? "other";
}

function print(title, rows) {
  console.log(`\n${title}`);
  for (const [name, size] of rows) console.log(`${String(size).padStart(8)}  ${name}`);
}

const all = functions().filter(({ name }) => name.includes(pattern));
const byCrate = new Map();
for (const { name, size } of all) byCrate.set(crate(name), (byCrate.get(crate(name)) ?? 0) + size);
const largest = (rows) => rows.sort(([, a], [, b]) => b - a).slice(0, Number(count));

const data = sections.get(11) ?? { start: 0, end: 0 };
console.log(`${bytes.length} bytes, ${gzipSync(bytes, { level: 9 }).length} with gzip (with the names)`);
console.log(`code of these functions ${all.reduce((sum, { size }) => sum + size, 0)}, data ${data.end - data.start}`);
print("By crate", largest([...byCrate]));
print("Functions", largest(all.map(({ name, size }) => [name, size])));
