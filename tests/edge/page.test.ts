// The admin page's files and the API's description: which addresses there are, under which header fields, and that nothing else is
// a file.
// The asset store is the real one, with the files of tests/edge/assets.
import { env } from "cloudflare:test";
import { beforeAll, describe, expect, it } from "vitest";

import { ask, problem, withEnv } from "./support/gate.ts";
import { OWNER_KEY } from "./support/keys.ts";
import { onlyLine } from "./support/log.ts";
import { publishDemo } from "./support/world.ts";

const PAGE = "/_tidegate/";
const SCRIPT = `${PAGE}assets/index-D3aB_x-9.js`;
const IMMUTABLE = "public, max-age=31536000, immutable";

const CSP = [
  ...["default-src 'none'", "script-src 'self' 'wasm-unsafe-eval'", "style-src 'self'", "img-src 'self' data:"],
  ...["font-src 'self'", "connect-src 'self'", "form-action 'none'", "base-uri 'none'", "object-src 'none'"],
  ...["frame-ancestors 'none'", "require-trusted-types-for 'script'", "trusted-types svelte-trusted-html"],
].join("; ");

const PROTECTION = {
  "content-security-policy": CSP,
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
  "referrer-policy": "no-referrer",
  "strict-transport-security": "max-age=31536000",
  "x-content-type-options": "nosniff",
};

const headers = (response: Response) => Object.fromEntries(response.headers);

beforeAll(publishDemo);

describe("a file", () => {
  it.each([
    [PAGE, "text/html; charset=utf-8", "no-cache", "<!doctype html><title>The page</title>\n"],
    [`${PAGE}?from=a-bookmark`, "text/html; charset=utf-8", "no-cache", "<!doctype html><title>The page</title>\n"],
    [`${PAGE}assets/icon-B2cD_w-3.svg`, "image/svg+xml", IMMUTABLE, '<svg xmlns="http://www.w3.org/2000/svg"/>\n'],
    [SCRIPT, "text/javascript; charset=utf-8", IMMUTABLE, "export default 1;\n"],
    [`${PAGE}assets/index-C7dE_y-1.css`, "text/css; charset=utf-8", IMMUTABLE, "body { margin: 0 }\n"],
    [`${PAGE}assets/tidegate-F5gH_z-2.wasm`, "application/wasm", IMMUTABLE, "\0asm\x01\0\0\0"],
  ])("%s", async (path, type, cache, content) => {
    const response = await ask(path);
    expect([response.status, await response.text()]).toEqual([200, content]);
    expect(headers(response)).toMatchObject({ ...PROTECTION, "content-type": type, "cache-control": cache });
    expect(response.headers.get("etag")).toMatch(/^(W\/)?"[^"]+"$/);

    const head = await ask(path, { method: "HEAD" });
    expect([head.status, await head.text()]).toEqual([200, ""]);
    expect(headers(head)).toMatchObject(headers(response));
  });

  it("that the browser has already is not sent again", async () => {
    const etag = (await ask(PAGE)).headers.get("etag")!;
    const response = await ask(PAGE, { headers: { "if-none-match": etag } });
    expect([response.status, await response.text()]).toEqual([304, ""]);
    expect(headers(response)).toMatchObject({ ...PROTECTION, etag, "cache-control": "no-cache" });
    expect((await ask(PAGE, { headers: { "if-none-match": '"another"' } })).status).toBe(200);
  });

  it("compiles as it comes, where it is WebAssembly", async () => {
    const module = await (await ask(`${PAGE}assets/tidegate-F5gH_z-2.wasm`)).arrayBuffer();
    expect([...new Uint8Array(module)]).toEqual([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
  });
});

it("the page without its slash is sent to it, for good", async () => {
  const response = await ask("/_tidegate?x=1");
  expect([response.status, response.headers.get("location")]).toEqual([308, PAGE]);
  expect(headers(response)).toMatchObject(PROTECTION);
});

it("nothing is promised of TLS where the page came without", async () => {
  const { "strict-transport-security": _, ...rest } = PROTECTION;
  const { default: Gate, switches } = await import("./main.ts");
  await (await ask(PAGE)).text();
  const response = await Gate.fetch(new Request("http://admin.example:8787/_tidegate/"), env, switches.context!);
  await response.text();
  expect(headers(response)).toMatchObject(rest);
  expect(response.headers.has("strict-transport-security")).toBe(false);
});

describe("what is no file of the page", () => {
  it.each([
    "/_tidegate/index.html",
    "/_tidegate/other.html",
    "/_tidegate/assets",
    "/_tidegate/assets/",
    "/_tidegate/assets/notes.txt",
    "/_tidegate/assets/none-00000000.js",
    "/_tidegate/assets/.js",
    "/_tidegate/assets/../other.html",
    "/_tidegate/assets/a/index-D3aB_x-9.js",
    "/_tidegate/Assets/index-D3aB_x-9.js",
    "/_tidegate/assets/index-D3aB_x-9.JS",
    "/_tidegate/favicon.ico",
    "/_tidegate/favicon.svg",
    "/_tidegate/_tidegate/",
    "/_tidegate/api",
  ])("%s: 404", async (path) => {
    const response = await ask(path);
    expect(headers(response)).toMatchObject(PROTECTION);
    await problem(response, 404, "not-found");
  });

  it.each([
    "/_tidegate/assets/%2e%2e/other.html",
    "/_tidegate/assets/..%2fother.html",
    "/_tidegate/assets/%69ndex-D3aB_x-9.js",
    "/_tidegate//",
    "/_tidegate/assets//index-D3aB_x-9.js",
    "/_tidegate/assets/index-D3aB_x-9.js;x",
    "/_tidegate/assets/index-D3aB_x-9.js%00",
  ])("%s: refused as ambiguous, or resolved by the runtime to what is none", async (path) => {
    const response = await ask(path);
    expect([400, 404]).toContain(response.status);
    expect(await response.json()).toMatchObject({ type: expect.stringMatching(/:(ambiguous-request|not-found)$/) });
  });

  it.each(["/", "/index.html", "/_tidegate.html", "/assets/index-D3aB_x-9.js", "/_tidegatex/", "/_headers"])(
    "%s goes to the gate's verdict",
    async (path) => {
      await problem(await ask(path), 401, "missing-token");
    },
  );

  it("a file of a public operation's name does not take its place", async () => {
    const response = await ask("/status");
    expect(response.status).toBe(200);
    expect(await response.text()).not.toContain("never served");
  });
});

it.each(["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])("%s is not what a file takes", async (method) => {
  for (const path of [PAGE, SCRIPT, "/_tidegate"]) {
    const response = await ask(path, { method });
    expect(response.headers.get("allow")).toBe("GET, HEAD");
    expect(headers(response)).toMatchObject(PROTECTION);
    await problem(response, 405, "method-not-allowed");
  }
});

describe("ADMIN_HOST", () => {
  it("confines the page to its name", async () => {
    await withEnv({ ADMIN_HOST: "elsewhere.example" }, async () => {
      for (const path of [PAGE, SCRIPT, "/_tidegate"]) await problem(await ask(path), 404, "not-found");
    });
  });

  it("lets it be reached there", async () => {
    await withEnv({ ADMIN_HOST: "ADMIN.example" }, async () => {
      expect((await ask(PAGE)).status).toBe(200);
    });
  });
});

describe("the asset store", () => {
  const failing = {
    "that is not bound": undefined,
    "that is a text": "www/dist",
    "that is a KV namespace": env.TOKENS,
    "that throws": { fetch: () => Promise.reject(new Error("the store is down")) },
    "that throws at once": {
      fetch: () => {
        throw new Error("the store is down");
      },
    },
    "that answers 500": { fetch: async () => new Response("inside", { status: 500 }) },
    "that answers elsewhere": { fetch: async () => Response.redirect("https://evil.example/", 302) },
    "without the page": { fetch: async () => new Response(null, { status: 404 }) },
    "that never answers": { fetch: () => new Promise(() => {}) },
  };

  it.each(Object.entries(failing))("%s: 503, and the log says what to do", async (_, ASSETS) => {
    await withEnv({ ASSETS }, async () => {
      const response = await ask(PAGE);
      expect(headers(response)).toMatchObject({ ...PROTECTION, "retry-after": "60" });
      await problem(response, 503, "page-unavailable");
    });
    expect(onlyLine("admin").reason).toContain("cargo xtask build");
  });

  it.each(Object.entries(failing))("%s: 503 for the API's description too", async (_, ASSETS) => {
    await withEnv({ ASSETS }, async () => {
      await problem(await ask("/_tidegate/api/openapi.json"), 503, "page-unavailable");
    });
    expect(onlyLine("admin").reason).toContain("cargo xtask build");
  });

  it("hears of no cookie and no credential", async () => {
    const heard: Request[] = [];
    const ASSETS = {
      fetch: async (url: string, init: RequestInit) => {
        heard.push(new Request(url, init));
        return new Response("x", { headers: { "set-cookie": "a=b", "cache-control": "public", etag: '"1"' } });
      },
    };
    const secrets = { cookie: "__Host-tidegate=x", authorization: `Bearer ${OWNER_KEY}`, "x-other": "y" };
    await withEnv({ ASSETS }, async () => {
      const response = await ask(`${PAGE}?q=1`, { headers: { ...secrets, "if-none-match": '"0"' } });
      expect([response.headers.get("set-cookie"), response.headers.get("cache-control")]).toEqual([null, "no-cache"]);
      await response.text();
    });
    expect(heard.map(({ url }) => new URL(url).pathname + new URL(url).search)).toEqual(["/_tidegate/index.html"]);
    expect(headers(heard[0] as unknown as Response)).toEqual({ "if-none-match": '"0"' });

    await withEnv({ ASSETS }, async () => {
      const response = await ask("/_tidegate/api/openapi.json", { headers: { ...secrets, "if-none-match": '"0"' } });
      expect([response.headers.get("set-cookie"), response.headers.get("cache-control")]).toEqual([null, "no-store"]);
      expect(await response.text()).toBe("x");
    });
    expect(headers(heard[1] as unknown as Response)).toEqual({});
  });

  it("is not asked for the API's answers, healthz, whoami, nor for anything of the origin's", async () => {
    const ASSETS = { fetch: () => expect.unreachable("asked") };
    await withEnv({ ASSETS }, async () => {
      for (const path of [
        "/_tidegate/healthz",
        "/_tidegate/whoami",
        "/_tidegate/api/policy",
        "/status",
        "/index.html",
      ]) {
        expect((await ask(path)).status).toBeLessThan(500);
      }
    });
  });
});
