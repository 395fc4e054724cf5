// The built gate in workerd, on real sockets: in front of an origin by ORIGIN_URL, and of the same one by a service binding.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { connect, createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

import workerd from "workerd";

const TARGET = new URL("../../target/clients", import.meta.url).pathname;
const COMPATIBILITY_DATE = "2026-04-25";
/** Known to everybody, and of use nowhere else. */
const OWNER_KEY = `owner_${"k".repeat(43)}`;
const TOKEN_KEYS = Buffer.alloc(32, 1).toString("base64url");

/** Files of a test's own; they go when it is over. */
export const scratch = mkdtempSync(join(tmpdir(), "clients-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));

/** Starts a server on a free port of this machine; gives back its address. */
async function listen(server) {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `127.0.0.1:${server.address().port}`;
}

/** An HTTP origin that answers as `handle` says. */
export async function origin(handle) {
  const server = createServer(handle);
  server.on("checkContinue", (request, response) => {
    response.writeContinue();
    handle(request, response);
  });
  const address = await listen(server);
  return { address, close: () => (server.closeAllConnections(), server.close()) };
}

/** An origin that answers every request with these bytes, whatever they are. */
export async function rawOrigin(answer) {
  const server = createTcpServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => answer(socket));
  });
  const address = await listen(server);
  return { address, close: () => server.close() };
}

const quoted = (text) => JSON.stringify(text);
const embedded = (path, type) => `(name = ${quoted(path)}, ${type} = embed ${quoted(`../../${path}`)})`;
const ENTRY = "worker/js/entry.js"; // the main module stands first
const driver = readdirSync(new URL("../../worker/js/", import.meta.url)).map((name) => `worker/js/${name}`);
const MODULES = [
  ...[ENTRY, ...driver.filter((path) => path !== ENTRY), "build/index.js"].map((path) => embedded(path, "esModule")),
  embedded("build/index_bg.wasm", "wasm"),
];
const worker = (modules, bindings, more = "") =>
  `(modules = [${modules}], bindings = [${bindings}], compatibilityDate = ${quoted(COMPATIBILITY_DATE)}${more})`;

/** A gate and its registry: one Worker with a state of its own. */
function gate(name, bindings, variables) {
  const texts = Object.entries({ OWNER_KEY, TOKEN_KEYS, ORIGIN_TIMEOUT_SECONDS: "600", ...variables });
  const all = [
    ...texts.map(([name, value]) => `(name = ${quoted(name)}, text = ${quoted(value)})`),
    `(name = "TOKENS", kvNamespace = "kv-${name}")`,
    `(name = "REGISTRY", durableObjectNamespace = "Registry")`,
    ...bindings,
  ];
  const more = `, durableObjectNamespaces = [(className = "Registry", uniqueKey = ${quoted(name)}, enableSql = true)],
    durableObjectStorage = (localDisk = "state"), globalOutbound = "network"`;
  return `(name = ${quoted(name)}, worker = ${worker(MODULES, all, more)}),
    (name = "kv-${name}", worker = ${worker([embedded("tests/clients/kv.js", "esModule")], [])})`;
}

/** Every workerd that runs; none outlives this program. */
const running = new Set();
process.on("exit", () => running.forEach((child) => child.kill("SIGKILL")));

/**
 * Two gates in front of `address`: `byUrl` reaches it by `ORIGIN_URL`, `byBinding` by a service. Each gives the address that it
 * listens on, and a token of an integration that may do everything there.
 */
export async function gates(address, variables = {}) {
  const names = ["by-url", "by-binding"];
  const services = [
    gate("by-url", [], { ORIGIN_URL: `http://${address}`, ...variables }),
    gate("by-binding", [`(name = "ORIGIN", service = "origin")`], variables),
    `(name = "origin", external = (address = ${quoted(address)}, http = ()))`,
    `(name = "state", disk = (path = ${quoted(mkdtempSync(join(scratch, "state-")))}, writable = true))`,
    `(name = "network", network = (allow = ["private", "public"]))`,
  ];
  const sockets = names.map(
    (name) => `(name = ${quoted(name)}, address = "127.0.0.1:0", http = (), service = ${quoted(name)})`,
  );
  mkdirSync(TARGET, { recursive: true });
  const file = join(TARGET, `${address.split(":")[1]}.capnp`);
  writeFileSync(
    file,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (services = [${services.join(",\n")}], sockets = [${sockets}]);
`,
  );
  const child = spawn(workerd.default ?? workerd, ["serve", "--experimental", "--control-fd=3", file], {
    stdio: ["ignore", "inherit", "inherit", "pipe"],
  });
  running.add(child);
  const ports = await portsOf(child, names);
  const started = async (name) => {
    const url = `http://127.0.0.1:${ports.get(name)}`;
    return { name, url, token: await prepare(url) };
  };
  const close = async () => {
    running.delete(child);
    child.kill("SIGKILL");
    await once(child, "close");
    rmSync(file);
  };
  try {
    return { byUrl: await started("by-url"), byBinding: await started("by-binding"), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** On which ports workerd listens, as it says on its control descriptor. */
async function portsOf(child, names) {
  const ports = new Map();
  for await (const line of createInterface({ input: child.stdio[3] })) {
    const { event, socket, port } = JSON.parse(line);
    if (event === "listen") ports.set(socket, port);
    if (names.every((name) => ports.has(name))) break;
  }
  assert.equal(ports.size, names.length, "workerd ended before it listened");
  return ports;
}

/** Publishes a policy with one operation for every method of `/any/…`; gives back a token for it. */
async function prepare(url) {
  const methods = ["get", "put", "post", "delete", "patch"];
  const document = {
    openapi: "3.1.0",
    info: { title: "Any", version: "1" },
    components: { securitySchemes: { S: { type: "http", scheme: "bearer" } } },
    security: [{ S: ["any"] }],
    paths: { "/any/{what}": Object.fromEntries(methods.map((method) => [method, {}])) },
  };
  const settings = { schemes: { S: { level: "agency", private_integrations: true } } };
  await api(url, "PUT", "/policy", { documents: [document], settings });
  const { token } = await api(url, "POST", "/integrations", {
    name: "curl",
    owner: { level: "agency", id: "a" },
    scopes: ["any"],
  });
  for (let tries = 0; ; tries += 1) {
    const { status } = await fetch(`${url}/_tidegate/whoami`, { headers: { authorization: `Bearer ${token}` } });
    if (status === 200) return token;
    assert.ok(tries < 100, `whoami answers ${status}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function api(url, method, path, body) {
  const headers = { authorization: `Bearer ${OWNER_KEY}`, "content-type": "application/json" };
  const response = await fetch(`${url}/_tidegate/api${path}`, { method, headers, body: JSON.stringify(body) });
  const text = await response.text();
  assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`);
  return JSON.parse(text);
}

/** Runs curl against a gate with its token, which is in no argument; gives back status, header fields and body. */
export async function curl({ url, token }, path, ...args) {
  const all = ["--silent", "--show-error", "--max-time", "60", "--include", "--header", "@-", ...args, `${url}${path}`];
  const child = spawn("curl", all, { stdio: ["pipe", "pipe", "pipe"] });
  child.stdin.end(`Authorization: Bearer ${token}\n`);
  const [out, err] = [[], []];
  child.stdout.on("data", (chunk) => out.push(chunk));
  child.stderr.on("data", (chunk) => err.push(chunk));
  const [code] = await once(child, "close");
  // An interim answer, such as 100 Continue, stands before the answer.
  const parts = Buffer.concat(out).toString().split("\r\n\r\n");
  const last = parts.findLastIndex((part) => part.startsWith("HTTP/"));
  const [line = "", ...fields] = (parts[last] ?? "").split("\r\n");
  return {
    code,
    error: Buffer.concat(err).toString(),
    status: Number(line.split(" ")[1]),
    fields,
    body: parts.slice(last + 1).join("\r\n\r\n"),
  };
}

/** Sends these bytes to a gate; gives back what comes until it closes. */
export function rawRequest({ url }, head) {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const chunks = [];
    const socket = connect(Number(port), hostname, () => socket.write(head));
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.on("error", reject);
    socket.on("close", () => resolve(Buffer.concat(chunks).toString()));
  });
}
