// The page's texts for refusals by type, in languages other than the gate's own. English uses the gate's sentences.

export interface Refusal {
  title: string;
  /** Types for which the gate's sentence adds nothing. */
  detail?: string;
}

export const refusals: Record<string, Refusal> = {};
