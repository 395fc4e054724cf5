// node tests/parsers/write.mjs: writes tests/corpus/parsers.json afresh. All parsers must be installed.
import { writeFileSync } from "node:fs";
import { WANTED } from "./names.mjs";
import { FOREIGN, OWN, PARSERS, readBy } from "./read.mjs";

const read = (wanted) =>
  Object.keys(PARSERS).map((parser) => {
    const names = readBy(parser, wanted);
    if (names === null) throw new Error(`${parser} is not installed`);
    return [parser, names];
  });
const parameters = Object.fromEntries(WANTED.map((wanted) => [wanted, Object.fromEntries(read(wanted))]));
const about =
  "By parameter and parser: the names that it reads as the parameter, as they stand in a query. Made by `cargo xtask parsers`.";
const file = new URL("../corpus/parsers.json", import.meta.url);
writeFileSync(file, `${JSON.stringify({ about, own: OWN, foreign: FOREIGN, parameters }, null, 1)}\n`);
