// The registry from the inside: its Durable Object and its SQLite.
import { env, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";

const stub = () => env.REGISTRY.getByName("registry");

/** Every row of every table, by table. */
export function tables(): Promise<Record<string, unknown[]>> {
  return runInDurableObject(stub(), (_, { storage: { sql } }) => {
    const all = sql.exec("SELECT name FROM sqlite_master WHERE type = 'table'").toArray();
    const names = all.map(({ name }) => String(name)).filter((name) => !/^(sqlite|_cf)_/.test(name));
    return Object.fromEntries(names.map((name) => [name, sql.exec(`SELECT * FROM ${name}`).toArray()]));
  });
}

/** Rings the alarm, if one is set; tells whether one was. */
export const ring = () => runDurableObjectAlarm(stub());

/** A month, in milliseconds. Every token has a reminder, further ahead than that. */
const MONTH = 30 * 86_400_000;

/** When the alarm will ring, in milliseconds; null where none is set, or nothing is due within a month. */
export async function alarm(): Promise<number | null> {
  const at = await runInDurableObject(stub(), (_, { storage }) => storage.getAlarm());
  return at !== null && at - Date.now() < MONTH ? at : null;
}

/** Ends the object: the next call finds a new instance with nothing but what is on disk. */
export async function evict(): Promise<void> {
  await runInDurableObject(stub(), (_, state) => state.abort("evicted by a test")).catch(() => undefined);
}

/** Everything in KV, by key. */
export async function kvContents(): Promise<Record<string, string | null>> {
  const { keys } = await env.TOKENS.list();
  const entries = keys.map(async ({ name }) => [name, await env.TOKENS.get(name)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

/** All that anything could have changed. */
export const everything = async () => ({ tables: await tables(), kv: await kvContents() });
