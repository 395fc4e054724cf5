// Before and after every test. Whatever a test does, no log line may hold a token or a key; and when all of a file's are
// done, no token that they minted stands in SQLite, in KV, or in what reached the origin.
import { env } from "cloudflare:test";
import { afterAll, afterEach, beforeEach, expect, vi } from "vitest";

import { logLines } from "./support/log.ts";
import { OWNER_KEY, TOKEN_KEYS } from "./support/keys.ts";
import { lookThrough } from "./support/minted.ts";
import { received } from "./support/recorder.ts";
import { everything } from "./support/registry.ts";

const LEVELS = ["log", "info", "warn", "error", "debug"] as const;

beforeEach(() => {
  logLines.length = 0;
  for (const level of LEVELS) {
    vi.spyOn(console, level).mockImplementation((...words) => void logLines.push(words.map(String).join(" ")));
  }
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  const text = logLines.join("\n");
  expect(text).not.toMatch(/pit_[0-9a-z]{16}_[0-9a-z]{20,}/);
  for (const secret of [OWNER_KEY, ...TOKEN_KEYS.split(",")]) expect(text).not.toContain(secret);
  lookThrough(text, "the log");
});

afterAll(async () => {
  if (!("REGISTRY" in env)) return; // the gate with faults is a Worker of its own
  await received();
  lookThrough(JSON.stringify(await everything()), "the store");
});
