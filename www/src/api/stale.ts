import { Problem } from "./problem";
import type { Integration } from "./types";

/** Does something to an integration. Where it is refused because of what came between, hands that on; and fails all the same. */
export async function following<T>(changed: (integration: Integration) => void, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (thrown) {
    const problem = Problem.from(thrown);
    if (problem.current) changed(problem.current as Integration);
    throw problem;
  }
}
