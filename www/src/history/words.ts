import { amount } from "../lib/text";

export const words = {
  drawing: "The lives of the tokens over time",
  earlier: (of: number) => `${amount(of, "earlier token")} not drawn`,
  now: "now",
  works: "works",
  window: "Both tokens work",
  windowKey: "works beside the new one",
  ended: "ended",
  life: (from: string, to: string | null) => (to === null ? `from ${from}, still works` : `from ${from} to ${to}`),
};
