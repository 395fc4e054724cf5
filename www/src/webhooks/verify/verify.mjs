import { createHmac, timingSafeEqual } from "node:crypto";

const TOLERANCE_SECONDS = 5 * 60;

/**
 * The event, if the endpoint's secret signed it; throws if not. `body` holds the bytes that came, before anything read them as JSON.
 * `headers` are the request's, by their names in lower case.
 */
export function verify(secret, headers, body, now = Date.now() / 1000) {
  const { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signatures } = headers;
  if (!id || !/^\d+$/.test(timestamp ?? "") || !signatures) throw new Error("a webhook header is missing");
  if (Math.abs(now - Number(timestamp)) > TOLERANCE_SECONDS) throw new Error("the timestamp is too far away");

  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const mac = createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest("base64");
  const expected = Buffer.from(`v1,${mac}`);
  const isGenuine = signatures.split(" ").some((text) => {
    const given = Buffer.from(text);
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
  if (!isGenuine) throw new Error("no signature fits");
  return JSON.parse(body);
}
