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

const numbers = (value: unknown) => (Array.isArray(value) ? value.map(Number) : []);
const ms = (at: unknown) => new Date(String(at)).getTime();

/** What an integration was called last, as its events tell; null where they do not. */
export function nameIn(events: Event[]): string | null {
  for (const { detail } of [...events].sort((a, b) => b.seq - a.seq)) {
    const name = detail.name as string | { to?: unknown } | undefined;
    const last = typeof name === "object" ? name?.to : name;
    if (typeof last === "string") return last;
  }
  return null;
}

/** In the order of the tokens' numbers. An event that says too little changes nothing. */
export function lives(events: Event[], integration: Integration | null): Life[] {
  const all: Life[] = [];
  const ordered = [...events].sort((a, b) => a.seq - b.seq);
  let current = start(...beginning());
  let outgoing: Life | null = null;
  /** The deadlines that windows gave. */
  const untils = new Map<number, unknown>();

  function start(n: number, from: number): Life {
    const life = { n, from, outgoingFrom: null, to: null };
    all.push(life);
    return life;
  }

  /** The first token; or where earlier events are not loaded yet, the one that lived when those at hand begin. */
  function beginning(): [number, number] {
    const first = ordered[0];
    if (!first || first.kind === "integration.created") return [1, ms(integration?.created_at ?? first?.at)];
    // An edit says nothing of tokens. Where nothing does, the current token lived all the time.
    const telling = ordered.find((event) => event.kind.startsWith("rotation.") && event.kind !== "rotation.due");
    if (!telling) return [integration?.tokens.find((token) => token.use === "current")?.n ?? 1, ms(first.at)];
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
        untils.set(current.n, until);
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
    } else if (event.kind === "rotation.extended" && outgoing) {
      outgoing.to = ms((event.detail.expires_at as { to?: unknown } | undefined)?.to);
    } else if (event.kind === "integration.restored") {
      const revived = event.detail.undone === "finish" ? [Number(event.detail.outgoing)] : numbers(event.detail.tokens);
      for (const life of all.filter((life) => revived.includes(life.n))) {
        life.to = null;
        const until = event.detail.undone === "finish" ? event.detail.expires_at : untils.get(life.n);
        if (life === current || until === undefined || until === null) continue;
        life.to = ms(until);
        outgoing = life;
      }
    } else if (event.kind === "integration.expired") {
      for (const life of [current, outgoing]) if (life && (life.to === null || life.to > at)) life.to = at;
    } else if (event.kind === "integration.deleted") {
      for (const life of [current, outgoing]) if (life && (life.to === null || life.to > at)) life.to = at;
    }
  }
  return all;
}
