// In which language the page speaks, and how it writes dates and numbers: chosen once, before anything is shown.

export const LANGUAGES = { en: "English", nl: "Nederlands" } as const;
export type Language = keyof typeof LANGUAGES;

const CHOSEN = "tidegate-language";
const isKnown = (name: string): name is Language => name in LANGUAGES;
const base = (tag: string) => tag.split("-")[0] ?? "";

/** As the browser prefers them. */
const preferred: readonly string[] = globalThis.navigator?.languages ?? ["en-US"];

function chosen(): Language {
  try {
    const kept = globalThis.localStorage?.getItem(CHOSEN) ?? "";
    if (isKnown(kept)) return kept;
  } catch {
    // Where nothing can be kept, the browser's choice holds.
  }
  return preferred.map(base).find(isKnown) ?? "en";
}

export const language: Language = chosen();
/** The browser's own variant of the language: `en-GB` writes 24 November, `en-US` November 24. */
export const locale: string = preferred.find((tag) => base(tag) === language) ?? { en: "en-US", nl: "nl-NL" }[language];

/** Takes another language from the next time on that the page is loaded. */
export function speak(to: Language): void {
  globalThis.localStorage?.setItem(CHOSEN, to);
}

/** `rtl` for languages that are written from the right. */
export function direction(tag: string): "ltr" | "rtl" {
  const RIGHT_TO_LEFT = ["ar", "dv", "fa", "he", "ks", "ps", "sd", "ug", "ur", "yi"];
  return RIGHT_TO_LEFT.includes(base(tag)) ? "rtl" : "ltr";
}
