// Names that some parser could take for an owner's or a condition's: made, not collected.

/** The parameters that are tried: a plain name, one with an underscore (PHP makes it of other characters), a condition's. */
export const WANTED = ["locationId", "location_id", "altType"];

const encoded = (byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;

/** Whether a query may hold it as it is; `&` would end the pair. */
const isPlain = (byte) => byte > 0x20 && byte < 0x7f && byte !== 0x23 && byte !== 0x26;

const ASCII = [...Array(128).keys()];
/** Every ASCII character as it is, where a query can hold it, and encoded. */
const CHARACTERS = ASCII.flatMap((byte) =>
  isPlain(byte) ? [String.fromCharCode(byte), encoded(byte)] : [encoded(byte)],
);
/** Every ASCII character encoded twice, and as old ASP.NET reads it. */
const ENCODED_TWICE = ASCII.flatMap((byte) => [`%25${encoded(byte).slice(1)}`, `%u00${encoded(byte).slice(1)}`]);

/** What stands around a name or in it, `@` being the name. */
const SHAPES = [
  "@",
  "[@]",
  "[@",
  "@]",
  "[[@]]",
  "[[@",
  "]@",
  "][@]",
  "[][@]",
  "[@][]",
  "[@][x]",
  "[x]@",
  "[x][@]",
  "x[@]",
  "x[@][]",
  "x[@][y]",
  "x[y][@]",
  "x][@]",
  "@[]",
  "@[0]",
  "@[x]",
  "@[x][y]",
  "@[",
  "@[[",
  "@[]]",
  "@[0",
  "@[]x",
  "@[0].x",
  "@.",
  "@.0",
  "@.x",
  "@..x",
  ".@",
  "..@",
  "x.@",
  "x.@.y",
  "[.@]",
  "[@].x",
  "@.[x]",
  "@[.x]",
  "[@.x]",
  "x[.@]",
  "%5B@%5D",
  "%5B@",
  "[@%5D",
  "%5B%5B@%5D%5D",
  "@%5B%5D",
  "@%5B0%5D",
  "@%5B0]",
  "x%5B@%5D",
  "@%2E0",
  "@%252E0",
  "x%2E@",
  "@%5B",
  "%5D@",
  "[%00@]",
  "@%00[x]",
  "%00@",
  "@%00",
  "@%00x",
  "[@]%00",
  "@[%00]",
  "[ @]",
  "%20@",
  "+@",
  "@+",
  "[+@]",
  "%EF%BB%BF@",
  "@%E2%80%8B",
  "%C2%A0@",
  "%FF@",
  "@%FF",
  "@[=]",
  "@=[",
  "[=@]",
  "[@=]",
  "x;@",
  ";@",
  "x=1;@",
  "@;x",
];

/** Case, and letters that fold to others. */
const lookAlikes = (name) => [
  name.toLowerCase(),
  name.toUpperCase(),
  name[0].toUpperCase() + name.slice(1),
  name.replaceAll("I", "%C4%B0"),
  name.replaceAll("i", "%C4%B1"),
  [...name].map((letter) => encoded(letter.codePointAt(0))).join(""),
];

/** All names that are tried for one wanted name, as they stand in a query. */
export function names(name) {
  const inner = name.includes("_") ? name.indexOf("_") : name.search(/[A-Z]/);
  const beside = (text) => [
    text + name,
    name + text,
    name.slice(0, inner) + text + name.slice(inner),
    name.slice(0, inner) + text + name.slice(inner + 1),
  ];
  const nested = (text) => [text + name + text, `[${text}${name}]`, `${name}[${text}]`, `${text}[${name}]`];
  const made = [...CHARACTERS, ...ENCODED_TWICE].flatMap(beside).concat(CHARACTERS.flatMap(nested));
  return [...new Set([...SHAPES.map((shape) => shape.replace("@", name)), ...lookAlikes(name), ...made])];
}
