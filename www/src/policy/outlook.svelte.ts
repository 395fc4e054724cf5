import { policy as api } from "../api/client";
import { Problem, UNEXPECTED, UNREACHABLE } from "../api/problem";
import type { PolicyPreview } from "../api/types";
import { loadCore } from "../core";
import { policyInForce } from "../state/known.svelte";
import type { Draft } from "./policy-draft.svelte";
import { words as t } from "./words";

/** How long to wait after a change before working it out, in milliseconds. */
const PAUSE_MS = 350;

/** What publishing a draft would do. The gate is asked after every change, so nobody publishes blindly. */
export class Outlook {
  /** The gate's answer about all integrations, or what the page itself compiled from a complete set of documents. */
  preview = $state.raw<PolicyPreview | null>(null);
  isOfGate = $state(false);
  isAsking = $state(false);
  problem = $state.raw<Problem | null>(null);

  /** `stale` is called if another policy is in force than the draft was made for. */
  constructor(
    private readonly draft: Draft,
    private readonly stale: () => void,
  ) {}

  readonly canPublish = $derived.by(
    () =>
      this.preview !== null &&
      this.isOfGate &&
      this.preview.rev === (this.draft.published()?.rev ?? 0) &&
      this.preview.report.errors.length === 0 &&
      !this.isAsking &&
      this.draft.wrong === "",
  );

  /** Works it out for the current draft, after a pause. Returns a function that cancels this; an effect calls both. */
  follow(): (() => void) | undefined {
    const { draft } = this;
    const fault = draft.files.find((file) => file.fault !== null);
    const isNothing = !draft.isChanged || (!draft.isKept && draft.chosen.length === 0);
    this.isOfGate = false;
    if (fault || isNothing) {
      this.preview = null;
      this.problem = fault
        ? new Problem(UNEXPECTED, { title: t.failed, detail: `${fault.file}: ${fault.fault}` })
        : null;
      this.isAsking = false;
      return undefined;
    }
    this.isAsking = true;
    const question = draft.question();
    const here = this.#here();
    const rev = draft.published()?.rev ?? 0;
    const mine = new AbortController();
    const timer = setTimeout(() => void this.#ask(question, here, rev, mine.signal), PAUSE_MS);
    return () => {
      mine.abort();
      clearTimeout(timer);
    };
  }

  /** A complete set of documents can be compiled here, before the gate answers. */
  #here(): (() => Promise<PolicyPreview>) | null {
    const { staying, chosen, settings, published } = this.draft;
    if (staying.length > 0 || chosen.length === 0) return null;
    const texts = chosen.map(({ file }) => file.text);
    const rev = published()?.rev ?? 0;
    return async () => {
      const inForce = policyInForce.value;
      const { report, diff } = inForce
        ? await inForce.diff(texts, settings)
        : { report: await (await loadCore()).policyReport(texts, settings), diff: null };
      return { rev, report, diff, impact: null, documents: null, event_types: { added: [], removed: [], changed: [] } };
    };
  }

  async #ask(
    question: ReturnType<Draft["question"]>,
    here: (() => Promise<PolicyPreview>) | null,
    rev: number,
    signal: AbortSignal,
  ): Promise<void> {
    try {
      const compiled = await here?.();
      if (compiled && !signal.aborted) this.preview = compiled;
      const found = await api.preview(question, signal);
      if (signal.aborted) return;
      if (found.rev !== rev) throw new Problem(412, { title: t.stale });
      this.preview = found;
      this.isOfGate = true;
      this.problem = null;
    } catch (thrown) {
      if (signal.aborted) return;
      const refused = Problem.from(thrown);
      this.problem = refused;
      if (refused.status !== UNREACHABLE) this.preview = null;
      if (refused.status === 412) this.stale();
    } finally {
      if (!signal.aborted) this.isAsking = false;
    }
  }
}
