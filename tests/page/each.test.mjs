// What is done with several integrations at once (www/src/integrations/each.ts): of each that failed, whether it was refused.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const { each, Problem } = await bundled();

async function bundled() {
  const contents = `
    export { each } from "./integrations/each.ts";
    export { Problem } from "./api/problem.ts";`;
  const resolveDir = fileURLToPath(new URL("../../www/src", import.meta.url));
  const { outputFiles } = await build({ stdin: { contents, resolveDir }, bundle: true, format: "esm", write: false });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
}

const ana = { id: "ana", rev: 1, name: "Ana" };
const bo = { id: "bo", rev: 1, name: "Bo" };
const cy = { id: "cy", rev: 1, name: "Cy" };

test("of what failed it is known whether the gate refused it: without an answer it may have been done", async () => {
  const answers = {
    ana: new Problem(412, { type: "urn:tidegate:problem:stale", title: "Changed", current: { ...ana, rev: 2 } }),
    bo: Problem.unreachable(),
    cy: new Problem(500, {}),
  };
  const failed = await each([ana, bo, cy], ({ id }) => Promise.reject(answers[id]));
  assert.deepEqual(
    failed.map(({ integration, isRefused }) => [integration.id, integration.rev, isRefused]),
    [
      ["ana", 2, true],
      ["bo", 1, false],
      ["cy", 1, false],
    ],
  );
  assert.ok(failed.every(({ said, integration }) => said.startsWith(`${integration.name}: `)));
});

test("one that fails does not keep the others from being done", async () => {
  const done = [];
  const failed = await each([ana, bo, cy], async ({ id }) => {
    if (id === "bo") throw new Problem(404, { title: "Not found" });
    done.push(id);
  });
  assert.deepEqual(done, ["ana", "cy"]);
  assert.deepEqual(
    failed.map(({ integration }) => integration),
    [bo],
  );
});
