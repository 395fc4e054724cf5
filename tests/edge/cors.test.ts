// CORS: what browsers ask and are told, with the origin's own fields beside the gate's. tests/browser/cors.test.mjs asks with a browser.
import { beforeAll, describe, expect, it } from "vitest";

import { demoPolicy } from "./support/demo.ts";
import { admin, ask, askWith, forget, ok, problem } from "./support/gate.ts";
import { a, gateWithRecorder } from "./support/recorded.ts";
import { answerNext, onlyReceived, received } from "./support/recorder.ts";

const APP = "https://app.example";
const OTHER = "https://other.example";
const CONTACTS = "/contacts/?locationId=acme";
const cors = { origins: [APP], max_age_seconds: 120, allow_headers: ["X-Api-Version"], expose_headers: ["X-Total"] };
const EXPOSED = "WWW-Authenticate, Retry-After, Tidegate-Token-Expires, x-total";

const preflight = (origin: string, path = CONTACTS, method = "GET") =>
  ask(path, { method: "OPTIONS", headers: { origin, "access-control-request-method": method } });

/** The fields of an answer that CORS is about, and `Vary`. */
function fieldsOf({ headers }: Response): Record<string, string> {
  return Object.fromEntries([...headers].filter(([name]) => name === "vary" || name.startsWith("access-control-")));
}

/** The answer to a request with the token, where the origin answers with these fields. */
async function answered(origin: string | undefined, headers: Record<string, string> = {}): Promise<Response> {
  await answerNext({ status: 200, headers, body: "{}" });
  return await askWith(a.token, CONTACTS, { headers: origin === undefined ? {} : { origin } });
}

gateWithRecorder();

describe("while it is off", () => {
  it("a preflight is a request like any other, and answers have nothing of it", async () => {
    await problem(await preflight(APP), 401, "missing-token");
    expect(fieldsOf(await preflight(APP))).toEqual({});
    const own = { "access-control-allow-origin": "*", "access-control-allow-credentials": "true" };
    expect(fieldsOf(await answered(APP, own))).toEqual(own);
  });
});

describe("for listed origins", () => {
  beforeAll(async () => {
    await ok(200, admin("PUT", "/policy", { ...demoPolicy, settings: { ...demoPolicy.settings, cors } }));
    forget();
  });

  it("a preflight for a known path is answered without a token, and not forwarded", async () => {
    for (let time = 0; time < 2; time++) {
      const answer = await preflight(APP, CONTACTS, "DELETE");
      expect([answer.status, await answer.text()]).toEqual([204, ""]);
      expect(fieldsOf(answer)).toEqual({
        "access-control-allow-origin": APP,
        "access-control-allow-methods": "GET, POST, HEAD",
        "access-control-allow-headers": "Authorization, Content-Type, If-Match, Idempotency-Key, x-api-version",
        "access-control-max-age": "120",
        "access-control-expose-headers": EXPOSED,
        vary: "Origin",
      });
      expect(answer.headers.get("cache-control")).toBe("no-store");
    }
    expect(await received()).toEqual([]);
  });

  it("no other origin is told anything, and no path that is not known", async () => {
    for (const origin of [OTHER, "null", `${APP}.evil.example`, "http://app.example"]) {
      const answer = await preflight(origin);
      expect([answer.status, fieldsOf(answer)]).toEqual([204, { vary: "Origin" }]);
    }
    const unknown = await preflight(APP, "/nothing-here");
    expect(fieldsOf(unknown)).not.toHaveProperty("access-control-allow-methods");
    await problem(unknown, 401, "missing-token");
    expect(await received()).toEqual([]);
  });

  it("denials can be read, whatever they rest on", async () => {
    const origin = { origin: APP };
    const told = {
      "access-control-allow-origin": APP,
      "access-control-expose-headers": EXPOSED,
      vary: "Origin",
    };
    const denials: [Response, number, string][] = [
      [await ask(CONTACTS, { headers: origin }), 401, "missing-token"],
      [await ask(CONTACTS, { headers: { ...origin, authorization: "Bearer dead" } }), 401, "invalid-token"],
      [await askWith(a.token, "/contacts/?locationId=globex", { headers: origin }), 403, "wrong-owner"],
      [await askWith(a.token, "/nothing-here", { headers: origin }), 404, "unknown-operation"],
      [await askWith(a.token, CONTACTS, { method: "DELETE", headers: origin }), 405, "method-not-allowed"],
    ];
    for (const [answer, status, kind] of denials) {
      expect(fieldsOf(answer), kind).toEqual(told);
      await problem(answer, status, kind);
    }
    expect(await received()).toEqual([]);
  });

  it("the origin's own fields pass, and the gate's takes the place of Allow-Origin only", async () => {
    const own = {
      "access-control-allow-origin": OTHER,
      "access-control-allow-credentials": "true",
      "access-control-expose-headers": "X-Own",
      "access-control-allow-methods": "PUT",
      vary: "Accept",
    };
    const shared = await answered(APP, own);
    expect(fieldsOf(shared)).toEqual({
      "access-control-allow-methods": "PUT",
      "access-control-allow-origin": APP,
      "access-control-expose-headers": `X-Own, ${EXPOSED}`,
      vary: "Accept, Origin",
    });
    expect(await shared.text()).toBe("{}");
    expect((await onlyReceived()).headers).toMatchObject({ origin: APP });
    expect(fieldsOf(await answered(OTHER, own))).toEqual({ ...own, vary: "Accept, Origin" });
    expect(fieldsOf(await answered(undefined))).toEqual({ vary: "Origin" });
    expect(fieldsOf(await answered(APP))).toEqual({
      "access-control-allow-origin": APP,
      "access-control-expose-headers": EXPOSED,
      vary: "Origin",
    });
  });

  it("a wildcard of the origin's never stands beside credentials, nor does what takes its place", async () => {
    const own = { "access-control-allow-origin": "*", "access-control-allow-credentials": "true" };
    for (const [origin, allowed] of [
      [APP, APP],
      [OTHER, "*"],
    ]) {
      const fields = fieldsOf(await answered(origin, own));
      expect(fields["access-control-allow-origin"]).toBe(allowed);
      expect(fields).not.toHaveProperty("access-control-allow-credentials");
    }
  });

  it("credentials count where the origin names the same origin itself, and nowhere else", async () => {
    const credentials = { "access-control-allow-credentials": "true" };
    for (const named of [undefined, OTHER, "null", `${APP}, ${OTHER}`, `${APP}.evil.example`, "HTTPS://APP.EXAMPLE"]) {
      const own = named === undefined ? credentials : { ...credentials, "access-control-allow-origin": named };
      const fields = fieldsOf(await answered(APP, own));
      expect(fields["access-control-allow-origin"], named).toBe(APP);
      expect(fields, named).not.toHaveProperty("access-control-allow-credentials");
    }
    const same = { ...credentials, "access-control-allow-origin": APP };
    expect(fieldsOf(await answered(APP, same))).toMatchObject(same);
  });

  it("an answer that the origin did not give can be read too", async () => {
    await answerNext({ status: 101 });
    const answer = await askWith(a.token, CONTACTS, { headers: { origin: APP } });
    expect(fieldsOf(answer)).toMatchObject({ "access-control-allow-origin": APP, vary: "Origin" });
    expect(answer.status).toBe(502);
  });
});

describe("settings", () => {
  it.each([
    [{ origins: ["*"] }, "cors.origins[0]"],
    [{ origins: ["null"] }, "cors.origins[0]"],
    [{ origins: [`${APP}/`] }, "cors.origins[0]"],
    [{ origins: [] }, "cors.origins"],
    [{ origins: [APP], max_age_seconds: 7201 }, "cors.max_age_seconds"],
    [{ origins: [APP], allow_headers: ["*"] }, "cors.allow_headers[0]"],
    [{ origins: [APP], credentials: true }, "cors.credentials"],
  ])("%j is refused with its place", async (wrong, place) => {
    const settings = { ...demoPolicy.settings, cors: wrong };
    const { detail } = await ok(422, admin("PUT", "/policy", { ...demoPolicy, settings }));
    expect(detail).toContain(place);
  });
});
