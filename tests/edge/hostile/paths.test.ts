// Classes 1 to 12 of docs/security.md, in workerd: paths that two parsers read in two ways.
import { describe, expect, it } from "vitest";

import { ask, askWith, problem, withEnv } from "../support/gate.ts";
import { askRaw, refused } from "../support/hostile.ts";
import { a, gateWithRecorder } from "../support/recorded.ts";
import { onlyReceived, received, targetOf } from "../support/recorder.ts";

gateWithRecorder();

const ambiguous = (targets: string[]) => refused(targets, 400, "ambiguous-request");
const unknown = (targets: string[]) => refused(targets, 404, "unknown-operation");

describe("class 01: dot segments", () => {
  it("are refused, encoded ones too", () =>
    ambiguous([
      "/status/../contacts/c1",
      "/status/%2e%2e/contacts/c1",
      "/status/.%2E/contacts/c1",
      "/contacts/.",
      "/contacts/..",
    ]));

  it("that a URL parser resolves are judged resolved, and sent so", async () => {
    await problem(await ask("/status/../contacts/?locationId=acme"), 401, "missing-token");
    expect((await askWith(a.token, "/status/../contacts/?locationId=acme")).status).toBe(200);
    expect(targetOf((await onlyReceived()).url)).toBe("/contacts/?locationId=acme");
  });
});

it("class 02: an encoded slash or backslash is refused", () =>
  ambiguous(["/status/..%2fcontacts/c1", "/contacts%2Fc1", "/status%5c..%5ccontacts", "/status\\..\\contacts"]));

it("class 03: a double slash is refused", () => ambiguous(["//contacts/c1", "/contacts//c1", "/contacts/c1//", "//"]));

describe("class 04: what was judged is what is sent", () => {
  it.each(["/contacts/a%20b?x=%2e%2e/", "/contacts/c1?", "/contacts/..c?a=b&&c=%zz;d", "/contacts/caf%C3%a9"])(
    "%s",
    async (target) => {
      expect((await askRaw(target)).status).toBe(200);
      expect(targetOf((await onlyReceived()).url)).toBe(target);
    },
  );

  it("an address of the origin with a path of its own is none", async () => {
    await withEnv({ ORIGIN: undefined, ORIGIN_URL: "http://127.0.0.1:9/v1" }, async () => {
      await problem(await ask("/status"), 503, "unavailable");
    });
  });
});

it("class 05: double encoding is refused", () =>
  ambiguous(["/%2561dmin", "/contacts/%252e%252e", "/contacts/a%252fb", "/contacts/%25"]));

it("class 06: another case is another path", () =>
  unknown(["/Status", "/STATUS", "/Contacts/c1", "/_Tidegate/healthz"]));

it("class 07: matrix parameters are refused", () =>
  ambiguous(["/status;/c1", "/status/..;/contacts/c1", "/contacts/c1;x=y", "/contacts/c1%3bx"]));

it("class 08: white space and a trailing slash make another path", async () => {
  await unknown(["/status/", "/status%20", "/%20status", "/contacts", "/contacts/c1/"]);
  await ambiguous(["/status%09", "/status%0a", "/status%0d", "/status%00"]);
});

it("class 09: a prefix without a segment boundary is none", async () => {
  await unknown(["/statuses", "/status/x", "/s", "/contactsx/c1", "/_tidegatex/healthz"]);
  await refused(["/_tidegate/healthzx", "/_tidegate/apix/policy"], 404, "not-found");
});

it("class 10: neither query nor fragment is part of the path", async () => {
  await unknown(["/admin?path=/status", "/admin?/status", "/admin??/../status", "/?/status"]);
  await ambiguous(["/admin%3f/status", "/admin%23/status"]);
});

it("class 11: only the origin form is a target", async () => {
  await ambiguous(["/http://gate.example/status", "//gate.example/status", "/%2fstatus"]);
  await unknown(["/*", "/gate.example:443"]);
  await problem(await askWith(a.token, "//gate.example/status"), 400, "ambiguous-request");
  expect(await received()).toEqual([]);
});

it("class 12: NUL, overlong and strange encodings are refused", () =>
  ambiguous([
    "/status%00",
    "/%c0%ae%c0%ae/status",
    "/%u002e%u002e/status",
    "/status%",
    "/status%2",
    "/%73tatus",
    "/%ff",
    "/status%c2%85",
  ]));
