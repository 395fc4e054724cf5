//! The tables of a store: docs/storage.md describes them.

use crate::database::{Database, number};
use crate::storage::Parameter;
use tidegate::admin::AdminError;
use tidegate::time::Timestamp;
use tidegate::token::IntegrationId;
use tidegate::usage::floor;

pub(super) const MINUTE: u64 = 60;
pub(super) const HOUR: u64 = 60 * MINUTE;
pub(super) const DAY: u64 = 24 * HOUR;

const TABLES: &str = "
CREATE TABLE IF NOT EXISTS state (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    since INTEGER NOT NULL,
    hours_until INTEGER NOT NULL,
    days_until INTEGER NOT NULL,
    awake_at INTEGER NOT NULL,
    handed_at INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS integrations (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS names (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS counts (
    period INTEGER NOT NULL,
    integration INTEGER NOT NULL,
    start INTEGER NOT NULL,
    operation INTEGER NOT NULL,
    token INTEGER NOT NULL,
    outcome INTEGER NOT NULL,
    requests INTEGER NOT NULL,
    PRIMARY KEY (period, integration, start, operation, token, outcome)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tokens (
    integration INTEGER NOT NULL,
    n INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    first_from TEXT NOT NULL,
    last_at INTEGER NOT NULL,
    last_from TEXT NOT NULL,
    handed_at INTEGER,
    PRIMARY KEY (integration, n)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS used_hours (
    integration INTEGER NOT NULL,
    hour INTEGER NOT NULL,
    n INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    requests INTEGER NOT NULL,
    PRIMARY KEY (integration, hour, n)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sources (
    integration INTEGER NOT NULL,
    n INTEGER NOT NULL,
    country TEXT NOT NULL,
    asn INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (integration, n, country, asn)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS isolates (
    id TEXT PRIMARY KEY,
    highest INTEGER NOT NULL,
    lost INTEGER NOT NULL,
    until_at INTEGER NOT NULL,
    heard_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS flushes (
    isolate TEXT NOT NULL,
    seq INTEGER NOT NULL,
    taken_at INTEGER NOT NULL,
    PRIMARY KEY (isolate, seq)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS gaps (
    number INTEGER PRIMARY KEY,
    isolate TEXT NOT NULL,
    first_seq INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    missing INTEGER NOT NULL,
    from_at INTEGER NOT NULL,
    to_at INTEGER NOT NULL,
    lost INTEGER NOT NULL
);";

/// Creates the tables that are missing. Counting begins now.
pub(super) fn make(database: &Database, now: Timestamp) -> Result<(), AdminError> {
    database.run(TABLES, vec![])?;
    let sql = "INSERT OR IGNORE INTO state (id, since, hours_until, days_until, awake_at, handed_at)
        VALUES (1, ?, ?, ?, 0, 0)";
    let floor = |period| number(floor(now, period).seconds());
    database.run(sql, vec![number(now.seconds()), floor(HOUR), floor(DAY)])
}

/// One of the numbers in `state`.
pub(super) fn state(database: &Database, column: &str) -> Result<u64, AdminError> {
    let number = database.number(&format!("SELECT {column} AS number FROM state"), vec![])?;
    number.ok_or_else(|| AdminError::Registry("there is no state".to_owned()))
}

pub(super) fn set_state(database: &Database, column: &str, value: u64) -> Result<(), AdminError> {
    database.run(&format!("UPDATE state SET {column} = ?"), vec![number(value)])
}

/// The number that an integration has here; `None` where nothing was counted of it.
pub(super) fn number_of(database: &Database, id: &IntegrationId) -> Result<Option<u64>, AdminError> {
    database.number("SELECT number FROM integrations WHERE id = ?", vec![id.as_str().into()])
}

/// Forgets all of an integration.
pub(super) fn forget(database: &Database, id: &IntegrationId) -> Result<(), AdminError> {
    let Some(integration) = number_of(database, id)? else { return Ok(()) };
    for period in [MINUTE, HOUR, DAY] {
        let values = vec![number(period), number(integration)];
        database.run("DELETE FROM counts WHERE period = ? AND integration = ?", values)?;
    }
    for table in ["tokens", "used_hours", "sources"] {
        database.run(&format!("DELETE FROM {table} WHERE integration = ?"), vec![number(integration)])?;
    }
    database.run("DELETE FROM integrations WHERE number = ?", vec![number(integration)])
}

/// A JSON text as a parameter.
pub(super) fn list(rows: &impl serde::Serialize) -> Result<Parameter, AdminError> {
    serde_json::to_string(rows).map(Parameter::Text).map_err(|error| AdminError::Registry(error.to_string()))
}
