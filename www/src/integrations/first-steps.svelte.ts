import { untrack } from "svelte";
import { integrations as api } from "../api/client";
import { session } from "../session/session.svelte";
import { catalogue, owners } from "../state/known.svelte";
import { poll } from "../state/poll.svelte";
import { links } from "../state/router.svelte";

const HIDDEN = "tidegate-first-steps-hidden";

/** The steps that a new gate needs, in order, and which are done. It outlives its view, so the view's effects do not own it. */
export class FirstSteps {
  /** The integration that was used last. */
  #integration = $state.raw<{ id: string; wasSeen: boolean } | null>(null);
  #isHidden = $state(localStorage.getItem(HIDDEN) !== null || !session.may("settings.manage", "agency"));
  /** Whether the state of the steps is known. */
  #isKnown = $state(false);
  /** Whether the list was shown. Then it stays, and says that everything is done. */
  #wasOffered = $state(false);

  get all() {
    return [
      { name: "policy" as const, isDone: (catalogue.value?.length ?? 0) > 0, href: links.policy },
      { name: "agency" as const, isDone: Boolean(owners.value?.agency), href: links.subAccounts },
      { name: "subAccount" as const, isDone: (owners.value?.sub_accounts.length ?? 0) > 0, href: links.subAccounts },
      { name: "integration" as const, isDone: this.#integration !== null, href: links.create() },
      {
        name: "request" as const,
        isDone: this.#wasSeen,
        href: this.#integration ? links.integration(this.#integration.id) : links.create(),
      },
    ];
  }

  get done(): number {
    return this.all.filter((step) => step.isDone).length;
  }

  /** Whether the list below must wait for this. A gate whose tokens are in use is not new. */
  get isPending(): boolean {
    if (this.#isHidden) return false;
    const isWaited = (known: typeof owners | typeof catalogue) => known.value === null && known.problem === null;
    return !this.#isKnown || (!this.#wasSeen && [owners, catalogue].some(isWaited));
  }

  get isOffered(): boolean {
    return !this.#isHidden && !this.isPending && (!this.#wasSeen || this.#wasOffered);
  }

  /** Checks again while the view is shown and steps are left. These are effects of the view. */
  follow(): void {
    $effect(() => {
      if (this.#isHidden) return;
      // It writes what it finds, which must not start it again.
      const look = () => untrack(() => this.#look());
      void look();
      return poll(look);
    });
    $effect(() => {
      if (this.isOffered) this.#wasOffered = true;
    });
  }

  hide(): void {
    this.#isHidden = true;
    localStorage.setItem(HIDDEN, "1");
  }

  get #wasSeen(): boolean {
    return this.#integration?.wasSeen ?? false;
  }

  async #look(): Promise<void> {
    if (this.#wasSeen) return;
    // The integration that was used last; a test from this page does not count.
    const page = await api.list({ sort: "-used" }, null, undefined, 1).catch(() => null);
    const first = page?.integrations[0];
    if (page) this.#integration = first ? { id: first.id, wasSeen: first.used_at !== undefined } : null;
    this.#isKnown = true;
  }
}
