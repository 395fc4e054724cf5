import { Problem } from "../api/problem";
import type { Integration } from "../api/types";
import { told } from "../ui/problem";

/** An integration for which something was not done, or for which that is not known. */
export interface Failure {
  /** As it is now, if the gate said so. */
  integration: Integration;
  said: string;
  /** Whether the gate refused it. Otherwise it may have been done, and only the answer was lost. */
  isRefused: boolean;
}

/** Does something with several integrations, one after the other, so that each says how it went. Returns those that failed. */
export async function each(which: Integration[], act: (one: Integration) => Promise<unknown>): Promise<Failure[]> {
  const failures: Failure[] = [];
  for (const one of which) {
    try {
      await act(one);
    } catch (thrown) {
      const problem = Problem.from(thrown);
      const { title, detail } = told(problem);
      const integration = (problem.current as Integration | undefined) ?? one;
      failures.push({ integration, said: `${one.name}: ${title}. ${detail}`, isRefused: problem.isRefusal });
    }
  }
  return failures;
}
