//! Audit events: who did what, when. No event ever holds a token or a hash.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use crate::database::{Database, bound, row};
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
        integration: Option<IntegrationId>,
        detail: String,
    }
}

/// An event as the admin API shows it.
#[derive(Serialize)]
pub(crate) struct Event {
    seq: u64,
    at: String,
    pub actor: String,
    /// The actor's name, where it has one and is still there.
    pub actor_name: Option<String>,
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    integration: Option<IntegrationId>,
    detail: Value,
}

/// A page of events, as the admin API shows it.
#[derive(Serialize)]
pub(crate) struct Page {
    pub events: Vec<Event>,
    cursor: Option<String>,
    total: u64,
    /// What tells one token of the integration from another.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_fours: Option<BTreeMap<u32, String>>,
}

/// A page of an integration's events, or of all, newest first, as the admin API shows it. None is ever removed.
pub(crate) fn page(
    database: &Database,
    integration: Option<&IntegrationId>,
    paging: Paging<u64>,
) -> Result<Page, AdminError> {
    let condition = if integration.is_some() { "integration = ?" } else { "1" };
    let id = || integration.map(|id| Parameter::from(id.as_str())).into_iter().collect::<Vec<_>>();
    let before = bound(paging.after.unwrap_or(u64::MAX));
    let sql = format!(
        "SELECT seq, at, actor, kind, integration, detail FROM events
        WHERE {condition} AND seq < ? ORDER BY seq DESC LIMIT ?"
    );
    let mut rows: Vec<Row> = database.rows(&sql, [id(), vec![before, limit_and_one(paging.limit)]].concat())?;
    let more = cut(&mut rows, paging.limit);
    let cursor = rows.last().filter(|_| more).map(|row| row.seq.to_string());
    let view = |row| Event::of(row, integration.is_none());
    let events = rows.into_iter().map(view).collect();
    let last_fours = integration.map(|id| tokens::last_fours(database, id)).transpose()?;
    let total = database.count(&format!("events WHERE {condition}"), id())?;
    Ok(Page { events, cursor, total, last_fours })
}

impl Event {
    /// An event. Of which integration it is, is told among events of all.
    fn of(row: Row, of_all: bool) -> Self {
        let Row { seq, at, actor, kind, integration, detail } = row;
        let at = Timestamp::from_seconds(at).to_string();
        let detail = serde_json::from_str(&detail).unwrap_or_else(|_| json!({}));
        Self { seq, at, actor, actor_name: None, kind, integration: integration.filter(|_| of_all), detail }
    }
}
