// What real routers take a segment for: each handles `/0/export` beside `/0/:id`, and answers which of the two it chose; the same for
// other literals. tests/corpus/routers.json has the segments that some router takes for the literal; the gate is held against it in
// tests/gate/hostile/readers.rs. The rules of Rails, ASP.NET and Sinatra stand there as data.
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
/** ASCII; a space; a letter whose lower case depends on where it stands; one that can be written as a letter and an accent. */
const LITERALS = ["export", "all items", "οδός", "café"];

/** A text as it stands in a segment. */
const encoded = (text) => encodeURIComponent(text).replace(/%(2B|3A|40|2C|3D|24|26)/g, decodeURIComponent);

/** Segments that resemble a literal, as they stand in a path. */
function segmentsOf(literal) {
  const word = encoded(literal);
  const capitals = encoded(literal.toUpperCase());
  const capitalized = encoded(literal[0].toUpperCase() + literal.slice(1));
  const texts = [
    literal.toLowerCase(),
    literal.normalize("NFD"),
    literal.toUpperCase().normalize("NFD"),
    ...[...literal].map(
      (letter, at) => literal.slice(0, at) + letter.toUpperCase() + literal.slice(at + letter.length),
    ),
    ...["+", "-", "_", ""].map((other) => literal.replace(" ", other)),
    literal.replace("ς", "σ"),
    `ſ${literal}`,
    `${literal}s`,
    literal.slice(0, -1),
    "x",
  ];
  const segments = [
    word,
    capitals,
    capitalized,
    word.replace("x", "%58"),
    ...texts.map(encoded),
    ...[".json", ".json.gz", ".%20", "%20.json", `.${word}`].map((end) => word + end),
    `${capitals}.JSON`,
    `json.${word}`,
    ...ENDS.flatMap((end) => [word + end, end + word, end + word + end, capitalized + end]),
  ];
  return [...new Set(segments.filter((segment) => !segment.startsWith("/")))];
}

/** One letter for another, as .NET's `OrdinalIgnoreCase` compares. */
const capital = (letter) => (letter.toUpperCase().length === 1 ? letter.toUpperCase() : letter);
/** What these routers take a segment for. */
const RULES = {
  /** `(.:format)` at the end. */
  "Rails, by its rules": (literal, segment) =>
    decodeURIComponent(segment)
      .replace(/\/$/, "")
      .replace(/^(.*?)(\.[^./?]+)?$/, "$1") === literal,
  /** Without case, and without white space, dots and slashes at the end. */
  "ASP.NET, by its rules": (literal, segment) => {
    const compared = (text) => [...text.replace(/[\s./]+$/, "")].map(capital).join("");
    return compared(decodeURIComponent(segment)) === compared(literal);
  },
  /** A space of the route is also written as `+`. */
  "Sinatra, by its rules": (literal, segment) =>
    [segment, segment.replaceAll("+", " ")].some((one) => decodeURIComponent(one) === literal),
};

const express = (make) => async () => {
  const app = make();
  for (const [at, literal] of LITERALS.entries()) {
    app.get(`/${at}/${encoded(literal)}`, (_, response) => response.send("literal"));
    app.get(`/${at}/:id`, (_, response) => response.send("id"));
  }
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
    for (const [at, literal] of LITERALS.entries()) {
      app.get(`/${at}/${literal}`, async () => "literal");
      app.get(`/${at}/:id`, async () => "id");
    }
    await app.listen({ port: 0, host: "127.0.0.1" });
    return { port: app.server.address().port, close: () => app.close() };
  };
}

function honoWith(options) {
  return async () => {
    const app = new Hono(options);
    for (const [at, literal] of LITERALS.entries()) {
      app.get(`/${at}/${literal}`, (context) => context.text("literal"));
      app.get(`/${at}/:id`, (context) => context.text("id"));
    }
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

/** By literal, the segments that a router takes for it. */
async function taken(start) {
  const { port, close } = await start();
  const found = {};
  for (const [at, literal] of LITERALS.entries()) {
    found[literal] = [];
    for (const segment of segmentsOf(literal)) {
      if ((await ask(port, `/${at}/${segment}`)) === "literal") found[literal].push(segment);
    }
  }
  await close();
  return found;
}

const byRules = (takes) =>
  Object.fromEntries(
    LITERALS.map((literal) => [literal, segmentsOf(literal).filter((segment) => takes(literal, segment))]),
  );

if (process.argv.includes("--write")) {
  const routers = Object.fromEntries(Object.entries(RULES).map(([name, takes]) => [name, byRules(takes)]));
  for (const [name, start] of Object.entries(ROUTERS)) routers[name] = await taken(start);
  const about =
    "By router and literal: the segments that it takes for the literal, as they stand in a path. Made by `cargo xtask parsers`.";
  writeFileSync(FILE, `${JSON.stringify({ about, routers }, null, 1)}\n`);
} else {
  const { routers } = JSON.parse(readFileSync(FILE, "utf8"));
  for (const [name, start] of Object.entries(ROUTERS)) {
    test(`${name} takes nothing for a literal that tests/corpus/routers.json lacks`, async () => {
      const found = await taken(start);
      for (const literal of LITERALS) {
        assert.ok(found[literal].length > 0, `not even ${literal} itself`);
        assert.deepEqual(
          found[literal].filter((segment) => !routers[name][literal].includes(segment)),
          [],
        );
      }
    });
  }
}
