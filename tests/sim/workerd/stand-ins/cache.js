// The cache of each location behind `caches.default`, as far as the gate uses it: workerd sends GET for `match`, and PUT
// with a whole HTTP response for `put`. It may keep an entry for longer than `max-age` says, and lose one.
import { Random } from "../random.mjs";

let behaviour = { overdue: 0, drops: 0 };
let random = new Random(1);
let counts = { hits: 0, misses: 0, puts: 0 };
const entries = new Map();

function match(name) {
  const entry = entries.get(name);
  if (entry === undefined || Date.now() >= entry.until) {
    counts.misses += 1;
    return new Response(null, { status: 504, headers: { "cf-cache-status": "MISS" } });
  }
  counts.hits += 1;
  return new Response(entry.body, { headers: { ...entry.headers, "cf-cache-status": "HIT" } });
}

async function put(name, request) {
  const [head, body] = split(await request.text());
  const headers = Object.fromEntries(head.slice(1).map((line) => line.split(/:\s*/, 2)));
  const age = /max-age=(\d+)/.exec(headers["cache-control"] ?? headers["Cache-Control"] ?? "")?.[1] ?? 0;
  const until = Date.now() + (Number(age) + random.seconds(behaviour.overdue)) * 1000;
  counts.puts += 1;
  if (!random.chance(behaviour.drops)) entries.set(name, { body, headers: plain(headers), until });
  return new Response(null, { status: 204 });
}

function split(text) {
  const at = text.indexOf("\r\n\r\n");
  return [text.slice(0, at).split("\r\n"), text.slice(at + 4)];
}

/** Without what describes the message that it came in. */
function plain(headers) {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !/^(content-length|transfer-encoding)$/i.test(name)),
  );
}

const at = (location) => ({
  fetch: (request) => {
    const name = `${location} ${request.url}`;
    return request.method === "PUT" ? put(name, request) : match(name);
  },
});
export const location0 = at(0);
export const location1 = at(1);
export const location2 = at(2);

export default {
  async fetch(request) {
    const { behave, seed } = await request.json();
    if (seed !== undefined) random = new Random(seed);
    if (behave !== undefined)
      [behaviour, counts] = [
        { overdue: 0, drops: 0, ...behave },
        { hits: 0, misses: 0, puts: 0 },
      ];
    return Response.json(counts);
  },
};
