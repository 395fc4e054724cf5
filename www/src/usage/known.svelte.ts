import { Loaded } from "../state/loaded.svelte";
import { timeOfDay } from "../lib/time";
import { words as t } from "./words";

/** An answer of the usage stores. If they do not answer, it says since when nothing is known, and never shows zeros. */
export class Known<T> extends Loaded<T> {
  #answeredAt: number | null = null;

  override async reload(): Promise<void> {
    await super.reload();
    if (!this.problem && this.isAsked) this.#answeredAt = Date.now();
  }

  /** The text for missing data, and since when; empty while there is data. */
  readonly missing = $derived.by(() => {
    if (!this.problem) return "";
    return this.#answeredAt === null ? t.noData : t.noDataSince(timeOfDay(this.#answeredAt));
  });
}
