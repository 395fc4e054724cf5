// Documents that were chosen, and the names by which the registry keeps them: their titles.

import { Problem, UNEXPECTED } from "../api/problem";
import { byName } from "../lib/text";
import { loadCore } from "../core";
import { words as t } from "./words";

export interface ChosenFile {
  key: number;
  file: string;
  /** `info.title` as a name; null if the text cannot be read. */
  title: string | null;
  text: string;
  /** The part of it that is published; null if the text cannot be read. */
  source: unknown;
  /** How long that is, in bytes. */
  bytes: number;
  /** Why the text cannot be read. */
  fault: string | null;
}

const UNTITLED = "untitled";
const MAX_NAME = 200;
/** The most that the gate takes at once, minus room for the settings. */
const MAX_BYTES = 8 * 1024 * 1024 - 64 * 1024;
/** The most that is read of a file; the rules read no longer document. */
const MAX_FILE_BYTES = 16 * 1024 * 1024;

/** A title as the registry writes it into a name. */
export function nameOf(title: string): string {
  return (
    title
      .replace(/\p{Cc}/gu, " ")
      .trim()
      .slice(0, MAX_NAME) || UNTITLED
  );
}

/** The name of each: its title, or the name of its file if several share a title; numbered if even those are equal. */
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

/** Adds chosen files to the present ones. A file replaces another of the same name. */
export async function withChosen(
  known: ChosenFile[],
  picked: File[],
): Promise<{ files: ChosenFile[]; replaced: ChosenFile[] }> {
  const replaced = known.filter((one) => picked.some((file) => file.name === one.file));
  const kept = known.filter((one) => !replaced.includes(one));
  const tooLarge = new Problem(UNEXPECTED, { title: t.tooLarge, detail: t.formats });
  if (picked.some((file) => file.size > MAX_FILE_BYTES)) throw tooLarge;
  const read = await Promise.all(picked.map(readFile));
  const files = [...kept, ...read].sort((a, b) => byName(a.file, b.file));
  if (files.reduce((sum, file) => sum + file.bytes, 0) > MAX_BYTES) throw tooLarge;
  return { files, replaced };
}

let nextKey = 0;

async function readFile(file: File): Promise<ChosenFile> {
  const bytes = await file.arrayBuffer().catch(() => {
    throw new Problem(UNEXPECTED, { title: t.notRead, detail: t.notReadDetail });
  });
  const core = await loadCore();
  let text = "";
  try {
    text = await core.fileText(new Uint8Array(bytes));
    const title = nameOf(await core.documentTitle(text));
    const source = await core.documentSource(text);
    const length = new TextEncoder().encode(source).length;
    return { key: nextKey++, file: file.name, text, source: JSON.parse(source), bytes: length, title, fault: null };
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    const unread = { source: null, bytes: 0, title: null };
    return { key: nextKey++, file: file.name, text, ...unread, fault: message.replace(/^documents\[0\]: /, "") };
  }
}
