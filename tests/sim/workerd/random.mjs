// Seeded randomness: the same seed makes the same choices. Which request meets them first is up to the machine.
export class Random {
  #state;

  constructor(seed) {
    this.#state = seed >>> 0;
  }

  /** From 0 to 1, without 1 (mulberry32). */
  unit() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  between(least, most) {
    return least + this.unit() * (most - least);
  }

  chance(probability) {
    return this.unit() < probability;
  }

  pick(list) {
    return list[Math.floor(this.unit() * list.length)];
  }

  /**
   * Seconds from a distribution as scenarios.mjs writes it: a number, `[least, most]`, `{ pareto: [scale, shape] }`, or
   * "never".
   */
  seconds(distribution) {
    if (distribution === "never") return Infinity;
    if (typeof distribution === "number") return distribution;
    if (Array.isArray(distribution)) return this.between(...distribution);
    const [scale, shape] = distribution.pareto;
    return scale / (1 - this.unit()) ** (1 / shape);
  }
}
