// The gate's way to the registry, which fails on demand, and its location's cache of the change feed.
import { env } from "cloudflare:test";

type Fault = (path: string) => unknown;

const READS = "https://registry-reads";

/** Counts what the gate itself reads from the registry, and answers in its stead where a fault is set. */
export class StubSteering {
  /** The reads, in order: `/feed`, `/policy`, `/records/<id>`. */
  reads: string[] = [];
  /** The commands, in order, with whom the gate says they are from. */
  commands: string[] = [];
  /** Answers a read in the registry's stead; `undefined` leaves it to the registry. */
  onRead: Fault | undefined;
  /** Answers a command in the registry's stead. */
  onCommand: Fault | undefined;
  /** How many reads were under way at the same time, at the most. */
  most = 0;
  #now = 0;

  reset() {
    Object.assign(this, { reads: [], commands: [], onRead: undefined, onCommand: undefined, most: 0 });
  }

  /** The reads of one kind. */
  of(path: string): string[] {
    return this.reads.filter((read) => read.startsWith(path));
  }

  around(real: typeof env.REGISTRY) {
    const fetch = async (url: string, init: RequestInit) => {
      const stub = real.getByName("registry");
      if (!url.startsWith(READS)) {
        const command = `${init.method} ${new URL(url).pathname}`;
        this.commands.push(`${command} by ${new Headers(init.headers).get("x-registry-actor")}`);
        return (await this.onCommand?.(command)) ?? stub.fetch(url, init);
      }
      const path = url.slice(READS.length);
      this.reads.push(path);
      this.most = Math.max(this.most, (this.#now += 1));
      try {
        return (await this.onRead?.(path)) ?? (await stub.fetch(url, init));
      } finally {
        this.#now -= 1;
      }
    };
    return { getByName: () => ({ fetch }), idFromName: (name: string) => real.idFromName(name) };
  }
}

export const out: Fault = () => Promise.reject(new Error("the registry is down"));
export const overloaded: Fault = () =>
  Promise.reject(Object.assign(new Error("Durable Object is overloaded."), { overloaded: true, retryable: true }));
export const silent: Fault = () => new Promise(() => {});

export interface Feed {
  v: number;
  seq: number;
  floor: number;
  made_at_ms: number;
  complete: boolean;
  policy: number | null;
  revs: Record<string, number>;
}

/** The feed as the registry has it. */
export async function feed(): Promise<Feed> {
  return (await env.REGISTRY.getByName("registry").fetch(`${READS}/feed`)).json();
}

/** Answers reads of the feed with the registry's own, changed. */
export const altered =
  (change: (feed: Feed) => Partial<Feed>): Fault =>
  async (path) => {
    if (path !== "/feed") return undefined;
    const own = await feed();
    return Response.json({ ...own, ...change(own) });
  };

const sharedAs = (what: string) => `https://${what}.tidegate.invalid/${env.REGISTRY.idFromName("registry")}`;

/** Takes the copies of feed and policy, and of these parts of the policy, from this location's cache. */
export async function forgetShared(parts: string[] = []): Promise<void> {
  for (const what of ["feed", "policy"]) await caches.default.delete(sharedAs(what));
  for (const key of parts) await caches.default.delete(key.replace(/^policy/, sharedAs("policy")));
}

/** What an isolate leaves in this location's cache: when it asked, a line end, and what it was told. */
async function sharedCopy(what: string): Promise<{ askedAt: number; text: string } | undefined> {
  const copy = await (await caches.default.match(sharedAs(what)))?.text();
  if (copy === undefined) return undefined;
  const end = copy.indexOf("\n");
  return { askedAt: Number(copy.slice(0, end)), text: copy.slice(end + 1) };
}

/** Leaves a copy in this location's cache, as another isolate would. */
async function shareCopy(what: string, text: string, askedAt: number): Promise<void> {
  const headers = { "cache-control": "max-age=5" };
  await caches.default.put(sharedAs(what), new Response(`${askedAt}\n${text}`, { headers }));
}

/** The policy in this location's cache. */
export const sharedPolicy = async (): Promise<string | undefined> => (await sharedCopy("policy"))?.text;

/** Leaves a text as the policy in this location's cache. */
export const sharePolicy = (text: string, askedAt: number): Promise<void> => shareCopy("policy", text, askedAt);

/** The copy of the feed in this location's cache. */
export async function sharedFeed(): Promise<{ askedAt: number; feed: Feed } | undefined> {
  const copy = await sharedCopy("feed");
  return copy && { askedAt: copy.askedAt, feed: JSON.parse(copy.text) as Feed };
}

/** Leaves a copy of the feed in this location's cache. */
export const share = (feed: Partial<Feed>, askedAt: number): Promise<void> =>
  shareCopy("feed", JSON.stringify(feed), askedAt);
