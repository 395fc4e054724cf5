// What is done with several integrations at once (www/src/integrations): of each that failed, whether it was refused; their export.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const { csv, each, Problem } = await bundled();

async function bundled() {
  const contents = `
    export { csv } from "./integrations/csv.ts";
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

test("the export has each one's status as the gate says it: one that was paused before its end has ended", () => {
  const row = (fields) => ({
    ...ana,
    description: "",
    owner: { level: "agency", id: "a" },
    scopes: [],
    tokens: [],
    ...fields,
  });
  const rows = [
    { paused: false, status: "active" },
    { paused: true, status: "paused" },
    { paused: true, status: "ended" },
  ].map(row);
  const [heads, ...lines] = csv(rows, null)
    .trimEnd()
    .split("\r\n")
    .map((line) => line.split(","));
  assert.deepEqual(
    lines.map((cells) => cells[heads.indexOf("status")]),
    ["active", "paused", "ended"],
  );
});
