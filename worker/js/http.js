// What every request asks of the platform's objects, in as few crossings between Rust and JavaScript as it takes. No rule is
// written here: what is sent, and with which fields, is src/forward/'s to say.

/** The names of all header fields, in lower case, one a line. */
export const names = (headers) => [...headers.keys()].join("\n");

/**
 * Forwards a request to a service, or else to the address in `plan`, as worker/src/gate/origin.rs writes it. `body` is the body where it
 * was read; where it was not, it stays a stream. Gives the answer as it comes, but for what the plan takes off it; else what
 * `failed` makes of what was thrown, of a status that no client may get, or of nothing, where no answer has begun in time.
 * `setsCookieOfOurs` tells it of a `Set-Cookie` line.
 */
export function forward(service, request, body, plan, setsCookieOfOurs, failed = (error) => error) {
  const [url, patience, removed, set, told, withheld, statuses] = plan.split("\r");
  return new Promise((resolve) => {
    let isSettled = false;
    // Whatever throws here is an answer too: a promise that nobody settles would be a hang. What comes after the first is nobody's.
    const settle = (give) => {
      if (isSettled) return;
      isSettled = true;
      clearTimeout(timer);
      try {
        resolve(give());
      } catch (error) {
        resolve(failed(error));
      }
    };
    const timer = setTimeout(settle, patience, () => failed(undefined));
    try {
      const outgoing = outgoingRequest(service, url, request, body);
      const { headers } = outgoing;
      for (const name of lines(removed)) headers.delete(name);
      setAll(headers, set);
      const sent = service == null ? fetch(outgoing) : service.fetch(outgoing);
      const answered = (answer) =>
        isAllowed(answer.status, statuses) ? toClient(answer, told, withheld, setsCookieOfOurs) : failed(answer.status);
      sent.then(
        (answer) => settle(() => answered(answer)),
        (error) => settle(() => failed(error)),
      );
    } catch (error) {
      settle(() => failed(error));
    }
  });
}

/** An answer of our own; `fields` holds names and values by turns, one a line. */
export function respond(status, fields, body) {
  const response = new Response(body, { status });
  setAll(response.headers, fields);
  return response;
}

function outgoingRequest(service, url, request, body) {
  const whole = body === undefined ? request : new Request(request, { body: body.length === 0 ? null : body });
  // The origin no longer sees `Authorization`, which keeps shared caches away (RFC 9111 section 3.5): the location's cache could
  // give one owner's answer to another. The option `cache` would do as well, but adds fields that spoil conditional requests.
  if (service == null) return new Request(new Request(url, whole), { redirect: "manual", cf: UNCACHED });
  // A copy keeps the URL byte for byte; to parse it once more would write some of it otherwise, as `'` in a query.
  const copy = new Request(whole);
  const outgoing = copy.url === url ? copy : new Request(url, copy);
  // What the runtime receives does not follow redirects as it is; to say so again would be another copy.
  return outgoing.redirect === "manual" ? outgoing : new Request(outgoing, { redirect: "manual" });
}

/** Whether `statuses` has this one: from its first to its second, or its third. */
function isAllowed(status, statuses) {
  const [lowest, highest, also] = lines(statuses).map(Number);
  return (status >= lowest && status <= highest) || status === also;
}

/** The answer as it came, unless something has to be told or taken off. */
function toClient(answer, told, withheld, setsCookieOfOurs) {
  const { headers } = answer;
  const cookies = headers.has("set-cookie") ? headers.getSetCookie() : [];
  const kept = cookies.filter((line) => !setsCookieOfOurs(line));
  const taken = lines(withheld).filter((name) => headers.has(name));
  if (told === "" && taken.length === 0 && kept.length === cookies.length) return answer;
  // The answer as its own init keeps status, fields and an accepted WebSocket.
  const response = new Response(answer.body, answer);
  for (const name of taken) response.headers.delete(name);
  if (kept.length !== cookies.length) {
    response.headers.delete("set-cookie");
    for (const line of kept) response.headers.append("set-cookie", line);
  }
  setAll(response.headers, told);
  return response;
}

/** Sets fields: names and values by turns. */
function setAll(headers, fields) {
  const all = lines(fields);
  for (let at = 0; at < all.length; at += 2) headers.set(all[at], all[at + 1]);
}

/** Asks the location's cache neither to keep the answer nor to give one. */
const UNCACHED = { cacheTtl: -1, cacheLevel: "bypass" };

const lines = (text) => (text === "" ? [] : text.split("\n"));
