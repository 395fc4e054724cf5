// The page's own small functions (www/src/lib): what is pasted, how time is told, how a history is read.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";

// What is shown follows the viewer's zone and language.
process.env.TZ = "UTC";
Object.defineProperty(globalThis, "navigator", { value: { languages: ["en-US"] } });
const { curl, history, json, text, time, tokens } = await bundled();

async function bundled() {
  const names = ["curl", "history", "json", "text", "time", "tokens"];
  const contents = names.map((name) => `export * as ${name} from "./${name}";`).join("\n");
  const resolveDir = fileURLToPath(new URL("../../www/src/lib", import.meta.url));
  const { outputFiles } = await build({ stdin: { contents, resolveDir }, bundle: true, format: "esm", write: false });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
}

const pasted = [
  ["GET /contacts/", "GET", "/contacts/", null],
  ["delete /contacts/1", "DELETE", "/contacts/1", null],
  ["/contacts/?a=b", "GET", "/contacts/?a=b", null],
  ["POST https://api.example.com/contacts/", "POST", "/contacts/", null],
  ["curl https://api.example.com", "GET", "/", null],
  ["curl https://api.example.com?x=1", "GET", "/?x=1", null],
  ["curl -s http://localhost:8787/a/b#fragment", "GET", "/a/b", null],
  ["curl -X PUT 'https://h/a b'", "PUT", "/a b", null],
  ["curl -XPATCH --url https://h/x", "PATCH", "/x", null],
  ["curl --request=DELETE https://h/x", "DELETE", "/x", null],
  [`curl https://h/x -d '{"a":1}'`, "POST", "/x", null],
  ["curl -G https://h/x -d a=b", "GET", "/x?a=b", null],
  ["curl api.example.com/contacts/", "GET", "/contacts/", null],
  ["curl -s https://h/x | jq ./a", "GET", "/x", null],
  ["curl https://h/x 2>/dev/null >> a/b", "GET", "/x", null],
  ["curl -I https://h/x", "HEAD", "/x", null],
  [`curl https://h/x \\\n  -H "Authorization: Bearer pit_abc"`, "GET", "/x", "pit_abc"],
  ["curl https://h/x \\\r\n -H 'authorization:  bearer   pit_abc '", "GET", "/x", "pit_abc"],
  ["curl -H 'Authorization: pit_abc' https://h/x", "GET", "/x", "pit_abc"],
  ["curl -s https://h/x -H @- <<'END'\nAuthorization: Bearer pit_abc\nEND", "GET", "/x", "pit_abc"],
  ["curl -X PUT -H @- https://h/x << END\nAuthorization: pit_abc\nEND\n", "PUT", "/x", "pit_abc"],
  ["curl -H 'Accept: */*' -o out.json -A agent https://h/x", "GET", "/x", null],
  ["curl https://h/a/..%2fb//c", "GET", "/a/..%2fb//c", null],
];

test("a method with a path, or a curl command, is read as it stands", () => {
  for (const [input, method, target, credential] of pasted) {
    assert.deepEqual(curl.readPasted(input), { method, target, credential }, input);
  }
});

test("what is neither is not guessed at", () => {
  const neither = ["", "   ", "curl", "curl -s", "hello out there", "3 /x", "hello"];
  // No address, several of them, or one that is not all in the command.
  const unclear = ["localhost", "https://h/x https://h/y", "--unheard-of a/b https://h/x", "-K a https://h/x"];
  const files = ["-T f https://h/x/", "-G -d @f https://h/x", "-G --data-urlencode n@f https://h/x"];
  for (const input of [...neither, ...[...unclear, ...files].map((options) => `curl ${options}`)]) {
    assert.equal(curl.readPasted(input), null, JSON.stringify(input));
  }
});

test("a curl command is read as curl sends it", async (t) => {
  const answers = [];
  const server = createServer(({ method, url, headers }, answer) => {
    // Some versions write %2a.
    const target = url.replace(/%\w\w/g, (escape) => escape.toUpperCase());
    answers.push({ method, target, credential: headers.authorization?.replace("Bearer ", "") ?? null });
    answer.end();
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  const cwd = mkdtempSync(join(tmpdir(), "tidegate-"));
  writeFileSync(join(cwd, "f"), "");
  t.after(() => (server.close(), rmSync(cwd, { recursive: true })));
  for (const options of [
    "-sX POST URL",
    "-sXPATCH URL",
    "-sSLH 'Authorization: pit_abc' URL",
    "-D f URL",
    "-T f URL",
    "--max-redirs 3 URL",
    "--oauth2-bearer pit_abc URL",
    "-A Mozilla/5.0 -e http://other/ URL",
    "-sI URL",
    "-d a=b --data-raw @c URL",
    "-G -d locationId=x -d c=d+e URL?q=1",
    "-sGd locationId=x URL?",
    "-G --data-urlencode 'a=b&c d~*/é' --data-urlencode =x=y --data-urlencode z URL",
  ]) {
    const command = `curl ${options}`;
    const sent = command.replace("URL", `http://127.0.0.1:${server.address().port}/x`);
    await promisify(execFile)("sh", ["-c", sent], { cwd });
    assert.deepEqual(curl.readPasted(command.replace("URL", "https://h/x")), answers.at(-1), command);
  }
  assert.equal(answers.length, 13);
});

const now = Date.parse("2026-11-22T12:00:00Z");
const after = (seconds) => new Date(now + seconds * 1000).toISOString();

test("times are told as people tell them", () => {
  const told = [0, 2, 5, -44, -60, -3600, -86_400, -5 * 86_400, -90 * 86_400, 7 * 86_400].map((at) =>
    time.relative(after(at), now),
  );
  assert.deepEqual(told, [
    "just now",
    "just now",
    "in a moment",
    "just now",
    "1 minute ago",
    "1 hour ago",
    "1 day ago",
    "5 days ago",
    "3 months ago",
    "in 7 days",
  ]);
});

test("a length of days is not told as a day of the calendar", () => {
  const told = [-33, 35, -48, 48].map((hours) => time.relative(after(hours * 3600), now));
  assert.deepEqual(told, ["1 day ago", "in 1 day", "2 days ago", "in 2 days"]);
});

/** A rotation that began just now, with these ends of its window and of its integration. */
const rotation = (window, end) => ({
  expires_at: end,
  tokens: [
    { n: 2, use: "current", created_at: after(0) },
    { n: 1, use: "outgoing", created_at: after(-86_400), expires_at: window },
  ],
});

test("a token stops at the end of its window or of its integration, whichever comes first", () => {
  const ends = (integration) => integration.tokens.map((token) => tokens.endOf(token, integration));
  assert.deepEqual(ends(rotation(after(100))), [undefined, after(100)]);
  assert.deepEqual(ends(rotation(after(100), after(50))), [after(50), after(50)]);
  assert.deepEqual(ends(rotation(after(100), after(200))), [after(200), after(100)]);
  assert.equal(tokens.endOf(undefined, rotation(after(100), after(50))), after(50));
  // Moments are compared, not texts.
  assert.equal(
    tokens.endOf({ expires_at: "2026-11-22T12:00:00.500Z" }, { expires_at: "2026-11-22T12:00:00Z" }),
    "2026-11-22T12:00:00Z",
  );
});

test("a rotation can be extended as long as there is a later minute within 30 days of its begin", () => {
  const [days, minute] = [86_400, 60];
  assert.ok(tokens.canExtend(rotation(after(7 * days))));
  assert.ok(tokens.canExtend(rotation(after(30 * days - minute))));
  assert.ok(!tokens.canExtend(rotation(after(30 * days))));
  const begunWithin = rotation(after(30 * days));
  begunWithin.tokens[0].created_at = after(30);
  assert.ok(!tokens.canExtend(begunWithin), "half a minute is no minute");
});

test("a moment of another year has its year", () => {
  const told = (at) => time.moment(at, now);
  assert.match(told("2029-03-01T12:00:00Z"), /^Thursday, March 1, 2029 /);
  assert.match(told("2025-11-22T12:00:00Z"), /^Saturday, November 22, 2025 /);
  assert.doesNotMatch(told("2026-03-01T12:00:00Z"), /2026/);
});

test("five past midnight is 00:05 in every engine", () => {
  const at = new Date(2026, 10, 22, 0, 5);
  assert.equal(time.timeOfDay(at), "00:05");
  assert.match(time.moment(at), /\b00:05\b/);
  assert.match(time.exact(at), /\b00:05:00\b/);
});

test("a countdown leaves out what is nothing at its front, and ends at nothing", () => {
  const counted = [604_800, 86_399, 60, 9, 0, -5].map((left) => time.countdown(after(left), now));
  assert.deepEqual(counted, ["7 d 0 h 0 m", "23 h 59 m", "1 m 0 s", "9 s", "0 s", "0 s"]);
});

test("a window's length is told in the largest unit that fits it exactly", () => {
  assert.deepEqual([60, 3600, 86_400, 604_800, 5400, 61].map(time.length), [
    "1 minute",
    "1 hour",
    "1 day",
    "7 days",
    "90 minutes",
    "61 seconds",
  ]);
});

test("a day ends where the viewer is", () => {
  const ends = (zone, day) => {
    const before = process.env.TZ;
    process.env.TZ = zone;
    try {
      return time.endOfDay(day);
    } finally {
      if (before === undefined) delete process.env.TZ;
      else process.env.TZ = before;
    }
  };
  assert.equal(ends("UTC", "2026-03-05"), "2026-03-05T23:59:59Z");
  assert.equal(ends("America/New_York", "2026-03-05"), "2026-03-06T04:59:59Z");
  assert.equal(ends("Asia/Tokyo", "2026-03-05"), "2026-03-05T14:59:59Z");
  assert.equal(ends("Europe/Amsterdam", "2026-03-29"), "2026-03-29T21:59:59Z", "a day of 23 hours");
  assert.deepEqual([ends("UTC", ""), ends("UTC", "2026-13-01")], [null, null]);
});

test("a key that stands twice is found where it does, and nowhere else", () => {
  const found = (text) => {
    JSON.parse(text);
    return json.repeatedKey(text);
  };
  const once = [
    "{}",
    '{"a": {"a": "a"}, "b": [{"a": 1}, {"a": "a:"}, "a", ["a"]], "c": "\\"a\\": {"}',
    '{"": "{", "a": "\\\\"}',
  ];
  for (const text of once) assert.equal(found(text), null, text);
  const twice = ['{"a": 1, "b": 2, "a" : 3}', '{"x": [{"a": {}, "b": "}", "a": []}]}', '{"a": 1, "\\u0061": 2}'];
  for (const text of twice) assert.equal(found(text), "a", text);
  assert.equal(found('{"__proto__": 1, "__proto__": 2}'), "__proto__");
});

test("a name is typed right where it looks right, whatever cannot be seen in it", () => {
  assert.ok(text.looksLike("Zapier sync", "Zapier sync"));
  assert.ok(text.looksLike("abc", "\u202eabc\u202c"));
  assert.ok(text.looksLike("a b", "a\u00a0b"));
  assert.ok(!text.looksLike("zapier sync", "Zapier sync"));
  assert.ok(!text.looksLike("", "Zapier sync"));
});

const integration = { created_at: after(0) };
const event = (seq, at, kind, detail = {}) => ({
  seq,
  at: after(at),
  actor: "owner-key",
  actor_name: null,
  kind,
  detail,
});
const seconds = (lives) =>
  lives.map(({ n, from, outgoingFrom, to }) =>
    [n, from, outgoingFrom, to].map((at, place) => (place === 0 || at === null ? at : (at - now) / 1000)),
  );

test("every token's life is read from the events, newest first as they come", () => {
  const events = [
    event(6, 400, "rotation.started", { expire: "now", n: 4 }),
    event(5, 300, "rotation.finished"),
    event(4, 200, "rotation.started", { expire: "later", n: 3, expires_at: after(9999) }),
    event(3, 150, "rotation.cancelled"),
    event(2, 100, "rotation.started", { expire: "later", n: 2, expires_at: after(9999) }),
    event(1, 0, "integration.created"),
  ];
  assert.deepEqual(seconds(history.lives(events, integration)), [
    [1, 0, 200, 300],
    [2, 100, null, 150],
    [3, 200, null, 400],
    [4, 400, null, null],
  ]);
});

test("of a history that is not loaded to its beginning, the token that lived then is drawn", () => {
  const tokens = [
    { n: 3, use: "outgoing" },
    { n: 4, use: "current" },
  ];
  const edits = [event(8, 20, "integration.edited"), event(9, 30, "integration.edited")];
  assert.deepEqual(seconds(history.lives(edits, { ...integration, tokens })), [[4, 20, null, null]]);
  const rotated = event(10, 40, "rotation.started", {
    expire: "later",
    n: 4,
    outgoing: 3,
    ended: [],
    expires_at: after(99),
  });
  assert.deepEqual(seconds(history.lives([rotated, ...edits], { ...integration, tokens })), [
    [3, 20, 40, 99],
    [4, 40, null, null],
  ]);
});

test("a window that passed by itself ended its token, and a deletion ends what lives", () => {
  const events = [
    event(1, 0, "integration.created"),
    event(2, 100, "rotation.started", { expire: "later", n: 2, expires_at: after(200) }),
    event(3, 300, "rotation.started", { expire: "later", n: 3, expires_at: after(1000) }),
    event(4, 500, "integration.deleted"),
  ];
  assert.deepEqual(seconds(history.lives(events, integration)), [
    [1, 0, 100, 200],
    [2, 100, 300, 500],
    [3, 300, null, 500],
  ]);
});
