// The demo API: contacts and locations, kept in memory and gone with the isolate.
//
// It checks no token. It stands behind Tidegate, has no public address, and believes two headers that only the gate
// can have set (what a client sends under these names never gets here):
//   X-Tidegate-Level  "agency" or "sub_account"
//   X-Tidegate-Owner  the id of that agency or sub-account
// Which operation a token may call, and for whose id, the gate has judged; which rows belong to whom is still the
// API's own business, and that is all these headers are used for here.
//
// Every JSON answer carries the headers that arrived, so that one sees what the gate adds and what it takes away.

import { contacts, locations } from "./data.js";

const routes = [
  ["GET", "/status", status],
  ["GET", "/locations/", listLocations],
  ["GET", "/locations/:locationId", readLocation],
  ["GET", "/contacts/", listContacts],
  ["POST", "/contacts/", createContact],
  ["GET", "/contacts/:contactId", readContact],
  ["PUT", "/contacts/:contactId", updateContact],
  ["DELETE", "/contacts/:contactId", deleteContact],
  ["GET", "/echo", echo],
  ["POST", "/echo", echoBody],
  ["GET", "/slow", slow],
  ["GET", "/teapot", teapot],
  ["GET", "/redirect", redirect],
  ["GET", "/socket", socket],
];

export default {
  async fetch(request, env, context) {
    const url = new URL(request.url);
    // What happened is told after the answer: a gate that is down fails no call.
    const tell = (event) => context.waitUntil(publish(env, event));
    const call = { request, url, caller: callerOf(request), tell };
    const onPath = routes.filter(([, template]) => match(template, url.pathname));
    const wanted = request.method === "HEAD" ? "GET" : request.method; // the runtime leaves the body out
    const route = onPath.find(([method]) => method === wanted);
    if (route) return route[2]({ ...call, params: match(route[1], url.pathname) });
    if (onPath.length === 0) return notFound(call, `there is nothing at ${url.pathname}`);
    return methodNotAllowed(
      call,
      onPath.map(([method]) => method),
    );
  },
};

function callerOf(request) {
  return { level: request.headers.get("x-tidegate-level"), owner: request.headers.get("x-tidegate-owner") };
}

/** The parameters of a path that fits the template, or undefined. */
function match(template, path) {
  const want = template.split("/");
  const have = path.split("/");
  if (want.length !== have.length) return undefined;
  const params = {};
  for (const [i, segment] of want.entries()) {
    if (!segment.startsWith(":")) {
      if (segment !== have[i]) return undefined;
    } else if (have[i] === "") {
      return undefined;
    } else {
      params[segment.slice(1)] = decode(have[i]);
    }
  }
  return params;
}

function decode(segment) {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

// Locations and contacts

function status(call) {
  return answer(call, 200, { status: "ok" });
}

function listLocations(call) {
  return answer(call, 200, { locations: [...locations.values()] });
}

function readLocation(call) {
  const { locationId } = call.params;
  const location = locations.get(locationId);
  if (!location || !maySee(call.caller, locationId)) return notFound(call, `there is no location ${locationId}`);
  return answer(call, 200, { location });
}

function listContacts(call) {
  const wanted = call.url.searchParams.get("locationId");
  const seen = [...contacts.values()].filter(
    (contact) => maySee(call.caller, contact.locationId) && (!wanted || contact.locationId === wanted),
  );
  return answer(call, 200, { contacts: seen, total: seen.length });
}

async function createContact(call) {
  const fields = await contactFields(call.request);
  if (fields.error) return answer(call, 400, { error: fields.error });
  const locationId = call.caller.level === "sub_account" ? call.caller.owner : fields.locationId;
  if (!locations.has(locationId)) return answer(call, 400, { error: `there is no location ${locationId}` });
  if (fields.locationId && fields.locationId !== locationId) {
    return answer(call, 400, { error: "locationId is not the caller's own" });
  }
  const contact = { ...fields, id: crypto.randomUUID(), locationId };
  contacts.set(contact.id, contact);
  call.tell({
    type: "contact.created",
    owner: { level: "sub_account", id: locationId },
    data: contact,
    id: `contact-${contact.id}-created`,
  });
  return answer(call, 201, { contact });
}

function readContact(call) {
  const contact = ownContact(call);
  return contact ? answer(call, 200, { contact }) : noContact(call);
}

async function updateContact(call) {
  if (!ownContact(call)) return noContact(call);
  const fields = await contactFields(call.request);
  if (fields.error) return answer(call, 400, { error: fields.error });
  const current = ownContact(call); // it may have been deleted while the body arrived
  if (!current) return noContact(call);
  const contact = { ...current, ...fields, locationId: current.locationId };
  contacts.set(contact.id, contact);
  return answer(call, 200, { contact });
}

function deleteContact(call) {
  const contact = ownContact(call);
  if (!contact) return noContact(call);
  contacts.delete(contact.id);
  return answer(call, 200, { deleted: contact.id });
}

/** Another sub-account's contact looks exactly like one that does not exist. */
function ownContact({ caller, params }) {
  const contact = contacts.get(params.contactId);
  return contact && maySee(caller, contact.locationId) ? contact : undefined;
}

function maySee(caller, locationId) {
  return caller.level === "agency" || caller.owner === locationId;
}

const CONTACT_FIELDS = ["name", "firstName", "lastName", "email", "phone", "locationId"];

/** The contact's fields in a JSON body, or `{ error }`. Unknown fields are left out. */
async function contactFields(request) {
  let body;
  try {
    body = await request.json();
  } catch {
    return { error: "the body is not JSON" };
  }
  if (typeof body !== "object" || body === null || Array.isArray(body)) return { error: "the body is not an object" };
  const fields = {};
  for (const name of CONTACT_FIELDS) {
    if (body[name] === undefined) continue;
    if (typeof body[name] !== "string" || body[name] === "") return { error: `${name} is not a non-empty string` };
    fields[name] = body[name];
  }
  const { locationId, ...said } = fields;
  return Object.keys(said).length > 0 ? fields : { error: "a name, email or phone is needed" };
}

// Events

/** Tells the gate of an event, which tells those that may hear of it. The same `id` is told once, so it can be sent again. */
async function publish(env, event) {
  if (!env.GATE || !env.GATE_KEY || !env.GATE_URL) return;
  const headers = { authorization: `Bearer ${env.GATE_KEY}`, "content-type": "application/json" };
  const request = { method: "POST", headers, body: JSON.stringify(event) };
  try {
    const answer = await env.GATE.fetch(`${env.GATE_URL}/_tidegate/api/publications`, request);
    if (!answer.ok) console.error(`the gate does not take ${event.type}: ${answer.status} ${await answer.text()}`);
  } catch (error) {
    console.error(`the gate cannot be told of ${event.type}: ${error}`);
  }
}

// What a gate's tests want of an origin

function echo(call) {
  return answer(call, 200, { method: call.request.method, url: call.request.url });
}

async function echoBody(call) {
  const bytes = new Uint8Array(await call.request.arrayBuffer());
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return answer(call, 200, {
    method: call.request.method,
    url: call.request.url,
    body: { length: bytes.length, sha256: hex(digest), start: hex(bytes.subarray(0, 64)) },
  });
}

async function slow(call) {
  const asked = Number(call.url.searchParams.get("seconds") ?? "1");
  const seconds = Number.isFinite(asked) ? Math.min(Math.max(asked, 0), 120) : 1;
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  return answer(call, 200, { seconds });
}

function teapot(call) {
  return answer(call, 418, { error: "this is a teapot" });
}

function redirect(call) {
  return answer(call, 302, { location: "/echo" }, { location: "/echo" });
}

function socket(call) {
  if (call.request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
    return answer(call, 426, { error: "this path speaks WebSocket" }, { upgrade: "websocket" });
  }
  const { 0: client, 1: server } = new WebSocketPair();
  server.accept();
  server.addEventListener("message", ({ data }) => server.send(data));
  server.addEventListener("close", ({ code }) => server.close(code === 1005 ? 1000 : code));
  return new Response(null, { status: 101, webSocket: client });
}

function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// Answers

function noContact(call) {
  return notFound(call, `there is no contact ${call.params.contactId}`);
}

function notFound(call, error) {
  return answer(call, 404, { error });
}

function methodNotAllowed(call, methods) {
  return answer(call, 405, { error: "method not allowed" }, { allow: methods.join(", ") });
}

function answer({ request }, status, body, headers = {}) {
  const text = JSON.stringify({ ...body, headers: Object.fromEntries(request.headers) }, null, 2);
  return new Response(`${text}\n`, { status, headers: { "content-type": "application/json", ...headers } });
}
