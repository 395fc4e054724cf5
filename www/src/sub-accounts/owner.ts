import type { Owner } from "../api/types";
import { owners } from "../state/known.svelte";
import { words as t } from "./words";

/** The name of an owner for people. */
export function ownerName(owner: Owner): string {
  if (owner.level === "agency") return owners.value?.agency?.name ?? t.owner.agency;
  return owners.value?.sub_accounts.find((one) => one.id === owner.id)?.name ?? owner.id;
}
