// The real registry, with a way to it that can be slow, broken, or closed to the gate's reads.
import { Registry as EntryRegistry } from "../../../../worker/js/entry.js";
import { Random } from "../random.mjs";

/** Longer than the gate waits for a read. */
const HANG_MS = 4_000;
/** What the gate reads is below this host (worker/src/stub.rs); commands are below another. */
const READS = "https://registry-reads";

let behaviour = { slow: 0, down: false, reads: true };
let random = new Random(1);
let counts = {};

const after = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

const count = (what) => {
  counts[what] = (counts[what] ?? 0) + 1;
};

export class Registry extends EntryRegistry {
  async fetch(request) {
    const isRead = request.url.startsWith(READS);
    count(isRead ? new URL(request.url).pathname.split("/")[1] : "commands");
    if (isRead && !behaviour.reads) throw new Error("the registry is closed to reads");
    if (behaviour.down) return this.#broken();
    await after(behaviour.slow / 2);
    const answer = await super.fetch(request);
    await after(behaviour.slow / 2);
    return answer;
  }

  /** Nothing is carried out: a call fails at once, or when nobody waits any more. */
  async #broken() {
    count("calls while down");
    if (random.chance(0.3)) await after(HANG_MS / 1000);
    throw new Error("the registry is down");
  }
}

/** How the simulator sets its behaviour and asks what it did. */
export default {
  async fetch(request) {
    const { behave, seed } = await request.json();
    if (seed !== undefined) random = new Random(seed);
    if (behave !== undefined) behaviour = { ...behaviour, ...behave };
    const told = Response.json(counts);
    if (behave !== undefined) counts = {};
    return told;
  },
};
