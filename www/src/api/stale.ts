import { Problem } from "./problem";

/** Changes something. If that is refused because of another change, passes the present state on, and still fails. */
export async function following<Present, T>(changed: (present: Present) => void, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (thrown) {
    const problem = Problem.from(thrown);
    if (problem.current) changed(problem.current as Present);
    throw problem;
  }
}
