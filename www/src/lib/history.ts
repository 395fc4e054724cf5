// The lives of an integration's tokens, from its events.

import type { Event, Integration } from "../api/types";

export interface Life {
  n: number;
  from: number;
  /** The window in which it was on its way out, while or until it ended. */
  outgoingFrom: number | null;
  /** Null while it lives and nothing ends it. */
  to: number | null;
}

const ms = (at: unknown) => new Date(String(at)).getTime();

/** In the order of the tokens' numbers. An event that says too little changes nothing. */
export function lives(events: Event[], integration: Integration): Life[] {
  const all: Life[] = [];
  const ordered = [...events].sort((a, b) => a.seq - b.seq);
  let current = start(...beginning());
  let outgoing: Life | null = null;

  function start(n: number, from: number): Life {
    const life = { n, from, outgoingFrom: null, to: null };
    all.push(life);
    return life;
  }

  /** The first token; or where earlier events are not loaded yet, the one that lived when those at hand begin. */
  function beginning(): [number, number] {
    const first = ordered[0];
    if (!first || first.kind === "integration.created") return [1, ms(integration.created_at)];
    // An edit says nothing of tokens. Where nothing does, the current token lived all the time.
    const telling = ordered.find((event) => event.kind !== "integration.edited");
    if (!telling) return [integration.tokens.find((token) => token.use === "current")?.n ?? 1, ms(first.at)];
    const [ended] = Array.isArray(telling.detail.ended) ? telling.detail.ended : [];
    return [Number(telling.detail.outgoing ?? ended ?? telling.detail.n ?? 1), ms(first.at)];
  }

  for (const event of ordered) {
    const at = ms(event.at);
    // A window that has passed needed no event.
    if (outgoing?.to != null && outgoing.to <= at) outgoing = null;
    if (event.kind === "rotation.started") {
      const until = event.detail.expires_at;
      if (outgoing) outgoing.to = at;
      const next = Number(event.detail.n ?? all.length + 1);
      if (until !== undefined && until !== null) {
        current.outgoingFrom = at;
        current.to = ms(until);
        outgoing = current;
      } else {
        current.to = at;
        outgoing = null;
      }
      current = start(next, at);
    } else if (event.kind === "rotation.cancelled" && outgoing) {
      current.to = at;
      current = outgoing;
      current.to = null;
      current.outgoingFrom = null;
      outgoing = null;
    } else if (event.kind === "rotation.finished" && outgoing) {
      outgoing.to = at;
      outgoing = null;
    } else if (event.kind === "integration.deleted") {
      for (const life of [current, outgoing]) if (life && (life.to === null || life.to > at)) life.to = at;
    }
  }
  return all;
}
