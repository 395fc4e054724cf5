// A KV namespace that fails on demand.

type Fault = (key: string) => unknown;

/** Counts the calls to a namespace, and answers them in its stead where a fault is set. */
export class Steering {
  /** The keys that were read and written, in order. */
  reads: string[] = [];
  writes: string[] = [];
  onRead: Fault | undefined;
  onWrite: Fault | undefined;

  reset() {
    Object.assign(this, { reads: [], writes: [], onRead: undefined, onWrite: undefined });
  }

  /** The namespace, steered. */
  around(real: KVNamespace): KVNamespace {
    const read = (call: "get" | "getWithMetadata") => async (key: string, options: never) => {
      this.reads.push(key);
      return this.onRead ? inBytes(await this.onRead(key)) : real[call](key, options);
    };
    const put = async (key: string, value: string, options?: KVNamespacePutOptions) => {
      this.writes.push(key);
      return this.onWrite ? this.onWrite(key) : real.put(key, value, options);
    };
    const rest = { list: real.list.bind(real), delete: real.delete.bind(real) };
    return { get: read("get"), getWithMetadata: read("getWithMetadata"), put, ...rest } as unknown as KVNamespace;
  }
}

/** A text as the gate asks for it. */
function inBytes(value: unknown) {
  return typeof value === "string" ? new TextEncoder().encode(value).buffer : value;
}

export const failing: Fault = () => Promise.reject(new Error("KV is down"));
export const hanging: Fault = () => new Promise(() => {});

/** What the registry writes to. */
export const registryKv = new Steering();
