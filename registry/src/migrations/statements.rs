//! The statements of each migration, in order. docs/storage.md says what each column is for.

pub(super) const TABLES: &str = "
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
";

/// Names and texts without their case, to search and to sort by, and indexes without deleted rows.
pub(super) const SEARCH: &str = "
    ALTER TABLE sub_accounts ADD COLUMN folded_name TEXT NOT NULL DEFAULT '';
    ALTER TABLE integrations ADD COLUMN folded_name TEXT NOT NULL DEFAULT '';
    ALTER TABLE integrations ADD COLUMN folded_text TEXT NOT NULL DEFAULT '';
    DROP INDEX integrations_by_owner;
    CREATE INDEX integrations_by_owner ON integrations (level, owner_id, id) WHERE gone_at IS NULL;
    CREATE INDEX tokens_present ON tokens (integration, not_after, created_at) WHERE ended_at IS NULL;
";

/// The feed starts with the outbox, which KV does not have yet; then [`feed_recent`](super::fill::feed_recent) adds recent changes.
pub(super) const FRESHNESS: &str = "
    CREATE TABLE feed (key TEXT PRIMARY KEY, rev INTEGER NOT NULL, seq INTEGER NOT NULL UNIQUE, told_at INTEGER);
    CREATE INDEX feed_by_told_at ON feed (told_at);
    INSERT INTO feed (key, rev, seq) SELECT key, rev, row_number() OVER (ORDER BY since, key) FROM outbox;
    CREATE TABLE feed_state (seq INTEGER NOT NULL, floor INTEGER NOT NULL);
    INSERT INTO feed_state (seq, floor) SELECT count(*), 0 FROM feed;
    CREATE TABLE idempotency (
        key TEXT PRIMARY KEY, request TEXT NOT NULL, integration TEXT NOT NULL, at INTEGER NOT NULL
    );
    CREATE TABLE tries (client TEXT NOT NULL, at INTEGER NOT NULL);
    CREATE INDEX tries_by_at ON tries (at);
    CREATE TABLE known_clients (client TEXT PRIMARY KEY, seen_at INTEGER NOT NULL);
";

/// Sub-accounts get a revision, since a change must name the one it is based on.
pub(super) const REVISIONS: &str = "
    ALTER TABLE sub_accounts ADD COLUMN rev INTEGER NOT NULL DEFAULT 1;
";

/// An index with what a list of versions shows, since a row holds a whole policy and a whole report.
pub(super) const VERSIONS: &str = "
    ALTER TABLE policies ADD COLUMN counts TEXT AS (json_object(
        'operations', report -> 'operations', 'agency', report -> 'agency', 'sub_account', report -> 'sub_account',
        'public', report -> 'public', 'scopes', report -> 'scopes'
    )) VIRTUAL;
    CREATE INDEX policy_versions ON policies (rev, published_at, actor, counts);
";

/// The documents of policy versions: their texts in parts, by digest, and which version has which. And the agency, whose id its first
/// integration had set.
pub(super) const DOCUMENTS: &str = "
    CREATE TABLE documents (
        digest TEXT NOT NULL, part INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY (digest, part)
    );
    CREATE TABLE policy_documents (
        rev INTEGER NOT NULL, name TEXT NOT NULL, digest TEXT NOT NULL, operations INTEGER NOT NULL,
        PRIMARY KEY (rev, name)
    );
    ALTER TABLE policies ADD COLUMN documents INTEGER;
    DROP INDEX policy_versions;
    CREATE INDEX policy_versions ON policies (rev, published_at, actor, counts, documents);
    CREATE TABLE agency (id TEXT NOT NULL, name TEXT, rev INTEGER NOT NULL, updated_at INTEGER NOT NULL);
    INSERT INTO agency (id, name, rev, updated_at)
        SELECT owner_id, NULL, 1, min(created_at) FROM integrations
        WHERE level = 'agency' AND gone_at IS NULL GROUP BY owner_id LIMIT 1;
";

/// An integration's end, pause, and the version of the record that expresses it; and how far KV is written in which format.
/// A put that an earlier release makes does not raise `puts`, so the trigger notes that KV has to be rewritten.
pub(super) const PROJECTION: &str = "
    ALTER TABLE integrations ADD COLUMN expires_at INTEGER;
    ALTER TABLE integrations ADD COLUMN paused INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE integrations ADD COLUMN record_version INTEGER NOT NULL DEFAULT 1;
    CREATE TABLE projection (format TEXT NOT NULL, target TEXT, after TEXT, listed INTEGER NOT NULL);
    INSERT INTO projection (format, target, after, listed) VALUES ('', NULL, NULL, 0);
    ALTER TABLE outbox ADD COLUMN puts INTEGER NOT NULL DEFAULT 0;
    CREATE TRIGGER earlier_release_puts AFTER UPDATE OF tries ON outbox
    WHEN NEW.tries > OLD.tries AND NEW.puts = OLD.puts BEGIN
        UPDATE projection SET format = '', target = NULL, after = NULL, listed = 0;
    END;
";

/// Wrong owner keys are no longer counted here. The tables stay, since a rollback to the release before needs them.
pub(super) const NO_TRIES: &str = "DELETE FROM tries; DELETE FROM known_clients;";

/// Texts to search and to sort by are in one spelling (normalization form C), those of before too: [`fold_names`](super::fill::fold_names).
pub(super) const ONE_SPELLING: &str = "SELECT 1";

/// The life of an integration: what is due, what can be undone, the agency's rules, and the last characters of tokens. An integration
/// is unscheduled at first, and after an earlier release has changed it; the alarm catches up with these.
pub(super) const LIFE: &str = "
    CREATE TABLE due (
        kind TEXT NOT NULL, integration TEXT NOT NULL, generation INTEGER NOT NULL, at INTEGER, next_at INTEGER,
        fired_at INTEGER, PRIMARY KEY (kind, integration)
    );
    CREATE INDEX due_by_time ON due (next_at) WHERE next_at IS NOT NULL;
    CREATE INDEX due_by_integration ON due (integration);
    CREATE TABLE undo (
        integration TEXT PRIMARY KEY, rev INTEGER NOT NULL, at INTEGER NOT NULL, what TEXT NOT NULL, current INTEGER,
        outgoing INTEGER, until INTEGER, scopes TEXT, leaked INTEGER NOT NULL, over INTEGER NOT NULL
    );
    CREATE INDEX undo_by_time ON undo (at);
    CREATE TABLE token_rules (
        max_lifetime_days INTEGER, rotate_every_days INTEGER, undo_finish INTEGER NOT NULL, undo_delete INTEGER NOT NULL,
        undo_scopes INTEGER NOT NULL, rev INTEGER NOT NULL, updated_at INTEGER NOT NULL
    );
    ALTER TABLE tokens ADD COLUMN last_four TEXT;
    ALTER TABLE integrations ADD COLUMN due_rev INTEGER NOT NULL DEFAULT 0;
    CREATE INDEX integrations_unscheduled ON integrations (id) WHERE due_rev <> rev;
    CREATE INDEX integrations_by_end ON integrations (expires_at) WHERE gone_at IS NULL AND expires_at IS NOT NULL;
    CREATE INDEX tokens_by_age ON tokens (created_at) WHERE ended_at IS NULL AND not_after IS NULL;
    CREATE INDEX tokens_by_deadline ON tokens (not_after) WHERE ended_at IS NULL AND not_after IS NOT NULL;
";

/// People, their sessions, automation keys, and switches of features. A person's session is not in `sessions`: an earlier release would
/// take it for one of the owner's.
pub(super) const PEOPLE: &str = "
    CREATE TABLE people (
        id TEXT PRIMARY KEY, email TEXT NOT NULL, folded_email TEXT NOT NULL UNIQUE, name TEXT,
        folded_name TEXT NOT NULL, role TEXT NOT NULL, accounts TEXT NOT NULL, permissions TEXT NOT NULL, grantable TEXT,
        issuer TEXT, subject TEXT, rev INTEGER NOT NULL, created_at INTEGER NOT NULL, created_by TEXT NOT NULL,
        updated_at INTEGER NOT NULL, last_sign_in_at INTEGER
    );
    CREATE UNIQUE INDEX people_by_account ON people (issuer, subject) WHERE subject IS NOT NULL;
    CREATE TABLE person_sessions (
        digest TEXT PRIMARY KEY, person TEXT NOT NULL, created_at INTEGER NOT NULL, ends_at INTEGER NOT NULL
    );
    CREATE INDEX person_sessions_by_person ON person_sessions (person);
    CREATE TABLE logins (id TEXT PRIMARY KEY, at INTEGER NOT NULL);
    CREATE TABLE automation_keys (
        id TEXT PRIMARY KEY, name TEXT NOT NULL, permissions TEXT NOT NULL, grantable TEXT, expires_at INTEGER NOT NULL,
        rev INTEGER NOT NULL, last_n INTEGER NOT NULL, n INTEGER NOT NULL, hash TEXT NOT NULL, made_at INTEGER NOT NULL,
        outgoing_n INTEGER, outgoing_hash TEXT, outgoing_made_at INTEGER, outgoing_until INTEGER,
        created_at INTEGER NOT NULL, created_by TEXT NOT NULL, updated_at INTEGER NOT NULL, last_used_at INTEGER,
        gone_at INTEGER
    );
    CREATE TABLE features (name TEXT PRIMARY KEY, agency INTEGER NOT NULL, sub_accounts INTEGER NOT NULL);
";

/// The parts of policies that are too long for one row.
pub(super) const POLICY_PARTS: &str = "CREATE TABLE policy_parts (digest TEXT PRIMARY KEY, text TEXT NOT NULL)";

/// Events get a place, their request and a chain; `event_chain` has the number and the chain value of the last one that was pruned.
/// What an earlier release wrote, the registry takes in when it opens: `events::adopt`.
pub(super) const EVENTS: &str = "
    ALTER TABLE events ADD COLUMN actor_name TEXT;
    ALTER TABLE events ADD COLUMN place TEXT;
    ALTER TABLE events ADD COLUMN request TEXT;
    ALTER TABLE events ADD COLUMN chain TEXT;
    CREATE INDEX events_by_kind ON events (kind, seq);
    CREATE INDEX events_by_actor ON events (actor, seq);
    CREATE INDEX events_by_place ON events (place, seq);
    CREATE INDEX events_by_time ON events (at, seq);
    CREATE TABLE event_chain (seq INTEGER NOT NULL, chain TEXT NOT NULL);
    INSERT INTO event_chain (seq, chain)
        VALUES (0, '0000000000000000000000000000000000000000000000000000000000000000');
";

/// When a token was last used, as the usage stores report it.
pub(super) const TOKEN_USE: &str = "ALTER TABLE tokens ADD COLUMN last_used_at INTEGER";

/// What is known of integrations' use: when each was last used, as the usage stores hand it over; since when it has each scope; and
/// what the rules that rest on use need. Of those that exist already, use is counted from now on.
pub(super) const USE: &str = "
    ALTER TABLE integrations ADD COLUMN used_at INTEGER;
    ALTER TABLE integrations ADD COLUMN counted_since INTEGER;
    ALTER TABLE integrations ADD COLUMN resumed_at INTEGER;
    ALTER TABLE integrations ADD COLUMN scopes_since TEXT NOT NULL DEFAULT '{}';
    CREATE INDEX integrations_by_use ON integrations (used_at) WHERE gone_at IS NULL;
    ALTER TABLE tokens ADD COLUMN first_used_at INTEGER;
    ALTER TABLE tokens ADD COLUMN when_quiet INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE token_rules ADD COLUMN idle_days INTEGER;
    ALTER TABLE token_rules ADD COLUMN idle_action TEXT;
    CREATE TABLE idle (
        integration TEXT PRIMARY KEY, since INTEGER NOT NULL, days_left INTEGER NOT NULL, acts_at INTEGER NOT NULL
    );
    UPDATE integrations SET due_rev = 0;
";

/// Texts are searched without the marks on their letters, and sub-accounts by their id too: [`fold_texts`](super::fill::fold_texts).
pub(super) const UNMARKED: &str = "ALTER TABLE sub_accounts ADD COLUMN folded_text TEXT NOT NULL DEFAULT ''";

/// Webhook endpoints, the messages that wait for their couriers, and the publications of the last 72 hours.
pub(super) const WEBHOOKS: &str = "
    CREATE TABLE endpoints (
        id TEXT PRIMARY KEY, place TEXT NOT NULL, integration TEXT, url TEXT NOT NULL, description TEXT NOT NULL,
        kinds TEXT NOT NULL, secret TEXT NOT NULL, outgoing_secret TEXT, outgoing_until INTEGER, enabled INTEGER NOT NULL,
        disabled_at INTEGER, disabled_because TEXT, failing_since INTEGER, failing_told INTEGER NOT NULL DEFAULT 0,
        succeeded_at INTEGER, failed_at INTEGER, dropped INTEGER NOT NULL DEFAULT 0, rev INTEGER NOT NULL,
        created_at INTEGER NOT NULL, created_by TEXT NOT NULL, updated_at INTEGER NOT NULL, gone_at INTEGER
    );
    CREATE INDEX endpoints_by_place ON endpoints (place) WHERE gone_at IS NULL;
    CREATE INDEX endpoints_by_integration ON endpoints (integration) WHERE gone_at IS NULL AND integration IS NOT NULL;
    CREATE TABLE messages (id TEXT PRIMARY KEY, kind TEXT NOT NULL, at INTEGER NOT NULL, data TEXT NOT NULL, requires TEXT);
    CREATE TABLE hand_overs (
        endpoint TEXT NOT NULL, message TEXT NOT NULL, again INTEGER NOT NULL, PRIMARY KEY (endpoint, message)
    );
    CREATE INDEX hand_overs_by_message ON hand_overs (message);
    CREATE TABLE couriers (
        endpoint TEXT PRIMARY KEY, generation INTEGER NOT NULL, tries INTEGER NOT NULL, next_at INTEGER NOT NULL
    );
    CREATE INDEX couriers_by_time ON couriers (next_at);
    CREATE TABLE publications (
        id TEXT PRIMARY KEY, digest TEXT NOT NULL, endpoints INTEGER NOT NULL, at INTEGER NOT NULL
    );
    CREATE INDEX publications_by_time ON publications (at);
";

/// The types of the API's own events, of documents and settings together. The release before leaves it out.
pub(super) const EVENT_TYPES: &str = "ALTER TABLE policies ADD COLUMN event_types TEXT";

/// Indexes for what runs at each request that mints a token and at each put, and of the events that create or change an integration; and
/// columns for how many dropped messages of an endpoint an event has reported, and when. The release before reported all.
pub(super) const FEWER_SCANS: &str = "
    CREATE INDEX idempotency_by_time ON idempotency (at);
    CREATE INDEX outbox_by_turn ON outbox (tries, since, key);
    CREATE INDEX events_of_changes ON events (integration, seq) WHERE kind IN (
        'integration.created', 'integration.edited', 'integration.paused', 'integration.resumed', 'integration.deleted',
        'integration.restored', 'rotation.started', 'rotation.extended', 'rotation.cancelled', 'rotation.finished'
    );
    ALTER TABLE endpoints ADD COLUMN drops_told INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE endpoints ADD COLUMN drops_told_at INTEGER NOT NULL DEFAULT 0;
    UPDATE endpoints SET drops_told = dropped;
";

/// Whether the first token key seals the secrets of endpoints. Of those that exist already, that is not known.
pub(super) const SEALS: &str = "
    ALTER TABLE projection ADD COLUMN sealed INTEGER NOT NULL DEFAULT 0;
    UPDATE projection SET sealed = NOT EXISTS (SELECT 1 FROM endpoints WHERE gone_at IS NULL);
";
