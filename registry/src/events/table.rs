//! Reads the table `events`.

use std::collections::BTreeMap;

use serde_json::json;

use super::find::{Direction, Found, find};
use crate::database::{Database, row};
use crate::integrations::tokens;
use tidegate::access::Place;
use tidegate::admin::{AdminError, EventFilter, Paging};
use tidegate::events::{Chain, Event, EventActor, EventRequest};
use tidegate::time::Timestamp;
use tidegate::token::IntegrationId;

row! {
    struct Row {
        seq: u64,
        at: u64,
        actor: String,
        actor_name: Option<String>,
        kind: String,
        place: Option<Place>,
        integration: Option<IntegrationId>,
        request: Option<String>,
        detail: String,
        chain: Option<String>,
    }
}

/// An event with its value of the chain; `None` for one of a release that knows no chain.
pub(super) type Stored = (Event, Option<Chain>);

/// A page of an integration's events, the newest first.
pub(super) struct Page {
    pub events: Vec<Stored>,
    pub next: Option<u64>,
    pub total: u64,
    /// The last four characters of each token, by its number.
    pub last_fours: BTreeMap<u32, String>,
}

/// A page of an integration's events.
pub(super) fn of_integration(database: &Database, id: &IntegrationId, paging: Paging<u64>) -> Result<Page, AdminError> {
    let filter = EventFilter { integration: Some(id.clone()), ..EventFilter::default() };
    let direction = Direction::Newest { before: paging.after };
    let Found { seqs, next } = find(database, &filter, None, direction, paging.limit)?;
    let total = database.count("events WHERE integration = ?", vec![id.as_str().into()])?;
    Ok(Page { events: numbered(database, &seqs)?, next, total, last_fours: tokens::last_fours(database, id)? })
}

/// The events with these numbers, in their order.
pub(super) fn numbered(database: &Database, seqs: &[u64]) -> Result<Vec<Stored>, AdminError> {
    let sql = "SELECT seq, at, actor, actor_name, kind, place, integration, request, detail, chain FROM events
        WHERE seq IN (SELECT value FROM json_each(?)) ORDER BY seq";
    let rows: Vec<Row> = database.rows(sql, vec![json!(seqs).to_string().into()])?;
    let mut events = rows.into_iter().map(Row::read).collect::<Result<Vec<_>, _>>()?;
    if seqs.first() > seqs.last() {
        events.reverse();
    }
    Ok(events)
}

impl Row {
    fn read(self) -> Result<Stored, AdminError> {
        let Self { seq, at, actor, actor_name, kind, place, integration, request, detail, chain } = self;
        let corrupt = |column: &str| AdminError::Registry(format!("{column} of event {seq} is corrupt"));
        let request = request.map(|json| EventRequest::parse(&json).ok_or_else(|| corrupt("request")));
        let chain = chain.map(|text| Chain::parse(&text).map_err(|_| corrupt("chain")));
        let event = Event {
            seq,
            at: Timestamp::from_seconds(at),
            kind,
            actor: EventActor::parse(&actor, actor_name),
            place: place.unwrap_or(Place::Agency),
            integration,
            request: request.transpose()?,
            detail: serde_json::from_str(&detail).map_err(|_| corrupt("detail"))?,
        };
        Ok((event, chain.transpose()?))
    }
}
