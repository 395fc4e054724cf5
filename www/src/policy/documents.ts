// The names by which the registry keeps documents: their titles.

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
const LONGEST = 200;

/** A title as the registry writes it into a name. */
export function nameOf(title: string): string {
  return title.replace(/\p{Cc}/gu, " ").trim().slice(0, LONGEST) || UNTITLED;
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
