// An origin that answers with what reached it: method, URL, header fields and body, byte for byte.
// Requests to the host "control" say what it answers to the next request instead, and tell what it saw last.

let next;
let seen = [];

export default {
  async fetch(request) {
    const url = new URL(request.url);
    if (url.hostname === "control") return control(request, url);
    const body = new Uint8Array(await request.arrayBuffer());
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", body));
    const record = {
      method: request.method,
      url: request.url,
      headers: Object.fromEntries(request.headers),
      length: body.length,
      sha256: Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join(""),
      text: body.length <= 1024 ? new TextDecoder().decode(body) : undefined,
    };
    seen.push(record);
    const answer = next;
    next = undefined;
    if (!answer) return Response.json(record, { headers: { "x-recorder": "1" } });
    return new Response(answer.body ?? null, { status: answer.status, headers: answer.headers ?? {} });
  },
};

async function control(request, url) {
  if (url.pathname === "/next") {
    next = await request.json();
    return new Response(null, { status: 204 });
  }
  const taken = seen;
  seen = [];
  return Response.json(taken);
}
