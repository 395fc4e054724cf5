// A page at a public operation that registers a service worker for the whole host, and the service worker: it answers whatever is
// below /_tidegate/ with a page of its own that hands on what is typed.

const PAGE = `<!doctype html><title>The API's page</title><script>
  navigator.serviceWorker.register("/worker.js", { scope: "/" })
    .then(() => navigator.serviceWorker.ready)
    .then(() => { document.title = "registered"; }, (error) => { document.title = "refused: " + error.name; });
</script>`;

const WORKER = `
  const PAGE = \`<!doctype html><title>Not the gate's page</title><label>Owner key <input></label><script>
    document.querySelector("input").addEventListener("input", ({ target }) => fetch("/taken", { method: "POST", body: target.value }));
  </script>\`;
  addEventListener("install", () => skipWaiting());
  addEventListener("activate", (event) => event.waitUntil(clients.claim()));
  addEventListener("fetch", (event) => {
    const { origin, pathname } = new URL(event.request.url);
    if (origin !== location.origin || !pathname.startsWith("/_tidegate/")) return;
    event.respondWith(new Response(PAGE, { headers: { "content-type": "text/html" } }));
  });
`;

export default {
  fetch(request) {
    const { pathname } = new URL(request.url);
    // What an origin may try beside it: a wider scope, and the end of everybody's session.
    const headers = { "service-worker-allowed": "/", "set-cookie": "__Host-tidegate=x; Path=/; Secure" };
    if (pathname === "/page") return new Response(PAGE, { headers: { ...headers, "content-type": "text/html" } });
    if (pathname === "/worker.js")
      return new Response(WORKER, { headers: { ...headers, "content-type": "text/javascript" } });
    if (pathname === "/taken") return new Response("taken", { headers });
    return new Response("nothing here", { status: 404 });
  },
};
