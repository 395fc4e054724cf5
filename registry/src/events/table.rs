//! Audit events: who did what, when. No event ever holds a token or a hash.

use serde::Serialize;
use serde_json::{Value, json};

use crate::database::{Database, bound, number, row};
use crate::integrations::tokens;
use crate::paging::{cut, limit_and_one};
use crate::storage::Parameter;
use tidegate::admin::{AdminError, Paging};
use tidegate::time::Timestamp;
use tidegate::token::IntegrationId;

row! {
    struct Row {
        seq: u64,
        at: u64,
        actor: String,
        kind: String,
        detail: String,
    }
}

/// An event as the admin API shows it.
#[derive(Serialize)]
pub(crate) struct Event {
    seq: u64,
    at: String,
    actor: String,
    kind: String,
    detail: Value,
}

/// Writes an event.
pub(crate) fn write(
    database: &Database,
    actor: &str,
    now: Timestamp,
    kind: &str,
    integration: Option<&IntegrationId>,
    detail: &Value,
) -> Result<(), AdminError> {
    let values = vec![
        number(now.seconds()),
        actor.into(),
        kind.into(),
        integration.map_or(Parameter::Null, |id| id.as_str().into()),
        detail.to_string().into(),
    ];
    database.run("INSERT INTO events (at, actor, kind, integration, detail) VALUES (?, ?, ?, ?, ?)", values)
}

/// A page of an integration's events, newest first, as the admin API shows it. None is ever removed.
pub(crate) fn page(database: &Database, integration: &IntegrationId, paging: Paging<u64>) -> Result<Value, AdminError> {
    let before = bound(paging.after.unwrap_or(u64::MAX));
    let id = || integration.as_str().into();
    let sql = "SELECT seq, at, actor, kind, detail FROM events
        WHERE integration = ? AND seq < ? ORDER BY seq DESC LIMIT ?";
    let mut rows: Vec<Row> = database.rows(sql, vec![id(), before, limit_and_one(paging.limit)])?;
    let more = cut(&mut rows, paging.limit);
    let cursor = rows.last().filter(|_| more).map(|row| row.seq.to_string());
    let events: Vec<_> = rows.into_iter().map(Event::from).collect();
    let total = database.count("events WHERE integration = ?", vec![id()])?;
    let last_fours = tokens::last_fours(database, integration)?;
    Ok(json!({ "events": events, "cursor": cursor, "total": total, "last_fours": last_fours }))
}

impl From<Row> for Event {
    fn from(row: Row) -> Self {
        let Row { seq, at, actor, kind, detail } = row;
        let at = Timestamp::from_seconds(at).to_string();
        Self { seq, at, actor, kind, detail: serde_json::from_str(&detail).unwrap_or_else(|_| json!({})) }
    }
}
