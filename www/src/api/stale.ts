import { Problem } from "./problem";
import type { Integration } from "./types";

/** Changes an integration. If that is refused because of another change, passes the present state on, and still fails. */
export async function following<T>(changed: (integration: Integration) => void, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (thrown) {
    const problem = Problem.from(thrown);
    if (problem.current) changed(problem.current as Integration);
    throw problem;
  }
}
