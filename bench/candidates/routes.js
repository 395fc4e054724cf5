// What both hand-written gates know of the API, as their authors would write it down: each operation with the scopes that it
// needs and where it names the owner. Made of the policy, once, when the Worker starts.
import { Hono } from "hono";
import policy from "policy.json";

const SETTINGS = { sub_account: "locationId", agency: "companyId" };

/** A router of all operations; `authenticate(context)` gives `{id, level, owner, scopes}` or a response that denies. */
export function gate(authenticate) {
  const app = new Hono();
  for (const { method, path, access } of policy.operations) {
    app.on(method, path.replace(/\{([^}]+)\}/g, ":$1"), async (context) => {
      const integration = await authenticate(context);
      if (integration instanceof Response) return integration;
      const denial = check(context, access, integration);
      return denial ?? forward(context, integration);
    });
  }
  app.notFound(async (context) => {
    const integration = await authenticate(context);
    return integration instanceof Response ? integration : problem(404, "unknown-operation");
  });
  return app;
}

function check(context, access, integration) {
  if (access === "authenticated") return undefined;
  const ways = (access.any_of ?? []).filter(({ level }) => level === integration.level);
  if (ways.length === 0) return problem(403, "wrong-level");
  let missing;
  for (const { scopes, owner = [] } of ways) {
    if (!ownsWhatItNames(context, owner, integration)) return problem(403, "wrong-owner");
    if (scopes.every((scope) => integration.scopes.has(scope))) return undefined;
    missing = scopes;
  }
  return problem(403, "insufficient-scope", `error="insufficient_scope", scope="${missing.join(" ")}"`);
}

function ownsWhatItNames(context, declared, { level, owner }) {
  const named = declared.map(({ name, in: place }) =>
    place === "path" ? context.req.param(name) : context.req.query(name),
  );
  const inQuery = context.req.query(SETTINGS[level]);
  return named.every((id) => id === owner) && (inQuery === undefined || inQuery === owner);
}

function forward(context, { id, level, owner, scopes }) {
  const outgoing = new Request(context.req.raw);
  outgoing.headers.delete("authorization");
  outgoing.headers.set("x-tidegate-integration", id);
  outgoing.headers.set("x-tidegate-level", level);
  outgoing.headers.set("x-tidegate-owner", owner);
  outgoing.headers.set("x-tidegate-scopes", [...scopes].join(" "));
  outgoing.headers.set("x-tidegate-token", "current");
  return context.env.ORIGIN.fetch(outgoing);
}

/** A denial, with the same body and header fields as Tidegate's. */
export function problem(status, kind, challenge) {
  const body = { type: `urn:tidegate:problem:${kind}`, title: kind, status, detail: "See the type of this problem." };
  const headers = {
    "content-type": "application/problem+json",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  };
  if (challenge !== undefined) headers["www-authenticate"] = `Bearer realm="api", ${challenge}`;
  return new Response(JSON.stringify(body), { status, headers });
}
