// What can be done with an integration, by the names that the help pages give: the same in the list and in its own view.

import type { Integration } from "../api/types";
import { session } from "../session/session.svelte";
import { links, router } from "../state/router.svelte";
import { words as tokensWords } from "../tokens/words";
import type { Item } from "../ui/Menu.svelte";
import { duplicate } from "./prefill";
import { words as t } from "./words";

/** What asks before it is done. */
export type Action = "later" | "now" | "pause" | "delete";

/** `ask` opens the dialog of an action. What somebody may not do, and what is not possible now, is not offered. */
export function menu(of: Integration, ask: (action: Action) => void): Item[] {
  const items: (Item & { isOffered: boolean })[] = [
    { label: t.integrations.edit, icon: "edit", isOffered: may(of), act: () => router.go(links.edit(of.id)) },
    { label: tokensWords.rotate.later, icon: "rotate", isOffered: may(of) && canOverlap(of), act: () => ask("later") },
    { label: tokensWords.rotate.now, icon: "rotate", isOffered: may(of), act: () => ask("now") },
    { label: t.integrations.duplicate, icon: "copy", isOffered: may(of), act: () => router.go(duplicate(of)) },
    { label: t.integrations.why, icon: "question", isOffered: true, act: () => router.go(links.why(of.id)) },
    { label: t.life.pause, icon: "clock", isOffered: may(of) && !of.paused, act: () => ask("pause") },
    { label: t.integrations.remove, icon: "trash", danger: true, isOffered: may(of), act: () => ask("delete") },
  ];
  return items.filter((item) => item.isOffered);
}

const may = (of: Integration) => session.mayManage(of.owner);

/** Whether its token can live on beside a new one. */
export const canOverlap = (of: Integration) => of.state !== "rotating" && of.status !== "ended";
