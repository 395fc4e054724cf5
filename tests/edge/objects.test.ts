// The Durable Objects that later releases bring to life: they exist, are bound and guarded, answer 503, and keep nothing.
import { env, runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
const PATHS = ["/", "/usage", "/deliveries?since=0", "/_tidegate/api/usage"];

describe.each(["COURIER"] as const)("%s", (binding) => {
  const stub = () => env[binding].getByName("any");

  it.each(METHODS)("answers %s with 503, whatever the path", async (method) => {
    for (const path of PATHS) {
      const response = await stub().fetch(`https://any${path}`, { method });
      expect(response.status).toBe(503);
      expect(response.headers.get("content-type")).toBe("application/problem+json");
      expect(response.headers.get("cache-control")).toBe("no-store");
      expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
      expect(await response.json()).toMatchObject({ status: 503, type: "urn:tidegate:problem:unavailable" });
    }
  });

  it("has SQLite, and keeps nothing in it", async () => {
    await (await stub().fetch("https://any/", { method: "POST", body: "{}" })).text();
    const kept = await runInDurableObject(stub(), async (_, { storage }) => ({
      tables: storage.sql.exec("SELECT name FROM sqlite_master WHERE name NOT LIKE '#_cf%' ESCAPE '#'").toArray(),
      entries: (await storage.list()).size,
      alarm: await storage.getAlarm(),
    }));
    expect(kept).toEqual({ tables: [], entries: 0, alarm: null });
  });
});
