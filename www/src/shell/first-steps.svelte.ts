import { integrations as api } from "../api/client";
import { session } from "../session/session.svelte";
import { catalogue, owners } from "../state/known.svelte";
import { poll } from "../state/poll.svelte";
import { links } from "../state/router.svelte";

const HIDDEN = "tidegate-first-steps-hidden";

/** What a new gate needs, in order, and what of it is there already. */
class FirstSteps {
  #integration = $state.raw<{ id: string; wasSeen: boolean } | null>(null);
  #isHidden = $state(localStorage.getItem(HIDDEN) !== null);
  /** Whether it is known what is there. */
  #isKnown = $state(false);

  readonly all = $derived.by(() => [
    { name: "policy" as const, isDone: (catalogue.value?.length ?? 0) > 0, href: links.policy },
    { name: "agency" as const, isDone: Boolean(owners.value?.agency), href: links.subAccounts },
    { name: "subAccount" as const, isDone: (owners.value?.sub_accounts.length ?? 0) > 0, href: links.subAccounts },
    { name: "integration" as const, isDone: this.#integration !== null, href: links.create() },
    {
      name: "request" as const,
      isDone: this.#integration?.wasSeen ?? false,
      href: this.#integration ? links.integration(this.#integration.id) : links.create(),
    },
  ]);
  readonly done = $derived.by(() => this.all.filter((step) => step.isDone).length);
  readonly isOffered = $derived.by(
    () =>
      !this.#isHidden &&
      this.#isKnown &&
      owners.value !== null &&
      catalogue.value !== null &&
      this.done < this.all.length &&
      session.may("settings.manage", "agency"),
  );

  /** Looks again while somebody is here and something is left to do; an effect of the view that shows it. */
  follow(): void {
    $effect(() => {
      if (this.#isHidden || !session.may("settings.manage", "agency")) return;
      void this.#look();
      return poll(() => this.#look());
    });
  }

  hide(): void {
    this.#isHidden = true;
    localStorage.setItem(HIDDEN, "1");
  }

  async #look(): Promise<void> {
    if (this.#integration?.wasSeen) return;
    const { integrations } = await api
      .list({ sort: "created" }, null, undefined, 1)
      .catch(() => ({ integrations: [] }));
    const [first] = integrations;
    this.#integration = first ? { id: first.id, wasSeen: await this.#wasSeen(first.id) } : null;
    this.#isKnown = true;
  }

  /** Whether a request with its token was seen, or tested here. */
  async #wasSeen(id: string): Promise<boolean> {
    const { events } = await api.events(id, null, new AbortController().signal).catch(() => ({ events: [] }));
    return events.some((event) => event.kind === "integration.tested");
  }
}

export const firstSteps = new FirstSteps();
