// Calls of the admin API (www/src/api/http.ts), to a server whose connection breaks.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const { http, problem } = await bundled();

async function bundled() {
  const contents = 'export * as http from "./http"; export * as problem from "./problem";';
  const resolveDir = fileURLToPath(new URL("../../www/src/api", import.meta.url));
  const { outputFiles } = await build({ stdin: { contents, resolveDir }, bundle: true, format: "esm", write: false });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
}

const [answers, began] = [[], []];
/** Answers with the beginning of a body, or that the session has ended. */
const server = createServer((request, answer) => {
  if (request.url.includes("/session")) {
    answer.writeHead(401, { "content-type": "application/json" }).end("{}");
    return;
  }
  answer.writeHead(201, { "content-type": "application/json", "content-length": 100 });
  answer.write('{"id": "in');
  answers.push(answer);
});
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
after(() => {
  server.closeAllConnections();
  server.close();
});

// A browser knows where the page is; Node does not.
const { fetch } = globalThis;
globalThis.fetch = async (path, options) => {
  const answer = await fetch(`http://127.0.0.1:${server.address().port}${path}`, options);
  setImmediate(() => began.shift()()); // when the page reads the body
  return answer;
};

/** Makes a call, and does something while its body is on its way. */
function meanwhile(call, act) {
  began.push(act);
  return call();
}

test("a body that breaks off is no answer, whatever the status says", async () => {
  const signal = new AbortController().signal;
  for (const call of [
    () => http.ask("POST", "/integrations", { body: {} }),
    () => http.askText("/policy/compiled"),
    () => http.askPart("/events", signal),
  ])
    await assert.rejects(
      meanwhile(call, () => answers.shift().destroy()),
      (thrown) => thrown instanceof problem.Problem && thrown.status === problem.UNREACHABLE,
    );
});

test("an ended session is noticed by each call but those about one's own", async () => {
  let noticed = 0;
  http.onSessionEnd(async () => {
    noticed += 1;
    throw new problem.Problem(401, {});
  });
  const refused = (method, path) =>
    assert.rejects(
      meanwhile(
        () => http.ask(method, path),
        () => {},
      ),
      { status: 401 },
    );
  await refused("GET", "/session");
  await refused("DELETE", "/session");
  assert.equal(noticed, 0);
  await refused("GET", "/sessions?limit=50");
  await refused("DELETE", "/sessions/1");
  assert.equal(noticed, 2);
});

test("a body that the page itself no longer wants is none of its problems", async () => {
  const leaving = new AbortController();
  const call = () => http.ask("GET", "/people", { signal: leaving.signal });
  await assert.rejects(
    meanwhile(call, () => leaving.abort()),
    { name: "AbortError" },
  );
});
