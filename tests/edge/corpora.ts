// The attack strings of ../shared/corpora, which this repository does not contain. Runs in Node.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const DIRECTORY = fileURLToPath(new URL("../../../shared/corpora/", import.meta.url));

/** Answers with the lines of each corpus by its file's name, or with 404 where there are none. */
export function corpora(): Response {
  const read = (name: string) => readFileSync(`${DIRECTORY}${name}`, "utf8");
  const lines = (name: string) =>
    read(name)
      .split("\n")
      .filter((line) => line !== "");
  try {
    const urls = JSON.parse(read("urltestdata.json")).filter((entry: unknown) => typeof entry === "object");
    return Response.json({
      "directory_traversal.txt": lines("directory_traversal.txt"),
      "traversals-8-deep-exotic-encoding.txt": lines("traversals-8-deep-exotic-encoding.txt"),
      "blns.json": JSON.parse(read("blns.json")),
      "urltestdata.json": urls.flatMap(({ input, pathname, href }: any) => [input, pathname, href]).filter(Boolean),
    });
  } catch {
    console.warn(`SKIPPED: paths from outside, since ${DIRECTORY} is not there`);
    return new Response(`${DIRECTORY} is not there`, { status: 404 });
  }
}
