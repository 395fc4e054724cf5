// Reads that concern no store: a response from another server, and whether a signature is genuine.
import { GENUINE, NOT_GENUINE, NO_BYTES, BYTES, allOf, bytesOf, caught, within } from "./bytes.js";
import { UNCACHED } from "./http.js";

/** The parameters of WebCrypto, to import a key and to verify, by the algorithm's name in JOSE. */
const ALGORITHMS = {
  RS256: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
  ES256: { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
  EdDSA: { name: "Ed25519" },
};

/** Status and body of a response. No redirect is followed and no cache asked; what is under way after the time-out is ended. */
export async function fetched({ timeout_ms: timeoutMs, ...read }) {
  const controller = new AbortController();
  const reading = await within(timeoutMs, response(read, controller.signal));
  controller.abort();
  return reading;
}

async function response({ method, url, fields, body, limit }, signal) {
  const init = { method, headers: fields, body, redirect: "manual", cf: UNCACHED, signal };
  const { status, body: stream } = await fetch(url, init);
  if (stream === null || limit === 0) return [status, NO_BYTES]; // what is left unread is ended with the request
  const [code, bytes] = await allOf(stream.getReader(), limit, limit);
  return [code === BYTES ? status : code, bytes];
}

/** Whether `signature` is the key's signature of `data`. A key that WebCrypto does not take is a failure. */
export const verified = (read) => caught(verify(read));

async function verify({ key, algorithm, signature, data }) {
  const parameters = ALGORITHMS[algorithm];
  const imported = await crypto.subtle.importKey("jwk", key, parameters, false, ["verify"]);
  const isGenuine = await crypto.subtle.verify(parameters, imported, new Uint8Array(signature), bytesOf(data));
  return [isGenuine ? GENUINE : NOT_GENUINE, NO_BYTES];
}
