// Where in the page somebody is: the part of the address after `#`. Nothing of it reaches a server.

import { pasted } from "./pasted.svelte";

export interface Place {
  /** Its segments, decoded. */
  path: string[];
  query: URLSearchParams;
}

/** How a view was left: what Back and Forward bring again. */
export interface Left {
  scroll: number;
  /** What the view itself wants to find again. */
  kept: unknown;
}

/** What leaving would lose: changes, or what is shown once, with what to ask before it is gone. */
export type Loss = "changes" | { title: string; hint: string };
type Guard = () => Loss | null;

class Router {
  place = $state<Place>(read(pasted.cleaned()));
  /** What somebody wants to do although something would be lost; they are asked first. */
  wanted = $state<{ go: () => void; loss: Loss } | null>(null);
  /** Where Back or Forward led: how it was left; null at a place that is new. */
  left = $state.raw<Left | null>(null);
  #current = location.hash;
  /** By the numbers of the history's entries. */
  #lefts = new Map<number, Left>();
  #keeps = new Set<() => unknown>();
  /** Where in the history it stands. */
  #index = indexOfEntry() ?? numbered(0);
  #isLeaving = false;
  #guards = new Set<Guard>();

  constructor() {
    history.scrollRestoration = "manual"; // what is scrolled to may not be there yet
    // Also where a link is followed, or the address changed by hand.
    addEventListener("popstate", () => this.#arrived());
    addEventListener("beforeunload", (event) => {
      if (this.#loss()) event.preventDefault();
    });
  }

  /** Asks before the view is left while `guard` names a loss. Returns how to end that. */
  guard(guard: Guard): () => void {
    this.#guards.add(guard);
    return () => this.#guards.delete(guard);
  }

  /** Keeps what `kept` gives when the view is left, for whoever comes back to it. Returns how to end that. */
  keep(kept: () => unknown): () => void {
    this.#keeps.add(kept);
    return () => this.#keeps.delete(kept);
  }

  /** Nothing that was kept outlasts a session. */
  forget(): void {
    this.#lefts.clear();
    this.left = null;
  }

  go(hash: string): void {
    location.hash = hash;
  }

  /** Changes the address of the present view without a new entry in the history. */
  replace(hash: string): void {
    history.replaceState(history.state, "", hash);
    this.#current = location.hash;
    this.place = read(location.hash);
  }

  /** Goes where a view's own end leads, which loses nothing. */
  finish(hash: string): void {
    this.#isLeaving = location.hash !== hash;
    location.hash = hash;
  }

  /** Does what would end the view; asks first where that loses something. */
  leaveBy(go: () => void): void {
    const loss = this.#loss();
    if (loss === null) go();
    else this.wanted = { go, loss };
  }

  /** Leaves although something is lost. */
  leave(): void {
    const wanted = this.wanted;
    this.wanted = null;
    wanted?.go();
  }

  stay(): void {
    this.wanted = null;
  }

  #loss(): Loss | null {
    const losses = [...this.#guards].map((guard) => guard());
    const found = losses.filter((loss) => loss !== null);
    return found.find((loss) => loss !== "changes") ?? found[0] ?? null;
  }

  #arrived(): void {
    pasted.cleaned();
    const isHere = location.hash === this.#current;
    const isKnown = indexOfEntry() !== undefined;
    const index = indexOfEntry() ?? numbered(isHere ? this.#index : this.#index + 1);
    if (isHere) {
      this.#index = index;
      return;
    }
    const next = read(location.hash);
    // A step within a view loses nothing that is typed.
    const isSameView = next.path.join("/") === this.place.path.join("/");
    const found = this.#isLeaving ? null : this.#loss();
    const loss = isSameView && found === "changes" ? null : found;
    this.#isLeaving = false;
    if (loss !== null) {
      const steps = index - this.#index;
      this.wanted = { go: () => this.#leaveFor(steps), loss };
      history.go(-steps); // so that each place stays in the history where it was, and once
      return;
    }
    const [kept] = [...this.#keeps].map((keep) => keep());
    this.#lefts.set(this.#index, { scroll: scrollY, kept });
    this.left = isKnown ? (this.#lefts.get(index) ?? null) : null;
    this.#index = index;
    this.#current = location.hash;
    this.place = next;
  }

  #leaveFor(steps: number): void {
    this.#isLeaving = true;
    history.go(steps);
  }
}

/** The number of the present entry of the history. One that a link has just made has none. */
function indexOfEntry(): number | undefined {
  return (history.state as { index: number } | null)?.index;
}

function numbered(index: number): number {
  history.replaceState({ index }, "");
  return index;
}

function read(hash: string): Place {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  return { path: path.split("/").filter(Boolean).map(decode), query: new URLSearchParams(query) };
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

export const router = new Router();

export const links = {
  integrations: (query = "") => `#/integrations${query && `?${query}`}`,
  create: (query = "") => `#/integrations/new${query && `?${query}`}`,
  integration: (id: string) => `#/integrations/${encodeURIComponent(id)}`,
  /** The edit, with these scopes taken away. */
  trim: (id: string, drop: string[]) =>
    `#/integrations/${encodeURIComponent(id)}/edit?${new URLSearchParams(drop.map((scope) => ["drop", scope]))}`,
  edit: (id: string, add: string[] = []) =>
    `#/integrations/${encodeURIComponent(id)}/edit${add.length > 0 ? `?${new URLSearchParams(add.map((scope) => ["add", scope]))}` : ""}`,
  why: (integration = "") => `#/why${integration && `?integration=${encodeURIComponent(integration)}`}`,
  policy: "#/policy",
  subAccounts: "#/sub-accounts",
  team: "#/team",
  keys: "#/team/keys",
  sessions: "#/team/sessions",
  labs: "#/team/labs",
  tokenRules: "#/token-rules",
  activity: (query = "") => `#/activity${query && `?${query}`}`,
  webhooks: (path = "") => `#/webhooks${path}`,
};
