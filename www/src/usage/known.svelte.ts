import { Loaded } from "../state/loaded.svelte";
import { timeOfDay } from "../lib/time";
import { words as t } from "./words";

/** Something that the usage stores tell. Where they do not answer, it says since when nothing is known, and never shows zeros. */
export class Known<T> extends Loaded<T> {
  #answeredAt: number | null = null;

  override async reload(): Promise<void> {
    await super.reload();
    if (!this.problem && this.isAsked) this.#answeredAt = Date.now();
  }

  /** That nothing is known, and since when; empty while something is. */
  readonly missing = $derived.by(() => {
    if (!this.problem) return "";
    return this.#answeredAt === null ? t.noData : t.noDataSince(timeOfDay(this.#answeredAt));
  });
}
