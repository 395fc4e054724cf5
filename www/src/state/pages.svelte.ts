import { Problem } from "../api/problem";
import { Loaded } from "./loaded.svelte";

/** A page of a list, and where the next one begins. */
interface Page {
  cursor: string | null;
}

/** A list that is loaded page by page. `append` makes one page of what is there and what follows it. */
export class Pages<P extends Page> extends Loaded<P> {
  isLoadingMore = $state(false);
  moreProblem = $state.raw<Problem | null>(null);

  constructor(
    private readonly page: (cursor: string | null) => Promise<P>,
    private readonly append: (before: P, next: P) => P,
  ) {
    super(() => page(null));
  }

  async showMore(): Promise<void> {
    const before = this.value;
    if (!before?.cursor || this.isLoadingMore) return;
    this.isLoadingMore = true;
    this.moreProblem = null;
    try {
      const next = await this.page(before.cursor);
      // What was loaded afresh meanwhile begins at the top again.
      if (this.value === before) this.set(this.append(before, next));
    } catch (thrown) {
      this.moreProblem = Problem.from(thrown);
    } finally {
      this.isLoadingMore = false;
    }
  }
}
