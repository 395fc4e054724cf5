//! What is handed to the registry: first uses, and last uses that moved by more than an hour.

use super::schema::{HOUR, MINUTE, list, set_state, state};
use crate::database::{Database, number, row};
use tidegate::admin::AdminError;
use tidegate::time::Timestamp;
use tidegate::token::IntegrationId;
use tidegate::usage::{Handed, HandedUse, Moment};

/// The most uses that are handed at a time.
const MAX_HANDED: u64 = 500;
/// How far apart they are handed at least, in seconds.
const EVERY: u64 = MINUTE;

/// Which rows of `tokens` the registry does not have.
const TO_HAND: &str = "n > 0 AND (handed_at IS NULL OR last_at > handed_at + ?)";

row! {
    struct Use {
        id: IntegrationId,
        n: u32,
        first_at: u64,
        last_at: u64,
    }
}

/// What to hand over now.
pub(super) fn due(database: &Database, store: u32, now: Timestamp) -> Result<Option<Handed>, AdminError> {
    if due_in(database, now)? != Some(0) {
        return Ok(None);
    }
    let sql = format!(
        "SELECT id, n, first_at, last_at FROM tokens JOIN integrations ON number = integration
        WHERE {TO_HAND} ORDER BY last_at LIMIT {MAX_HANDED}"
    );
    let uses: Vec<Use> = database.rows(&sql, vec![number(HOUR)])?;
    let moment = |seconds| Moment(Timestamp::from_seconds(seconds));
    let uses = uses.into_iter().map(|Use { id, n, first_at, last_at }| HandedUse {
        integration: id,
        n,
        first_at: moment(first_at),
        last_at: moment(last_at),
    });
    Ok(Some(Handed { store, at: Moment(now), uses: uses.collect() }))
}

/// Notes that it was handed.
pub(super) fn done(database: &Database, handed: &Handed) -> Result<(), AdminError> {
    let rows = handed.uses.iter().map(|used| (used.integration.as_str(), used.n, used.last_at.0));
    let rows = list(&rows.collect::<Vec<_>>())?;
    let sql = "UPDATE tokens SET handed_at = (SELECT CAST(value ->> 2 AS INTEGER) FROM json_each(?1)
            JOIN integrations i ON i.id = value ->> 0 WHERE i.number = integration AND value ->> 1 = n)
        WHERE (integration, n) IN (SELECT i.number, value ->> 1 FROM json_each(?1)
            JOIN integrations i ON i.id = value ->> 0)";
    database.run(sql, vec![rows])?;
    set_state(database, "handed_at", handed.at.0.seconds())
}

/// In how many seconds the next hand-over is due; `None` if nothing waits.
pub(super) fn due_in(database: &Database, now: Timestamp) -> Result<Option<u64>, AdminError> {
    if database.count(&format!("(SELECT 1 FROM tokens WHERE {TO_HAND} LIMIT 1)"), vec![number(HOUR)])? == 0 {
        return Ok(None);
    }
    let next = state(database, "handed_at")?.saturating_add(EVERY);
    // A clock that was set back does not keep it from being handed.
    Ok(Some(next.saturating_sub(now.seconds()).min(EVERY)))
}
