// What real routers take a segment for: each handles `/users/export` beside `/users/:id`, and answers which of the two it chose.
// tests/corpus/routers.json has the segments that some router takes for the literal; the gate is held against it in
// tests/gate/hostile/routers.rs. Rails' and ASP.NET's rules stand there as data.
//   node --test tests/parsers/routers.test.mjs
//   node tests/parsers/routers.test.mjs --write
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { request, createServer } from "node:http";
import { test } from "node:test";
import express5 from "express";
import express4 from "express-4";
import fastify from "fastify";
import { Hono } from "hono";

const FILE = new URL("../corpus/routers.json", import.meta.url);
const ENDS = [
  "%20",
  "%09",
  "%C2%A0",
  "%E2%80%8B",
  "%EF%BB%BF",
  "%C2%AD",
  "%E3%85%A4",
  ".",
  "-",
  "_",
  "~",
  "!",
  "$",
  "'",
  "(",
  ")",
  "*",
  "+",
  ",",
  "=",
  ":",
  "@",
  "/",
];
const WORD = "export";

/** Segments that resemble the literal, as they stand in a path. */
const SEGMENTS = [
  ...new Set(
    [
      WORD,
      "Export",
      "EXPORT",
      "eXport",
      "e%58port",
      "exports",
      "expor",
      "x",
      "export.json",
      "Export.JSON",
      "export.json.gz",
      "export.%20",
      "export%20.json",
      "%C5%BFexport",
      "export.export",
      "json.export",
      ...ENDS.flatMap((end) => [WORD + end, end + WORD, end + WORD + end, `Export${end}`]),
    ].filter((segment) => !segment.startsWith("/")),
  ),
];

/** Rails: `(.:format)` at the end; ASP.NET: without case, and without white space, dots and slashes at the end. */
const rails = (segment) => (/^export(\.[^./?]+)?\/?$/.test(decodeURIComponent(segment)) ? "export" : "id");
const aspNet = (segment) =>
  decodeURIComponent(segment)
    .toLowerCase()
    .replace(/[\s./]+$/, "") === WORD
    ? "export"
    : "id";

const express = (make) => async () => {
  const app = make();
  app.get("/users/export", (_, response) => response.send("export"));
  app.get("/users/:id", (_, response) => response.send("id"));
  return listening(createServer(app));
};

const ROUTERS = {
  "express 4": express(express4),
  "express 5": express(express5),
  fastify: fastifyWith({}),
  "fastify, without case and slash": fastifyWith({
    routerOptions: { caseSensitive: false, ignoreTrailingSlash: true },
  }),
  hono: honoWith({}),
  "hono, not strict": honoWith({ strict: false }),
};

function fastifyWith(options) {
  return async () => {
    const app = fastify(options);
    app.get("/users/export", async () => "export");
    app.get("/users/:id", async () => "id");
    await app.listen({ port: 0, host: "127.0.0.1" });
    return { port: app.server.address().port, close: () => app.close() };
  };
}

function honoWith(options) {
  return async () => {
    const app = new Hono(options);
    app.get("/users/export", (context) => context.text("export"));
    app.get("/users/:id", (context) => context.text("id"));
    return listening(
      createServer(async (incoming, outgoing) => {
        const answer = await app.fetch(new Request(`http://127.0.0.1${incoming.url}`));
        outgoing.end(await answer.text());
      }),
    );
  };
}

function listening(server) {
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve({ port: server.address().port, close: () => server.close() }));
  });
}

/** The path goes byte for byte. */
function ask(port, path) {
  return new Promise((resolve, reject) => {
    const sent = request({ port, host: "127.0.0.1", path, agent: false }, async (answer) => {
      let text = "";
      for await (const chunk of answer) text += chunk;
      resolve(text);
    });
    sent.on("error", reject).end();
  });
}

async function taken(start) {
  const { port, close } = await start();
  const found = [];
  for (const segment of SEGMENTS) if ((await ask(port, `/users/${segment}`)) === "export") found.push(segment);
  await close();
  return found;
}

const byRules = {
  "Rails, by its rules": SEGMENTS.filter((one) => rails(one) === "export"),
  "ASP.NET, by its rules": SEGMENTS.filter((one) => aspNet(one) === "export"),
};

if (process.argv.includes("--write")) {
  const routers = { ...byRules };
  for (const [name, start] of Object.entries(ROUTERS)) routers[name] = await taken(start);
  const about =
    "By router: the segments that it takes for the literal `export`, as they stand in a path. Made by `cargo xtask parsers`.";
  writeFileSync(FILE, `${JSON.stringify({ about, routers }, null, 1)}\n`);
} else {
  const { routers } = JSON.parse(readFileSync(FILE, "utf8"));
  for (const [name, start] of Object.entries(ROUTERS)) {
    test(`${name} takes nothing for the literal that tests/corpus/routers.json lacks`, async () => {
      const found = await taken(start);
      assert.ok(found.includes(WORD), "not even the literal");
      assert.deepEqual(
        found.filter((segment) => !routers[name].includes(segment)),
        [],
      );
    });
  }
}
