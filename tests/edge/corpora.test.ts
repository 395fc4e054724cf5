// Paths from outside, each below an operation that the token may use: as a URL carries them, and below the URL layer.
// Whatever is forwarded is what was judged, and no careless reader finds another path in it.
import { env } from "cloudflare:test";
import { afterEach, beforeAll, describe, expect, it } from "vitest";

import { switches } from "./main.ts";
import { GATE, askWith } from "./support/gate.ts";
import { received, targetOf } from "./support/recorder.ts";
import { acme, publishDemo } from "./support/world.ts";
import { putPolicy } from "./support/sign.ts";

const answer = await env.CORPORA.fetch("http://disk/");
const corpora: Record<string, string[]> = answer.ok ? await answer.json() : {};

/** The most parameters that a template may have. */
const MOST_PARAMETERS = 25;

/** Whatever is below /open/, at any depth, for whoever may read contacts; nothing else. */
const operations = Array.from({ length: MOST_PARAMETERS }, (_, last) => ({
  method: "GET",
  path: `/open${Array.from({ length: last + 1 }, (_, n) => `/{p${n}}`).join("")}`,
  access: { any_of: [{ level: "sub_account", scopes: ["contacts.readonly"] }] },
}));

let token: string;

beforeAll(async () => {
  await publishDemo();
  ({ token } = await acme());
  const policy = { v: 1, rev: 1, operations, owner_parameters: { agency: [], sub_account: [] } };
  await putPolicy(policy);
  switches.env = { ...env, ORIGIN: env.RECORDER };
});

afterEach(() => {
  switches.rawTarget = undefined;
});

/** What is written where a corpus has a placeholder. */
const paths = (line: string) => {
  const filled = line.replaceAll("{FILE}", "etc/passwd");
  return [`/open/${filled}`, `/open${filled.startsWith("/") ? "" : "/"}${encodeURI(filled.toWellFormed())}`];
};

/** The segments that a careless reader makes of a path: decoded again and again, and with the dots resolved. */
function readCarelessly(path: string): string[] {
  let text = path;
  for (let times = 0; times < 4; times += 1) {
    text = text.replace(/(%[0-9a-f]{2})+/gi, decoded).replaceAll("\\", "/");
  }
  const segments: string[] = [];
  for (const segment of text
    .split(/[?#\0]/)[0]!
    .split("/")
    .map((part) => part.split(";")[0]!)) {
    if (segment.trim() === "..") segments.pop();
    else if (segment !== "" && segment.trim() !== ".") segments.push(segment.trim());
  }
  return segments;
}

function decoded(escapes: string): string {
  const bytes = escapes
    .split("%")
    .slice(1)
    .map((digits) => parseInt(digits, 16));
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(new Uint8Array(bytes));
}

/** Asks, and tells whether it was granted; then exactly `target` reached the origin, and it is where it seems to be. */
async function isGranted(target: string, ask: () => Promise<Response>): Promise<boolean> {
  const response = await ask();
  const text = await response.text();
  if (response.status !== 200) {
    expect([400, 403, 404, 405], `${target}: ${text}`).toContain(response.status);
    return false;
  }
  expect(targetOf(JSON.parse(text).url)).toBe(target);
  const path = target.split("?")[0]!;
  const read = readCarelessly(path);
  expect(read[0], `${target} leads to ${read}`).toBe("open");
  expect(read.length, `${target} is read as ${read}`).toBe(path.split("/").filter(Boolean).length);
  return true;
}

async function count(all: string[], ask: (path: string) => Promise<boolean | undefined>) {
  const counts = { granted: 0, refused: 0, unsendable: 0 };
  await received();
  for (const path of all) {
    const granted = await ask(path);
    counts[granted === undefined ? "unsendable" : granted ? "granted" : "refused"] += 1;
  }
  expect(await received()).toHaveLength(counts.granted);
  return counts;
}

describe.skipIf(!answer.ok)(`../shared/corpora${answer.ok ? "" : " is absent: SKIPPED"}`, () => {
  const files = Object.entries(corpora);

  it("has lines", () => {
    expect(files.map(([, lines]) => lines.length).reduce((sum, length) => sum + length, 0)).toBeGreaterThan(3000);
  });

  it.each(files)("%s, as a URL carries it", async (_, lines) => {
    const { granted, refused } = await count(lines.flatMap(paths), async (path) => {
      if (!URL.canParse(`${GATE}${path}`)) return undefined;
      const carried = targetOf(new URL(`${GATE}${path}`).href.split("#")[0]!);
      return isGranted(carried, () => askWith(token, path));
    });
    expect(granted + refused).toBeGreaterThan(lines.length);
  });

  it.each(files)("%s, below the URL layer", async (_, lines) => {
    const { refused, unsendable } = await count([...lines, ...lines.flatMap(paths)], async (path) => {
      // Before its path a URL ends with its authority: what does not begin so is no path there either.
      if (!path.startsWith("/")) return undefined;
      switches.rawTarget = path;
      return isGranted(path.split("#")[0]!, () => askWith(token, "/"));
    });
    expect(refused + unsendable).toBeGreaterThan(lines.length);
  });
});
