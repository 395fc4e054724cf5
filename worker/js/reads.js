// What the machine reads: KV, the registry, this location's cache, and the rest of the request. Each gives a code and bytes, as
// `give` in src/machine.rs takes them; nothing is thrown.

const NOTHING = 0;
const BYTES = 1;
const FAILED = 2;
const TOO_SLOW = 3;
const TOO_LONG = 4;

/** Seconds that a location may keep a value of KV: the platform's minimum. */
const KV_CACHE_TTL = 30;
/** The name of the one registry of a gate. */
const REGISTRY_NAME = "registry";
/** How many times the limit is read at the most. */
const MAX_READ_ON = 4;

const NO_BYTES = new Uint8Array(0);
const encoder = new TextEncoder();

/** The reads of one request. */
export class Reads {
  /** The body, once it was read. */
  body;
  #request;
  #env;

  constructor(request, env) {
    this.#request = request;
    this.#env = env;
  }

  /** Makes the reads of a step together. */
  make(reads) {
    return reads.length === 1 ? this.#one(reads[0]) : Promise.all(reads.map((read) => this.#make(read)));
  }

  async #one(read) {
    return [await this.#make(read)];
  }

  #make(read) {
    switch (read.read) {
      case "kv":
        return within(read.timeout_ms, this.#kv(read.key));
      case "registry":
        return within(read.timeout_ms, this.#registry(read.url));
      case "shared":
        return within(read.timeout_ms, shared(read.url));
      case "body":
        return this.#body(read);
      case "authorization":
        return text(this.#request.headers.get("authorization"));
      case "fields":
        return text(fields(this.#request.headers));
      case "pause":
        return new Promise((resolve) => setTimeout(() => resolve([NOTHING, NO_BYTES]), read.pause_ms));
    }
  }

  async #kv(key) {
    if (!this.#env.TOKENS) return failure("the KV namespace TOKENS is not bound");
    const value = await this.#env.TOKENS.get(key, { type: "arrayBuffer", cacheTtl: KV_CACHE_TTL });
    return value === null ? [NOTHING, NO_BYTES] : [BYTES, new Uint8Array(value)];
  }

  async #registry(url) {
    if (!this.#env.REGISTRY) return failure("REGISTRY is not bound");
    const response = await this.#env.REGISTRY.getByName(REGISTRY_NAME).fetch(url, {});
    return [response.status, new Uint8Array(await response.arrayBuffer())];
  }

  /** A body that was read is kept, for the origin, and for a request that begins anew. */
  async #body({ limit, timeout_ms: timeoutMs }) {
    if (this.body !== undefined) return [BYTES, this.body];
    const stream = this.#request.body;
    if (stream === null) return [NOTHING, NO_BYTES];
    const reader = stream.getReader();
    const read = await within(timeoutMs, allOf(reader, limit));
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
  return response === undefined ? [NOTHING, NO_BYTES] : [BYTES, new Uint8Array(await response.arrayBuffer())];
}

/**
 * All bytes of a stream, if they are no more than `limit`. What is not too far over it is read all the same: workerd takes a
 * body that is left unread for an error, which can cost the client its next request.
 */
async function allOf(reader, limit) {
  const chunks = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length <= limit) chunks.push(value);
    if (length > limit * MAX_READ_ON) {
      reader.cancel().catch(() => {}); // whether the client is told, or only sees the connection close, is up to the platform
      break;
    }
  }
  return length > limit ? [TOO_LONG, NO_BYTES] : [BYTES, joined(chunks, length)];
}

function joined(chunks, length) {
  const all = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

/** What a read gives within this time. It is not ended after it: what it gives then is nobody's. */
function within(timeoutMs, read) {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve([TOO_SLOW, NO_BYTES]), timeoutMs);
    const settle = (reading) => {
      clearTimeout(timer);
      resolve(reading);
    };
    read.then(settle, (error) => settle(failure(firstLine(error))));
  });
}

const failure = (message) => [FAILED, encoder.encode(message)];

const text = (value) => (value === null ? [NOTHING, NO_BYTES] : [BYTES, encoder.encode(value)]);

/** Alternating names and values, one a line, without the value of `Authorization`: that is read alone. */
function fields(headers) {
  let lines = "";
  for (const [name, value] of headers) lines += `${name}\n${name === "authorization" ? "" : value}\n`;
  return lines;
}

/** What failed, without the stack below it. */
const firstLine = (error) => String(error).split("\n", 1)[0];
