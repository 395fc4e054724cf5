import { Problem } from "../api/problem";

/** Something that is done at most once at a time, and may fail. */
export class Attempt {
  isBusy = $state(false);
  /** What the last try ended with. */
  problem = $state.raw<Problem | null>(null);

  /** Does it, unless it is under way already. Gives what it gave, and undefined where it failed or was not begun. */
  async run<T>(what: () => Promise<T> | T): Promise<T | undefined> {
    if (this.isBusy) return undefined;
    this.isBusy = true;
    this.problem = null;
    try {
      return await what();
    } catch (thrown) {
      this.problem = Problem.from(thrown);
      return undefined;
    } finally {
      this.isBusy = false;
    }
  }
}
