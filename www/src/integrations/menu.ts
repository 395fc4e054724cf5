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
  const mayChange = session.mayChange(of.owner);
  const mayRevoke = session.mayManage(of.owner);
  const items: (Item & { isOffered: boolean })[] = [
    { label: t.integrations.edit, icon: "edit", isOffered: mayChange, act: () => router.go(links.edit(of.id)) },
    {
      label: tokensWords.rotate.later,
      icon: "rotate",
      isOffered: mayChange && canOverlap(of),
      act: () => ask("later"),
    },
    { label: tokensWords.rotate.now, icon: "rotate", isOffered: mayChange, act: () => ask("now") },
    { label: t.integrations.duplicate, icon: "copy", isOffered: mayChange, act: () => router.go(duplicate(of)) },
    { label: t.integrations.why, icon: "question", isOffered: true, act: () => router.go(links.why(of.id)) },
    { label: t.life.pause, icon: "clock", isOffered: mayRevoke && !of.paused, act: () => ask("pause") },
    { label: t.integrations.remove, icon: "trash", danger: true, isOffered: mayRevoke, act: () => ask("delete") },
  ];
  return items.filter((item) => item.isOffered);
}

/** Whether its token can live on beside a new one. */
export const canOverlap = (of: Integration) => of.state !== "rotating" && of.status !== "ended";
