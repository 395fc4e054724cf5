// One workerd process: the registry, six gates, each an isolate of its own of the built Worker, in three locations, and the
// stand-ins. The driver talks to each over a socket of its own.
import { spawn } from "node:child_process";
import { createWriteStream, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import workerd from "workerd";

export const LOCATIONS = 3;
const GATES_OF_A_LOCATION = 2;
const COMPATIBILITY_DATE = "2026-04-25";
const ROOT = new URL("../../..", import.meta.url).pathname;
const TARGET = join(ROOT, "target/sim");

/** Known to everybody, and of use nowhere else. */
const OWNER_KEY = `owner_${"s".repeat(43)}`;
const TOKEN_KEYS = Buffer.alloc(32, 1).toString("base64url");

export const GATES = [...Array(LOCATIONS * GATES_OF_A_LOCATION).keys()].map((n) => ({
  name: `gate${n}`,
  location: Math.floor(n / GATES_OF_A_LOCATION),
}));

const quoted = (text) => JSON.stringify(text);
const esModule = (path) => `(name = ${quoted(path)}, esModule = embed ${quoted(`../../${path}`)})`;
const text = ([name, value]) => `(name = ${quoted(name)}, text = ${quoted(value)})`;
const ENTRY = "worker/js/entry.js";
const driver = readdirSync(join(ROOT, "worker/js")).map((name) => `worker/js/${name}`);
const THE_GATE = [
  ...driver.filter((path) => path !== ENTRY).map(esModule),
  esModule("build/index.js"),
  `(name = "build/index_bg.wasm", wasm = embed "../../build/index_bg.wasm")`,
];

function worker({ modules, bindings = [], more = [] }) {
  const fields = [
    `modules = [${modules.join(", ")}]`,
    `bindings = [${bindings.join(", ")}]`,
    `compatibilityDate = ${quoted(COMPATIBILITY_DATE)}`,
    ...more,
  ];
  return `(${fields.join(", ")})`;
}

const standIn = (name) =>
  worker({ modules: [esModule(`tests/sim/workerd/stand-ins/${name}.js`), esModule("tests/sim/workerd/random.mjs")] });
const kvOf = (location) => `(name = "TOKENS", kvNamespace = (name = "kv", entrypoint = "location${location}"))`;
const REGISTRY = `(name = "REGISTRY", durableObjectNamespace = (className = "Registry", serviceName = "registry"))`;

function config(sockets, state, variables) {
  const texts = Object.entries({ TOKEN_KEYS, OWNER_KEY, ...variables }).map(text);
  const registry = worker({
    modules: [
      esModule("tests/sim/workerd/stand-ins/registry.js"),
      esModule("tests/sim/workerd/random.mjs"),
      esModule(ENTRY),
      ...THE_GATE,
    ],
    bindings: [...texts, kvOf(0), REGISTRY],
    more: [
      `durableObjectNamespaces = [(className = "Registry", uniqueKey = "sim", enableSql = true)]`,
      `durableObjectStorage = (localDisk = "state")`,
    ],
  });
  const gates = GATES.map(({ name, location }) => {
    const bindings = [...texts, kvOf(location), REGISTRY, `(name = "ORIGIN", service = "origin")`];
    const more = [`cacheApiOutbound = (name = "cache", entrypoint = "location${location}")`];
    return [name, worker({ modules: [esModule(ENTRY), ...THE_GATE], bindings, more })];
  });
  const workers = [
    ["registry", registry],
    ["kv", standIn("kv")],
    ["cache", standIn("cache")],
    ["origin", standIn("origin")],
    ...gates,
  ];
  const services = workers.map(([name, worker]) => `(name = ${quoted(name)}, worker = ${worker})`);
  const disk = `(name = "state", disk = (path = ${quoted(state)}, writable = true))`;
  const listen = workers.map(
    ([name]) =>
      `(name = ${quoted(name)}, address = ${quoted(`unix:${sockets}/${name}`)}, http = (), service = ${quoted(name)})`,
  );
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (services = [${[disk, ...services].join(",\n")}],
sockets = [${listen.join(",\n")}]);
`;
}

/** Those that run; none outlives this program. */
const running = new Set();
process.on("exit", () => running.forEach((world) => world.end()));
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => process.exit(130));

export class World {
  #agents = new Map();
  /** Whether its end was asked for. */
  #isOver = false;

  /** Starts it, and waits until every gate answers. Its output goes to `target/sim/<name>.log`. */
  static async start(name, variables) {
    const world = new World();
    world.name = name;
    mkdirSync(TARGET, { recursive: true });
    world.sockets = mkdtempSync(join(tmpdir(), "sim-")); // a socket's path must be short
    const [file, state] = [join(TARGET, `${name}.capnp`), join(world.sockets, "state")];
    mkdirSync(state);
    writeFileSync(file, config(world.sockets, state, variables));
    world.log = join(TARGET, `${name}.log`);
    world.process = spawn(workerd.default ?? workerd, ["serve", file], { stdio: ["ignore", "pipe", "pipe"] });
    const log = createWriteStream(world.log);
    world.process.stdout.pipe(log);
    world.process.stderr.pipe(log);
    world.process.on("exit", (code) => {
      if (!world.#isOver) throw new Error(`workerd ended with ${code}; see ${world.log}`);
    });
    running.add(world);
    for (const gate of GATES) await world.#ready(gate.name);
    return world;
  }

  end() {
    this.#isOver = true;
    running.delete(this);
    this.process.kill("SIGKILL");
    for (const agent of this.#agents.values()) agent.destroy();
    rmSync(this.sockets, { recursive: true, force: true });
  }

  /** Asks a service; gives back status and body. */
  ask(service, path, { method = "GET", headers = {}, body } = {}) {
    const socketPath = join(this.sockets, service);
    return new Promise((resolve, reject) => {
      // A connection that was kept may be closed at the other end just now. A read is made again; a change gets a fresh one.
      const agent = method === "GET" && this.#agent(service);
      const options = { socketPath, path, method, agent, headers: { host: "gate.example", ...headers } };
      const sent = request(options, (response) => {
        const chunks = [];
        response.on("data", (chunk) => chunks.push(chunk));
        response.on("end", () => resolve({ status: response.statusCode, text: Buffer.concat(chunks).toString() }));
        response.on("error", reject);
      });
      const wasClosed = (error) => sent.reusedSocket && ["ECONNRESET", "EPIPE"].includes(error.code);
      sent.on("error", (error) => (wasClosed(error) ? resolve(this.ask(service, path, { headers })) : reject(error)));
      sent.end(body);
    });
  }

  /** Asks the admin API by way of a gate. */
  async admin(gate, method, path, body, rev) {
    const headers = { authorization: `Bearer ${OWNER_KEY}`, "content-type": "application/json" };
    if (rev !== undefined) headers["if-match"] = `"${rev}"`;
    const { status, text } = await this.ask(gate.name, `/_tidegate/api${path}`, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    return { status, body: text === "" ? undefined : JSON.parse(text) };
  }

  /** How often a gate could not read the feed, by the gates' log. */
  feedFailures() {
    return readFileSync(this.log, "utf8").split('"event":"feed"').length - 1;
  }

  /** Sets how a stand-in behaves, or asks it something. */
  async steer(standIn, what) {
    return JSON.parse((await this.ask(standIn, "/", { method: "POST", body: JSON.stringify(what) })).text);
  }

  #agent(service) {
    if (!this.#agents.has(service)) this.#agents.set(service, new Agent({ keepAlive: true, maxSockets: 256 }));
    return this.#agents.get(service);
  }

  async #ready(gate) {
    for (let tries = 0; tries < 600; tries += 1) {
      const answer = await this.ask(gate, "/_tidegate/healthz").catch(() => undefined);
      if (answer?.status === 200) return;
      await sleep(100);
    }
    throw new Error(`${gate} does not answer; see ${this.log}`);
  }
}
