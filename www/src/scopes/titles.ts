// Names of scopes for people: those of the documents, otherwise made from the technical names, which are shown beside them.

import type { CatalogueEntry } from "../api/types";
import { words as t } from "./words";

/** "customMenus" or "custom-menus" as "Custom menus". */
export function spelled(name: string): string {
  const words = name
    .replace(/([a-z\d])([A-Z])/g, "$1 $2")
    .split(/[\s/._-]+/)
    .filter(Boolean)
    .join(" ");
  const lower = /^[A-Z]{2,}/.test(words) ? words : words.toLowerCase();
  return lower.charAt(0).toUpperCase() + lower.slice(1);
}

/** The name of a group of scopes for people. */
export const areaTitle = ({ name, title }: { name: string; title?: string | undefined }) => title ?? spelled(name);

/** "Read contacts". If the scope is about a part of its area, the part follows: "Change conversations: message". */
export function scopeTitle(entry: Pick<CatalogueEntry, "scope" | "group" | "title" | "access">): string {
  const { scope, group, title, access } = entry;
  const rest = scope.startsWith(group) ? scope.slice(group.length) : scope;
  const part = rest
    .split(/[/.]/)
    .filter((word) => word && !/^(read(only)?|write|readwrite|all|full)$/i.test(word))
    .join(" ");
  return t.scopes.title_of(access, title ?? spelled(group).toLowerCase(), part && spelled(part).toLowerCase());
}
