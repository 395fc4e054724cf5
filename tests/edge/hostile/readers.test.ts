// Classes 30 to 32 and 36 of docs/security.md, in workerd: what parsers, routers and readers of JSON take for something else.
import { expect, it } from "vitest";

import parsers from "../../corpus/parsers.json";
import { problem } from "../support/gate.ts";
import { askRaw } from "../support/hostile.ts";
import { gateWithRecorder } from "../support/recorded.ts";
import { onlyReceived, received } from "../support/recorder.ts";

gateWithRecorder();

it("class 30: what a parser reads as the owner is never granted", async () => {
  const names = [...new Set(Object.values(parsers.parameters.locationId).flat())];
  expect(names.length).toBeGreaterThan(500);
  for (const name of names) {
    for (const query of [`locationId=acme&${name}=globex`, `${name}=globex&locationId=acme`]) {
      const answer = await askRaw(`/contacts/?${query}`);
      await answer.arrayBuffer();
      expect([400, 403], query).toContain(answer.status);
    }
  }
  expect(await received()).toEqual([]);
});

it("class 30: the refusal names the other parameter", async () => {
  const { detail } = await problem(
    await askRaw("/contacts/?locationId=acme&[locationId]=globex"),
    400,
    "ambiguous-owner",
  );
  expect(detail).toContain('"[locationId]" in the query is read as locationId');
  expect(await received()).toEqual([]);
});

it("class 31: what a router may take for another operation is judged as both", async () => {
  const { operation } = await problem(await askRaw("/contacts/%20"), 400, "ambiguous-operation");
  expect(operation).toBe("GET /contacts/");
  expect(await received()).toEqual([]);
  expect((await askRaw("/contacts/%20?locationId=acme")).status).toBe(200);
  expect((await onlyReceived()).url).toContain("/contacts/%20?locationId=acme");
});

it("class 32: a public operation compares the owner of who sends a token", async () => {
  await problem(await askRaw("/status?locationId=globex"), 403, "wrong-owner");
  expect((await askRaw("/status?locationId=acme")).status).toBe(200);
  expect((await onlyReceived()).url).toContain("/status?locationId=acme");
});
