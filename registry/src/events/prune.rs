//! Retention: events older than `AUDIT_DAYS` are deleted, and the chain value of the last deleted one is kept.

use super::chain;
use crate::database::{Database, number, row};
use tidegate::admin::AdminError;
use tidegate::events::Chain;
use tidegate::time::Timestamp;

const DAY: u64 = 24 * 60 * 60;

row! {
    struct Old {
        seq: u64,
        chain: Option<String>,
    }
}

/// In how many seconds pruning is due: once the oldest event is a day older than it needs to be, so that pruning happens at most once
/// a day.
pub(crate) fn due_in(database: &Database, keep_days: u64, now: Timestamp) -> Result<Option<u64>, AdminError> {
    let oldest = database.number("SELECT at AS number FROM events ORDER BY seq LIMIT 1", vec![])?;
    let due = |at: u64| at.saturating_add(keep_days.saturating_add(1).saturating_mul(DAY));
    Ok(oldest.map(|at| due(at).saturating_sub(now.seconds())))
}

/// Prunes at most `most` events that are older. Returns how many.
pub(crate) fn prune(database: &Database, keep_days: u64, most: u64, now: Timestamp) -> Result<u64, AdminError> {
    if due_in(database, keep_days, now)? != Some(0) {
        return Ok(0);
    }
    database.transaction(|| {
        let before = now.before(keep_days.saturating_mul(DAY));
        let sql = "SELECT seq, chain FROM events WHERE at < ? ORDER BY at, seq LIMIT ?";
        let old: Vec<Old> = database.rows(sql, vec![number(before.seconds()), number(most)])?;
        let Some(last) = old.iter().map(|row| row.seq).max() else { return Ok(0) };
        let (_, anchor) = chain::anchor(database)?;
        let kept = old.iter().rev().find_map(|row| row.chain.as_deref());
        let kept = kept.map_or(Ok(anchor), Chain::parse).map_err(|error| AdminError::Registry(error.to_string()))?;
        let values = vec![number(last), kept.to_string().into()];
        database.run("UPDATE event_chain SET seq = ?, chain = ?", values)?;
        database.run("DELETE FROM events WHERE seq <= ?", vec![number(last)])?;
        Ok(u64::try_from(old.len()).unwrap_or(u64::MAX))
    })
}
