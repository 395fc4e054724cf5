// The Worker under test: worker/js/entry.js, with an environment and a request that the tests can replace.
import Entry, { Courier, Registry as EntryRegistry, Usage } from "../../worker/js/entry.js";

import { originOf } from "./support/hosts.ts";
import { registryKv } from "./support/kv.ts";

/** What the tests can turn: the gate runs in their isolate and shares this module with them. */
export const switches = {
  /** The gate's environment, where it is to be another one. */
  env: undefined as object | undefined,
  /** The registry's variables, where they are to be others; from its next start on. */
  registryEnv: undefined as object | undefined,
  /** The path and query that the gate is to see, where no URL could carry them. */
  rawTarget: undefined as string | undefined,
  /** The context of the first request, with which the tests can call the gate without the pool between. */
  context: undefined as ExecutionContext | undefined,
};

/** A request whose URL says what a URL parser would not have let through. */
class RawRequest extends Request {
  readonly #target: string;

  constructor(request: Request, target: string) {
    super(request);
    this.#target = target;
  }

  override get url() {
    return `${originOf(this.#target)}${this.#target}`;
  }
}

export { Courier, Usage };

export default {
  fetch(request: Request, env: object, context: ExecutionContext): Promise<Response> {
    const { rawTarget } = switches;
    switches.context ??= context;
    const asked = rawTarget === undefined ? request : new RawRequest(request, rawTarget);
    return Entry.fetch(asked, switches.env ?? env, context);
  },
};

export class Registry extends EntryRegistry {
  constructor(ctx: DurableObjectState, env: { TOKENS: KVNamespace }) {
    super(ctx, { ...env, TOKENS: registryKv.around(env.TOKENS), ...switches.registryEnv });
  }
}
