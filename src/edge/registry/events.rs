//! Audit events: who did what, when. No event ever holds a token or a hash.

use serde::Serialize;
use serde_json::{Value, json};
use wasm_bindgen::JsValue;

use super::database::{Database, number, row};
use crate::core::admin::AdminError;
use crate::core::rotation::Timestamp;
use crate::core::token::IntegrationId;

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
pub(super) struct Event {
    seq: u64,
    at: String,
    actor: String,
    kind: String,
    detail: Value,
}

pub(super) fn write(
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
        integration.map_or(JsValue::NULL, |id| id.as_str().into()),
        detail.to_string().into(),
    ];
    database.run("INSERT INTO events (at, actor, kind, integration, detail) VALUES (?, ?, ?, ?, ?)", values)
}

/// The latest 500 events of an integration, newest first.
pub(super) fn of(database: &Database, integration: &IntegrationId) -> Result<Vec<Event>, AdminError> {
    let sql = "SELECT seq, at, actor, kind, detail FROM events WHERE integration = ? ORDER BY seq DESC LIMIT 500";
    let rows: Vec<Row> = database.rows(sql, vec![integration.as_str().into()])?;
    Ok(rows.into_iter().map(Event::from).collect())
}

impl From<Row> for Event {
    fn from(row: Row) -> Self {
        let Row { seq, at, actor, kind, detail } = row;
        let at = Timestamp::from_seconds(at).to_string();
        Self { seq, at, actor, kind, detail: serde_json::from_str(&detail).unwrap_or_else(|_| json!({})) }
    }
}
