// What curl sends over real sockets, what real origins answer, and what comes of it through the built gate in workerd.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { gzipSync } from "node:zlib";

import { curl, gates, origin, rawOrigin, rawRequest, scratch } from "./support.mjs";

const KINDS = ["byUrl", "byBinding"];

/** Answers with what came: fields as they stood on the wire, and the body's length and digest. */
async function echo(request, response) {
  const hash = createHash("sha256");
  let length = 0;
  for await (const chunk of request) {
    hash.update(chunk);
    length += chunk.length;
  }
  response.setHeader("content-type", "application/json");
  response.end(
    JSON.stringify({
      method: request.method,
      url: request.url,
      fields: request.rawHeaders,
      length,
      sha256: hash.digest("hex"),
    }),
  );
}

const ROUTES = {
  "/any/etag": (request, response) => {
    const isKnown = request.headers["if-none-match"] === '"v1"' && request.headers["cache-control"] === undefined;
    response.writeHead(isKnown ? 304 : 200, { etag: '"v1"' }).end(isKnown ? undefined : "body");
  },
  "/any/cookies": (_, response) => {
    const cookies = ["a=1; Path=/", "__Host-tidegate=stolen; Path=/; Secure", "b=2"].flatMap((line) => [
      "Set-Cookie",
      line,
    ]);
    const zipped = gzipSync("zipped ".repeat(500));
    const fields = [
      "Content-Type",
      "text/plain",
      "Content-Encoding",
      "gzip",
      "Content-Length",
      String(zipped.length),
      "Clear-Site-Data",
      '"*"',
    ];
    response.writeHead(200, [...cookies, ...fields]).end(zipped);
  },
  "/any/slow-stream": (_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write("data: first\n\n");
    response.req.on("close", () => response.end());
  },
  "/any/reset": (request) => request.socket.resetAndDestroy(),
};

let server;
let running;

before(async () => {
  server = await origin((request, response) => (ROUTES[request.url.split("?")[0]] ?? echo)(request, response));
  running = await gates(server.address);
});

after(async () => {
  await running?.close();
  server?.close();
});

const valuesOf = (fields, name) => fields.filter((_, at) => at % 2 === 1 && fields[at - 1].toLowerCase() === name);

for (const kind of KINDS) {
  describe(kind, () => {
    const gate = () => running[kind];

    for (const [size, bytes] of [
      ["2 MB", 2_000_000],
      ["100 MB", 100_000_000],
    ]) {
      for (const [how, args] of [
        ["with its length", []],
        ["in chunks", ["--header", "Transfer-Encoding: chunked"]],
      ]) {
        test(`an upload of ${size} that waits for 100 Continue, ${how}`, async () => {
          const [file, content] = [join(scratch, `${bytes}`), Buffer.alloc(bytes, "tidegate")];
          writeFileSync(file, content);
          const expects = ["--header", "Expect: 100-continue", "--data-binary", `@${file}`];
          const answer = await curl(gate(), "/any/upload", ...args, ...expects);
          assert.equal(answer.status, 200, `${answer.error} ${answer.body}`);
          const { fields, length, sha256 } = JSON.parse(answer.body);
          assert.deepEqual([length, sha256], [bytes, createHash("sha256").update(content).digest("hex")]);
          assert.deepEqual(valuesOf(fields, "expect"), []);
          assert.deepEqual(valuesOf(fields, "content-length"), args.length === 0 ? [String(bytes)] : []);
        });
      }
    }

    test("a conditional request stays one", async () => {
      const answer = await curl(gate(), "/any/etag", "--header", 'If-None-Match: "v1"');
      assert.deepEqual([answer.status, answer.body], [304, ""]);
    });

    test("the origin hears of client and host from the gate alone", async () => {
      const claims = [
        "X-Forwarded-For: 198.51.100.7",
        "X-Forwarded-Host: evil.example",
        "Forwarded: host=evil.example",
        "X-Real-IP: 198.51.100.7",
      ];
      const answer = await curl(gate(), "/any/x", ...claims.flatMap((claim) => ["--header", claim]));
      const { fields } = JSON.parse(answer.body);
      assert.deepEqual(valuesOf(fields, "x-forwarded-host"), [new URL(gate().url).host]);
      assert.deepEqual(valuesOf(fields, "x-forwarded-proto"), ["http"]);
      assert.doesNotMatch(JSON.stringify(fields), /evil|198\.51/);
      for (const name of ["cache-control", "pragma", "authorization"])
        assert.deepEqual(valuesOf(fields, name), [], name);
    });

    // Whether the Worker sees `Connection`, and so what it names is taken out, depends on what stands before it.
    test("Connection names nothing of ours away, and two Cookie lines bring no session to the origin", async () => {
      const lines = [
        "GET /any/x HTTP/1.1",
        "Host: gate.example",
        `Authorization: Bearer ${gate().token}`,
        "Connection: close, X-Tidegate-Owner, X-Foo",
        "X-Foo: 1",
        "X-Tidegate-Owner: forged",
        "Cookie: a=1",
        "Cookie: __Host-tidegate=secret; b=2",
        "",
        "",
      ];
      const answer = await rawRequest(gate(), lines.join("\r\n"));
      const { fields } = JSON.parse(answer.slice(answer.indexOf("{"), answer.lastIndexOf("}") + 1));
      assert.deepEqual(valuesOf(fields, "x-tidegate-owner"), ["a"]);
      assert.deepEqual(
        valuesOf(fields, "connection").filter((value) => /x-/i.test(value)),
        [],
      );
      assert.deepEqual(valuesOf(fields, "cookie"), ["a=1; b=2"]);
    });

    // In these places the path would begin elsewhere, or the address would name another host.
    test("a host that is none reaches no origin", async () => {
      for (const host of ["üüüü.example", "üüüüüü", "u:p@gate.example", "gate.example, other.example"]) {
        const lines = ["GET /any/x HTTP/1.0", `Host: ${host}`, `Authorization: Bearer ${gate().token}`, "", ""];
        const answer = await rawRequest(gate(), lines.join("\r\n"));
        assert.match(answer, /^HTTP\/1\.[01] 400 /, host);
        assert.doesNotMatch(answer, /"fields"/, host);
      }
    });

    // The driver hands most requests' fields over as properties of an object, which cannot hold all that a field may be.
    test("odd names, bytes that are no UTF-8 and several lines of one name reach the origin as they came", async () => {
      const fields = [
        ["__proto__", "p"],
        ["constructor", "c"],
        ["7", "seven"],
        ["x-odd!#$%&'*+-.^_`|~", "o"],
        ["x-latin", "caf\xe9 \xff"],
        ["x-utf-8", Buffer.from("é \ufffd \ufeff").toString("latin1")],
        ["x-empty", ""],
        ["set-cookie", "a=1"],
        ["set-cookie", "b=2"],
      ];
      for (const sent of [fields, ...fields.map((field) => [field])]) {
        const lines = ["GET /any/x HTTP/1.0", "Host: gate.example"]; // closes without Connection, which would be looked at
        lines.push(
          `Authorization: Bearer ${gate().token}`,
          ...sent.map(([name, value]) => `${name}: ${value}`),
          "",
          "",
        );
        const answer = await rawRequest(gate(), Buffer.from(lines.join("\r\n"), "latin1"));
        const came = JSON.parse(answer.slice(answer.indexOf("{"), answer.lastIndexOf("}") + 1)).fields;
        for (const name of new Set(sent.map(([name]) => name))) {
          const values = sent.filter(([other]) => other === name).map(([, value]) => value);
          assert.deepEqual(valuesOf(came, name), values, name);
        }
        assert.deepEqual(valuesOf(came, "x-tidegate-owner"), ["a"]);
        assert.deepEqual(valuesOf(came, "authorization"), []);
      }
    });

    test("an answer with a cookie of ours loses it, and keeps its encoding", async () => {
      const answer = await curl(gate(), "/any/cookies", "--compressed");
      assert.equal(answer.body, "zipped ".repeat(500));
      const named = (name) =>
        answer.fields
          .map((line) => line.split(": "))
          .filter(([given]) => given.toLowerCase() === name)
          .map(([, value]) => value);
      assert.deepEqual(named("set-cookie"), ["a=1; Path=/", "b=2"]);
      assert.deepEqual(named("clear-site-data"), []);
      assert.deepEqual(named("content-encoding"), ["gzip"]);
    });

    test("a stream comes as it is made", async () => {
      const { url, token } = gate();
      const response = await fetch(`${url}/any/slow-stream`, { headers: { authorization: `Bearer ${token}` } });
      const reader = response.body.getReader();
      assert.equal(Buffer.from((await reader.read()).value).toString(), "data: first\n\n");
      await reader.cancel();
    });

    test("a connection that the origin resets after the request was sent: 502 that says so", async () => {
      for (const args of [[], ["--data-binary", "x=1"]]) {
        const { status, body } = await curl(gate(), "/any/reset", ...args);
        assert.equal(status, 502, body);
        assert.match(JSON.parse(body).detail, /may have taken effect/);
      }
    });
  });
}

/** Interim answers (RFC 9110, section 15.2) are passed over; whoever sends nothing after them has not answered. */
const STATUSES = {
  "103 and nothing after it": ["HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", 504],
  "103 and an answer": ["HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", 200],
  "100 and nothing after it": ["HTTP/1.1 100 Continue\r\n\r\n", 504],
  "101 to no upgrade": ["HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n", 502],
  1: ["HTTP/1.1 1 Odd\r\nContent-Length: 0\r\n\r\n", 502],
  199: ["HTTP/1.1 199 Odd\r\nContent-Length: 0\r\n\r\n", 504],
  600: ["HTTP/1.1 600 Odd\r\nContent-Length: 0\r\n\r\n", 502],
  999: ["HTTP/1.1 999 Odd\r\nContent-Length: 2\r\n\r\nok", 502],
  "no status": ["HTTP/1.1 ok\r\n\r\n", 502],
  "no HTTP": ["SSH-2.0-OpenSSH_9.2\r\n\r\n", 502],
  "too long a header field": [
    `HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Long: ${"a".repeat(2_000_000)}\r\n\r\nok`,
    502,
  ],
};

describe("an origin that answers with", () => {
  for (const [what, [bytes, expected]] of Object.entries(STATUSES)) {
    test(`${what}: ${expected} by either kind, and never silence`, async () => {
      const raw = await rawOrigin((socket) => socket.write(bytes));
      const both = await gates(raw.address, { ORIGIN_TIMEOUT_SECONDS: "5" });
      try {
        for (const kind of KINDS) {
          const { status, body } = await curl(both[kind], "/any/x");
          assert.equal(status, expected, `${kind}: ${body}`);
          if (expected !== 200) assert.match(JSON.parse(body).detail, /may have taken effect|took effect is not known/);
        }
      } finally {
        await both.close();
        raw.close();
      }
    });
  }
});
