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

/** The short options that say what is sent. */
const LONG: Record<string, string> = {
  X: "request",
  H: "header",
  d: "data",
  F: "form",
  G: "get",
  I: "head",
  T: "upload-file",
};
const BODY = /^(data(-ascii|-binary|-raw|-urlencode)?|json|form(-string)?)$/;
/** All short options that take a value, and the long ones whose value may look like an address. */
const WITH_VALUE = new Set(
  `A b c C D e E K m o P Q r t u U w x Y y z request header url upload-file oauth2-bearer cacert capath cert config cookie
  cookie-jar doh-url dump-header etag-compare etag-save key netrc-file output output-dir pinnedpubkey preproxy proxy referer
  request-target trace trace-ascii unix-socket url-query user user-agent write-out`.split(/\s+/),
);
/** With them, what is sent is not all in the command. */
const ELSEWHERE = new Set(["K", "config", "request-target", "url-query"]);
/** What ends a command in a shell, or leads elsewhere. */
const SHELL = /^(\d?[<>]|[|&;])/;

/** Null too where several addresses are named: each would be another request. */
function readCurl(words: string[], text: string): Pasted | null {
  const all = [...options(words)];
  const values = (...names: string[]) => all.filter(([name]) => names.includes(name)).map(([, value]) => value);
  const isGiven = (name: string) => all.some(([given]) => given === name);
  // A value of an option that is not known here has no `/`, as a rule.
  const addresses = [...values("url"), ...values("").filter((word) => word.includes("/"))];
  const [address = ""] = addresses;
  const data = all.filter(([name]) => BODY.test(name));
  const query = isGiven("get") ? data.map(queried) : [];
  if (addresses.length !== 1 || !address.includes("/") || query.includes(null)) return null;
  if (all.some(([name]) => ELSEWHERE.has(name))) return null;
  if (isGiven("upload-file") && address.endsWith("/")) return null; // curl appends the file's name
  const credentials = values("header").map((header) => authorization(given(header, text)));
  const hasBody = data.length > 0 && !isGiven("get");
  const method = isGiven("head") ? "HEAD" : isGiven("upload-file") ? "PUT" : hasBody ? "POST" : "GET";
  const credential = [...values("oauth2-bearer"), ...credentials].filter((one) => one !== null).at(-1) ?? null;
  const read = pasted(values("request").at(-1) || method, address, credential);
  return { ...read, target: extended(read.target, query.join("&")) };
}

/** The options with their values, long names where they have both; and the other words, which have no name. */
function* options(words: string[]): Generator<[name: string, value: string]> {
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    if (SHELL.test(word)) return;
    const takes = (name: string) => BODY.test(name) || WITH_VALUE.has(name);
    const next = () => words[++at] ?? "";
    const [, long, joined] = /^--([a-z\d.-]+)(?:=(.*))?$/s.exec(word) ?? [];
    if (long !== undefined) yield [long, joined ?? (takes(long) ? next() : "")];
    else if (!/^-[^-]/.test(word)) yield ["", word];
    // `-sSXPOST` is `-s -S -X POST`.
    else
      for (let letter = 1; letter < word.length; letter++) {
        const name = LONG[word.charAt(letter)] ?? word.charAt(letter);
        yield [name, takes(name) ? word.slice(letter + 1) || next() : ""];
        if (takes(name)) break;
      }
  }
}

/** What `--get` makes of data: a part of the query; null if a file has it. */
function queried([name, value]: [string, string]): string | null {
  const at = value.indexOf("=");
  if (name !== "data-urlencode") return value.startsWith("@") && name !== "data-raw" ? null : value;
  if ((at < 0 ? value : value.slice(0, at)).includes("@")) return null;
  const encoded = new URLSearchParams([["", value.slice(at + 1)]]).toString().slice(1);
  return value.slice(0, at > 0 ? at + 1 : 0) + encoded.replaceAll("%7E", "~").replaceAll("*", "%2A");
}

function extended(target: string, query: string): string {
  if (query === "") return target;
  return target + (/[?&]$/.test(target) ? "" : target.includes("?") ? "&" : "?") + query;
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
  // Not by `URL`: that would repair what the gate has to judge as it is. curl takes an address without a scheme, too.
  const target = address.replace(/^([a-z][a-z0-9+.-]*:\/\/)?[^/?#]*/i, "").replace(/#.*$/s, "");
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
