// The fewest scopes that a number of requests need.

/** The most combinations that are tried. After that, the best one so far is used. */
const MAX_TRIES = 20_000;

/** `requests` has the sets of scopes that open each request; one of them is enough. Returns the smallest union of one for each. */
export function smallest(requests: string[][][]): string[] {
  const ordered = [...requests].filter((ways) => ways.length > 0).sort((a, b) => a.length - b.length);
  let best: string[] | null = null;
  let tries = 0;

  function choose(at: number, held: Set<string>) {
    if (best !== null && (held.size >= best.length || ++tries > MAX_TRIES)) return;
    const ways = ordered[at];
    if (ways === undefined) {
      best = [...held];
      return;
    }
    const cost = (way: string[]) => way.filter((scope) => !held.has(scope)).length;
    for (const way of [...ways].sort((a, b) => cost(a) - cost(b))) choose(at + 1, new Set([...held, ...way]));
  }

  choose(0, new Set());
  return (best ?? []).sort();
}
