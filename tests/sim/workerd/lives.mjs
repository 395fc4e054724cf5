// Who changes things: integrations that are created, rotated, edited, paused and deleted, one change after the other, some of it undone,
// and a policy whose rules come and go.
import { setTimeout as sleep } from "node:timers/promises";

import { Change, Watch } from "./watch.mjs";
import { GATES } from "./world.mjs";

const OWNER = { level: "sub_account", id: "acme" };
const PATHS = { "contacts.readonly": "/contacts/?locationId=acme", "locations.readonly": "/locations/acme" };
const SCOPES = Object.keys(PATHS);
/** Of the two gates of each location: at one a quiet integration's client has what must work, at the other what must not. */
const halves = [0, 1].map((half) => GATES.filter((_, n) => n % 2 === half));
/** How many dead tokens are watched on, those of deleted integrations too. */
const DEAD_WATCHED = 2;
/** Within how long all begin, in milliseconds: longer than memory serves without a feed, or all would meet it equally old. */
const BEGINNING_MS = 8_000;
/** How long an integration is left as it is, in milliseconds: longer than the pause between two looks. */
const REST_MS = [1_500, 3_500];
/** How long an admin waits before trying again what was not done, in milliseconds. */
const AGAIN_MS = 1_000;

/** The machine stood still for so long that a run says nothing. */
export class TooSlow extends Error {}

/** Whoever makes changes. `epoch` counts what was sent and what was acknowledged. */
class Life {
  epoch = 0;

  constructor(run) {
    this.run = run;
  }

  /** Lives until the run has enough changes. */
  async live() {
    await sleep(this.run.random.between(0, BEGINNING_MS));
    while (this.run.wantsMore()) {
      await this.run.watched(await this.next());
      await this.rest();
    }
  }

  rest() {
    return sleep(this.run.random.between(...REST_MS));
  }

  /** Has an admin make a change by way of some gate; `settle` takes in what it means, once it was acknowledged. */
  async change(kind, { method, path, body, rev }, settle) {
    const { run } = this;
    for (;;) {
      const gate = run.random.pick(GATES);
      const sentAt = Date.now();
      this.epoch += 1;
      const answer = await run.world.admin(gate, method, path, body, rev);
      if (answer.status < 300) {
        const change = new Change(kind, gate.name, sentAt);
        settle(answer.body, change);
        this.epoch += 1;
        run.noteChange(change);
        return change;
      }
      this.epoch += 1;
      // The stand-in refuses before anything is done. Without it the registry took over 20 s, and what became of it is not known.
      if (answer.status === 503 && !run.mayRefuse) throw new TooSlow(`${kind}: no answer to an admin in time`);
      if (answer.status !== 503) throw new Error(`${kind}: ${answer.status} ${JSON.stringify(answer.body)}`);
      run.refused += 1;
      await sleep(AGAIN_MS);
    }
  }
}

class Token {
  watches = new Map();
  isAlive = true;

  constructor(life, number, text) {
    Object.assign(this, { life, name: `token ${number}`, text });
  }

  watch(path) {
    if (!this.watches.has(path)) {
      this.watches.set(path, new Watch(this.life.run, this.life, `${this.name} at ${path}`, path, this.text));
    }
    return this.watches.get(path);
  }

  /** What works is asked for at every gate. */
  lookEverywhere() {
    for (const watch of this.watches.values()) if (watch.wants === 200) watch.lookEverywhere();
  }

  /** Makes this request no more. */
  forget(path) {
    this.watches.get(path).end();
    this.watches.delete(path);
  }

  /** Is watched no more, unless it is given back. */
  end() {
    for (const watch of this.watches.values()) watch.end();
    this.watches.clear();
  }
}

/**
 * A gate that denies looks whether the denial still holds, and so learns of a change early. At a loud integration every gate gets
 * every request, for good. A quiet one is the worst case: no gate is asked what would have it look, until it knows.
 */
export class Integration extends Life {
  isQuiet = this.run.random.chance(0.5);
  /** Those of the integrations before this one are dead. */
  tokens = [];
  #minted = 0;
  #isPaused = false;
  /** Gives back what the last change took, where it can be undone. */
  #giveBack;

  get #current() {
    return this.tokens.filter((token) => token.isAlive);
  }

  /** Until the next change every gate is asked what works, so that each has something to remember. */
  async rest() {
    for (const token of this.#current) token.lookEverywhere();
    await super.rest();
  }

  create() {
    const scopes = [this.run.random.pick(SCOPES)];
    const body = { name: "a simulated one", owner: OWNER, scopes };
    return this.change("create", { method: "POST", path: "/integrations", body }, ({ integration, token }, change) => {
      Object.assign(this, { id: integration.id, scopes, isGone: false });
      this.#settle(integration, change, token);
    });
  }

  next() {
    const { random } = this.run;
    if (this.#giveBack && random.chance(0.5)) return this.#undo();
    if (this.id === undefined || this.isGone) return this.create();
    if (this.#isPaused) return this.#pauseOrResume();
    const choice = random.unit();
    if (this.#current.length > 1) {
      if (choice < 0.2) return this.#extend();
      return choice < 0.6 ? this.#finish() : this.#cancel();
    }
    if (choice < 0.25) return this.#edit();
    if (choice < 0.4) return this.#pauseOrResume();
    if (choice < 0.6) return this.#rotate("now");
    return choice < 0.8 ? this.#rotate("later") : this.#delete();
  }

  #command(kind, method, path, body, settle) {
    return this.change(kind, { method, path: `/integrations/${this.id}${path}`, body, rev: this.rev }, settle);
  }

  #rotate(expire) {
    const body = expire === "later" ? { expire, window_seconds: 3600 } : { expire };
    return this.#command(`rotate ${expire}`, "POST", "/rotate", body, ({ integration, token }, change) => {
      if (expire === "now") this.#kill(this.#current);
      this.#settle(integration, change, token);
    });
  }

  #finish() {
    return this.#command("finish", "POST", "/rotation/finish", undefined, (integration, change) => {
      const [outgoing] = this.#current;
      this.#kill([outgoing]);
      this.#settle(integration, change);
      this.#giveBack = () => (outgoing.isAlive = true);
    });
  }

  /** Not beyond 30 days after its beginning, and so no token fares otherwise. */
  #extend() {
    const body = { expires_at: new Date(Date.now() + 86_400_000).toISOString() };
    return this.#command("extend", "POST", "/rotation/extend", body, (integration, change) => {
      this.#settle(integration, change);
    });
  }

  #pauseOrResume() {
    const what = this.#isPaused ? "resume" : "pause";
    return this.#command(what, "POST", `/${what}`, undefined, (integration, change) => {
      this.#isPaused = !this.#isPaused;
      this.#settle(integration, change);
    });
  }

  #undo() {
    return this.#command("undo", "POST", "/undo", undefined, (integration, change) => {
      this.#giveBack();
      this.#settle(integration, change);
    });
  }

  #cancel() {
    return this.#command("cancel", "POST", "/rotation/cancel", undefined, (integration, change) => {
      this.#kill([this.#current[1]]);
      this.#settle(integration, change);
    });
  }

  #edit() {
    const scopes = SCOPES.filter((scope) => !this.scopes.includes(scope));
    return this.#command("edit scopes", "PATCH", "", { scopes }, (integration, change) => {
      this.scopes = scopes;
      this.#settle(integration, change);
    });
  }

  #delete() {
    return this.#command("delete", "DELETE", "", undefined, (_, change) => {
      const killed = this.#current;
      this.#kill(killed);
      this.#settle({ id: this.id, rev: this.rev + 1 }, change);
      this.isGone = true;
      this.#giveBack = () => {
        for (const token of killed) token.isAlive = true;
        this.isGone = false;
      };
    });
  }

  #kill(tokens) {
    for (const token of tokens) token.isAlive = false;
  }

  /** Takes in what is so from now on. */
  #settle(integration, change, minted) {
    this.#giveBack = undefined;
    this.rev = integration.rev;
    Object.assign(change, { rev: integration.rev, key: `i:${integration.id}` });
    if (minted !== undefined) this.tokens.push(new Token(this, (this.#minted += 1), minted));
    for (const token of this.tokens) this.#expect(token, change);
    const dead = this.tokens.filter((token) => !token.isAlive);
    for (const token of dead.slice(0, -DEAD_WATCHED)) token.end();
  }

  #expect(token, change) {
    for (const scope of SCOPES) {
      const wants = !token.isAlive || this.#isPaused ? 401 : this.scopes.includes(scope) ? 200 : 403;
      this.#expectAt(token, PATHS[scope], wants, change);
    }
  }

  #expectAt(token, path, wants, change) {
    const before = token.watches.get(path)?.wants;
    if (before === wants && this.isQuiet) {
      if (wants !== 200) token.forget(path);
      return;
    }
    if (before === wants || (before === undefined && wants !== 200 && (this.isQuiet || wants === 401))) return;
    token.watch(path).expect(wants, change, this.isQuiet ? halves[wants === 200 ? 0 : 1] : GATES);
  }
}

/** One rule that comes and goes, in a policy that has several of them; each is asked for at one gate, so that none has it look. */
export class Rule extends Life {
  /** `policy` publishes one after the other, and knows the rules in force. */
  constructor(run, policy, number, token) {
    super(run);
    Object.assign(this, { policy, path: `/simulated/${number}`, gates: [GATES[number % GATES.length]] });
    this.watch = new Watch(run, this, `GET ${this.path}`, this.path, token);
  }

  next() {
    return this.policy.turn(() => this.#toggle());
  }

  #toggle() {
    const rules = new Set(this.policy.paths);
    if (!rules.delete(this.path)) rules.add(this.path);
    const isOpen = rules.has(this.path);
    const body = this.policy.body(rules);
    return this.change(
      isOpen ? "publish: opens" : "publish: closes",
      { method: "PUT", path: "/policy", body },
      (answer, change) => {
        this.policy.paths = rules;
        Object.assign(change, { rev: answer.rev, key: "policy" });
        this.watch.expect(isOpen ? 200 : 404, change, this.gates);
      },
    );
  }
}

export class Policy {
  paths = new Set();
  #last = Promise.resolve();

  constructor({ documents, settings }) {
    Object.assign(this, { documents, settings });
  }

  body(paths) {
    const rules = [...paths].map((path) => ({ method: "GET", path, access: "authenticated" }));
    return { documents: this.documents, settings: { ...this.settings, rules } };
  }

  /** Waits for whoever publishes now. */
  turn(work) {
    this.#last = this.#last.then(work);
    return this.#last;
  }
}
