//! KV as the registry last wrote all of it: in which format, with which key. A start that finds another format writes KV
//! afresh, in batches that the alarm makes; so does a resync.

use serde_json::json;
use wasm_bindgen::JsValue;

use super::database::{Database, number, row};
use super::{integrations, outbox, policies};
use crate::{clock, log};
use tidegate::admin::AdminError;
use tidegate::record::{self, Record};
use tidegate::token::{IntegrationId, StoreKeys};

/// The number of the format: values carry a MAC.
const FORMAT: u32 = 1;

row! {
    struct State {
        /// What all of KV was last written in; empty where that is not known.
        format: String,
        /// What it is being written in, if it is.
        target: Option<String>,
        /// The last integration that was listed; empty after the policy, null before it.
        after: Option<String>,
        /// Whether everything is in the outbox, or was.
        listed: u64,
    }
}

row! {
    struct Listed {
        id: IntegrationId,
        rev: u64,
        gone: u64,
    }
}

/// The format of a value that is written now: its number, and what tells the key that signs.
pub(super) fn format(keys: &StoreKeys) -> String {
    format!("{FORMAT}:{}", keys.signing_key_id())
}

/// At a start: begins to write KV afresh where it is in another format, and goes on where that was begun.
pub(super) fn start(database: &Database, format: &str) -> Result<(), AdminError> {
    let state = state(database)?;
    if state.target.as_deref() == Some(format) || (state.target.is_none() && state.format == format) {
        return Ok(());
    }
    let is_empty = database.count("integrations", vec![])? == 0 && database.count("policies", vec![])? == 0;
    if is_empty { end(database, format) } else { restart(database, format) }
}

/// Begins to write KV afresh.
pub(super) fn restart(database: &Database, format: &str) -> Result<(), AdminError> {
    database.run("UPDATE projection SET target = ?, after = NULL, listed = 0", vec![format.into()])
}

/// Puts the next keys into the outbox, as long as no more than `most` wait there. Runs in a transaction of its caller's.
pub(super) fn step(database: &Database, most: u64) -> Result<(), AdminError> {
    let State { target, after, listed, .. } = state(database)?;
    let room = || outbox::waiting(database).map(|waiting| most.saturating_sub(waiting));
    if target.is_none() || listed != 0 || room()? == 0 {
        return Ok(());
    }
    if after.is_none() {
        put_policy(database)?;
    }
    let room = room()?;
    let rows = rows(database, after.as_deref().unwrap_or_default(), room)?;
    let listed = u64::try_from(rows.len()).unwrap_or(u64::MAX) < room;
    let last = rows.last().map(|row| row.id.to_string()).or(after).unwrap_or_default();
    put(database, rows)?;
    let values = vec![last.into(), number(listed.into())];
    database.run("UPDATE projection SET after = ?, listed = ?", values)
}

/// Notes that KV is written, where nothing is left of what was listed.
pub(super) fn finish(database: &Database) -> Result<(), AdminError> {
    match state(database)? {
        State { target: Some(target), listed: 1, .. } if outbox::waiting(database)? == 0 => end(database, &target),
        _ => Ok(()),
    }
}

/// Whether there are keys that are not in the outbox yet.
pub(super) fn is_pending(database: &Database) -> Result<bool, AdminError> {
    let State { target, listed, .. } = state(database)?;
    Ok(target.is_some() && listed == 0)
}

/// How many keys KV has yet to be told of.
pub(super) fn waiting(database: &Database) -> Result<u64, AdminError> {
    Ok(outbox::waiting(database)?.saturating_add(left(database)?))
}

/// How many keys have yet to be put into the outbox.
fn left(database: &Database) -> Result<u64, AdminError> {
    match state(database)? {
        State { target: Some(_), after, listed: 0, .. } => {
            let policy = if after.is_none() { database.count("(SELECT 1 FROM policies LIMIT 1)", vec![])? } else { 0 };
            let after = after.unwrap_or_default();
            let rows = database.count(&format!("integrations WHERE {IN_KV}"), values(&after))?;
            Ok(policy.saturating_add(rows))
        }
        _ => Ok(0),
    }
}

/// Whether all of KV is written in this format, so that no key but the one that signs is needed to read it.
pub(super) fn is_complete(database: &Database, format: &str) -> Result<bool, AdminError> {
    let state = state(database)?;
    Ok(state.target.is_none() && state.format == format)
}

/// The integrations after one whose record KV should hold, and this release can write: it never replaces a later version
/// by a lesser one.
const IN_KV: &str = "id > ? AND (gone_at >= ? OR (gone_at IS NULL AND record_version <= ?))";

fn values(after: &str) -> Vec<JsValue> {
    let since = clock::now().seconds().saturating_sub(outbox::TOMBSTONE_SECONDS);
    vec![after.into(), number(since), number(record::VERSION.into())]
}

fn rows(database: &Database, after: &str, most: u64) -> Result<Vec<Listed>, AdminError> {
    let sql =
        format!("SELECT id, rev, gone_at IS NOT NULL AS gone FROM integrations WHERE {IN_KV} ORDER BY id LIMIT ?");
    database.rows(&sql, [values(after), vec![number(most)]].concat())
}

fn put_policy(database: &Database) -> Result<(), AdminError> {
    match policies::compiled(database)? {
        Some(policies::Compiled { rev, policy }) => outbox::put_policy_again(database, rev, &policy),
        None => Ok(()),
    }
}

fn state(database: &Database) -> Result<State, AdminError> {
    let state = database.row("SELECT format, target, after, listed FROM projection", vec![])?;
    state.ok_or_else(|| AdminError::Registry("the projection has no state".to_owned()))
}

/// Puts the records of some integrations into the outbox. One that cannot be read keeps none of the others from KV.
fn put(database: &Database, rows: Vec<Listed>) -> Result<(), AdminError> {
    let ids: Vec<_> = rows.iter().filter(|row| row.gone == 0).map(|row| &row.id).collect();
    for integration in integrations::some(database, &json!(ids).to_string())? {
        match integration {
            Ok(integration) => outbox::put_record_again(database, &integration.record())?,
            Err(error) => log::error(&json!({ "event": "projection", "reason": error.to_string() })),
        }
    }
    for Listed { id, rev, .. } in rows.into_iter().filter(|row| row.gone != 0) {
        outbox::put_record_again(database, &Record::Gone { id, rev })?;
    }
    Ok(())
}

fn end(database: &Database, format: &str) -> Result<(), AdminError> {
    database.run("UPDATE projection SET format = ?, target = NULL, after = NULL, listed = 0", vec![format.into()])
}
