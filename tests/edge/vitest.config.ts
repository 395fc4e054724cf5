// The built Worker inside workerd. `root` must be the repository's: the pool finds the WASM module below it only.
import { cloudflareTest } from "@cloudflare/vitest-pool-workers";
import { defineConfig } from "vitest/config";

import { faultsOptions, gateOptions, registryOptions } from "./workers.ts";

const root = new URL("../..", import.meta.url).pathname;

/**
 * What the projects of the gate share. setup.ts looks after every test's log. A time-out ends a test that hangs; what has to be
 * fast is asserted. On a busy machine a test takes many times as long as on an idle one.
 */
const shared = {
  setupFiles: ["tests/edge/setup.ts"],
  testTimeout: 600_000,
  hookTimeout: 600_000,
  expect: { poll: { timeout: 60_000 } },
};

export default defineConfig({
  root,
  test: {
    maxWorkers: 2,
    projects: [
      {
        root,
        plugins: [cloudflareTest(gateOptions)],
        test: {
          ...shared,
          name: "gate",
          include: ["tests/edge/**/*.test.ts"],
          exclude: ["tests/edge/faults.test.ts"],
          globalSetup: ["tests/edge/global-setup.ts"],
        },
      },
      {
        root,
        plugins: [cloudflareTest(faultsOptions)],
        test: { ...shared, name: "faults", include: ["tests/edge/faults.test.ts"] },
      },
      {
        root,
        plugins: [cloudflareTest(registryOptions)],
        test: { name: "registry", include: ["tests/registry/registry.test.ts"], testTimeout: 600_000 },
      },
    ],
  },
});
