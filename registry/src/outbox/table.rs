//! The rows of the outbox: one for each key; a newer change replaces the older.

use serde_json::json;

use crate::database::{Database, number, row};
use crate::feed;
use crate::policies::parts;
use crate::storage::Parameter;
use tidegate::admin::AdminError;
use tidegate::policy::{POLICY_KEY, PartDigest, StoredPolicy};
use tidegate::record::Record;
use tidegate::time::Timestamp;
use tidegate::token::{IntegrationId, SignedValue, StoreKeys};

/// How long a tombstone stays in KV, in seconds; it must outlast every late write, at least 24 hours.
pub(crate) const TOMBSTONE_SECONDS: u64 = 30 * 24 * 60 * 60;
/// How long a part stays in KV once no policy in force lists it, in seconds: no isolate holds an older one for so long.
const PART_SECONDS: u64 = 7 * 24 * 60 * 60;
/// How long after a put that KV has taken it is made once more, in seconds, where an earlier one of the same key failed
/// or never answered: that one could land late, over a newer value. No put is assumed to land later than that, so the
/// one that is made then is the last to land.
const AGAIN_AFTER_SECONDS: u64 = 15 * 60;

/// The ids of all integrations whose last change KV has not taken, as a query.
pub(crate) const UNPUBLISHED: &str =
    "SELECT substr(key, 3) AS id FROM outbox WHERE key LIKE 'i:%' AND again_at IS NULL";

row! {
    /// A value that waits to be written to KV.
    pub(crate) struct Row {
        pub key: String,
        pub rev: u64,
        pub value: String,
        pub ttl_seconds: Option<u64>,
        /// How many puts of this key were begun, this one not counted, that could land after it. Once it is time to put
        /// it once more, those that made that necessary no longer can.
        tries: u64,
    }
}

row! {
    struct IdRow {
        id: IntegrationId,
    }
}

row! {
    struct Due {
        due: Option<u64>,
    }
}

/// Queues a changed record for KV, and enters it in the feed.
pub(crate) fn put_record(database: &Database, record: &Record, now: Timestamp) -> Result<(), AdminError> {
    feed::note(database, &Record::key(record.id()), record.rev())?;
    put_record_again(database, record, now)
}

/// Queues a new policy for KV, and enters it in the feed. `stored` and `before` are the texts in its row and in the row of the policy
/// before. Parts that both list are in KV already; parts that only the one before lists expire.
pub(crate) fn put_policy(
    database: &Database,
    rev: u64,
    stored: &str,
    before: Option<&str>,
    now: Timestamp,
) -> Result<(), AdminError> {
    feed::note(database, POLICY_KEY, rev)?;
    let (listed, before) = (parts::listed(stored)?, parts::listed(before.unwrap_or_default())?);
    let is_new = |digest: &&PartDigest| !before.contains(digest);
    put_parts(database, rev, listed.iter().filter(is_new), None, now)?;
    let is_old = |digest: &&PartDigest| !listed.contains(digest);
    put_parts(database, rev, before.iter().filter(is_old), Some(PART_SECONDS), now)?;
    put(database, POLICY_KEY, rev, stored, None, now)
}

/// Queues a record for KV once more.
pub(crate) fn put_record_again(database: &Database, record: &Record, now: Timestamp) -> Result<(), AdminError> {
    let ttl = matches!(record, Record::Gone { .. }).then_some(TOMBSTONE_SECONDS);
    put(database, &Record::key(record.id()), record.rev(), &record.to_json(), ttl, now)
}

/// Queues the policy for KV once more, by its revision and what its row has of it.
pub(crate) fn put_policy_again(database: &Database, rev: u64, stored: &str, now: Timestamp) -> Result<(), AdminError> {
    put_parts(database, rev, parts::listed(stored)?.iter(), None, now)?;
    put(database, POLICY_KEY, rev, stored, None, now)
}

fn put_parts<'a>(
    database: &Database,
    rev: u64,
    digests: impl Iterator<Item = &'a PartDigest>,
    ttl: Option<u64>,
    now: Timestamp,
) -> Result<(), AdminError> {
    for digest in digests {
        let missing = || AdminError::Registry(format!("the part {} is not kept", digest.as_str()));
        let text = parts::text(database, digest)?.ok_or_else(missing)?;
        put(database, &digest.key(), rev, &text, ttl, now)?;
    }
    Ok(())
}

/// How many keys wait to be written to KV.
pub(crate) fn waiting(database: &Database) -> Result<u64, AdminError> {
    database.count("outbox WHERE again_at IS NULL", vec![])
}

/// Whether KV has taken an integration's last change.
pub(crate) fn is_published(database: &Database, id: &IntegrationId) -> Result<bool, AdminError> {
    Ok(database.count("outbox WHERE key = ? AND again_at IS NULL", vec![Record::key(id).into()])? == 0)
}

/// Which of some integrations, given as a JSON list of ids, have a last change that KV has not taken.
pub(crate) fn unpublished(database: &Database, ids: &str) -> Result<Vec<IntegrationId>, AdminError> {
    let sql = format!("SELECT id FROM ({UNPUBLISHED}) WHERE id IN (SELECT value FROM json_each(?))");
    let rows: Vec<IdRow> = database.rows(&sql, vec![ids.into()])?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// In how many seconds there is something to do; `None` if nothing is left.
pub(crate) fn due_in(database: &Database, now: Timestamp) -> Result<Option<u64>, AdminError> {
    let due: Option<Due> = database.row("SELECT min(coalesce(again_at, 0)) AS due FROM outbox", vec![])?;
    Ok(due.and_then(|due| due.due).map(|due| due.saturating_sub(now.seconds())))
}

/// The next row to put: the one that failed least often, then the oldest change, so that keys which KV always refuses do not always
/// come first. A policy goes after the parts that it lists. `but` are the changes that failed just now; a newer change of the same key
/// is not among them.
pub(crate) fn next(database: &Database, but: &[String], now: Timestamp) -> Result<Option<Row>, AdminError> {
    let sql = "SELECT key, rev, value, ttl_seconds, tries FROM outbox
        WHERE coalesce(again_at, 0) <= ? AND key || ' ' || rev NOT IN (SELECT value FROM json_each(?))
        AND (key <> 'policy' OR NOT EXISTS (SELECT 1 FROM outbox AS part
            WHERE part.key BETWEEN 'policy/' AND 'policy0' AND part.ttl_seconds IS NULL AND part.again_at IS NULL))
        ORDER BY tries, since, key LIMIT 1";
    database.row(sql, vec![number(now.seconds()), json!(but).to_string().into()])
}

impl Row {
    /// Identifies this change among all.
    pub fn change(&self) -> String {
        format!("{} {}", self.key, self.rev)
    }

    /// What to put: the value with its MAC.
    pub fn signed(&self, keys: &StoreKeys) -> Result<SignedValue, String> {
        let Self { key, value, .. } = self;
        let signed = match PartDigest::of_key(key) {
            Some(digest) => SignedValue::known_by_digest(digest.as_str(), value.clone()),
            None if key == POLICY_KEY => StoredPolicy::sign(keys, value).ok(),
            None => keys.sign(key, value),
        };
        signed.ok_or_else(|| format!("the value of {key} cannot be signed"))
    }

    /// Notes that a put begins, before its result can get lost. `puts` records that the value carries a MAC.
    pub fn begin(&self, database: &Database) -> Result<(), AdminError> {
        let sql = "UPDATE outbox SET tries = tries + 1, puts = puts + 1 WHERE key = ?";
        database.run(sql, vec![self.key.as_str().into()])
    }

    /// Notes that KV has taken the value, unless a newer change took the row's place meanwhile. The row goes only if no other put of the key
    /// can land after this one.
    pub fn taken(self, database: &Database, now: Timestamp) -> Result<(), AdminError> {
        let is_last = self.tries == 0 && !self.has_another(database)?;
        let (key, rev) = (self.key, number(self.rev));
        if is_last {
            feed::published(database, &key, self.rev, now)?;
            return database.run("DELETE FROM outbox WHERE key = ? AND rev = ?", vec![key.into(), rev]);
        }
        let again_at = number(now.seconds().saturating_add(AGAIN_AFTER_SECONDS));
        let sql = "UPDATE outbox SET again_at = ?, tries = 0 WHERE key = ? AND rev = ?";
        database.run(sql, vec![again_at, key.into(), rev])
    }

    /// Whether another drain has begun a put of the key since this one began: two can run side by side where a put took very long, or
    /// the clock stepped back.
    fn has_another(&self, database: &Database) -> Result<bool, AdminError> {
        let begun = number(self.tries.saturating_add(1));
        Ok(database.count("outbox WHERE key = ? AND tries <> ?", vec![self.key.as_str().into(), begun])? > 0)
    }
}

/// What a change takes the place of may still have to be put once more; then so has the change.
fn put(
    database: &Database,
    key: &str,
    rev: u64,
    value: &str,
    ttl: Option<u64>,
    now: Timestamp,
) -> Result<(), AdminError> {
    let sql = "INSERT INTO outbox (key, rev, value, ttl_seconds, since) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (key) DO UPDATE SET rev = excluded.rev, value = excluded.value,
        ttl_seconds = excluded.ttl_seconds, since = excluded.since,
        tries = tries + (again_at IS NOT NULL), puts = puts + 1, again_at = NULL";
    let ttl = Parameter::from(ttl.map(number));
    database.run(sql, vec![key.into(), number(rev), value.into(), ttl, number(now.seconds())])
}
