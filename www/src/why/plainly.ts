// A refusal in people's words: what is missing, or whose id that is, and what to do.

import type { Integration, Owners } from "../api/types";
import type { Explanation } from "../core";
import { words as t } from "./words";

/** The scopes that an integration lacks for what was explained: of several ways, the one that takes the fewest. */
export function missing({ code, operation }: Explanation, of: Integration): string[] {
  const access = operation?.access;
  if (code !== "missing_scopes" || typeof access !== "object") return [];
  const ways = access.any_of
    .filter((one) => one.level === of.owner.level)
    .map((one) => one.scopes.filter((scope) => !of.scopes.includes(scope)));
  return ways.sort((a, b) => a.length - b.length)[0] ?? [];
}

/** The owner among those that are known whose id a path or query names, and which is not `own`. */
export function named(target: string, own: string, owners: Owners | null): { id: string; name: string } | null {
  const values = target.split(/[/?&=]/).map(decoded);
  const known = [...(owners?.sub_accounts ?? []), ...(owners?.agency ? [owners.agency] : [])];
  const found = known.find(({ id }) => id !== own && values.includes(id));
  return found ? { id: found.id, name: found.name ?? found.id } : null;
}

/** One or two sentences, where there is more to say than why it is refused. */
export function plainly(
  explanation: Explanation,
  of: Integration,
  ofName: string,
  target: string,
  owners: Owners | null,
): string {
  const lacking = missing(explanation, of);
  if (lacking.length > 0) return t.needs(lacking, of.name, of.scopes.length);
  if (explanation.code !== "wrong_owner") return "";
  const other = named(target, of.owner.id, owners);
  return other ? t.anotherOwner(other.name, other.id, ofName, of.owner.id) : t.unknownOwner(ofName, of.owner.id);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
