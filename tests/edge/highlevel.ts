// The documents of ../shared/highlevel, which this repository does not contain. Runs in Node.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const DIRECTORY = fileURLToPath(new URL("../../../shared/highlevel/openapi/", import.meta.url));

/** Answers with all documents as one JSON array, or with 404 where there are none. */
export function highlevel(): Response {
  let names: string[];
  try {
    names = readdirSync(DIRECTORY).filter((name) => name.endsWith(".json"));
  } catch {
    console.warn(`SKIPPED: the walk of a real API, since ${DIRECTORY} is not there`);
    return new Response(`${DIRECTORY} is not there`, { status: 404 });
  }
  const documents = names.sort().map((name) => readFileSync(`${DIRECTORY}${name}`, "utf8"));
  return new Response(`[${documents.join(",")}]`, { headers: { "content-type": "application/json" } });
}
