// How many OpenAPI documents can be published as they are: `tidegate policy init --yes` and `check` on each, without an edit.
// node tests/policy/survey.mjs TIDEGATE (FILE | DIRECTORY)… -> why the others cannot, and the figure
// TIDEGATE is the command: target/release/tidegate, after `cargo build --release --package tidegate-cli`.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const [tidegate, ...places] = process.argv.slice(2);
if (places.length === 0) throw new Error("usage: node tests/policy/survey.mjs TIDEGATE (FILE | DIRECTORY)…");

/** The files below a place that are documents: those with a version and paths. What they refer to is none. */
function documentsIn(place) {
  const files = statSync(place).isDirectory()
    ? readdirSync(place, { recursive: true }).map((name) => join(place, name))
    : [place];
  return files.filter((file) => /\.(json|ya?ml)$/.test(file) && statSync(file).isFile() && isDocument(file));
}

function isDocument(file) {
  const text = readFileSync(file, "utf8");
  return file.endsWith(".json")
    ? /"(openapi|swagger)"\s*:\s*"?[23]/.test(text) && text.includes('"paths"')
    : /^["']?(openapi|swagger)["']?:\s*["']?[23]/m.test(text) && /^["']?paths["']?:/m.test(text);
}

/** Runs the command; what it prints as JSON, or what it says of why it could not. */
function run(...args) {
  const { stdout, stderr, status, signal } = spawnSync(tidegate, ["policy", ...args, "--format", "json"], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  const fault = stderr.trim().split("\n")[0] || `it ended with ${signal ?? status}`;
  return { isDone: status === 0, output: stdout === "" ? undefined : JSON.parse(stdout), fault };
}

const directory = mkdtempSync(join(tmpdir(), "tidegate-survey-"));
const settings = join(directory, "settings.yaml");

/** Why a document cannot be published; nothing if it can. */
function obstacle(file) {
  const begun = run("init", "--yes", "--force", "--output", settings, file);
  const checked = begun.isDone ? run("check", "--settings", settings, file) : begun;
  if (checked.isDone) return undefined;
  const { output } = checked;
  const errors = (output?.report ?? output?.error?.report ?? output)?.errors ?? [];
  const [first] = errors;
  if (first === undefined) return checked.fault;
  return `${errors.length} errors, the first: ${[first.method, first.path, first.message].filter(Boolean).join(" ")}`;
}

let count = 0;
const others = [];
try {
  for (const file of places.flatMap(documentsIn).sort()) {
    count += 1;
    const what = obstacle(file);
    if (what !== undefined) others.push(`${file}: ${what}`);
  }
} finally {
  rmSync(directory, { recursive: true });
}
for (const line of others) console.log(line);
const published = count - others.length;
console.log(
  `${published} of ${count} documents (${((100 * published) / count).toFixed(1)} %) can be published as they are`,
);
