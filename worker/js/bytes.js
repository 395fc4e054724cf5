// What a read gives: a code and bytes, as `give` in src/machine.rs takes them. And how bytes are read, within limits.

/** The codes of readings. From 100 on, a code is the status of an HTTP response. */
export const NOTHING = 0;
export const BYTES = 1;
export const FAILED = 2;
export const TOO_SLOW = 3;
export const TOO_LONG = 4;
export const GENUINE = 5;
export const NOT_GENUINE = 6;

export const NO_BYTES = new Uint8Array(0);
const encoder = new TextEncoder();

export const bytesOf = (string) => encoder.encode(string);
export const nothing = () => [NOTHING, NO_BYTES];
export const failure = (message) => [FAILED, bytesOf(message)];
/** A text that may be absent. */
export const text = (value) => (value === null ? nothing() : [BYTES, bytesOf(value)]);

/** What failed, without the stack below it. */
const firstLine = (error) => String(error).split("\n", 1)[0];

/** What a read gives, also where it throws. */
export const caught = (read) => read.catch((error) => failure(firstLine(error)));

/** What a read gives within this time. It is not ended after it: what it gives then is nobody's. */
export function within(timeoutMs, read) {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve([TOO_SLOW, NO_BYTES]), timeoutMs);
    caught(read).then((reading) => {
      clearTimeout(timer);
      resolve(reading);
    });
  });
}

/** All bytes of a stream, if they are no more than `limit`. It is read up to `most` bytes, and cancelled where it has more. */
export async function allOf(reader, limit, most) {
  const chunks = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length <= limit) chunks.push(value);
    if (length > most) {
      reader.cancel().catch(() => {}); // whether the sender is told, or only sees the connection close, is up to the platform
      break;
    }
  }
  return length > limit ? [TOO_LONG, NO_BYTES] : [BYTES, joined(chunks, length)];
}

function joined(chunks, length) {
  const all = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
