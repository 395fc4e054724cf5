import { tick } from "svelte";
import { session as api } from "../api/client";
import { onSessionEnd } from "../api/http";
import { Problem } from "../api/problem";
import type { Features, Level, Owner, Session as Session_, Ways } from "../api/types";
import { anyAt, may, mayAnywhere, mayAt, type Permission, placeOf, seesAllIntegrations } from "../lib/access";
import { words as t } from "./words";

interface Waiting {
  resolve: () => void;
  reject: (problem: Problem) => void;
}

type State = "asking" | "out" | "in" | "expired";

/** Whether a user is signed in. If the session ends while they work, their work waits for the next sign-in. */
class Session {
  state = $state<State>("asking");
  problem = $state<Problem | null>(null);
  /** The brand that the deployment has set. */
  brand = $state.raw<Ways["brand"]>({ name: null, logo: null, color: null });
  /** The address of the API that integrations call, from the gate's settings; without a trailing slash. */
  apiUrl = $state<string | null>(null);
  /** Where the API is documented. */
  docsUrl = $state<string | null>(null);
  /** The presets of scopes that the API's owner offers. */
  presets = $state.raw<Session_["presets"]>([]);
  /** The signed-in person; null with the owner key. */
  person = $state.raw<Session_["person"]>(null);
  permissions = $state.raw<readonly Permission[]>([]);
  features = $state.raw<Features | null>(null);
  #waiting: Waiting[] = [];
  #renewal: Promise<void> | null = null;
  #tabs = new BroadcastChannel("tidegate-session");

  constructor() {
    onSessionEnd(() => this.#renewed());
    // A page that comes back from the browser's memory may have outlived its session.
    addEventListener("pageshow", (event) => {
      if (event.persisted && this.state === "in") void this.#checkSession();
    });
    this.#tabs.onmessage = ({ data }) => void this.#heard(data);
  }

  async start(): Promise<void> {
    try {
      // This comes first: without a session there is nothing to show, and the console should not report an error.
      const ways = await api.ways();
      this.brand = ways.brand;
      if (!ways.has_session) {
        this.state = "out";
        return;
      }
      await this.#show();
      this.#signedIn();
      this.#tabs.postMessage("in"); // an identity provider's sign-in ends here, for a tab that waits for it too
    } catch (thrown) {
      const problem = Problem.from(thrown);
      this.state = "out";
      if (problem.status !== 401) this.problem = problem;
    }
  }

  async signIn(key: string): Promise<void> {
    await api.signIn(key);
    await this.#show().catch((thrown: unknown) => {
      throw Problem.from(thrown).status === 401
        ? new Problem(401, { type: "no-cookie", title: t.noCookie, detail: t.noCookieDetail })
        : thrown;
    });
    this.#signedIn();
    this.#tabs.postMessage("in");
  }

  async signOut(): Promise<void> {
    try {
      await api.signOut();
    } catch (thrown) {
      // A session that is over already needs no end.
      if (Problem.from(thrown).status !== 401) throw thrown;
    }
    this.#tabs.postMessage("out");
    this.state = "out";
  }

  /** Abandons the work that waits for a session. */
  abandon(): void {
    this.state = "out";
    this.#settle(({ reject }) => reject(new Problem(401, { title: t.ended, detail: t.endedDetail })));
  }

  async #heard(message: unknown): Promise<void> {
    if (message === "out" && this.state === "in") this.state = "expired";
    if (message !== "in" || this.state === "in") return;
    const before = this.person?.id;
    try {
      await this.#show();
    } catch {
      return;
    }
    if (this.state === "expired" && this.person?.id !== before) await this.#startOver();
    else this.#signedIn();
  }

  /** Asks whether the session goes on. Where the gate does not answer, whatever is asked next tells. */
  async #checkSession(): Promise<void> {
    try {
      await api.show();
    } catch (thrown) {
      if (Problem.from(thrown).status === 401) this.state = "expired";
    }
  }

  async #show(): Promise<void> {
    const shown = await api.show();
    [this.apiUrl, this.docsUrl, this.presets] = [shown.api_url, shown.docs_url, shown.presets];
    [this.person, this.permissions, this.features] = [shown.person, shown.permissions, shown.features];
  }

  /** Whether the user may do this there. */
  may(verb: string, place: string): boolean {
    return may(this.permissions, verb, place);
  }

  mayAnywhere(verb: string): boolean {
    return mayAnywhere(this.permissions, verb);
  }

  /** Whether they may see how the integrations of an owner are used. */
  mayViewUse(owner: Owner): boolean {
    return this.may("usage.view", placeOf(owner));
  }

  /** Whether they may revoke the integrations of an owner: pause, delete, and expire an old token. */
  mayManage(owner: Owner): boolean {
    return this.may("integrations.manage", placeOf(owner));
  }

  /** Whether they may do all else with the integrations of an owner. */
  mayChange(owner: Owner): boolean {
    return this.isOn(owner.level) && this.mayManage(owner);
  }

  /** Whether they may do this at some place of a level. */
  mayAt(verb: string, level: Level): boolean {
    return mayAt(this.permissions, verb, level);
  }

  /** Whether they may create integrations at a level, of some owner. */
  mayCreate(level: Level): boolean {
    return this.isOn(level) && this.mayAt("integrations.manage", level);
  }

  get mayCreateAnywhere(): boolean {
    return this.mayCreate("agency") || this.mayCreate("sub_account");
  }

  /** Whether private integrations are switched on at a level, under Labs. */
  isOn(level: Level): boolean {
    return this.features?.private_integrations[level === "agency" ? "agency" : "sub_accounts"] ?? true;
  }

  /** Whether an integration that they do not find is not there. */
  get seesAllIntegrations(): boolean {
    return seesAllIntegrations(this.permissions);
  }

  /** Whether the user has permissions at the agency. Others do not see that it exists. */
  get isOfAgency(): boolean {
    return anyAt(this.permissions, "agency");
  }

  /** Reads again what the user may do: others may have changed it, or somebody else may have signed in in another tab. */
  async refresh(): Promise<void> {
    const before = this.person?.id;
    await this.#show();
    if (this.state === "in" && this.person?.id !== before) await this.#startOver();
  }

  /** Forgets what is kept: it is somebody else's. */
  async #startOver(): Promise<void> {
    this.abandon();
    await tick();
    this.#signedIn();
  }

  #signedIn(): void {
    this.problem = null;
    this.state = "in";
    this.#settle(({ resolve }) => resolve());
  }

  #renewed(): Promise<void> {
    if (this.state === "in") this.state = "expired";
    this.#renewal ??= new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
    return this.#renewal;
  }

  #settle(how: (waiting: Waiting) => void): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#renewal = null;
    waiting.forEach(how);
  }
}

export const session = new Session();
