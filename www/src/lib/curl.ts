// What somebody pasted: a curl command, or a method and a path. It is read here and never sent anywhere as it is: a
// token in it stays in this function.

export interface Pasted {
  method: string;
  /** Path and query. */
  target: string;
  /** The credential in it, to find out whose it is. */
  credential: string | null;
}

const METHOD = /^[A-Za-z]+$/;
const ADDRESS = /^(\/|[a-z][a-z0-9+.-]*:\/\/)/i;

/** Null where neither can be found. */
export function readPasted(text: string): Pasted | null {
  const words = split(text.trim());
  if (words[0] === "curl") return readCurl(words.slice(1), text);
  const [first = "", second = ""] = words;
  if (METHOD.test(first) && ADDRESS.test(second)) return pasted(first, second, null);
  return words.length === 1 && ADDRESS.test(first) ? pasted("GET", first, null) : null;
}

/** Several of them, each beginning on a line of its own; null for each that can be read as neither. */
export function readAll(text: string): (Pasted | null)[] {
  const parts = text.split(/\n(?=\s*(?:curl\s|[A-Za-z]+\s+(?:\/|[a-z][a-z\d+.-]*:\/\/)|\/))/);
  return parts.filter((part) => part.trim() !== "").map(readPasted);
}

const WITH_VALUE = new Set([
  "-o",
  "-u",
  "-A",
  "-e",
  "-b",
  "-c",
  "-m",
  "-w",
  "-x",
  "--output",
  "--user",
  "--user-agent",
  "--max-time",
  "--connect-timeout",
  "--proxy",
  "--cacert",
  "--retry",
  "--cookie",
  "--referer",
  "--write-out",
]);
const BODY = new Set([
  "-d",
  "--data",
  "--data-raw",
  "--data-binary",
  "--data-urlencode",
  "--data-ascii",
  "--json",
  "-F",
  "--form",
]);

function readCurl(words: string[], text: string): Pasted | null {
  let method: string | null = null;
  let address: string | null = null;
  let credential: string | null = null;
  let hasBody = false;
  const rest = words.flatMap(separated);
  for (let at = 0; at < rest.length; at++) {
    const word = rest[at] ?? "";
    const value = () => rest[++at] ?? "";
    if (word.startsWith("<<")) break; // what follows goes to standard input
    if (word === "-X" || word === "--request") method = value();
    else if (word === "-H" || word === "--header") credential = authorization(given(value(), text)) ?? credential;
    else if (BODY.has(word)) [hasBody] = [true, value()];
    else if (word === "-G" || word === "--get") method ??= "GET";
    else if (word === "-I" || word === "--head") method = "HEAD";
    else if (word === "--url") address = value();
    else if (WITH_VALUE.has(word)) value();
    else if (!word.startsWith("-")) address ??= word;
  }
  return address === null ? null : pasted(method ?? (hasBody ? "POST" : "GET"), address, credential);
}

/** `--request=POST` and `-XPOST` as two words each. */
function separated(word: string): string[] {
  const long = /^(--[a-z-]+)=(.*)$/s.exec(word);
  if (long) return [long[1] ?? "", long[2] ?? ""];
  const short = /^(-[XHdFuoA])(.+)$/s.exec(word);
  return short ? [short[1] ?? "", short[2] ?? ""] : [word];
}

/** A header field as it stands; `@-` is the one on a line of its own, which curl reads from standard input. */
function given(header: string, text: string): string {
  return header === "@-" ? (/^authorization:.*$/im.exec(text)?.[0] ?? "") : header;
}

function authorization(header: string): string | null {
  const value = /^authorization:\s*(.*)$/is.exec(header)?.[1]?.trim();
  return value ? value.replace(/^bearer\s+/i, "") : null;
}

function pasted(method: string, address: string, credential: string | null): Pasted {
  // Not by `URL`: that would repair what the gate has to judge as it is.
  const target = address.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, "").replace(/#.*$/s, "");
  return {
    method: method.toUpperCase(),
    target: target.startsWith("?") || target === "" ? `/${target}` : target,
    credential,
  };
}

/** Splits as a shell does, as far as copied commands need it: quotes, `\` before a character or a line's end. */
function split(text: string): string[] {
  const words: string[] = [];
  let word: string | null = null;
  let quote = "";
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    const next = text.charAt(at + 1);
    if (quote === "'" ? character === "'" : quote === '"' && character === '"') quote = "";
    else if (quote === "'") word = (word ?? "") + character;
    else if (character === "\\") {
      if (next !== "\n" && !(next === "\r")) word = (word ?? "") + next;
      at += next === "\r" && text.charAt(at + 2) === "\n" ? 2 : 1;
    } else if (quote === '"') word = (word ?? "") + character;
    else if (character === "'" || character === '"') [quote, word] = [character, word ?? ""];
    else if (/\s/.test(character)) {
      if (word !== null) words.push(word);
      word = null;
    } else word = (word ?? "") + character;
  }
  if (word !== null) words.push(word);
  return words;
}
