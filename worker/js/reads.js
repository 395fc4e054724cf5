// What the machine reads: KV, the registry, this location's cache, the rest of the request, the services of this deployment, and
// what is elsewhere. Each read gives a code and bytes; nothing is thrown.
import { BYTES, NO_BYTES, TOO_SLOW, allOf, caught, failure, nothing, text, within } from "./bytes.js";
import { fetched, verified } from "./elsewhere.js";
import { pick } from "./http.js";

/** Seconds that a location may keep a value of KV: the platform's minimum. */
const KV_CACHE_TTL = 30;
/** The name of the one registry of a gate. */
const REGISTRY_NAME = "registry";
/**
 * How many times the limit of a request's body is read at the most. What is not too far over the limit is read all the same:
 * workerd takes a body that is left unread for an error, which can cost the client its next request.
 */
const MAX_READ_ON = 4;

/** Whether something that is bound has a method. */
const has = (bound, method) => typeof bound === "object" && typeof bound?.[method] === "function";
/** Whether it is a namespace with this method. Any name is a method of a service, which has `fetch` too. */
const isNamespace = (bound, method) => has(bound, method) && !has(bound, "fetch");
const service = (bound) => (has(bound, "fetch") ? bound : undefined);
const object = (bound, name) => (isNamespace(bound, "getByName") ? bound.getByName(name) : undefined);

/** The services of this deployment, as src/gate/read.rs names them; `undefined` for one that is not bound, or to something else. */
const SERVICES = {
  registry: (env) => object(env.REGISTRY, REGISTRY_NAME),
  assets: (env) => service(env.ASSETS),
  origin: (env) => service(env.ORIGIN),
};

/** The reads of one request. */
export class Reads {
  /** The request's body, once it was read. */
  body;
  /** Whether a read was made that is made at most once: the request must not begin anew. */
  isSpent = false;
  /** The response to the last call of a service. */
  #kept;
  #request;
  #env;
  #ctx;

  constructor(request, env, ctx) {
    this.#request = request;
    this.#env = env;
    this.#ctx = ctx;
  }

  /** Makes the reads of a step together. */
  make(reads) {
    return reads.length === 1 ? this.#one(reads[0]) : Promise.all(reads.map((read) => this.#make(read)));
  }

  /** The response to the last call, as `pick` makes it of it. */
  relay(how) {
    const kept = this.#kept;
    this.#kept = undefined;
    return pick(kept, how);
  }

  /** Leaves the response to the last call unread. */
  discard() {
    const stream = this.#kept?.body;
    if (stream && !stream.locked) stream.cancel().catch(() => {});
  }

  async #one(read) {
    return [await this.#make(read)];
  }

  #make(read) {
    if (read.once) this.isSpent = true;
    switch (read.read) {
      case "kv":
        return within(read.timeout_ms, this.#kv(read.key));
      case "registry":
        return within(read.timeout_ms, this.#registry(read.url));
      case "usage":
        return within(read.timeout_ms, this.#usage(read));
      case "shared":
        return within(read.timeout_ms, shared(read.url));
      case "body":
        return this.#body(read);
      case "authorization":
        return text(this.#request.headers.get("authorization"));
      case "fields":
        return text(fields(this.#request.headers));
      case "has_body":
        return this.#request.body === null ? nothing() : [BYTES, NO_BYTES];
      case "pause":
        return new Promise((resolve) => setTimeout(() => resolve(nothing()), read.pause_ms));
      case "call":
        return within(read.timeout_ms, this.#call(read));
      case "fetch":
        return fetched(read);
      case "verify":
        return verified(read);
      case "random":
        return [BYTES, crypto.getRandomValues(new Uint8Array(read.length))];
    }
  }

  async #kv(key) {
    const { TOKENS } = this.#env;
    // A bucket of R2 has `get` too, and knows no such key.
    if (!isNamespace(TOKENS, "getWithMetadata")) return failure("TOKENS must be bound to a KV namespace");
    const value = await TOKENS.get(key, { type: "arrayBuffer", cacheTtl: KV_CACHE_TTL });
    return value === null ? nothing() : [BYTES, new Uint8Array(value)];
  }

  async #registry(url) {
    const registry = SERVICES.registry(this.#env);
    if (!registry) return failure("REGISTRY must be bound to the Durable Object Registry");
    const response = await registry.fetch(url, {});
    return [response.status, new Uint8Array(await response.arrayBuffer())];
  }

  async #usage({ store, url, body }) {
    const usage = object(this.#env.USAGE, store);
    if (!usage) return failure("USAGE must be bound to the Durable Object Usage");
    const response = await usage.fetch(url, { method: "POST", body });
    return [response.status, new Uint8Array(await response.arrayBuffer())];
  }

  /** Calls a service, and keeps its response; its body is read where so many bytes of it are wanted. */
  async #call({ service, method, url, fields: headers, with_body: withBody, body: own = null, limit }) {
    const called = SERVICES[service](this.#env);
    if (!called) return nothing();
    // A GET that says `Content-Length: 0` has an empty body here, and `fetch` takes none with GET or HEAD.
    const isSafe = method === "GET" || method === "HEAD";
    const body = withBody && !isSafe ? this.#request.body : own;
    const answer = called.fetch(url, { method, headers, body, redirect: "manual" });
    this.#ctx.waitUntil(caught(answer)); // to its end, also where the client goes: a command is not left half-done
    this.#kept = await answer;
    const { status, body: stream } = this.#kept;
    if (limit === 0 || stream === null) return [status, NO_BYTES];
    const [code, bytes] = await allOf(stream.getReader(), limit, limit);
    return [code === BYTES ? status : code, bytes];
  }

  /** A body that was read is kept, for the origin, and for a request that begins anew. */
  async #body({ limit, timeout_ms: timeoutMs }) {
    if (this.body !== undefined) return [BYTES, this.body];
    const stream = this.#request.body;
    if (stream === null) return nothing();
    const reader = stream.getReader();
    const read = await within(timeoutMs, allOf(reader, limit, limit * MAX_READ_ON));
    if (read[0] === BYTES) this.body = read[1];
    if (read[0] === TOO_SLOW) reader.cancel().catch(() => {});
    return read;
  }
}

/** Leaves a text in this location's cache. Nothing depends on it. */
export async function share({ url, text: copy, max_age_seconds: maxAge }) {
  try {
    await caches.default.put(url, new Response(copy, { headers: { "cache-control": `max-age=${maxAge}` } }));
  } catch {
    // Where there is no cache, or it fails, each isolate asks for itself.
  }
}

async function shared(url) {
  const response = await caches.default.match(url);
  return response === undefined ? nothing() : [BYTES, new Uint8Array(await response.arrayBuffer())];
}

/** Alternating names and values, one a line, without the value of `Authorization`: that is read alone. */
function fields(headers) {
  let lines = "";
  for (const [name, value] of headers) lines += `${name}\n${name === "authorization" ? "" : value}\n`;
  return lines;
}
