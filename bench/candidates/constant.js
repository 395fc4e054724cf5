// Answers always the same, with what a denial has: the limit of any answer that is not forwarded.
const body = JSON.stringify({
  type: "urn:tidegate:problem:invalid-token",
  title: "The token is not valid",
  status: 401,
  detail: "The token is malformed, unknown, expired or revoked.",
});
const headers = {
  "content-type": "application/problem+json",
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "www-authenticate": 'Bearer realm="api", error="invalid_token"',
};

export default {
  fetch() {
    return new Response(body, { status: 401, headers });
  },
};
