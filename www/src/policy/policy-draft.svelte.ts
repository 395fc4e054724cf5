import { policy as api, type PolicyChange, type Source, store, type WholePolicy } from "../api/client";
import { Problem } from "../api/problem";
import type { Policy, Published, Settings } from "../api/types";
import { loadCore } from "../core";
import type { Suggestion } from "../core/types";
import { type ChosenFile, named } from "./documents";

/** A draft of the policy: added, removed and kept documents, and settings. */
export class Draft {
  files = $state.raw<ChosenFile[]>([]);
  removed = $state.raw<string[]>([]);
  settings = $state.raw<Settings>({ without_security: "deny" });
  /** Why the text of the settings cannot be read; empty where it can. */
  wrong = $state("");
  /** What the documents of a first publication leave open, and what was chosen. */
  choices = $state.raw<Suggestion["choices"]>([]);
  #picked: Record<string, number> = {};
  #suggested = "";
  /** Whether somebody opened the draft without a change yet. */
  isEditing = $state(false);

  /** `published` returns the policy in force; null if there is none. */
  constructor(readonly published: () => Policy | null) {
    this.settings = published()?.settings ?? this.settings;
    this.#suggested = JSON.stringify(this.settings);
  }

  /** Suggests settings, if no policy is published and none were written by hand. */
  async suggest(): Promise<void> {
    const texts = this.files.filter((file) => file.fault === null).map((file) => file.text);
    const isByHand = JSON.stringify(this.settings) !== this.#suggested;
    if (this.published() !== null || isByHand || texts.length === 0) return;
    const { settings, choices } = await (await loadCore()).policyInit(texts, this.#picked);
    this.settings = settings;
    this.choices = choices;
    this.#suggested = JSON.stringify(settings);
  }

  /** Takes another option. Settings that were written by hand since the suggestion are lost. */
  pick(field: string, option: number): Promise<void> {
    this.#picked = { ...this.#picked, [field]: option };
    this.#suggested = JSON.stringify(this.settings);
    return this.suggest();
  }

  /** The chosen files by the names of their documents. */
  readonly chosen = $derived.by(() => named(this.files));
  readonly inForce = $derived.by(() => this.published()?.documents ?? []);
  /** If the documents in force were not kept, none of them can be part of the next version. */
  readonly isKept = $derived.by(() => this.published() === null || this.published()?.documents !== null);
  readonly staying = $derived.by(() =>
    this.inForce.filter(
      (one) => !this.removed.includes(one.name) && !this.chosen.some(({ name }) => name === one.name),
    ),
  );
  readonly areSettingsChanged = $derived.by(() => {
    const published = this.published();
    return published !== null && JSON.stringify(this.settings) !== JSON.stringify(published.settings);
  });
  readonly isChanged = $derived.by(() => this.files.length > 0 || this.removed.length > 0 || this.areSettingsChanged);
  readonly isOpen = $derived.by(() => this.isChanged || this.isEditing || this.wrong !== "");

  startOver(): void {
    [this.files, this.removed, this.isEditing, this.wrong] = [[], [], false, ""];
    this.settings = this.published()?.settings ?? { without_security: "deny" };
    [this.choices, this.#picked, this.#suggested] = [[], {}, JSON.stringify(this.settings)];
  }

  /** The body for the gate: the difference from the policy in force, or everything if its documents were not kept. */
  question(): WholePolicy | { change: PolicyChange } {
    return this.isKept ? { change: this.#change() } : this.#whole();
  }

  /** Publishes it on top of the policy in force. Throws a problem with status 412 if somebody else was faster. */
  publish(onSent: (share: number) => void): Promise<Published> {
    const rev = this.published()?.rev ?? 0;
    return this.isKept ? api.change(this.#change(), rev, onSent) : api.publish(this.#whole(), rev, onSent);
  }

  #change(): PolicyChange {
    const sources = [...this.removed.map((name) => ({ name, operations: null })), ...this.#sources()];
    return {
      ...(sources.length > 0 && { sources }),
      ...((this.areSettingsChanged || this.published() === null) && { settings: this.settings }),
    };
  }

  #whole(): WholePolicy {
    return { sources: this.#sources(), settings: this.settings };
  }

  #sources(): Source[] {
    return this.chosen.map(({ name, file }) => ({ name, operations: file.source }));
  }
}

/** How long to wait for KV to take a publication, in milliseconds. */
const PATIENCE_MS = 15_000;

/** Waits a while for KV to take the publication. It may take longer; the gate takes care of that. */
export async function hasArrived(tell: (waiting: number) => void, patience = PATIENCE_MS): Promise<boolean> {
  const over = AbortSignal.timeout(patience);
  while (!over.aborted) {
    const waiting = await store.show(over).then(
      (progress) => progress.waiting,
      () => null,
    );
    if (waiting === 0) return true;
    if (waiting !== null) tell(waiting);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  return false;
}

/** Whether a publication was refused because another policy is in force by now. */
export const isStale = (thrown: unknown) => Problem.from(thrown).status === 412;
