// @cloudflare/workers-oauth-provider in front of the same routes. The library finds out whose token it is; scopes and
// owners are its user's to check.
import { OAuthProvider } from "@cloudflare/workers-oauth-provider";
import policy from "policy.json";

import { gate } from "./routes.js";

const routes = gate((context) => {
  const { id, level, owner, scopes } = context.executionCtx.props;
  return { id, level, owner, scopes: new Set(scopes) };
});

const VERIFIER = "a-verifier-that-everybody-knows-and-that-is-long-enough";
const REDIRECT = "https://client.example/callback";

/** Where an owner would agree: here it gives a code for whatever integration is asked for. */
const authorize = {
  async fetch(request, env) {
    const integration = await request.json();
    const client = await env.OAUTH_PROVIDER.createClient({ redirectUris: [REDIRECT], tokenEndpointAuthMethod: "none" });
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(VERIFIER)));
    const question = new URL("/_bench/authorize", request.url);
    question.search = new URLSearchParams({
      response_type: "code",
      client_id: client.clientId,
      redirect_uri: REDIRECT,
      state: "state",
      scope: integration.scopes.join(" "),
      code_challenge: hash.toBase64({ alphabet: "base64url", omitPadding: true }),
      code_challenge_method: "S256",
    });
    const asked = await env.OAUTH_PROVIDER.parseAuthRequest(new Request(question));
    const { redirectTo } = await env.OAUTH_PROVIDER.completeAuthorization({
      request: asked,
      userId: integration.owner,
      metadata: {},
      scope: asked.scope,
      props: integration,
    });
    return Response.json({
      grant_type: "authorization_code",
      code: new URL(redirectTo).searchParams.get("code"),
      client_id: client.clientId,
      redirect_uri: REDIRECT,
      code_verifier: VERIFIER,
    });
  },
};

export default new OAuthProvider({
  apiRoute: [...new Set(policy.operations.map(({ path }) => `/${path.split("/")[1]}`))],
  apiHandler: { fetch: (request, env, context) => routes.fetch(request, env, context) },
  defaultHandler: authorize,
  authorizeEndpoint: "/_bench/authorize",
  tokenEndpoint: "/_bench/token",
  resourceMetadata: { resource: "http://localhost", authorization_servers: ["http://localhost"] },
});
