import { type Problem, UNEXPECTED, UNREACHABLE } from "../api/problem";
import { words as t } from "./words";

/** What the page says of a problem: the gate's own words, and ours where it has none. */
export function told({ status, title, detail }: Problem): { title: string; detail: string } {
  if (title === "" && status === UNREACHABLE)
    return { title: t.problem.unreachable, detail: t.problem.unreachableDetail };
  const named = title || (status === UNEXPECTED ? t.problem.unexpected : t.problem.unknown(status));
  return { title: named, detail: status === 412 ? t.problem.stale : detail };
}
