import { Problem } from "../api/problem";
import { following } from "../api/stale";

/** A page of a list: its items, where the next page begins, and how many items all pages have. */
export interface Page<T> {
  items: T[];
  cursor: string | null;
  total: number;
}

/** A list that is loaded page by page. A newer question ends an older one, whose answer is not taken any more. */
export class Paged<T> {
  /** Null before the first answer. */
  items = $state.raw<T[] | null>(null);
  total = $state(0);
  cursor = $state<string | null>(null);
  problem = $state.raw<Problem | null>(null);
  isLoading = $state(false);
  #asked: AbortController | undefined;
  #again = () => this.reload();
  /** What was put in place or removed since the question was asked; its answer may be from before. */
  #changed = new Map<unknown, T | null>();

  /** `key` tells items apart: one that has moved to a later page meanwhile is shown once. */
  constructor(
    private readonly load: (cursor: string | null, signal: AbortSignal) => Promise<Page<T>>,
    private readonly key: (item: T) => unknown,
  ) {}

  /** Loads the first page, in the place of what is there. */
  reload(): Promise<void> {
    return this.#ask(null);
  }

  /** Loads the first page again, and keeps what is there after its last item. If that is not there, nothing of it is. */
  refresh(): Promise<void> {
    return this.#ask(null, true);
  }

  /** Loads the next page, after what is there. */
  async more(): Promise<void> {
    if (this.cursor !== null && !this.isLoading) await this.#ask(this.cursor);
  }

  /** Asks once more for the page that failed. */
  retry(): Promise<void> {
    return this.#again();
  }

  /** What is there, to come back to it. */
  snapshot(): Page<T> | null {
    return this.items && { items: this.items, cursor: this.cursor, total: this.total };
  }

  /** Shows what was there once. */
  restore({ items, cursor, total }: Page<T>): void {
    [this.items, this.cursor, this.total] = [items, cursor, total];
  }

  /** Puts an item in the place of the one with its key. */
  replace(item: T): void {
    this.#changed.set(this.key(item), item);
    this.items = this.items?.map((known) => (this.key(known) === this.key(item) ? item : known)) ?? null;
  }

  remove(item: T): void {
    this.#changed.set(this.key(item), null);
    this.items = this.items?.filter((known) => this.key(known) !== this.key(item)) ?? null;
    this.total -= 1;
  }

  /** Changes an item. If that is refused because of another change, takes over the present state, passes it on, and still fails. */
  following<Done>(changed: (present: T) => void, act: () => Promise<Done>): Promise<Done> {
    return following((present: T) => {
      this.replace(present);
      changed(present);
    }, act);
  }

  async #ask(cursor: string | null, keepsLater = false): Promise<void> {
    this.#asked?.abort();
    const mine = new AbortController();
    this.#asked = mine;
    this.#changed.clear();
    this.isLoading = true;
    this.problem = null;
    try {
      const page = await this.load(cursor, mine.signal);
      if (this.#asked !== mine) return;
      const items = this.#upToDate(page.items);
      const later = keepsLater ? this.#after(items) : [];
      this.items = cursor === null ? [...items, ...later] : this.#joined(items);
      this.total = page.total - (page.items.length - items.length);
      if (later.length === 0) this.cursor = page.cursor;
    } catch (thrown) {
      if (this.#asked !== mine) return;
      this.problem = Problem.from(thrown);
      this.#again = () => this.#ask(cursor, keepsLater);
    } finally {
      if (this.#asked === mine) this.isLoading = false;
    }
  }

  #upToDate(items: T[]): T[] {
    const changed = items.map((item) => {
      const key = this.key(item);
      return this.#changed.has(key) ? this.#changed.get(key) : item;
    });
    return changed.filter((item) => item != null);
  }

  /** What is there after the last of these; nothing if that is not there. */
  #after(items: T[]): T[] {
    const known = this.items ?? [];
    const last = items.map(this.key).at(-1);
    const at = known.findIndex((item) => this.key(item) === last);
    return at < 0 ? [] : this.#without(items, known.slice(at + 1));
  }

  #joined(next: T[]): T[] {
    const known = this.items ?? [];
    return [...known, ...this.#without(known, next)];
  }

  #without(known: T[], items: T[]): T[] {
    const keys = new Set(known.map(this.key));
    return items.filter((item) => !keys.has(this.key(item)));
  }
}
