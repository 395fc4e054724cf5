import { locale } from "./language";

const number = new Intl.NumberFormat(locale);
const plural = new Intl.PluralRules(locale);

export const count = (amount: number) => number.format(amount);

/** "1 operation", "2 operations". */
export function amount(of: number, one: string, many = `${one}s`): string {
  return `${count(of)} ${plural.select(of) === "one" ? one : many}`;
}

/** "a, b and c". */
export function list(words: string[]): string {
  return new Intl.ListFormat(locale, { type: "conjunction" }).format(words);
}

/** "a, b or c". */
export function either(words: string[]): string {
  return new Intl.ListFormat(locale, { type: "disjunction" }).format(words);
}

/** In the order of the language's alphabet. */
export const byName = (a: string, b: string) => a.localeCompare(b, locale);

// Marks that turn the direction of text or choose a letter's variant, and other characters that cannot be seen or typed.
const UNSEEN = /[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Cc}]/gu;

/** Whether two texts look alike to somebody who types one of them off the screen. */
export function looksLike(a: string, b: string): boolean {
  const plain = (text: string) => text.normalize("NFKC").replace(UNSEEN, "").replace(/\s+/g, " ").trim();
  return plain(a) === plain(b);
}

/** Whether anything of it can be seen. */
export function isVisible(text: string): boolean {
  return !looksLike(text, "");
}

export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
