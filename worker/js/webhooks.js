// Calls that the Durable Objects' Rust asks for: a webhook's delivery, and a call to another object. Each gives JSON text; nothing is
// thrown. It imports nothing: wasm-bindgen takes it as it is.

/** How much of an answer is read, in bytes. */
const MAX_ANSWER_BYTES = 1024;

/** Redirects are never followed, and no cache is asked. `egress` is a service that gets the request instead, where one is bound. */
const OPTIONS = { method: "POST", redirect: "manual", cf: { cacheTtl: -1, cacheLevel: "bypass" } };

/** Sends a webhook: `{status, retry_after, answer, duration_ms}`, or `{failed, duration_ms}`. `fields` is a JSON object. */
export async function deliver(egress, url, fields, body, timeoutMs) {
  const begun = Date.now();
  const controller = new AbortController();
  const got = { status: null, retryAfter: null, answer: "" };
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, timeoutMs, "timed_out");
  });
  const sent = send(egress, url, { ...OPTIONS, headers: JSON.parse(fields), body, signal: controller.signal }, got);
  const failed = await Promise.race([sent.then(undefined, () => "failed"), late]);
  clearTimeout(timer);
  controller.abort();
  const durationMs = Math.max(0, Date.now() - begun);
  // An answer counts once its head is there, whatever becomes of its body.
  if (got.status === null) return JSON.stringify({ failed: failed ?? "failed", duration_ms: durationMs });
  return JSON.stringify({
    status: got.status,
    retry_after: got.retryAfter,
    answer: got.answer,
    duration_ms: durationMs,
  });
}

async function send(egress, url, options, got) {
  const response = await (egress ? egress.fetch(url, options) : fetch(url, options));
  got.retryAfter = response.headers.get("retry-after");
  got.status = response.status;
  if (response.body === null) return;
  const decoder = new TextDecoder();
  const reader = response.body.getReader();
  for (let length = 0; length < MAX_ANSWER_BYTES;) {
    const { done, value } = await reader.read();
    if (done) return;
    const part = value.subarray(0, MAX_ANSWER_BYTES - length);
    length += part.length;
    got.answer += decoder.decode(part, { stream: true });
  }
  reader.cancel().catch(() => {});
}

/** Calls a Durable Object: `{status, text}`; status 0 where there was no answer within the time. */
export async function ask(namespace, name, url, body, timeoutMs) {
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, timeoutMs, { status: 0, text: "no answer in time" });
  });
  const answer = await Promise.race([called(namespace, name, url, body), late]);
  clearTimeout(timer);
  return JSON.stringify(answer);
}

async function called(namespace, name, url, body) {
  try {
    const response = await namespace.getByName(name).fetch(url, body === undefined ? {} : { method: "POST", body });
    return { status: response.status, text: await response.text() };
  } catch (error) {
    return { status: 0, text: String(error).split("\n", 1)[0] };
  }
}
