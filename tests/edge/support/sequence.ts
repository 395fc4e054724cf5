// Random sequences of what admins, clocks and KV do, against the real registry and the real gate; and the toy that knows
// what becomes of every token.
import { env } from "cloudflare:test";
import { expect } from "vitest";

import { switches } from "../main.ts";
import { type Created, admin, askWith, create, ifMatch } from "./gate.ts";
import { ACME, CONTACTS } from "./demo.ts";
import { failing, registryKv } from "./kv.ts";
import { Random } from "./random.ts";
import { type Received, received } from "./recorder.ts";
import { evict, ring, tables } from "./registry.ts";
import { START, at, send } from "./rotation.ts";
import { COMMANDS, type Command, Toy, told } from "./toy.ts";

const DAY = 24 * 3600;
const WINDOWS = [60, 90, 300, 30 * DAY];

/** All that a sequence left behind. */
export interface Trace {
  tokens: string[];
  /** The answers' bodies, but for those that are to show a token. */
  answers: string[];
  /** What reached the origin. */
  origin: Received[];
  /** How often each thing happened. */
  counts: Record<string, number>;
}

/** Runs `length` random steps and compares after each of them. */
export class Sequence {
  readonly trace: Trace = { tokens: [], answers: [], origin: [], counts: {} };
  readonly #random: Random;
  readonly #toys: Toy[] = [];
  #now = START;

  constructor(seed: number) {
    this.#random = new Random(seed);
  }

  async run(length: number) {
    this.#forget();
    at(this.#now);
    await this.#create();
    for (let step = 0; step < length; step += 1) {
      await this.#step();
      await this.#compare(step % 4 === 3);
    }
    await this.#settle();
    await this.#compare(true, true);
    switches.env = undefined;
  }

  async #step() {
    const random = this.#random;
    const kind = random.below(20);
    if (kind < 10) return this.#command();
    if (kind < 14) return this.#pass(random.of([1, 30, 60, 61, 200, DAY, -1, -70, -400]));
    if (kind < 15) return this.#create();
    if (kind < 16) return this.#race();
    if (kind < 17 && random.oneIn(3)) return this.#count("evicted", () => evict());
    return this.#count("rung", () => ring());
  }

  /** From now on the gate remembers nothing; what it forwards goes to the recorder. */
  #forget() {
    switches.env = { ...env, ORIGIN: env.RECORDER };
  }

  async #count(what: string, work: () => unknown) {
    this.trace.counts[what] = (this.trace.counts[what] ?? 0) + 1;
    await work();
  }

  #pass(seconds: number) {
    return this.#count(seconds < 0 ? "stepped back" : "passed", () => at((this.#now += seconds)));
  }

  async #create() {
    if (this.#toys.length >= 3) return;
    const { id, token } = await this.#faulty(() => create(ACME, CONTACTS));
    this.trace.tokens.push(token);
    this.#toys.push(new Toy(id, token));
  }

  /** Does something while KV refuses every write, some of the time. */
  async #faulty<T>(work: () => Promise<T>): Promise<T> {
    if (!this.#random.oneIn(3)) return work();
    registryKv.onWrite = failing;
    try {
      await this.#count("refused by KV", () => {});
      return await work();
    } finally {
      registryKv.onWrite = undefined;
    }
  }

  /** A command of an admin who has looked lately, or has not. */
  async #command() {
    const toy = this.#random.of(this.#toys);
    const command = this.#random.oneIn(40) ? "delete" : this.#random.of(COMMANDS.slice(0, -1));
    const stale = toy.rev > 1 && this.#random.oneIn(5);
    const rev = stale ? 1 + this.#random.below(toy.rev - 1) : toy.rev;
    const window = this.#random.of(WINDOWS);
    await this.#learnLapses();
    const expected = toy.gone ? 404 : stale ? 412 : toy.allows(command, this.#now) ? 200 : 409;
    const response = await this.#faulty(() => this.#send(command, { id: toy.id, rev }, window));
    const status = await this.#take(toy, command, response, window);
    expect(status === 204 ? 200 : status, `${command} on rev ${rev} of ${toy.rev} at ${this.#now}`).toBe(expected);
    await this.#count(`${command}: ${expected}`, () => {});
  }

  /** Two admins at once, based on the same revision: not more than one is heard. */
  async #race() {
    const toy = this.#random.of(this.#toys);
    if (toy.gone) return;
    const of = { id: toy.id, rev: toy.rev };
    const commands = [this.#random.of(COMMANDS.slice(0, -1)), this.#random.of(COMMANDS.slice(0, -1))] as const;
    await this.#learnLapses();
    const possible = commands.filter((command) => toy.allows(command, this.#now)).length;
    const window = this.#random.of(WINDOWS);
    const responses = await Promise.all(commands.map((command) => this.#send(command, of, window)));
    const statuses: number[] = [];
    for (const [place, response] of responses.entries()) {
      statuses.push(await this.#take(toy, commands[place]!, response, window));
    }
    expect(statuses.filter((status) => status === 200).length, `${commands} at once: ${statuses}`).toBe(
      Math.min(possible, 1),
    );
    expect(
      statuses.every((status) => [200, 409, 412].includes(status)),
      `${statuses}`,
    ).toBe(true);
    await this.#count("raced", () => {});
  }

  /** Which windows an event has told to be over: the alarm also rings by itself. */
  async #learnLapses() {
    const told = (await tables()).due as { kind: string; integration: string; at: number; fired_at: number | null }[];
    for (const { kind, integration, at, fired_at } of told)
      if (kind === "lapsed" && fired_at !== null) this.#toys.find(({ id }) => id === integration)?.lapsed(at);
  }

  #send(command: Command, of: Pick<Created, "id" | "rev">, window: number): Promise<Response> {
    if (command !== "rename") return send(command, of, window);
    // A name that it never had: an edit that changes nothing makes no revision.
    return admin("PATCH", `/integrations/${of.id}`, { name: `n${of.rev} ${this.#random.below(100)}` }, ifMatch(of.rev));
  }

  /** Has the toy do what was done; gives back the status. */
  async #take(toy: Toy, command: Command, response: Response, window: number): Promise<number> {
    const text = await response.text();
    if (!response.ok) {
      this.trace.answers.push(text);
      return response.status;
    }
    const { token } = text === "" ? { token: undefined } : JSON.parse(text);
    if (token === undefined) this.trace.answers.push(text);
    else this.trace.tokens.push(token);
    toy.act(command, this.#now, token, window);
    return response.status;
  }

  /**
   * Every token's fate is that of the newest revision or that of the one in KV, which may lag where a put failed; once
   * KV has everything, there is but one.
   */
  async #compare(throughout: boolean, settled = false) {
    this.#forget();
    for (const toy of throughout ? this.#toys : [this.#random.of(this.#toys)]) {
      const inKv = JSON.parse((await env.TOKENS.get(`i:${toy.id}`)) ?? '{"rev":0}').rev as number;
      expect(inKv, "KV is never ahead").toBeLessThanOrEqual(toy.rev);
      if (settled) expect(inKv, "KV has the newest").toBe(toy.rev);
      for (const token of toy.fates.keys()) {
        const fates = [toy.fates.get(token), toy.revisions[inKv - 1]?.get(token)].map((fate) => told(fate, this.#now));
        expect(fates, `token ${this.trace.tokens.indexOf(token)} at ${this.#now}, rev ${inKv} of ${toy.rev}`).toContain(
          await this.#use(token),
        );
      }
    }
    this.trace.origin.push(...(await received()));
  }

  /** What a token is to the gate: `current`, `outgoing until <time>`, or `dead`. */
  async #use(token: string): Promise<string> {
    const response = await askWith(token, "/contacts/?locationId=acme");
    const text = await response.text();
    this.trace.answers.push(text);
    if (response.status === 401) return "dead";
    if (response.status !== 200) return `${response.status}: ${text}`;
    const end = response.headers.get("tidegate-token-expires");
    return JSON.parse(text).headers["x-tidegate-token"] + (end === null ? "" : ` until ${end}`);
  }

  /** KV works again, and the alarm rings until nothing waits. */
  async #settle() {
    registryKv.reset();
    for (let rings = 0; (await tables()).outbox!.length > 0; rings += 1) {
      expect(rings, "the outbox empties").toBeLessThan(20);
      at((this.#now += DAY));
      await ring();
    }
  }
}
