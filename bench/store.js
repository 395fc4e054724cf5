// What is elsewhere on Cloudflare's network: a KV namespace, a location's cache. Each is an ordinary Worker that speaks what
// workerd asks such a service; a third, the control, loads and counts.

/** KV's keys, and a shorter form of many integrations that differ in id, hash and MAC only. */
const values = new Map();
const hashes = new Map();
let template;
let counts = { reads: 0, bytes: 0, writes: 0 };

const keyOf = (request) => decodeURIComponent(new URL(request.url).pathname.slice(1));

function value(key) {
  const known = values.get(key);
  const line = known === undefined && key.startsWith("i:") ? hashes.get(key.slice(2)) : undefined;
  if (line === undefined) return known;
  const [hash, mac] = line.split(" ");
  return template.replace("{id}", key.slice(2)).replace("{hash}", hash).replace("{mac}", mac);
}

function list(prefix) {
  const keys = [...values.keys()].filter((name) => name.startsWith(prefix)).map((name) => ({ name }));
  return Response.json({ keys, list_complete: true });
}

/** A KV namespace: `GET /key`, `PUT /key`, `DELETE /key`, and `GET /?prefix=` for a list. */
export const kv = {
  async fetch(request) {
    const key = keyOf(request);
    if (request.method === "GET") {
      counts.reads += 1;
      if (key === "") return list(new URL(request.url).searchParams.get("prefix") ?? "");
      const found = value(key);
      counts.bytes += found?.length ?? 0;
      return found === undefined ? new Response("Not Found", { status: 404 }) : new Response(found);
    }
    counts.writes += 1;
    if (request.method === "PUT") values.set(key, await request.text());
    else values.delete(key);
    return new Response(null, { status: 204 });
  },
};

const cached = new Map();

/** A location's cache, as workerd's Cache API talks to it: a PUT's body is a whole HTTP response. */
export const cache = {
  async fetch(request) {
    const key = request.url;
    if (request.method === "PUT") {
      const kept = response(await request.bytes());
      if (kept !== undefined) cached.set(key, kept);
      return new Response(null, { status: 204 });
    }
    if (request.method === "PURGE") return new Response(null, { status: cached.delete(key) ? 200 : 404 });
    const { status, headers, body, at, maxAge } = cached.get(key) ?? { maxAge: -1, at: 0 };
    const age = (Date.now() - at) / 1000;
    if (age >= maxAge) return new Response(null, { status: 504, headers: { "cf-cache-status": "MISS" } });
    const found = new Headers(headers);
    found.set("cf-cache-status", "HIT");
    found.set("age", String(Math.floor(age)));
    return new Response(body, { status, headers: found });
  },
};

/** The response that the bytes are, where it may be kept for a time. */
function response(bytes) {
  const end = [...bytes.keys()].find((at) => [13, 10, 13, 10].every((byte, n) => bytes[at + n] === byte));
  const [line, ...fields] = new TextDecoder().decode(bytes.subarray(0, end)).split("\r\n");
  const headers = new Headers(
    fields.map((field) => [field.slice(0, field.indexOf(":")), field.slice(field.indexOf(":") + 1).trim()]),
  );
  const control = headers.get("cache-control") ?? "";
  const maxAge = Number(/s-maxage=(\d+)/.exec(control)?.[1] ?? /max-age=(\d+)/.exec(control)?.[1] ?? 0);
  if (maxAge === 0 || /no-store|private/.test(control)) return undefined;
  headers.delete("transfer-encoding");
  return {
    status: Number(line.split(" ")[1]),
    headers: [...headers],
    body: bytes.slice(end + 4),
    at: Date.now(),
    maxAge,
  };
}

/** For the bench: `PUT /key` as KV, `POST /integrations` (a template, then `id hash mac` a line), `GET /counts` (and from 0 again). */
export default {
  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (request.method === "PUT") {
      values.set(keyOf(request), await request.text());
      return new Response(null, { status: 204 });
    }
    if (request.method === "POST" && pathname === "/integrations") {
      const [first, ...lines] = (await request.text()).split("\n");
      template = first;
      for (const line of lines) hashes.set(line.slice(0, 16), line.slice(17));
      return new Response(null, { status: 204 });
    }
    const asked = counts;
    counts = { reads: 0, bytes: 0, writes: 0 };
    return Response.json(asked);
  },
};
