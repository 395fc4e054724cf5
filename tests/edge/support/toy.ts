// What becomes of an integration's tokens, in plain words.
import { rfc3339 } from "./rotation.ts";

/** What becomes of a token: it has no end, or one, or is dead. */
type Fate = "endless" | number | "dead";
type Fates = ReadonlyMap<string, Fate>;

export const COMMANDS = [
  "later",
  "later",
  "later",
  "now",
  "cancel",
  "cancel",
  "finish",
  "finish",
  "rename",
  "delete",
] as const;
export type Command = (typeof COMMANDS)[number];

/** One integration as the toy has it: its tokens' fates after each of its revisions, from 1. */
export class Toy {
  readonly revisions: Fates[] = [];
  gone = false;
  #lapsed: number | undefined;

  constructor(
    readonly id: string,
    token: string,
  ) {
    this.revisions.push(new Map([[token, "endless"]]));
  }

  get rev(): number {
    return this.revisions.length;
  }

  get fates(): Fates {
    return this.revisions.at(-1)!;
  }

  /**
   * An event told that the window until `until` is over. For admins it stays over, even where the clock then steps back, and the next
   * revision has the token no more; to the gate it is the clock that counts.
   */
  lapsed(until: number) {
    this.#lapsed = until;
  }

  /** Whether a command based on the present revision is carried out at `now`. */
  allows(command: Command, now: number): boolean {
    const living = this.#living(now).length;
    if (command === "later") return living === 1;
    return command === "cancel" || command === "finish" ? living === 2 : true;
  }

  /** Carries it out; `token` is the one that it minted. Whoever's time is up by now is dead for good. */
  act(command: Command, now: number, token: string | undefined, window: number) {
    const [outgoing, incoming] = this.#living(now);
    const fates = new Map<string, Fate>([...this.fates].map(([known]) => [known, "dead"]));
    if (command === "rename")
      for (const [known, fate] of this.fates) fates.set(known, fate === this.#lapsed ? "dead" : fate);
    if (command === "later") fates.set(outgoing!, now + window);
    if (command === "cancel") fates.set(outgoing!, "endless");
    if (command === "finish") fates.set(incoming!, "endless");
    if (token !== undefined) fates.set(token, "endless");
    this.gone = command === "delete";
    this.revisions.push(fates);
  }

  #living(now: number): string[] {
    const living = [...this.fates].filter(([, fate]) => fate !== this.#lapsed && isAlive(fate, now));
    return living.map(([token]) => token);
  }
}

const isAlive = (fate: Fate, now: number) => fate === "endless" || (fate !== "dead" && now < fate);

/** The fate as the gate's answer tells it. */
export function told(fate: Fate | undefined, now: number): string {
  if (fate === undefined || !isAlive(fate, now)) return "dead";
  return fate === "endless" ? "current" : `outgoing until ${rfc3339(fate)}`;
}
