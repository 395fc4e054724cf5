// tests/corpus/paths.json over HTTP: what is refused is refused, and what is forwarded is, byte for byte, what was
// judged. Paths that no URL can carry are given to the gate below the URL layer.
import { env } from "cloudflare:test";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

import vectors from "../corpus/paths.json";
import { switches } from "./main.ts";
import { GATE, ask, problem } from "./support/gate.ts";
import { onlyReceived, received, targetOf } from "./support/recorder.ts";
import { putPolicy } from "./support/sign.ts";

type Case = (typeof vectors.cases)[number];

/** The most parameters that a template may have; longer paths are their own templates. */
const MOST_PARAMETERS = 25;

/** A public operation for the shape of every path that is accepted: each segment is a parameter. */
function operations() {
  const shape = (path: string) => {
    const segments = path.split("/");
    const parameter = (segment: string, place: number) => (segment === "" ? "" : `{p${place}}`);
    return segments.length > MOST_PARAMETERS ? path : segments.map(parameter).join("/");
  };
  const shapes = new Set(vectors.cases.filter(({ outcome }) => outcome === "ok").map(({ path }) => shape(path)));
  return [...shapes].map((path) => ({ method: "GET", path, access: "public", document: "paths" }));
}

beforeAll(async () => {
  const policy = { v: 1, rev: 1, operations: operations(), owner_parameters: { agency: [], sub_account: [] } };
  await putPolicy(policy);
  switches.env = { ...env, ORIGIN: env.RECORDER };
});

afterAll(() => {
  switches.env = undefined;
});

beforeEach(async () => {
  await received();
});

async function expectOutcome({ path, outcome, detail }: Case, response: Response) {
  if (outcome === "ok") {
    expect(response.status, await response.clone().text()).toBe(200);
    expect(targetOf((await onlyReceived()).url)).toBe(path);
    return;
  }
  const [status, kind] = outcome === "too_long" ? [414, "target-too-long"] : [400, "ambiguous-request"];
  expect(await problem(response, status as number, kind as string)).toMatchObject({ detail });
  expect(await received()).toEqual([]);
}

const short = ({ path }: Case) => ({ short: JSON.stringify(path.length > 60 ? `${path.slice(0, 60)}…` : path) });
const named = (cases: Case[]) => cases.map((one) => ({ ...one, ...short(one) }));

/** Whether a path is one below the URL layer: it begins with a slash, and no query begins in it. */
const isRawPath = ({ path }: Case) => path.startsWith("/") && !path.includes("?");

const unchanged = vectors.cases.filter((one) => one.reaches_worker_unchanged);
const rewritten = vectors.cases.filter((one) => !one.reaches_worker_unchanged);
const below = rewritten.filter(isRawPath);
const inNoUrl = rewritten.filter((one) => !isRawPath(one));

describe(`${unchanged.length} paths that a URL carries unchanged`, () => {
  it.each(named(unchanged))("$outcome: $short", async (one) => {
    expect(targetOf(new URL(`${GATE}${one.path}`).href)).toBe(one.path);
    await expectOutcome(one, await ask(one.path));
  });
});

describe(`${below.length} paths that a URL parser rewrites, below it (${inNoUrl.length} are no path there either)`, () => {
  it.each(named(below))("$outcome: $short", async (one) => {
    switches.rawTarget = one.path;
    try {
      await expectOutcome(one, await ask("/"));
    } finally {
      switches.rawTarget = undefined;
    }
  });
});

describe("what a URL parser makes of them", () => {
  it.each(named(rewritten.filter(({ path }) => path.startsWith("/"))))("$short", async ({ path }) => {
    const made = new URL(`${GATE}${path}`);
    const response = await ask(path);
    const seen = await received();
    expect([200, 400, 401, 414]).toContain(response.status); // forwarded, refused, or in no operation
    expect(seen.map(({ url }) => targetOf(url))).toEqual(response.status === 200 ? [made.pathname + made.search] : []);
  });
});

it("each rule of the contract is told apart", () => {
  const rules = new Map<string | undefined, string>();
  for (const { outcome, detail } of vectors.cases) {
    expect(rules.get(detail) ?? outcome, detail).toBe(outcome);
    rules.set(detail, outcome);
  }
});

it("a character that must be encoded is named, with its encoded form", async () => {
  const { detail } = await problem(await ask("/a|b"), 400, "ambiguous-request");
  expect(detail).toBe("Refused: the path has the character '|', which must be percent-encoded as %7C.");
});
