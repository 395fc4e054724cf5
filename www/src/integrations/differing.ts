import type { Edit, Integration } from "../api/types";
import { sameScopes, without } from "../lib/scopes";
import { exact } from "../lib/time";
import { words as scopesWords } from "../scopes/words";
import { words as tokensWords } from "../tokens/words";
import type { Line } from "../ui/Conflict.svelte";
import { words as t } from "./words";

const signed = (now: string[], before: string[]) => [
  ...without(now, before).map((one) => `+ ${one}`),
  ...without(before, now).map((one) => `− ${one}`),
];

/** The fields that my edit or theirs has changed, each with both values. */
export function differing(base: Integration, theirs: Integration, mine: Edit): Line[] {
  const lines: Line[] = [];
  if (mine.name !== undefined || theirs.name !== base.name)
    lines.push({ label: t.create.name, theirs: [theirs.name], mine: [mine.name ?? theirs.name] });
  if (mine.description !== undefined || theirs.description !== base.description) {
    lines.push({
      label: t.create.description,
      theirs: [theirs.description || t.integration.none],
      mine: [(mine.description ?? theirs.description) || t.integration.none],
    });
  }
  if (mine.expires_at !== undefined || theirs.expires_at !== base.expires_at) {
    const shown = (at: string | null | undefined) => [at ? exact(at) : tokensWords.end.none];
    lines.push({
      label: tokensWords.end.label,
      theirs: shown(theirs.expires_at),
      mine: shown(mine.expires_at === undefined ? theirs.expires_at : mine.expires_at),
    });
  }
  if (mine.scopes !== undefined || !sameScopes(theirs.scopes, base.scopes)) {
    lines.push({
      label: scopesWords.scopes.title,
      theirs: signed(theirs.scopes, base.scopes),
      mine: signed(mine.scopes ?? theirs.scopes, base.scopes),
    });
  }
  return lines;
}
