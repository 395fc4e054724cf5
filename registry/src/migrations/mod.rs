//! The schema: one migration a version, and which of them a database has seen.

mod fill;
mod statements;

use self::fill::{count_from_now, feed_recent, fold_names, fold_texts};
use self::statements::{
    DOCUMENTS, EVENT_TYPES, EVENTS, FEWER_SCANS, FRESHNESS, LIFE, NO_TRIES, ONE_SPELLING, PEOPLE, POLICY_PARTS,
    PROJECTION, REVISIONS, SEALS, SEARCH, TABLES, TOKEN_USE, UNMARKED, USE, VERSIONS, WEBHOOKS,
};
use super::database::{Database, number};
use tidegate::admin::AdminError;
use tidegate::time::Timestamp;

/// One version of the schema: statements, then what SQL cannot compute.
type Migration = (&'static str, fn(&Database, Timestamp) -> Result<(), AdminError>);

/// Entries are only ever added.
const MIGRATIONS: [Migration; 20] = [
    (TABLES, |_, _| Ok(())),
    (SEARCH, fold_names),
    (FRESHNESS, feed_recent),
    (REVISIONS, |_, _| Ok(())),
    (VERSIONS, |_, _| Ok(())),
    (DOCUMENTS, |_, _| Ok(())),
    (PROJECTION, |_, _| Ok(())),
    (NO_TRIES, |_, _| Ok(())),
    (ONE_SPELLING, fold_names),
    (LIFE, |_, _| Ok(())),
    (PEOPLE, |_, _| Ok(())),
    (POLICY_PARTS, |_, _| Ok(())),
    (EVENTS, |_, _| Ok(())),
    (TOKEN_USE, |_, _| Ok(())),
    (USE, count_from_now),
    (UNMARKED, fold_texts),
    (WEBHOOKS, |_, _| Ok(())),
    (EVENT_TYPES, |_, _| Ok(())),
    (FEWER_SCANS, |_, _| Ok(())),
    (SEALS, |_, _| Ok(())),
];

/// Runs the migrations that the database has not seen.
pub(crate) fn migrate(database: &Database, now: Timestamp) -> Result<(), AdminError> {
    database.run("CREATE TABLE IF NOT EXISTS schema (version INTEGER NOT NULL)", vec![])?;
    let known = database.number("SELECT version AS number FROM schema", vec![])?.unwrap_or(0);
    for ((statements, compute), version) in MIGRATIONS.iter().zip(1_u64..).filter(|(_, version)| *version > known) {
        database.transaction(|| {
            database.run(statements, vec![])?;
            compute(database, now)?;
            database.run("DELETE FROM schema", vec![])?;
            database.run("INSERT INTO schema (version) VALUES (?)", vec![number(version)])
        })?;
    }
    Ok(())
}
