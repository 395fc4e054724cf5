// How texts are searched: words in any order, whatever their case, and without the marks on letters, as src/text.rs does it.

const MARKS = /[\u0300-\u036f]/g;

/** "Müller" as "muller", "Straße" as "strasse". */
export function folded(text: string): string {
  return text.toLowerCase().toUpperCase().toLowerCase().normalize("NFD").replace(MARKS, "");
}

/** The words of what somebody typed. */
export const wordsOf = (search: string) => folded(search).split(/\s+/).filter(Boolean);

/** Whether every word is in one of the texts. */
export function matches(words: string[], ...texts: (string | undefined)[]): boolean {
  const text = folded(texts.filter(Boolean).join("\n"));
  return words.every((word) => text.includes(word));
}

export interface Piece {
  text: string;
  isHit: boolean;
}

/** A text in pieces, so that what was found can be marked. */
export function pieces(text: string, words: string[]): Piece[] {
  if (words.length === 0) return [{ text, isHit: false }];
  // Folding changes how long a letter is: each folded one knows which letter it came from.
  const letters = [...text];
  const from = letters.flatMap((letter, at) => Array.from(folded(letter), () => at));
  const whole = letters.map(folded).join("");
  const hits = new Set<number>();
  for (const word of words)
    for (let at = whole.indexOf(word); at >= 0; at = whole.indexOf(word, at + 1))
      for (let letter = at; letter < at + word.length; letter++) hits.add(from[letter] ?? -1);
  const found: Piece[] = [];
  letters.forEach((letter, at) => {
    const last = found.at(-1);
    if (last && last.isHit === hits.has(at)) last.text += letter;
    else found.push({ text: letter, isHit: hits.has(at) });
  });
  return found;
}
