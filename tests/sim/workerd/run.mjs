// One run of one scenario: the world, those who change it, and what became of each change.
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

import { Integration, Policy, Rule } from "./lives.mjs";
import { Random } from "./random.mjs";
import { World } from "./world.mjs";

const json = (path) => JSON.parse(readFileSync(new URL(`../../../${path}`, import.meta.url)));
const DEMO = { documents: [json("examples/demo-api/openapi.json")], settings: json("examples/demo-api/settings.json") };

/** MAX_STALENESS_SECONDS; its default. */
export const BOUND = 10;
/** How much longer a change is watched from close by, in seconds. */
const MARGIN = 2;
/** How long a change is watched where nothing is promised: longer than KV's delay, except where that has no end. */
const WINDOW_WITHOUT_FEED = 75;
/** How long after the bound every gate must have been seen to be right, in seconds. */
const SEEN_WITHIN = 40;
/** Of so many who change things, one is a rule of the policy. */
const ONE_RULE_OF = 8;
/** A timer that is later than this tells that the machine stood still, in milliseconds. */
const STALL_MS = 1_000;

export class Run {
  changes = [];
  loops = [];
  answers = 0;
  refused = 0;
  isOver = false;
  outage = undefined;
  lag = 0;
  #begun = 0;

  constructor(scenario, { seed, changes, lives, variables }) {
    Object.assign(this, { scenario, seed, wanted: changes, lives, bound: BOUND });
    this.variables = { ...variables, ...scenario.variables };
    this.random = new Random(seed);
    this.window = scenario.isOff ? WINDOW_WITHOUT_FEED : BOUND + MARGIN;
    this.mayRefuse = scenario.outage !== undefined;
  }

  /** Runs it to its end; gives itself back. */
  async go() {
    const startedAt = Date.now();
    const timer = this.#measureLag();
    this.world = await World.start(this.scenario.name, this.variables);
    try {
      const lives = await this.#setUp();
      const outage = this.#outage();
      const living = lives.map((life) => life.live());
      // A loop ends with the run, and fails with it.
      await Promise.race([Promise.all([...living, outage]), this.#failure()]);
      this.counts = {
        kv: await this.world.steer("kv", {}),
        cache: await this.world.steer("cache", {}),
        registry: await this.world.steer("registry", {}),
      };
      await this.#tellStories();
    } finally {
      this.isOver = true;
      clearInterval(timer);
      await Promise.allSettled(this.loops);
      this.world.end();
    }
    this.feedFailures = this.world.feedFailures();
    this.seconds = (Date.now() - startedAt) / 1000;
    return this;
  }

  wantsMore() {
    this.#begun += 1;
    return this.#begun <= this.wanted;
  }

  noteChange(change) {
    if (this.isSetUp) this.changes.push(change);
  }

  /** Waits until a change has been watched for long enough; at the bound every gate must have it right, and be seen to. */
  async watched(change) {
    await sleep(this.window * 1000);
    if (this.scenario.isOff || this.scenario.isControl) return;
    const due = this.dueAt(change);
    for (let tries = 0; ; tries += 1) {
      change.unseen = [...change.watches]
        .filter((watch) => watch.change === change)
        .flatMap((watch) => watch.unseenSince(due));
      if (change.unseen.length === 0 || Date.now() > due + SEEN_WITHIN * 1000) return;
      await sleep(250);
    }
  }

  /**
   * From when on no verdict may be wrong. While the registry is out, `serve` promises nothing: the bound counts from when it
   * is back. With `deny` it always counts.
   */
  dueAt({ acknowledgedAt }) {
    const isServing = this.outage !== undefined && this.variables.ON_REGISTRY_OUTAGE !== "deny";
    const overlaps = isServing && acknowledgedAt < this.outage.end && acknowledgedAt + BOUND * 1000 > this.outage.start;
    return (overlaps ? this.outage.end : acknowledgedAt) + BOUND * 1000;
  }

  /** The changes after which something was wrong for too long, or not seen to be right. */
  get broken() {
    if (this.scenario.isOff) return [];
    return this.changes.filter(
      (change) => change.acknowledgedAt + change.lastWrong > this.dueAt(change) || change.unseen?.length > 0,
    );
  }

  /** Whether it came out as it has to. */
  get held() {
    return this.scenario.isControl ? this.broken.length > 0 : this.broken.length === 0;
  }

  /** Why this run says little: what the machine did, where the scenario did not. */
  get stalled() {
    if (this.lag > STALL_MS) return `the machine stood still for ${this.lag} ms`;
    const { outage, isOff, isControl } = this.scenario;
    const isToFail = outage !== undefined || isOff || isControl;
    return this.feedFailures > 0 && !isToFail ? `the registry was too slow ${this.feedFailures} times` : undefined;
  }

  /** What everybody finds: a policy, a sub-account, and integrations that every gate has seen, with KV as it should be. */
  async #setUp() {
    const { world } = this;
    const { kv = {}, cache = {}, registry = {} } = this.scenario;
    for (const standIn of ["kv", "cache", "registry"]) await world.steer(standIn, { seed: this.seed });
    // Without a feed from the start: a copy would be good for a while.
    await world.steer("registry", { behave: { reads: registry.reads ?? true } });
    const policy = new Policy(DEMO);
    const first = { name: "gate0" };
    const done = async (method, path, body) => {
      const answer = await world.admin(first, method, path, body);
      if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status}`);
      return answer.body;
    };
    await done("PUT", "/policy", policy.body([]));
    await done("POST", "/sub-accounts", { id: "acme", name: "Acme Dental" });
    const owner = { level: "sub_account", id: "acme" };
    const { token } = await done("POST", "/integrations", { name: "asks for rules", owner, scopes: [] });
    const lives = [...Array(this.lives).keys()].map((n) =>
      n % ONE_RULE_OF === 0 ? new Rule(this, policy, n / ONE_RULE_OF, token) : new Integration(this),
    );
    const early = lives.filter((life, n) => life instanceof Integration && n % 2 === 0);
    for (const life of early) await life.create();
    await Promise.all(early.map((life) => life.rest()));
    await world.steer("kv", { behave: kv });
    await world.steer("cache", { behave: cache });
    await world.steer("registry", { behave: registry });
    this.isSetUp = true;
    return lives;
  }

  /** Takes the registry away once a third of the changes are made. */
  async #outage() {
    const { outage } = this.scenario;
    if (outage === undefined) return;
    while (this.changes.length < this.wanted / 3) await sleep(50);
    this.outage = { start: Date.now(), end: Date.now() + outage * 1000 };
    await this.world.steer("registry", { behave: { down: true } });
    await sleep(this.outage.end - Date.now());
    await this.world.steer("registry", { behave: { down: false } });
    this.outage.end = Date.now();
  }

  async #failure() {
    for (let checked = 0; !this.isOver;) {
      const fresh = this.loops.slice(checked);
      checked = this.loops.length;
      for (const loop of fresh) loop.catch((error) => (this.failed ??= error));
      if (this.failed !== undefined) throw this.failed;
      await sleep(100);
    }
  }

  #measureLag() {
    const every = 100;
    let expected = Date.now() + every;
    return setInterval(() => {
      this.lag = Math.max(this.lag, Date.now() - expected);
      expected = Date.now() + every;
    }, every);
  }

  /** What KV did with the keys of the changes that broke the bound. */
  async #tellStories() {
    for (const change of this.broken.slice(0, 5)) change.kv = await this.world.steer("kv", { key: change.key });
  }
}
