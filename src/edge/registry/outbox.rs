//! The outbox: what KV has yet to be told. Rows are written in the transaction of the change itself, one for each key,
//! the newer replacing the older; they go when KV has taken them.

use std::cell::Cell;
use std::pin::pin;
use std::time::Duration;

use futures_util::future::select;
use serde::Deserialize;
use serde_json::json;
use worker::{Delay, Env, SqlStorageValue, State};

use super::database::{Database, number};
use crate::core::admin::{AdminError, Integration};
use crate::core::policy::Policy;
use crate::core::record::Record;
use crate::core::token::IntegrationId;
use crate::edge::kv::{POLICY_KEY, record_key};
use crate::edge::{clock, kv, log};

/// How long a tombstone stays in KV, in seconds; it must outlast every late write, at the least 24 hours.
pub(super) const TOMBSTONE_SECONDS: u64 = 30 * 24 * 60 * 60;
/// How long after a change, or after a try that failed, the alarm tries again.
const RETRY_AFTER: Duration = Duration::from_secs(5);
/// How long an admin's answer waits for KV.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a put that has not answered keeps others from starting: it could land after them. Not for ever, since a put
/// whose request was cancelled never answers.
const LEASE_MS: u64 = 60_000;
/// After how many puts that failed a drain takes KV to be down.
const MOST_FAILURES: u64 = 5;
/// How many puts one drain makes; the alarm goes on with the rest.
#[derive(Clone, Copy)]
pub(super) struct MostPuts(u64);

impl MostPuts {
    /// An admin waits for these.
    pub const WITHIN_A_COMMAND: Self = Self(10);
    /// The platform allows 1,000 calls in an invocation.
    pub const WITHIN_AN_ALARM: Self = Self(500);
}

/// Sees to it that one drain runs at a time, so that no put can overtake a newer one of the same key.
#[derive(Default)]
pub(super) struct Outbox {
    leased_until_ms: Cell<u64>,
}

#[derive(Deserialize)]
struct Row {
    key: String,
    rev: u64,
    value: String,
    ttl_seconds: Option<u64>,
    since: u64,
}

#[derive(Deserialize)]
struct Count {
    waiting: u64,
}

/// Notes that KV has to be told of an integration.
pub(super) fn put_integration(database: &Database, integration: &Integration) -> Result<(), AdminError> {
    put_record(database, &integration.record())
}

/// Notes that KV has to be told of a record.
pub(super) fn put_record(database: &Database, record: &Record) -> Result<(), AdminError> {
    let ttl = matches!(record, Record::Gone { .. }).then_some(TOMBSTONE_SECONDS);
    put(database, &record_key(record.id()), record.rev(), &record.to_json(), ttl)
}

/// Notes that KV has to be told of the policy.
pub(super) fn put_policy(database: &Database, policy: &Policy) -> Result<(), AdminError> {
    put(database, POLICY_KEY, policy.rev(), &policy.to_json(), None)
}

/// How many keys KV has yet to be told of.
pub(super) fn waiting(database: &Database) -> Result<u64, AdminError> {
    let count: Option<Count> = database.row("SELECT count(*) AS waiting FROM outbox", vec![])?;
    Ok(count.map_or(0, |count| count.waiting))
}

/// Whether KV has taken an integration's last change.
pub(super) fn is_told(database: &Database, id: &IntegrationId) -> Result<bool, AdminError> {
    let sql = "SELECT count(*) AS waiting FROM outbox WHERE key = ?";
    let count: Option<Count> = database.row(sql, vec![record_key(id).into()])?;
    Ok(count.is_none_or(|count| count.waiting == 0))
}

fn put(database: &Database, key: &str, rev: u64, value: &str, ttl: Option<u64>) -> Result<(), AdminError> {
    let sql = "INSERT OR REPLACE INTO outbox (key, rev, value, ttl_seconds, since) VALUES (?, ?, ?, ?, ?)";
    let ttl = ttl.map_or(SqlStorageValue::Null, number);
    database.run(sql, vec![key.into(), number(rev), value.into(), ttl, number(clock::now().seconds())])
}

impl Outbox {
    /// Sets the alarm that will find whatever a drain leaves. Called in the turn in which the change was committed.
    pub async fn arm(&self, state: &State) {
        if let Err(error) = state.storage().set_alarm(RETRY_AFTER).await {
            log::error(&json!({ "event": "alarm", "reason": error.to_string() }));
        }
    }

    /// Drains while an admin waits, and no longer than that; the alarm finds what is left.
    pub async fn drain_for_a_while(&self, state: &State, database: &Database, env: &Env) {
        let drain = self.drain(state, database, env, MostPuts::WITHIN_A_COMMAND);
        select(pin!(drain), pin!(Delay::from(PATIENCE))).await;
    }

    /// Tells KV all that it has yet to be told, oldest change first.
    pub async fn drain(&self, state: &State, database: &Database, env: &Env, most: MostPuts) {
        if clock::now_ms() < self.leased_until_ms.get() {
            return self.arm(state).await;
        }
        let drained = self.put_all(database, env, most).await;
        self.leased_until_ms.set(0);
        match drained {
            Ok(true) => self.disarm(state).await,
            Ok(false) => self.arm(state).await,
            Err(error) => {
                log::error(&json!({ "event": "outbox", "reason": error.to_string() }));
                self.arm(state).await;
            }
        }
    }

    async fn disarm(&self, state: &State) {
        // An alarm that is left rings once for nothing, so a failure here is none.
        let _ = state.storage().delete_alarm().await;
    }

    /// Whether nothing is left. A key that KV refuses does not hold back those behind it.
    async fn put_all(&self, database: &Database, env: &Env, most: MostPuts) -> Result<bool, AdminError> {
        let (mut place, mut failures) = (Place::default(), 0_u64);
        for _ in 0..most.0 {
            // A change may have come meanwhile at a place that lies behind: that is the alarm's.
            let Some(row) = next(database, &place)? else { return Ok(waiting(database)? == 0) };
            place = Place { since: row.since, key: row.key.clone(), rev: row.rev };
            self.leased_until_ms.set(clock::now_ms().saturating_add(LEASE_MS));
            match kv::write(env, &row.key, &row.value, row.ttl_seconds).await {
                Ok(()) => row.forget(database)?,
                Err(denial) => {
                    log::error(&json!({ "event": "outbox", "reason": denial.to_string() }));
                    failures = failures.saturating_add(1);
                }
            }
            if failures >= MOST_FAILURES {
                break;
            }
        }
        Ok(false)
    }
}

/// How far a drain has come, in the order of changes.
#[derive(Default)]
struct Place {
    since: u64,
    key: String,
    rev: u64,
}

/// The row after `place`. A newer change of the same key, in the same second too, comes after it.
fn next(database: &Database, place: &Place) -> Result<Option<Row>, AdminError> {
    let sql = "SELECT key, rev, value, ttl_seconds, since FROM outbox
        WHERE (since, key, rev) > (?, ?, ?) ORDER BY since, key LIMIT 1";
    database.row(sql, vec![number(place.since), place.key.as_str().into(), number(place.rev)])
}

impl Row {
    /// Takes the row out, unless a newer change took its place meanwhile.
    fn forget(self, database: &Database) -> Result<(), AdminError> {
        database.run("DELETE FROM outbox WHERE key = ? AND rev = ?", vec![self.key.into(), number(self.rev)])
    }
}
