// What the page says of a refusal by its type, in languages other than the gate's own. English has the gate's sentences.

export interface Refusal {
  title: string;
  /** Where the gate's sentence says no more than the type does. */
  detail?: string;
}

export const refusals: Record<string, Refusal> = {};
