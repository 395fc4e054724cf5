import { untrack } from "svelte";
import { Problem } from "../api/problem";

/** Something that is loaded: pending, present or failed. An older answer never replaces a newer one. */
export class Loaded<T> {
  value = $state.raw<T | null>(null);
  problem = $state.raw<Problem | null>(null);
  isLoading = $state(false);
  /** Whether an answer came, of either kind: null may be one. */
  isAsked = $state(false);
  #latest = 0;

  constructor(private readonly load: () => Promise<T>) {}

  async reload(): Promise<void> {
    const mine = ++this.#latest;
    this.isLoading = true;
    try {
      const value = await this.load();
      if (mine !== this.#latest) return;
      this.value = value;
      this.problem = null;
    } catch (thrown) {
      if (mine === this.#latest) this.problem = Problem.from(thrown);
    } finally {
      if (mine === this.#latest) [this.isLoading, this.isAsked] = [false, true];
    }
  }

  /** Loads it, unless it is present or pending. An effect that calls this does not run again when that changes. */
  ensure(): void {
    if (untrack(() => this.value === null && !this.isLoading)) void this.reload();
  }

  clear(): void {
    this.#latest++;
    this.value = null;
    this.problem = null;
    this.isLoading = false;
    this.isAsked = false;
  }

  /** Takes a value that came with another answer. */
  set(value: T): void {
    this.#latest++;
    this.value = value;
    this.problem = null;
    this.isLoading = false;
  }
}
