//! The projection: in which format, and with which key, the registry last wrote all of KV. If the registry starts with another
//! format, it rewrites KV in batches, by the alarm; a resync does the same.

use serde_json::json;

use super::table;
use crate::database::{Database, number, row};
use crate::integrations::table::{self as integrations, Listed};
use crate::policies::table as policies;
use tidegate::admin::AdminError;
use tidegate::record::Record;
use tidegate::time::Timestamp;
use tidegate::token::StoreKeys;

/// The number of the format: values carry a MAC, the policy's operations stand in blocks.
const FORMAT: u32 = 2;

row! {
    struct State {
        /// The format that all of KV was last written in; empty if that is not known.
        format: String,
        /// The format of the rewrite under way, if there is one.
        target: Option<String>,
        /// The last integration that was listed; empty after the policy, null before it.
        after: Option<String>,
        /// Whether everything is in the outbox, or was.
        listed: u64,
        /// Whether the first token key seals the secrets of endpoints: [`UNSEALED`], [`SEALED`], or [`SEALED_IN_PART`].
        sealed: u64,
    }
}

/// It is not known whether the first token key seals all secrets.
const UNSEALED: u64 = 0;
/// It does.
const SEALED: u64 = 1;
/// It does, but for some that no key opened. The next start tries them again: the key may be back.
const SEALED_IN_PART: u64 = 2;

/// The current format of values: its number, and the id of the signing key.
pub(crate) fn format(keys: &StoreKeys) -> String {
    format!("{FORMAT}:{}", keys.signing_key_id())
}

/// At a start: begins a rewrite if KV is in another format, and continues one that was begun.
pub(crate) fn start(database: &Database, format: &str) -> Result<(), AdminError> {
    let (unsealed, in_part) = (number(UNSEALED), number(SEALED_IN_PART));
    database.run("UPDATE projection SET sealed = ? WHERE sealed = ?", vec![unsealed, in_part])?;
    let state = state(database)?;
    if state.target.as_deref() == Some(format) || (state.target.is_none() && state.format == format) {
        return Ok(());
    }
    restart(database, format)?;
    let is_empty = !integrations::any(database)? && !policies::any(database)?;
    if is_empty { end(database, format) } else { Ok(()) }
}

/// Begins a rewrite of KV. The secrets of endpoints, if there are any, are to be sealed again too.
pub(crate) fn restart(database: &Database, format: &str) -> Result<(), AdminError> {
    let sql = "UPDATE projection SET target = ?, after = NULL, listed = 0,
        sealed = NOT EXISTS (SELECT 1 FROM endpoints WHERE gone_at IS NULL)";
    database.run(sql, vec![format.into()])
}

/// Whether no secret that can be opened needs another token key than the first.
pub(crate) fn is_sealed(database: &Database) -> Result<bool, AdminError> {
    Ok(state(database)?.sealed != UNSEALED)
}

/// Notes that the first token key seals the secrets of endpoints, all of them or but for those that no key opens.
pub(crate) fn sealed(database: &Database, all: bool) -> Result<(), AdminError> {
    let sealed = if all { SEALED } else { SEALED_IN_PART };
    database.run("UPDATE projection SET sealed = ?", vec![number(sealed)])
}

/// Puts the next keys into the outbox, as long as no more than `most` wait there. The caller runs it in a transaction.
/// Returns what kept an integration out, for the log.
pub(crate) fn step(database: &Database, most: u64, now: Timestamp) -> Result<Vec<String>, AdminError> {
    let State { target, after, listed, .. } = state(database)?;
    let room = || table::waiting(database).map(|waiting| most.saturating_sub(waiting));
    if target.is_none() || listed != 0 || room()? == 0 {
        return Ok(Vec::new());
    }
    if after.is_none() {
        put_policy(database, now)?;
    }
    let room = room()?;
    let rows = integrations::in_kv(database, after.as_deref().unwrap_or_default(), kept_since(now), room)?;
    let listed = u64::try_from(rows.len()).unwrap_or(u64::MAX) < room;
    let last = rows.last().map(|row| row.id.to_string()).or(after).unwrap_or_default();
    let faults = put(database, rows, now)?;
    let values = vec![last.into(), number(listed.into())];
    database.run("UPDATE projection SET after = ?, listed = ?", values)?;
    Ok(faults)
}

/// Notes that the rewrite is complete, if nothing is left of what was listed.
pub(crate) fn finish(database: &Database) -> Result<(), AdminError> {
    match state(database)? {
        State { target: Some(target), listed: 1, .. } if table::waiting(database)? == 0 => end(database, &target),
        _ => Ok(()),
    }
}

/// Whether there are keys that are not in the outbox yet.
pub(crate) fn is_pending(database: &Database) -> Result<bool, AdminError> {
    let State { target, listed, .. } = state(database)?;
    Ok(target.is_some() && listed == 0)
}

/// How many keys wait to be written to KV.
pub(crate) fn waiting(database: &Database, now: Timestamp) -> Result<u64, AdminError> {
    Ok(table::waiting(database)?.saturating_add(left(database, now)?))
}

/// How many keys have yet to be put into the outbox.
fn left(database: &Database, now: Timestamp) -> Result<u64, AdminError> {
    match state(database)? {
        State { target: Some(_), after, listed: 0, .. } => {
            let policy = after.is_none() && policies::any(database)?;
            let integrations = integrations::count_in_kv(database, &after.unwrap_or_default(), kept_since(now))?;
            Ok(integrations.saturating_add(policy.into()))
        }
        _ => Ok(0),
    }
}

/// Whether all of KV is written in this format, and the secrets of endpoints are sealed with its key, so that no other key is needed to
/// read them.
pub(crate) fn is_complete(database: &Database, format: &str) -> Result<bool, AdminError> {
    let state = state(database)?;
    Ok(state.target.is_none() && state.format == format && state.sealed != UNSEALED)
}

/// Since when a deleted integration's tombstone is in KV.
fn kept_since(now: Timestamp) -> Timestamp {
    Timestamp::from_seconds(now.seconds().saturating_sub(table::TOMBSTONE_SECONDS))
}

fn put_policy(database: &Database, now: Timestamp) -> Result<(), AdminError> {
    match policies::compiled(database)? {
        Some(policies::Compiled { rev, policy }) => table::put_policy_again(database, rev, &policy, now),
        None => Ok(()),
    }
}

fn state(database: &Database) -> Result<State, AdminError> {
    let state = database.row("SELECT format, target, after, listed, sealed FROM projection", vec![])?;
    state.ok_or_else(|| AdminError::Registry("the projection has no state".to_owned()))
}

/// Puts the records of some integrations into the outbox. One that cannot be read does not keep the others from KV.
fn put(database: &Database, rows: Vec<Listed>, now: Timestamp) -> Result<Vec<String>, AdminError> {
    let ids: Vec<_> = rows.iter().filter(|row| !row.is_gone()).map(|row| &row.id).collect();
    let mut faults = Vec::new();
    for integration in integrations::some(database, &json!(ids).to_string())? {
        match integration {
            Ok(integration) => table::put_record_again(database, &integration.record(), now)?,
            Err(error) => faults.push(error.to_string()),
        }
    }
    for Listed { id, rev, .. } in rows.into_iter().filter(Listed::is_gone) {
        table::put_record_again(database, &Record::Gone { id, rev }, now)?;
    }
    Ok(faults)
}

fn end(database: &Database, format: &str) -> Result<(), AdminError> {
    database.run("UPDATE projection SET format = ?, target = NULL, after = NULL, listed = 0", vec![format.into()])
}
