// A stand-in for Workers KV, which raw workerd has not: it keeps what it is given, and never forgets.
const values = new Map();

export default {
  async fetch(request) {
    const key = decodeURIComponent(new URL(request.url).pathname.slice(1));
    if (request.method === "PUT") values.set(key, await request.text());
    if (request.method === "DELETE") values.delete(key);
    if (request.method !== "GET") return new Response(null, { status: 204 });
    return values.has(key) ? new Response(values.get(key)) : new Response("", { status: 404 });
  },
};
