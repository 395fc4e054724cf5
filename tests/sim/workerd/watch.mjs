// What is watched: one request (a token, a path) at every gate, and the verdict that it has to get since some change.
import { setTimeout as sleep } from "node:timers/promises";

import { GATES } from "./world.mjs";

/** Seconds between two looks. */
const WHILE_WRONG = [0.15, 0.25];
const EARLY = [0.7, 1.5];
const AROUND_THE_BOUND = [0.4, 0.7];
const FOR_GOOD = [3, 6];
/** How many wrong answers of a change are kept for its story. */
const KEPT = 400;

/** How far a request got: what is further than wanted is a wrong grant, what is less far a wrong refusal. */
const REACH = { 401: 0, 403: 1, 404: 1, 200: 2 };

/** An acknowledged change, and what was wrong after it. Times are the driver's, in milliseconds. */
export class Change {
  wrong = [];
  wrongGrants = 0;
  wrongRefusals = 0;
  unavailable = 0;
  answers = 0;
  /** When the last request began that was granted, or refused, wrongly; counted from the acknowledgement. */
  lastGrant = 0;
  lastRefusal = 0;
  /** When the last wrong answer had come, counted likewise. */
  lastWrongEnd = 0;
  watches = new Set();

  constructor(kind, gate, sentAt) {
    Object.assign(this, { kind, gate, sentAt, acknowledgedAt: Date.now() });
  }

  get lastWrong() {
    return Math.max(this.lastGrant, this.lastRefusal);
  }

  judge({ wants, what }, gate, status, startedAt) {
    this.answers += 1;
    if (status === 503) {
      this.unavailable += 1;
      return false;
    }
    if (status === wants) return true;
    const after = startedAt - this.acknowledgedAt;
    const isGrant = REACH[status] > REACH[wants];
    this[isGrant ? "wrongGrants" : "wrongRefusals"] += 1;
    this[isGrant ? "lastGrant" : "lastRefusal"] = Math.max(after, this[isGrant ? "lastGrant" : "lastRefusal"]);
    this.lastWrongEnd = Date.now() - this.acknowledgedAt;
    this.wrong.push({ gate: gate.name, what, wants, status, after, took: this.lastWrongEnd - after });
    if (this.wrong.length > KEPT) this.wrong.shift();
    return false;
  }
}

/** A request that is made at every gate again and again. */
export class Watch {
  /** For each gate: when the last right answer's request began, and whether the last answer was wrong. */
  #looks = new Map(GATES.map((gate) => [gate, { rightAt: 0, isWrong: false }]));
  #isOver = false;

  /** `what` names it in a story; `owner.epoch` is odd while a change of the owner is on its way. */
  constructor(run, owner, what, path, token) {
    Object.assign(this, { run, owner, what, path, token });
  }

  /** From now on this status is the right one, because of this change, at these gates. */
  expect(wants, change, gates = GATES) {
    const isNew = this.wants === undefined;
    Object.assign(this, { wants, change, gates });
    change.watches.add(this);
    for (const look of this.#looks.values()) Object.assign(look, { rightAt: 0, isWrong: false });
    if (isNew) for (const gate of GATES) this.run.loops.push(this.#loop(gate));
  }

  /** What is right at some gates has been right at all of them. */
  lookEverywhere() {
    this.gates = GATES;
  }

  end() {
    this.#isOver = true;
  }

  /** The gates where it was not seen to be right by a request that began after this moment. */
  unseenSince(moment) {
    return this.gates.filter((gate) => this.#looks.get(gate).rightAt < moment).map((gate) => gate.name);
  }

  async #loop(gate) {
    const look = this.#looks.get(gate);
    while (!this.#isOver && !this.run.isOver) {
      if (this.owner.epoch % 2 === 0 && this.gates.includes(gate)) await this.#ask(gate, look);
      await sleep(this.run.random.between(...this.#pause(look)) * 1000);
    }
  }

  #pause(look) {
    const age = (Date.now() - this.change.acknowledgedAt) / 1000;
    const { bound, window } = this.run;
    if (age > window + bound) return FOR_GOOD;
    if (look.isWrong) return WHILE_WRONG;
    return age < bound - 1 ? EARLY : AROUND_THE_BOUND;
  }

  /** One request. What a change of its owner overtook is not judged: both verdicts are right then. */
  async #ask(gate, look) {
    const { epoch } = this.owner;
    const startedAt = Date.now();
    const { status } = await this.run.world.ask(gate.name, this.path, {
      headers: { authorization: `Bearer ${this.token}` },
    });
    if (!(status in REACH) && status !== 503) throw new Error(`${gate.name} answered ${status} to ${this.what}`);
    this.run.answers += 1;
    if (epoch !== this.owner.epoch || this.#isOver) return;
    const isRight = this.change.judge(this, gate, status, startedAt);
    if (isRight) look.rightAt = startedAt;
    look.isWrong = !isRight && status !== 503;
  }
}
