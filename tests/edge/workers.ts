// The Workers of the tests. Runs in Node.
import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

import type { WorkersPoolOptions } from "@cloudflare/vitest-pool-workers";

import { corpora } from "./corpora.ts";
import { highlevel } from "./highlevel.ts";
import { ADMIN_HOST, GATE } from "./support/hosts.ts";
import { OWNER_KEY, TOKEN_KEYS } from "./support/keys.ts";

const COMPATIBILITY_DATE = "2026-04-25";
const text = (path: string) => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), "utf8");
const esModule = (path: string, from = path) => ({ type: "ESModule" as const, path, contents: text(from) });

/** The gate's own JavaScript, what the Worker begins with first. */
const DRIVER = new URL("../../worker/js/", import.meta.url);
const driver = readdirSync(DRIVER)
  .map((name) => `worker/js/${name}`)
  .sort((one, other) => Number(other.endsWith("/entry.js")) - Number(one.endsWith("/entry.js")));

/**
 * Every variable that the gate reads, each with a value of the tests' own, so that it makes no difference whether
 * wrangler finds a `.dev.vars` and what is in it. To the gate an empty one is unset.
 */
const VARIABLES = {
  TOKEN_KEYS,
  OWNER_KEY,
  TOKEN_PREFIX: "",
  REALM: "",
  ADMIN_HOST,
  API_URL: GATE,
  OWN_ZONES: "",
  WEBHOOKS_ALLOW_LOOPBACK: "true",
  OIDC_ISSUER: "",
  OIDC_CLIENT_ID: "",
  OIDC_CLIENT_SECRET: "",
  OIDC_TRUST_EMAIL: "",
  OIDC_ALLOW_LOOPBACK: "",
  ORIGIN_URL: "",
  ORIGIN_TIMEOUT_SECONDS: "",
  REMOVED_HEADERS: "",
  MAX_STALENESS_SECONDS: "",
  LAST_KNOWN_GOOD_SECONDS: "",
  ON_REGISTRY_OUTAGE: "",
  USAGE_ADDRESSES: "",
};

/** The demo API as it is. Its modules are named one by one, since wrangler's configuration knows nothing of them. */
const demoApi = {
  name: "tidegate-demo-api",
  compatibilityDate: COMPATIBILITY_DATE,
  modules: [esModule("examples/demo-api/src/index.js"), esModule("examples/demo-api/src/data.js")],
};

/** An origin that tells exactly what reached it. */
const recorder = {
  name: "recorder",
  compatibilityDate: COMPATIBILITY_DATE,
  modules: [esModule("tests/edge/recorder.js")],
};

/** The gate as wrangler.toml describes it, in the isolate of the tests, so that they can move its time. */
export const gateOptions: WorkersPoolOptions = {
  main: "./tests/edge/main.ts",
  wrangler: { configPath: "./wrangler.toml" },
  miniflare: {
    // As in wrangler.toml, with files of the tests' own; the runtime asks the Worker first there too.
    assets: {
      directory: "./tests/edge/assets",
      binding: "ASSETS",
      assetConfig: { html_handling: "none", not_found_handling: "none" },
      routerConfig: { invoke_user_worker_ahead_of_assets: true },
    },
    bindings: VARIABLES,
    serviceBindings: { RECORDER: "recorder", HIGHLEVEL: highlevel, CORPORA: corpora },
    workers: [demoApi, recorder],
  },
};

/**
 * The build that panics on demand, with its real entry, as a Worker of its own: its panics end its own isolate's
 * instance and nothing of the tests'.
 */
export const faultsOptions = (): WorkersPoolOptions => ({
  miniflare: {
    compatibilityDate: COMPATIBILITY_DATE,
    serviceBindings: { GATE: "gate-with-faults" },
    workers: [
      {
        name: "gate-with-faults",
        compatibilityDate: COMPATIBILITY_DATE,
        modules: [
          ...driver.map((path) => esModule(path)),
          esModule("build/index.js", "build/faults/index.js"),
          {
            type: "CompiledWasm" as const,
            path: "build/index_bg.wasm",
            contents: readFileSync(fileURLToPath(new URL("../../build/faults/index_bg.wasm", import.meta.url))),
          },
        ],
        bindings: VARIABLES,
        kvNamespaces: ["TOKENS"],
        durableObjects: {
          REGISTRY: { className: "Registry", useSQLite: true },
          USAGE: { className: "Usage", useSQLite: true },
          COURIER: { className: "Courier", useSQLite: true },
        },
        serviceBindings: { ORIGIN: "tidegate-demo-api" },
      },
      demoApi,
    ],
  },
});

/** A Worker with nothing but a Durable Object's SQL, on which the registry's tests run. */
export const registryOptions: WorkersPoolOptions = {
  main: "./tests/registry/worker/worker.ts",
  miniflare: {
    compatibilityDate: COMPATIBILITY_DATE,
    modulesRules: [{ type: "CompiledWasm", include: ["**/*.wasm"] }],
    durableObjects: { DATABASE: { className: "Database", useSQLite: true } },
  },
};
