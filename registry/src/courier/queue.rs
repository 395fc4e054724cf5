//! The queue: messages that wait, and messages that were given up, with their payload. The payload is removed once it was
//! delivered.

use serde_json::json;

use super::endpoint::Endpoint;
use crate::database::{Database, number, parsed, row};
use crate::storage::Parameter;
use tidegate::admin::AdminError;
use tidegate::policy::EventAccess;
use tidegate::time::Timestamp;
use tidegate::webhooks::{MAX_QUEUED, QUEUED_SECONDS};

/// How many messages the log has at most, beside those that still have their payload, and how many attempts.
const MAX_LOGGED: u64 = 100_000;

row! {
    /// A message whose time has come.
    pub(super) struct Ripe {
        pub message: String,
        pub kind: String,
        pub at: u64,
        pub data: String,
        pub requires: Option<String>,
        pub made: u32,
    }
}

/// A message as the registry hands it over.
pub(super) struct Handed {
    pub id: String,
    pub kind: String,
    pub at: u64,
    pub data: String,
    pub requires: Option<Vec<EventAccess>>,
    pub again: bool,
}

tidegate::json_object!(Handed { id, kind, at, data, requires: optional, again });

/// What to send again: one message, or all that are still here since a moment.
struct Resend {
    message: Option<String>,
    since: Option<u64>,
    /// How many the registry has queued itself.
    queued: Option<u64>,
}

tidegate::json_object!(Resend { message: optional, since: optional, queued: optional });

/// Adds a message, unless it is there already. A message that is sent again starts over.
pub(super) fn add(database: &Database, message: &Handed, now: Timestamp) -> Result<(), AdminError> {
    let Handed { id, kind, at, data, requires, again } = message;
    let conflict = if *again {
        "DO UPDATE SET data = excluded.data, requires = excluded.requires, state = 'waiting', made = 0,
            next_at = excluded.next_at, queued_at = excluded.queued_at"
    } else {
        "DO NOTHING"
    };
    let sql = format!(
        "INSERT INTO deliveries (message, kind, at, bytes, data, requires, state, made, next_at, queued_at)
        VALUES (?, ?, ?, ?, ?, ?, 'waiting', 0, ?, ?) ON CONFLICT (message) {conflict}"
    );
    let bytes = u64::try_from(data.len()).unwrap_or(u64::MAX);
    let requires = Parameter::from(requires.as_ref().map(|requires| json!(requires).to_string()));
    let now = || number(now.seconds());
    let values = vec![
        id.as_str().into(),
        kind.as_str().into(),
        number(*at),
        number(bytes),
        data.as_str().into(),
        requires,
        now(),
        now(),
    ];
    database.run(&sql, values)
}

/// Drops what is too old, and the payload of the oldest of too many; shortens the log.
pub(super) fn keep_within_limits(database: &Database, now: Timestamp) -> Result<(), AdminError> {
    let oldest = || vec![number(now.before(QUEUED_SECONDS).seconds())];
    let mut dropped = database.count("deliveries WHERE queued_at <= ? AND state = 'waiting'", oldest())?;
    database.run("DELETE FROM deliveries WHERE queued_at <= ?", oldest())?;
    let kept = database.count("deliveries WHERE data IS NOT NULL", vec![])?;
    let excess = kept.saturating_sub(MAX_QUEUED);
    if excess > 0 {
        let first = "seq IN (SELECT seq FROM deliveries WHERE data IS NOT NULL ORDER BY seq LIMIT ?)";
        let waiting = format!("deliveries WHERE state = 'waiting' AND {first}");
        dropped = dropped.saturating_add(database.count(&waiting, vec![number(excess)])?);
        let sql = format!("UPDATE deliveries SET state = 'dropped', data = NULL, next_at = NULL WHERE {first}");
        database.run(&sql, vec![number(excess)])?;
    }
    if dropped > 0 {
        Endpoint::note_dropped(database, dropped)?;
    }
    database.run("DELETE FROM attempts WHERE at <= ?", oldest())?;
    // Both are numbered in order, so that nothing has to be counted.
    let sql = "DELETE FROM deliveries WHERE data IS NULL AND seq <= (SELECT max(seq) FROM deliveries) - ?";
    database.run(sql, vec![number(MAX_LOGGED)])?;
    let sql = "DELETE FROM attempts WHERE rowid <= (SELECT max(rowid) FROM attempts) - ?";
    database.run(sql, vec![number(MAX_LOGGED)])
}

/// When the first message is due that has a payload, except those in a JSON list.
pub(super) fn next_at(database: &Database, but: &str) -> Result<Option<Timestamp>, AdminError> {
    let sql = "SELECT min(next_at) AS number FROM deliveries
        WHERE next_at IS NOT NULL AND data IS NOT NULL AND message NOT IN (SELECT value FROM json_each(?))";
    Ok(database.number(sql, vec![but.into()])?.map(Timestamp::from_seconds))
}

/// The first message whose time has come and that has a payload, except those in a JSON list.
pub(super) fn ripe(database: &Database, but: &str, now: Timestamp) -> Result<Option<Ripe>, AdminError> {
    let sql = "SELECT message, kind, at, data, requires, made FROM deliveries
        WHERE next_at <= ? AND data IS NOT NULL AND message NOT IN (SELECT value FROM json_each(?))
        ORDER BY next_at, seq LIMIT 1";
    database.row(sql, vec![number(now.seconds()), but.into()])
}

/// Has everything that is due wait.
pub(super) fn postpone_all(database: &Database, until: Timestamp, now: Timestamp) -> Result<(), AdminError> {
    let sql = "UPDATE deliveries SET next_at = ? WHERE next_at <= ?";
    database.run(sql, vec![number(until.seconds()), number(now.seconds())])
}

/// Has one message wait.
pub(super) fn postpone(database: &Database, message: &str, until: Timestamp) -> Result<(), AdminError> {
    let sql = "UPDATE deliveries SET next_at = ? WHERE message = ? AND next_at IS NOT NULL";
    database.run(sql, vec![number(until.seconds()), message.into()])
}

/// What a message has become. One that was dropped during its attempt has no payload any more: it stays dropped, unless the attempt
/// was the last one in any case.
pub(super) fn settle(
    database: &Database,
    message: &str,
    state: &str,
    made: u32,
    next_at: Option<Timestamp>,
    keeps_data: bool,
) -> Result<(), AdminError> {
    let sql = "UPDATE deliveries SET state = ?, made = ?, next_at = ?, data = iif(?, data, NULL)
        WHERE message = ? AND (data IS NOT NULL OR ? = 0)";
    let next_at = Parameter::from(next_at.map(|at| number(at.seconds())));
    let keeps = || number(keeps_data.into());
    database.run(sql, vec![state.into(), number(made.into()), next_at, keeps(), message.into(), keeps()])
}

/// Sends messages again that still have their payload. Returns how many, including those that the registry has queued itself.
pub(super) fn resend(database: &Database, text: &str, now: Timestamp) -> Result<u64, AdminError> {
    let Resend { message, since, queued } = parsed("a question to a courier", text)?;
    let (condition, values) = match (message, since) {
        (Some(message), None) => ("data IS NOT NULL AND message = ?", vec![Parameter::from(message)]),
        // What waits anyway is not sent twice.
        (None, Some(since)) => ("data IS NOT NULL AND state = 'failed' AND at >= ?", vec![number(since)]),
        _ => return Err(AdminError::NoMessage),
    };
    let count = database.count(&format!("deliveries WHERE {condition}"), values.clone())?;
    if count == 0 && queued.is_none() {
        return Err(AdminError::NoMessage);
    }
    let sql = format!("UPDATE deliveries SET state = 'waiting', made = 0, next_at = ? WHERE {condition}");
    database.run(&sql, [vec![number(now.seconds())], values].concat())?;
    Ok(count.saturating_add(queued.unwrap_or(0)))
}
