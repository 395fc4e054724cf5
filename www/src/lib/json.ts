/** The first key that an object of this JSON repeats, or null. `JSON.parse` would take the last of them. */
export function repeatedKey(json: string): string | null {
  const objects: Set<unknown>[] = [];
  for (const [token, string, isKey] of json.matchAll(/[{}]|("(?:[^"\\]|\\.)*")(\s*:)?/g)) {
    if (token === "{") objects.push(new Set());
    else if (token === "}") objects.pop();
    else if (isKey && string) {
      const key = String(JSON.parse(string));
      if (objects.at(-1)?.has(key)) return key;
      objects.at(-1)?.add(key);
    }
  }
  return null;
}
