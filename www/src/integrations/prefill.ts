// A link that fills in the form of a new integration: `#/integrations/new?name=…&description=…&scopes=a,b&owner=sub_account:acme`.
// A link creates nothing: the user sees the form, and submits it.

import type { Integration, Level } from "../api/types";
import { links } from "../state/router.svelte";
import { words as t } from "./words";

/** A scope-token of RFC 6749 section 3.3. */
const SCOPE = /^[!#-[\]-~]{1,128}$/;

export interface Prefill {
  name: string;
  description: string;
  scopes: string[];
  level: Level;
  /** The sub-account's id; empty if none is named. */
  subAccount: string;
}

export function readPrefill(query: URLSearchParams): Prefill {
  const owner = query.get("owner") ?? "";
  const isOfAgency = owner === "agency" || owner.startsWith("agency:");
  return {
    name: (query.get("name") ?? "").slice(0, 100),
    description: (query.get("description") ?? "").slice(0, 1000),
    scopes: [...new Set((query.get("scopes") ?? "").split(/[\s,]+/))].filter((scope) => SCOPE.test(scope)).sort(),
    level: isOfAgency ? "agency" : "sub_account",
    subAccount: isOfAgency ? "" : owner.replace(/^sub_account:/, ""),
  };
}

/** A form with the values of an existing integration. */
export function duplicate({ name, description, scopes, owner }: Integration): string {
  const query = new URLSearchParams({
    name: t.create.copyOf(name).slice(0, 100),
    ...(description && { description }),
    ...(scopes.length > 0 && { scopes: scopes.join(",") }),
    owner: `${owner.level}:${owner.id}`,
  });
  return links.create(query.toString());
}
