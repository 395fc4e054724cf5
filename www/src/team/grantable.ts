// Which scopes somebody can add to an integration, as they are typed: by lines, spaces or commas.

/** The entries; null where nothing is typed, which stands for every scope. */
export function entriesOf(text: string): string[] | null {
  const entries = text.split(/[\s,]+/).filter((entry) => entry !== "");
  return entries.length === 0 ? null : entries;
}

/** As they are shown for typing. */
export const textOf = (grantable: readonly string[] | null | undefined): string => (grantable ?? []).join("\n");
