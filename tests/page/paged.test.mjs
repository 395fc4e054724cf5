// A list that is loaded page by page (www/src/state/paged.svelte.ts).
import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { withRunes } from "./runes.mjs";

const { Paged } = await bundled();

async function bundled() {
  const entryPoints = [fileURLToPath(new URL("../../www/src/state/paged.svelte.ts", import.meta.url))];
  const { outputFiles } = await build({ entryPoints, ...withRunes });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
}

/** A list, and the questions that wait for an answer. */
function listed() {
  const waiting = [];
  const list = new Paged(
    () => new Promise((resolve) => waiting.push(resolve)),
    ({ id }) => id,
  );
  const answer = (items, total = items.length) => waiting.shift()({ items, cursor: null, total });
  return { list, answer };
}

const ana = { id: "ana", rev: 1 };
const bo = { id: "bo", rev: 1 };

/** A list of both, of which is asked a second time. */
async function askedAgain() {
  const { list, answer } = listed();
  const first = list.reload();
  answer([ana, bo]);
  await first;
  return { list, answer, second: list.reload() };
}

test("an answer to a question from before a change does not undo the change", async () => {
  const { list, answer, second } = await askedAgain();
  list.replace({ id: "ana", rev: 2 });
  list.remove(bo);
  assert.deepEqual([list.items, list.total], [[{ id: "ana", rev: 2 }], 1]);
  answer([ana, bo]);
  await second;
  assert.deepEqual([list.items, list.total], [[{ id: "ana", rev: 2 }], 1]);
});

test("an answer that has the change already is shown as it is, and so is the next question's", async () => {
  const { list, answer, second } = await askedAgain();
  list.remove(bo);
  answer([ana]);
  await second;
  assert.deepEqual([list.items, list.total], [[ana], 1]);
  const third = list.reload();
  answer([{ id: "ana", rev: 3 }, bo]);
  await third;
  assert.deepEqual([list.items, list.total], [[{ id: "ana", rev: 3 }, bo], 2]);
});

test("a refresh takes the first page anew and keeps the later ones, as far as they join it", async () => {
  const waiting = [];
  const list = new Paged(
    (cursor) => new Promise((resolve, reject) => waiting.push({ cursor, resolve, reject })),
    (id) => id,
  );
  const answered = async (asked, items, cursor) => {
    waiting.shift().resolve({ items, cursor, total: 9 });
    await asked;
    return [list.items, list.cursor];
  };
  await answered(list.reload(), [8, 7], "to 7");
  assert.deepEqual(await answered(list.refresh(), [9, 8], "to 8"), [[9, 8, 7], "to 7"]);
  assert.deepEqual(await answered(list.more(), [6, 5], "to 5"), [[9, 8, 7, 6, 5], "to 5"]);
  assert.deepEqual(await answered(list.refresh(), [9, 7], "to 7"), [[9, 7, 6, 5], "to 5"], "one is gone");
  assert.deepEqual(await answered(list.refresh(), [5, 9], "to 9"), [[5, 9, 7, 6], "to 5"], "one has moved");
  const failing = list.refresh();
  waiting.shift().reject(new Error("lost"));
  await failing;
  assert.deepEqual(await answered(list.retry(), [9, 7], "to 7"), [[9, 7, 6], "to 5"], "tried again");
  assert.deepEqual(await answered(list.refresh(), [20, 19], "to 19"), [[20, 19], "to 19"], "no later one joins it");
  assert.deepEqual(await answered(list.refresh(), [], null), [[], null]);
});
