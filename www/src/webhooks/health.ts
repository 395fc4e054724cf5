// The health of an endpoint: at a glance, and in words.

import type { Delivery, Endpoint } from "../api/types";
import { relative } from "../lib/time";
import { words as t } from "./words";

/** How many of the last messages did not arrive. */
export interface Share {
  failed: number;
  of: number;
}

/** Whether it was tried and has not arrived. A message that the integration may not receive is not a failure. */
export const hasFailed = ({ state, attempts }: Delivery): boolean =>
  state === "failed" || state === "dropped" || (state === "waiting" && attempts.length > 0);

export function shareOf(deliveries: Delivery[]): Share {
  const failed = deliveries.filter(hasFailed).length;
  return { failed, of: failed + deliveries.filter(({ state }) => state === "delivered").length };
}

export function saidOfShare({ failed, of }: Share): string {
  if (of === 0) return t.health.untried;
  if (failed === 0) return t.health.all(of);
  return failed === of ? t.health.none(of) : t.health.some(failed, of);
}

/** Its state, and the colour that goes with it. */
export function healthOf(endpoint: Endpoint, now: number): { said: string; kind: string } {
  switch (endpoint.state) {
    case "new":
      return { said: t.health.new, kind: "" };
    case "healthy":
      return { said: t.health.healthy, kind: "good" };
    case "failing":
      return {
        said: endpoint.failing_since ? t.health.failingSince(relative(endpoint.failing_since, now)) : t.health.failing,
        kind: "danger",
      };
    case "disabled":
      return { said: t.health.disabled, kind: "warn" };
  }
}
