// Requests and responses, as the machine's plans and answers describe them. src/forward/ decides what is sent, and
// with which fields.

/** The origin gave no answer that a client may get. */
export class NoAnswer extends Error {
  /** `what` and `reason` are as `failed` in src/machine.rs takes them. */
  constructor(what, reason) {
    super(reason);
    this.what = what;
    this.reason = reason;
  }
}

export const UNREACHABLE = 0;
const TOO_SLOW = 1;
const BAD_STATUS = 2;

/**
 * Forwards a request to a service, or else to the address in the plan. `body` is the body where it was read; where it was not, it
 * stays a stream. Gives the answer as it comes, but for what the plan takes off it, and tells `answered` its status; else what
 * `answerFailure` makes of what was thrown. `setsCookieOfOurs` tells of a `Set-Cookie` line.
 */
export function forward(service, request, body, head, plan, { setsCookieOfOurs, answered, answerFailure }) {
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
        resolve(answerFailure(error));
      }
    };
    const timer = setTimeout(settle, plan.timeout_ms, () => answerFailure(new NoAnswer(TOO_SLOW, "")));
    try {
      fetchFrom(service, request, body, head, plan).then(
        (answer) =>
          settle(() => {
            const response = toClient(answer, plan, setsCookieOfOurs);
            answered(answer.status);
            return response;
          }),
        (error) => settle(() => answerFailure(error)),
      );
    } catch (error) {
      settle(() => answerFailure(error));
    }
  });
}

/** An answer of a Durable Object's, as Rust gives it: `fields` are names and values, alternating, one a line. */
export function respond(status, fields, body) {
  const response = new Response(body, { status });
  setAll(response.headers, pairs(fields));
  return response;
}

/** A response as it came, but for what is told: its status, the header fields that it keeps (`null`: all), and those set and appended. */
export function pick(response, { status, keep, set, append }) {
  if (status === null && keep === null && set.length + append.length === 0) return response;
  const headers = keep === null ? response.headers : keep.flatMap((name) => field(response.headers, name));
  const body = status === null ? response.body : null;
  const picked = new Response(body, { status: status ?? response.status, headers });
  setAll(picked.headers, set);
  for (const [name, value] of append) picked.headers.append(name, value);
  return picked;
}

function field(headers, name) {
  const value = headers.get(name);
  return value === null ? NONE : [[name, value]];
}

/** Sends a request. To give all fields at once costs less than to set each of them on a copy. */
function fetchFrom(service, request, body, head, plan) {
  if (plan.by_class && head.isExact && plan.address === null && body === undefined) {
    const outgoing = new Request(request, { headers: fieldsByClass(head, plan), redirect: "manual" });
    if (outgoing.url === head.url) return service.fetch(outgoing); // what was judged is what is sent
  }
  const outgoing = outgoingRequest(service, request, body, head, plan);
  return plan.address === null ? service.fetch(outgoing) : fetch(outgoing);
}

/** The fields that the origin gets. A head is forwarded once, so what stays is added to. */
function fieldsByClass({ staying: fields, leaving, authorization, clientAddress }, plan) {
  const keepsCredential = !plan.remove.includes("authorization") && !leaving?.includes("authorization");
  if (authorization !== null && keepsCredential) fields.authorization = authorization;
  for (const [name, value] of plan.set) fields[name] = value;
  if (clientAddress !== undefined) fields["X-Forwarded-For"] = clientAddress;
  return fields;
}

function outgoingRequest(service, request, body, head, plan) {
  const whole = body === undefined ? request : new Request(request, { body: body.length === 0 ? null : body });
  const outgoing = plan.address === null ? copy(whole, head.url) : readdressed(whole, head.url, plan);
  const { headers } = outgoing;
  for (const name of plan.remove) headers.delete(name);
  if (plan.by_class && head.leaving !== undefined) for (const name of head.leaving) headers.delete(name);
  setAll(headers, plan.set);
  if (plan.by_class && head.clientAddress !== undefined) headers.set("X-Forwarded-For", head.clientAddress);
  return outgoing;
}

function copy(request, url) {
  // A copy keeps the URL byte for byte; to parse it once more would write some of it otherwise, as `'` in a query.
  const same = new Request(request);
  const outgoing = same.url === url ? same : new Request(url, same);
  // What the runtime receives does not follow redirects as it is; to say so again would be another copy.
  return outgoing.redirect === "manual" ? outgoing : new Request(outgoing, { redirect: "manual" });
}

// The origin no longer sees `Authorization`, which keeps shared caches away (RFC 9111 section 3.5): the location's cache could
// give one owner's answer to another. The option `cache` would do as well, but adds fields that spoil conditional requests.
function readdressed(request, url, { address, authority_length: authorityLength }) {
  const same = new Request(address + url.slice(authorityLength), request);
  return new Request(same, { redirect: "manual", cf: UNCACHED });
}

/** Asks the location's cache neither to keep the answer nor to give one. */
export const UNCACHED = { cacheTtl: -1, cacheLevel: "bypass" };

/** The answer as it came, unless something has to be told or taken off. */
function toClient(answer, plan, setsCookieOfOurs) {
  const { status, headers } = answer;
  const [lowest, highest, also] = plan.statuses;
  if ((status < lowest || status > highest) && status !== also) throw new NoAnswer(BAD_STATUS, String(status));
  const cookies = headers.has("set-cookie") ? headers.getSetCookie() : NONE;
  const kept = cookies.length === 0 ? NONE : cookies.filter((line) => !setsCookieOfOurs(line));
  const takes = plan.withheld.some((name) => headers.has(name));
  const isSame = !takes && plan.respond.length === 0 && plan.cors === null && kept.length === cookies.length;
  if (isSame) return answer;
  // The answer as its own init keeps status, fields and an accepted WebSocket.
  const response = new Response(answer.body, answer);
  for (const name of plan.withheld) response.headers.delete(name);
  if (kept.length !== cookies.length) {
    response.headers.delete("set-cookie");
    for (const line of kept) response.headers.append("set-cookie", line);
  }
  setAll(response.headers, plan.respond);
  if (plan.cors !== null) share(response.headers, plan.cors);
  return response;
}

// Credentials count where the origin server named the same origin itself. Beside a wildcard, another origin or none, a browser would
// refuse them: the origin that the gate names must not make them count.
function share(headers, { set, append }) {
  const allowed = headers.get("access-control-allow-origin")?.trim();
  const named = set.length === 0 ? allowed : set[0][1];
  if (allowed === "*" || allowed !== named) headers.delete("access-control-allow-credentials");
  setAll(headers, set);
  for (const [name, value] of append) headers.append(name, value);
}

const NONE = [];

function setAll(headers, fields) {
  for (const [name, value] of fields) headers.set(name, value);
}

function pairs(lines) {
  if (lines === "") return NONE;
  const all = lines.split("\n");
  return Array.from({ length: all.length / 2 }, (_, at) => [all[2 * at], all[2 * at + 1]]);
}
