// Documents that were chosen, and the names by which the registry keeps them: their titles.

import { Problem, UNEXPECTED } from "../api/problem";
import { loadCore } from "../core";
import { words as t } from "./words";

export interface ChosenFile {
  key: number;
  file: string;
  /** `info.title` as a name; null where the text cannot be read. */
  title: string | null;
  text: string;
  /** Why the text cannot be read. */
  fault: string | null;
}

const UNTITLED = "untitled";
const MAX_NAME = 200;
/** What the gate takes at once. */
const MAX_BYTES = 8 * 1024 * 1024;

/** A title as the registry writes it into a name. */
export function nameOf(title: string): string {
  return (
    title
      .replace(/\p{Cc}/gu, " ")
      .trim()
      .slice(0, MAX_NAME) || UNTITLED
  );
}

/** The name of each: its title, or, where several have one title, the name of its file; numbered where even those are alike. */
export function named(files: ChosenFile[]): { name: string; file: ChosenFile }[] {
  const used = new Set<string>();
  return files.map((file) => {
    const isShared = files.some((other) => other !== file && other.title === file.title);
    const wanted = file.title === null || isShared ? file.file : file.title;
    let name = wanted;
    for (let n = 2; used.has(name); n++) name = `${wanted} (${n})`;
    used.add(name);
    return { name, file };
  });
}

/** Files that were chosen beside those that are there, of which one is replaced by another of its name. */
export async function withChosen(
  known: ChosenFile[],
  picked: File[],
): Promise<{ files: ChosenFile[]; replaced: ChosenFile[] }> {
  const replaced = known.filter((one) => picked.some((file) => file.name === one.file));
  const kept = known.filter((one) => !replaced.includes(one));
  const bytes = [...kept.map((file) => file.text.length), ...picked.map((file) => file.size)].reduce(
    (sum, size) => sum + size,
    0,
  );
  if (bytes > MAX_BYTES) throw new Problem(UNEXPECTED, { title: t.tooLarge, detail: t.formats });
  const read = await Promise.all(picked.map(readFile));
  return { files: [...kept, ...read].sort((a, b) => a.file.localeCompare(b.file, "en")), replaced };
}

let nextKey = 0;

async function readFile(file: File): Promise<ChosenFile> {
  const text = await file.text().catch(() => {
    throw new Problem(UNEXPECTED, { title: t.notRead, detail: t.notReadDetail });
  });
  const core = await loadCore();
  try {
    return { key: nextKey++, file: file.name, text, title: nameOf(await core.documentTitle(text)), fault: null };
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return { key: nextKey++, file: file.name, text, title: null, fault: message.replace(/^documents\[0\]: /, "") };
  }
}
