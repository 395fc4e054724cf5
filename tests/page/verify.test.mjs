// The code that the page and docs/webhooks.md give to whoever receives webhooks: run by each language's own interpreter, on the vectors
// that Standard Webhooks has published and on what differs from them.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = new URL("../../", import.meta.url);
const path = (name) => fileURLToPath(new URL(`www/src/webhooks/verify/${name}`, ROOT));
const text = (name) => readFileSync(new URL(name, ROOT), "utf8");

/** As in src/webhooks/signature.rs: from the specification's text and from the tests of its reference libraries. */
const PUBLISHED = [
  {
    secret: "whsec_plJ3nmyCDGBKInavdOK15jsl",
    id: "msg_loFOjxBNrRLzqYUf",
    at: 1_731_705_121,
    body: '{"event_type":"ping","data":{"success":true}}',
    signature: "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=",
  },
  {
    secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
    at: 1_614_265_330,
    body: '{"test": 2432232314}',
    signature: "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  },
];

function signed(secret, id, at, body) {
  const key = Buffer.from(secret.replace("whsec_", ""), "base64");
  return `v1,${createHmac("sha256", key).update(`${id}.${at}.${body}`).digest("base64")}`;
}

const call = ({ secret, id, at, body, signature }, change = {}) => ({
  secret,
  headers: { "webhook-id": id, "webhook-timestamp": String(at), "webhook-signature": signature, ...change.headers },
  body: change.body ?? body,
  now: at + (change.later ?? 0),
});

/** The same text but for one character. */
const altered = (text, at) => text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1);

const [first] = PUBLISHED;
const { signature } = first;
const international = { ...first, body: '{"name":"Zoë – 寿司"}' };
international.signature = signed(first.secret, first.id, first.at, international.body);
const other = "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
const header = (name, value) => ({ headers: { [name]: value } });

/** What is asked, and whether it is genuine. */
const CALLS = [
  ...PUBLISHED.map((vector) => [call(vector), true]),
  [call(international), true],
  [call(first, { later: 299 }), true],
  [call(first, { later: -299 }), true],
  [call(first, header("webhook-signature", `${other} ${signature}`)), true],
  [call(first, header("webhook-signature", `v1a,unknown ${signature} ${other}`)), true],
  // Every character of the signature counts, those too that base64 would read alike.
  ...[...signature].map((_, at) => [call(first, header("webhook-signature", altered(signature, at))), false]),
  [call(first, header("webhook-signature", signature.slice(0, -1))), false],
  [call(first, header("webhook-signature", `${signature}=`)), false],
  [call(first, header("webhook-signature", signature.replace("v1,", ""))), false],
  [call(first, header("webhook-signature", other)), false],
  [call(first, header("webhook-signature", "")), false],
  [call(first, header("webhook-id", `${first.id}x`)), false],
  [call(first, header("webhook-id", "")), false],
  [call(first, header("webhook-timestamp", String(first.at + 1))), false],
  [call(first, header("webhook-timestamp", `${first.at}.0`)), false],
  [call(first, header("webhook-timestamp", "")), false],
  [call(first, { body: `${first.body} ` }), false],
  [call({ ...first, secret: PUBLISHED[1].secret }), false],
  [call(first, { later: 301 }), false],
  [call(first, { later: -301 }), false],
];

/** Reads the calls from standard input, and prints for each the event, or null where it was refused. */
const LANGUAGES = {
  JavaScript: {
    file: "verify.mjs",
    run: (file) => [
      process.execPath,
      "--input-type=module",
      "-e",
      `import { readFileSync } from "node:fs";
       import { verify } from ${JSON.stringify(file)};
       const answers = JSON.parse(readFileSync(0, "utf8")).map(({ secret, headers, body, now }) => {
         try { return verify(secret, headers, Buffer.from(body), now); } catch { return null; }
       });
       console.log(JSON.stringify(answers));`,
    ],
  },
  Python: {
    file: "verify.py",
    run: (file) => [
      "python3",
      "-B",
      "-c",
      `import json, sys
namespace = {}
exec(open(${JSON.stringify(file)}).read(), namespace)
def answer(call):
    try:
        return namespace["verify"](call["secret"], call["headers"], call["body"].encode(), call["now"])
    except ValueError:
        return None
print(json.dumps([answer(call) for call in json.load(sys.stdin)]))`,
    ],
  },
  Ruby: {
    file: "verify.rb",
    run: (file) => [
      "ruby",
      "-E",
      "UTF-8",
      "-e",
      `require ${JSON.stringify(file)}
answers = JSON.parse($stdin.read).map do |call|
  verify(call["secret"], call["headers"], call["body"], call["now"])
rescue RuntimeError
  nil
end
puts JSON.generate(answers)`,
    ],
  },
  PHP: {
    file: "verify.php",
    run: (file) => [
      "php",
      "-r",
      `require ${JSON.stringify(file)};
       $answers = array_map(function ($call) {
         try { return verify($call["secret"], $call["headers"], $call["body"], $call["now"]); } catch (RuntimeException $e) { return null; }
       }, json_decode(stream_get_contents(STDIN), true));
       echo json_encode($answers);`,
    ],
  },
};

for (const [language, { file, run }] of Object.entries(LANGUAGES)) {
  test(`${language} takes what was signed, and nothing else`, (t) => {
    const [program, ...options] = run(path(file));
    if (spawnSync(program, ["--version"]).error) return t.skip(`${program} is not installed`);
    const input = JSON.stringify(CALLS.map(([asked]) => asked));
    const { status, stdout, stderr } = spawnSync(program, options, { input, encoding: "utf8" });
    assert.equal(status, 0, stderr);
    const expected = CALLS.map(([{ body }, isGenuine]) => (isGenuine ? JSON.parse(body) : null));
    assert.deepEqual(JSON.parse(stdout), expected);
  });

  test(`docs/webhooks.md has the ${language} code as it is`, () => {
    const code = text(`www/src/webhooks/verify/${file}`);
    assert.ok(text("docs/webhooks.md").includes(`\n${code}\`\`\``), `docs/webhooks.md does not hold ${file}`);
  });
}
