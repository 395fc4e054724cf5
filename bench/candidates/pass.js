// The limit: forwards everything, without the credential and with one header field more.
export default {
  fetch(request, env) {
    const outgoing = new Request(request);
    outgoing.headers.delete("authorization");
    outgoing.headers.set("x-tidegate-integration", "nobody");
    return env.ORIGIN.fetch(outgoing);
  },
};
