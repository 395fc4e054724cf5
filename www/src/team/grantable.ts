// The scopes that a person can add to an integration, as typed: separated by line breaks, spaces or commas.

/** The entries; null if nothing is typed, which means every scope. */
export function entriesOf(text: string): string[] | null {
  const entries = text.split(/[\s,]+/).filter((entry) => entry !== "");
  return entries.length === 0 ? null : entries;
}

/** The text to edit. */
export const textOf = (grantable: readonly string[] | null | undefined): string => (grantable ?? []).join("\n");
