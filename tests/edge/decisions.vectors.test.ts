// tests/corpus/decisions.json over HTTP: policy and records stand in KV, the clock stands still.
import { env } from "cloudflare:test";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";

import vectors from "../corpus/decisions.json";
import replies from "../corpus/replies.json";
import { switches } from "./main.ts";
import { ask, askThroughBinding, problem } from "./support/gate.ts";
import { TOKEN_KEYS } from "./support/keys.ts";
import { logLines, logged } from "./support/log.ts";
import { identity, onlyReceived, received, targetOf } from "./support/recorder.ts";
import { putPolicy, putRecord } from "./support/sign.ts";

type Headers = Record<string, string | undefined>;

const lowerCase = (headers: Headers) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

/** The problem types that tests/corpus/replies.json has for a denial's code. */
const kindOf = new Map(
  replies.cases.map((reply) => [`${reply.code} ${reply.status}`, reply.body.type.replace("urn:tidegate:problem:", "")]),
);

beforeAll(async () => {
  expect(vectors.token_keys).toBe(TOKEN_KEYS);
  await putPolicy(vectors.policy);
  for (const [id, record] of Object.entries(vectors.records)) await putRecord(id, record);
});

/** The gate remembers nothing of another environment. */
function forgetAll() {
  switches.env = { ...env, ORIGIN: env.RECORDER };
}

afterAll(() => {
  switches.env = undefined;
});

beforeEach(async () => {
  vi.setSystemTime(vectors.now * 1000);
  await received();
});

const cases = vectors.cases.map((one) => ({ ...one, named: `${one.what}: ${one.method} ${one.target}` }));

// The gate has a way for what memory can judge and one for what has to be read first: each case goes both.
describe.each([
  ["read for it", false],
  ["remembered", true],
])("decisions by what is %s", (_, isRemembered) => {
  it.each(cases)("$named", async ({ method, target, headers, authorization, expect: expected, ...one }) => {
    const credential: Headers = authorization === null ? {} : { authorization };
    const body = bodyOf(one);
    const send = method === "HEAD" ? askThroughBinding : ask; // a binding takes the body off
    const once = () =>
      send(target, { method, body, headers: { ...headers, ...credential, ...typeOf(one) } as HeadersInit });
    forgetAll();
    if (isRemembered) {
      await (await once()).arrayBuffer();
      await received();
      logLines.length = 0;
    }
    const response = await once();
    if (expected.code === "allowed") {
      await expectForwarded(response, method, expected as Allowed);
    } else {
      expect(await received()).toEqual([]);
      await expectDenied(response, method, expected as Denied);
    }
  });
});

interface WithBody {
  body?: string;
  pad_to?: number;
  content_type?: string | null;
}

/** The body's bytes, padded with spaces; bytes, since a text would bring a media type of its own. */
function bodyOf({ body, pad_to = 0 }: WithBody): Uint8Array | undefined {
  return body === undefined ? undefined : new TextEncoder().encode(body.padEnd(pad_to));
}

const typeOf = ({ content_type }: WithBody): Headers => (content_type ? { "content-type": content_type } : {});

interface Allowed {
  target: string;
  to_origin: Headers;
  to_client: Headers;
}

async function expectForwarded(response: Response, method: string, expected: Allowed) {
  expect(response.status, await response.clone().text()).toBe(200);
  const seen = await onlyReceived();
  expect(seen.method).toBe(method);
  expect(targetOf(seen.url)).toBe(expected.target);
  const { authorization } = seen.headers;
  expect({ ...identity(seen), ...(authorization === undefined ? {} : { authorization }) }).toEqual(
    lowerCase(expected.to_origin),
  );
  const told = Object.fromEntries([...response.headers].filter(([name]) => name.includes("tidegate")));
  expect(told).toEqual(lowerCase(expected.to_client));
  expect(logged()).toEqual([]);
}

interface Denied {
  code: string;
  status: number;
  headers: Headers;
}

async function expectDenied(response: Response, method: string, expected: Denied) {
  for (const [name, value] of Object.entries(expected.headers)) expect(response.headers.get(name)).toBe(value);
  expect(logged()).toMatchObject([{ event: "denied", code: expected.code, status: expected.status, method }]);
  if (method === "HEAD") {
    expect([response.status, await response.text()]).toEqual([expected.status, ""]);
  } else {
    await problem(response, expected.status, kindOf.get(`${expected.code} ${expected.status}`)!);
  }
}

it("class 36: an integer that JavaScript rounds names no owner", async () => {
  forgetAll();
  const headers = { authorization: vectors.tokens.tenant, "content-type": "application/json" };
  const answer = await ask("/notes", { method: "POST", headers, body: '{"locationId":9007199254740993}' });
  const { detail } = await problem(answer, 400, "ambiguous-owner");
  expect(detail).toContain("JavaScript rounds");
  expect(await received()).toEqual([]);
});

it("a GET request whose body would name the owner ends in a clear answer", async () => {
  forgetAll();
  // `fetch` sends no such body; one that is announced as multipart is not read, and counts as one.
  const headers = { authorization: vectors.tokens.tenant, "content-type": "multipart/form-data; boundary=x" };
  const { detail } = await problem(await ask("/lookup", { headers }), 400, "ambiguous-request");
  expect(detail).toContain("may not have a body");
  expect(await received()).toEqual([]);
});
