// The gate in workerd with an origin behind it, as their wrangler.toml say, for tests that ask it for minutes on end. `wrangler dev`
// puts a proxy of its own in front, whose connections to workerd break about five seconds after they were last used; a POST that meets
// this is lost (github.com/cloudflare/workers-sdk, issues 15317 and 14641). Here nothing is in between.
//
// node tests/browser/gate.mjs PORT STATE_DIRECTORY starts it with the demo API, until it is killed.
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { unstable_getMiniflareWorkerOptions as configured } from "wrangler";

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const GATE = "wrangler.toml";
const DEMO_API = "examples/demo-api/wrangler.toml";
/** The name of each origin's Worker. The gate's binding `ORIGIN` is to it, whatever wrangler.toml says: a deployment has another origin. */
const ORIGIN = "tidegate-demo-api";

/** Where the build with faults is, and in whose place it stands. */
const [BUILD, FAULTS] = [`${ROOT}/build/`, `${ROOT}/build/faults/`];

/**
 * Starts both. `bindings` are variables of the gate beside those of .dev.vars. With `https` the certificate is nobody's. `log` is
 * called with each line that they log. `faults` takes the build with faults, whose clock a request can set ahead (worker/src/faults.rs).
 */
export async function startGate({
  port,
  state,
  bindings,
  origin = DEMO_API,
  https = false,
  faults = false,
  log = () => {},
}) {
  const options = {
    host: "127.0.0.1",
    port,
    https,
    handleStructuredLogs: log,
    workers: [inFrontOfOrigin(worker("tidegate", GATE, bindings, faults)), worker(ORIGIN, origin)],
  };
  const gate = new Miniflare({ ...convertV4MiniflareOptions(options), resourcePersistencePath: state });
  await gate.ready;
  return gate;
}

/** The gate in front of the origin's Worker. */
function inFrontOfOrigin({ bindings: { ORIGIN_URL: _, ...bindings }, serviceBindings, ...gate }) {
  return { ...gate, bindings, serviceBindings: { ...serviceBindings, ORIGIN } };
}

function worker(name, config, bindings, faults = false) {
  const { workerOptions, main } = configured(resolve(ROOT, config));
  const { modulesRules, ...options } = workerOptions; // they are for a bundler
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  return {
    ...given,
    name,
    modulesRoot: ROOT,
    modules: modules(main, faults),
    bindings: { ...options.bindings, ...bindings },
  };
}

/** A module and those that it imports, itself first. */
function modules(main, faults) {
  const files = new Set([main]);
  for (const file of files) {
    if (file.endsWith(".wasm")) continue;
    const imports = readFileSync(file, "utf8").matchAll(/\bfrom\s*"(\.[^"]+)"/g);
    for (const [, name] of imports) files.add(resolve(dirname(file), name));
  }
  return [...files].map((path) => {
    const type = path.endsWith(".wasm") ? "CompiledWasm" : "ESModule";
    const isBuilt = faults && path.startsWith(BUILD);
    return isBuilt ? { type, path, contents: readFileSync(path.replace(BUILD, FAULTS)) } : { type, path };
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [port, state] = process.argv.slice(2);
  await startGate({
    port: Number(port),
    state,
    bindings: { API_URL: `http://localhost:${port}` },
    log: ({ message }) => console.log(message),
  });
}
