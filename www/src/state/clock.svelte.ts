/** The time, in milliseconds: exact whenever it is read, and read again once a second while somebody looks. */
class Clock {
  #ticks = $state(0);

  constructor() {
    setInterval(() => {
      if (!document.hidden) this.#ticks++;
    }, 1000);
    document.addEventListener("visibilitychange", () => this.#ticks++);
  }

  get now(): number {
    void this.#ticks; // whoever reads the time follows the ticks
    return Date.now();
  }
}

export const clock = new Clock();
