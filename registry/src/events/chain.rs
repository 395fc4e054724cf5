//! The chain in SQLite: its last value, where the next event continues.

use crate::database::{Database, row};
use tidegate::admin::AdminError;
use tidegate::events::Chain;
use tidegate::time::Timestamp;

/// The end of the chain: the last event, or what is kept of the pruned ones.
pub(super) struct Last {
    pub seq: u64,
    pub at: Timestamp,
    pub chain: Chain,
}

row! {
    struct LastRow {
        seq: u64,
        at: u64,
        chain: Option<String>,
    }
}

row! {
    struct ChainRow {
        chain: String,
    }
}

row! {
    struct AnchorRow {
        seq: u64,
        chain: String,
    }
}

/// The end of the chain, where the next event continues.
pub(super) fn last(database: &Database) -> Result<Last, AdminError> {
    let Some(LastRow { seq, at, chain }) = last_row(database)? else {
        let (seq, chain) = anchor(database)?;
        return Ok(Last { seq, at: Timestamp::from_seconds(0), chain });
    };
    let chain = match chain {
        Some(chain) => parse(&chain)?,
        None => last_chained(database)?,
    };
    Ok(Last { seq, at: Timestamp::from_seconds(at), chain })
}

/// The number and the chain value of the last event that was pruned.
pub(super) fn anchor(database: &Database) -> Result<(u64, Chain), AdminError> {
    let row: Option<AnchorRow> = database.row("SELECT seq, chain FROM event_chain", vec![])?;
    let AnchorRow { seq, chain } = row.ok_or_else(|| AdminError::Registry("the chain has no anchor".to_owned()))?;
    Ok((seq, parse(&chain)?))
}

/// Whether the last event has no value: a release that knows no chain wrote it.
pub(super) fn is_broken(database: &Database) -> Result<bool, AdminError> {
    Ok(last_row(database)?.is_some_and(|last| last.chain.is_none()))
}

fn last_row(database: &Database) -> Result<Option<LastRow>, AdminError> {
    database.row("SELECT seq, at, chain FROM events ORDER BY seq DESC LIMIT 1", vec![])
}

fn last_chained(database: &Database) -> Result<Chain, AdminError> {
    let sql = "SELECT chain FROM events WHERE chain IS NOT NULL ORDER BY seq DESC LIMIT 1";
    let row: Option<ChainRow> = database.row(sql, vec![])?;
    row.map_or_else(|| Ok(anchor(database)?.1), |row| parse(&row.chain))
}

fn parse(text: &str) -> Result<Chain, AdminError> {
    Chain::parse(text).map_err(|_| AdminError::Registry("the chain of events is corrupt".to_owned()))
}
