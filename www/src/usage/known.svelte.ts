import { timeOfDay } from "../lib/time";
import { Loaded } from "../state/loaded.svelte";
import { told } from "../ui/problem";
import { words as t } from "./words";

/** An answer about use. Without an answer it says why, and since when nothing is known. It never shows zeros. */
export class Known<T> extends Loaded<T> {
  #answeredAt: number | null = null;

  /** `outdated` is called if what it asks about is over or deleted. */
  constructor(
    load: () => Promise<T>,
    private readonly outdated: () => unknown = () => {},
  ) {
    super(load);
  }

  override async reload(): Promise<void> {
    await super.reload();
    if (!this.problem && this.isAsked) this.#answeredAt = Date.now();
    if (this.problem?.status === 404 || this.problem?.status === 409) this.outdated();
  }

  /** The text for missing data, and since when; empty while there is data. */
  readonly missing = $derived.by(() => {
    if (!this.problem) return "";
    const why = this.problem.type === "usage-unavailable" ? t.storeSilent : told(this.problem).title;
    return this.#answeredAt === null ? t.noData(why) : t.noDataSince(timeOfDay(this.#answeredAt), why);
  });
}
