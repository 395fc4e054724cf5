// An identity provider for this machine: npm's `oidc-provider`, with people whose password is never asked for. For `cargo xtask dev
// --sso` and the tests of the page; not for anything else, since everybody is whom they say they are.
//
// node examples/identity-provider/provider.mjs PORT REDIRECT_URI starts it, until it is killed.
import { fileURLToPath } from "node:url";
import Provider from "oidc-provider";

export const CLIENT_ID = "tidegate";

/** Starts a provider on this machine; whoever types an e-mail address as login is that person. */
export function startProvider({ port, redirectUri, unverified = [], log = () => {} }) {
  const issuer = `http://localhost:${port}`;
  const client = {
    client_id: CLIENT_ID,
    redirect_uris: [redirectUri],
    token_endpoint_auth_method: "none", // a public client, which PKCE protects: no secret has to be kept
  };
  const provider = new Provider(issuer, {
    clients: [client],
    claims: { openid: ["sub"], email: ["email", "email_verified"] },
    conformIdTokenClaims: false, // the ID token itself tells the address
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({ sub: id, email: id, email_verified: !unverified.includes(id) }),
    }),
    cookies: { keys: ["for this machine alone"] },
    pkce: { required: () => true },
    ttl: { AccessToken: 600, AuthorizationCode: 60, IdToken: 600, Interaction: 600, Session: 600, Grant: 600 },
  });
  provider.on("server_error", (_, error) => log(String(error)));
  return new Promise((resolve) => {
    const server = provider.listen(port, "127.0.0.1", () => {
      resolve({
        issuer,
        provider,
        close: () => {
          server.close();
          server.closeAllConnections();
        },
      });
    });
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [port, redirectUri] = process.argv.slice(2);
  await startProvider({ port: Number(port), redirectUri, log: console.error });
}
