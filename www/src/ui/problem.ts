import { type Problem, UNEXPECTED, UNREACHABLE } from "../api/problem";
import { refusals } from "./refusals";
import { words as t } from "./words";

/** A problem as the page says it. */
export interface Told {
  title: string;
  detail: string;
  /** Whether the detail is the gate's own sentence, which is English in every language. */
  isGates: boolean;
}

/** The page's text for a problem: in its own language if it has one, otherwise the gate's. */
export function told({ status, type, title, detail }: Problem): Told {
  if (title === "" && status === UNREACHABLE)
    return { title: t.problem.unreachable, detail: t.problem.unreachableDetail, isGates: false };
  const refusal = Object.hasOwn(refusals, type) ? refusals[type] : undefined;
  const named = refusal?.title ?? (title || (status === UNEXPECTED ? t.problem.unexpected : t.problem.unknown(status)));
  if (status === 412) return { title: named, detail: t.problem.stale, isGates: false };
  return { title: named, detail: refusal?.detail ?? detail, isGates: refusal?.detail === undefined };
}
