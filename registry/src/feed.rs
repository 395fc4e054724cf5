//! The change feed in SQLite: the latest revision of each key, until KV has had it for long enough. It is written in the
//! transaction of the change itself, so every copy that is made after the change was acknowledged contains it.

use std::collections::BTreeMap;

use super::database::{Database, number, row};
use super::policies::table as policies;
use tidegate::admin::AdminError;
use tidegate::feed::{Feed, KEPT_SECONDS, MOST_ENTRIES};
use tidegate::record::Record;
use tidegate::time::Timestamp;

row! {
    struct Row {
        key: String,
        rev: u64,
        seq: u64,
    }
}

row! {
    struct State {
        seq: u64,
        floor: u64,
    }
}

/// Notes that a key got a new revision.
pub(crate) fn note(database: &Database, key: &str, rev: u64) -> Result<(), AdminError> {
    database.run("UPDATE feed_state SET seq = seq + 1", vec![])?;
    let sql = "INSERT INTO feed (key, rev, seq) VALUES (?, ?, (SELECT seq FROM feed_state))
        ON CONFLICT (key) DO UPDATE SET rev = excluded.rev, seq = excluded.seq, told_at = NULL";
    database.run(sql, vec![key.into(), number(rev)])
}

/// Notes that KV has taken a revision, and that no earlier put of the key is on its way any more.
pub(crate) fn published(database: &Database, key: &str, rev: u64, now: Timestamp) -> Result<(), AdminError> {
    let sql = "UPDATE feed SET told_at = ? WHERE key = ? AND rev = ?";
    database.run(sql, vec![number(now.seconds()), key.into(), number(rev)])
}

/// A copy of the feed, made at `now_ms` (milliseconds since the Unix epoch). It also drops what KV has had for long enough.
pub(crate) fn copy(database: &Database, now_ms: u64) -> Result<Feed, AdminError> {
    forget_old(database, Timestamp::from_seconds(now_ms / 1000))?;
    let state: Option<State> = database.row("SELECT seq, floor FROM feed_state", vec![])?;
    let State { seq, floor } = state.ok_or_else(|| AdminError::Registry("the feed has no state".to_owned()))?;
    let most = u64::try_from(MOST_ENTRIES).unwrap_or(u64::MAX);
    let sql = "SELECT key, rev, seq FROM feed ORDER BY seq DESC LIMIT ?";
    let mut rows: Vec<Row> = database.rows(sql, vec![number(most.saturating_add(1))])?;
    let left_out = if rows.len() > MOST_ENTRIES { rows.pop() } else { None };
    let floor = left_out.as_ref().map_or(floor, |row| row.seq.max(floor));
    let policy = policies::last_rev(database)?;
    let mut revs = BTreeMap::new(); // to collect it would bring a sort of its own
    for row in rows {
        if let Some(id) = Record::id_of(&row.key) {
            revs.insert(id, row.rev);
        }
    }
    Ok(Feed { seq, floor, made_at_ms: now_ms, complete: left_out.is_none(), policy, revs })
}

/// Drops entries that KV has had for long enough. The floor says that entries up to it are missing.
fn forget_old(database: &Database, now: Timestamp) -> Result<(), AdminError> {
    let before = now.seconds().saturating_sub(KEPT_SECONDS);
    let sql = "SELECT max(seq) AS number FROM feed WHERE told_at <= ?";
    let Some(highest) = database.number(sql, vec![number(before)])? else { return Ok(()) };
    database.transaction(|| {
        database.run("UPDATE feed_state SET floor = max(floor, ?)", vec![number(highest)])?;
        database.run("DELETE FROM feed WHERE told_at <= ?", vec![number(before)])
    })
}
