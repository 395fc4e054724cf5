// Before and after every test. Whatever a test does, no log line may hold a token or a key.
import { afterEach, beforeEach, expect, vi } from "vitest";

import { logLines } from "./support/log.ts";
import { OWNER_KEY, TOKEN_KEYS } from "./support/keys.ts";

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
});
