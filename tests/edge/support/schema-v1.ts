// A registry's database as version 1 of the schema left it, to see what becomes of it.
import { env, runInDurableObject } from "cloudflare:test";

/** The tables of version 1. Never changed: databases like this one exist. */
const TABLES = `
    CREATE TABLE sub_accounts (
        id TEXT PRIMARY KEY, name TEXT NOT NULL, created_at INTEGER NOT NULL
    );
    CREATE TABLE integrations (
        id TEXT PRIMARY KEY, rev INTEGER NOT NULL, level TEXT NOT NULL, owner_id TEXT NOT NULL, name TEXT NOT NULL,
        description TEXT NOT NULL, scopes TEXT NOT NULL, last_n INTEGER NOT NULL, created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL, gone_at INTEGER
    );
    CREATE INDEX integrations_by_owner ON integrations (level, owner_id, id);
    CREATE TABLE tokens (
        integration TEXT NOT NULL, n INTEGER NOT NULL, hash TEXT NOT NULL, created_at INTEGER NOT NULL,
        not_after INTEGER, ended_at INTEGER, PRIMARY KEY (integration, n)
    );
    CREATE TABLE policies (
        rev INTEGER PRIMARY KEY, policy TEXT NOT NULL, settings TEXT NOT NULL, report TEXT NOT NULL,
        actor TEXT NOT NULL, published_at INTEGER NOT NULL
    );
    CREATE TABLE events (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, actor TEXT NOT NULL, kind TEXT NOT NULL,
        integration TEXT, detail TEXT NOT NULL
    );
    CREATE INDEX events_by_integration ON events (integration, seq);
    CREATE TABLE outbox (
        key TEXT PRIMARY KEY, rev INTEGER NOT NULL, value TEXT NOT NULL, ttl_seconds INTEGER, since INTEGER NOT NULL,
        tries INTEGER NOT NULL DEFAULT 0, again_at INTEGER
    );
    CREATE TABLE sessions (digest TEXT PRIMARY KEY, created_at INTEGER NOT NULL, ends_at INTEGER NOT NULL);
    CREATE TABLE schema (version INTEGER NOT NULL);
    INSERT INTO schema (version) VALUES (1);
`;

/** Makes a database of version 1 of the registry that no request has reached yet, and fills it. */
export function makeOld(fill: (sql: SqlStorage) => void): Promise<void> {
  return runInDurableObject(env.REGISTRY.getByName("registry"), (_, { storage: { sql } }) => {
    sql.exec(TABLES);
    fill(sql);
  });
}
