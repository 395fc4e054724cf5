//! Events as webhooks send them.

use std::collections::BTreeMap;

use serde_json::json;

use crate::database::{Database, bound, number, row};
use crate::endpoints::endpoint::Endpoint;
use crate::hand_overs;
use crate::integrations::table as integrations;
use crate::storage::MAX_NUMBER;
use tidegate::access::Place;
use tidegate::admin::AdminError;
use tidegate::events::{Event, EventActor, Kind};
use tidegate::time::Timestamp;
use tidegate::token::IntegrationId;
use tidegate::webhooks::{EndpointId, Message};

/// An event, and where it happened.
pub(crate) struct Told {
    pub message: Message,
    pub place: Place,
    pub integration: Option<IntegrationId>,
}

row! {
    struct Row {
        seq: u64,
        at: u64,
        actor: String,
        kind: String,
        place: Option<Place>,
        integration: Option<IntegrationId>,
        detail: String,
    }
}

/// Tells all endpoints that want it of an event that was just written.
pub(super) fn fan_out(database: &Database, event: &Event) -> Result<(), AdminError> {
    let integration = event.integration.as_ref();
    let mut wanted = hand_overs::wanting(database, &event.kind, &event.place, integration)?;
    wanted.retain(|id| !tells_of_itself(event, id));
    if wanted.is_empty() {
        return Ok(());
    }
    let data = data(&mut Revisions::new(database), event)?;
    let message = Message { id: id(event.seq, event.at), kind: event.kind.clone(), at: event.at, data };
    hand_overs::queue(database, &message, None, &wanted, false)
}

/// Whether an event tells an endpoint that it fails itself. No endpoint is sent that: to one whose queue is full, it would be one message
/// more.
fn tells_of_itself(event: &Event, endpoint: &EndpointId) -> bool {
    event.kind == Kind::EndpointFailing.as_str() && event.detail.get("id") == Some(&json!(endpoint))
}

/// The number of the event that a message is about; `None` if it is not about one.
pub(crate) fn seq_of(id: &str) -> Option<u64> {
    id.strip_prefix("evt_")?.split_once('_')?.1.parse().ok()
}

/// The message of this id, as `endpoint` may be sent it.
pub(crate) fn message(
    database: &Database,
    endpoint: &Endpoint,
    seq: u64,
    of: &str,
) -> Result<Option<Told>, AdminError> {
    let found: Option<Row> = database.row(&format!("{SELECT} WHERE seq = ?"), vec![bound(seq)])?;
    let told = found.map(|row| row.told(&mut Revisions::new(database), endpoint)).transpose()?.flatten();
    Ok(told.filter(|told| told.message.id == of))
}

/// Messages of the events since a moment that an endpoint listens to, the oldest first.
pub(crate) fn since(
    database: &Database,
    endpoint: &Endpoint,
    since: Timestamp,
    most: u64,
) -> Result<Vec<Told>, AdminError> {
    let (heard, value) = match &endpoint.integration {
        Some(id) => ("integration = ?", id.as_str().to_owned()),
        None if endpoint.place == Place::SubAccounts => ("place <> ?", Place::Agency.to_string()),
        None => ("place = ?", endpoint.place.to_string()),
    };
    let sql = format!(
        "{SELECT} WHERE {heard} AND seq >= (SELECT seq FROM events WHERE at >= ? ORDER BY at, seq LIMIT 1)
        AND +kind IN (SELECT value FROM json_each(?)) ORDER BY seq LIMIT ?"
    );
    let kinds = json!(endpoint.kinds).to_string();
    let values = vec![value.into(), number(since.seconds()), kinds.into(), number(most)];
    let rows: Vec<Row> = database.rows(&sql, values)?;
    let mut revisions = Revisions::new(database);
    let told = rows.into_iter().rev().map(|row| row.told(&mut revisions, endpoint));
    let mut told: Vec<_> = told.filter_map(Result::transpose).collect::<Result<_, _>>()?;
    told.reverse();
    Ok(told)
}

const SELECT: &str = "SELECT seq, at, actor, kind, place, integration, detail FROM events";

/// The id of a message: the same for every endpoint and repetition. The time keeps it apart from messages of another gate to the same
/// receiver.
fn id(seq: u64, at: Timestamp) -> String {
    format!("evt_{}_{seq}", at.seconds())
}

/// The data of a message. It names only the kind of the actor: people who may not know each other may read what an endpoint receives.
/// `rev` is the integration's revision when the event happened; messages arrive in no particular order.
fn data(revisions: &mut Revisions<'_>, event: &Event) -> Result<String, AdminError> {
    let rev = match &event.integration {
        Some(id) => revisions.at(id, event.seq)?,
        None => None,
    };
    let Event { seq, actor, place, integration, detail, .. } = event;
    let actor = json!({ "type": actor.actor_type });
    Ok(json!({
        "seq": seq, "rev": rev, "place": place, "integration": integration, "actor": actor, "detail": detail,
    })
    .to_string())
}

/// The events of which each goes with one new revision of its integration, which exists already.
const REVISIONS: [Kind; 9] = [
    Kind::IntegrationEdited,
    Kind::IntegrationPaused,
    Kind::IntegrationResumed,
    Kind::IntegrationDeleted,
    Kind::IntegrationRestored,
    Kind::RotationStarted,
    Kind::RotationExtended,
    Kind::RotationCancelled,
    Kind::RotationFinished,
];

/// The events that create or change `integration`, an expression of SQL, as a table with its condition. SQLite uses the index only where
/// the query has the same list of kinds as the index, in the same order.
pub(crate) fn changes_of(integration: &str) -> String {
    let kinds = REVISIONS.map(|kind| format!(", '{}'", kind.as_str())).concat();
    format!(
        "events INDEXED BY events_of_changes
        WHERE integration = {integration} AND kind IN ('integration.created'{kinds})"
    )
}

/// The revisions that integrations had when events happened. Where the newest events are asked for first, each change is counted once.
struct Revisions<'a> {
    database: &'a Database,
    /// Of each integration the event that was asked for last, and the revision then.
    known: BTreeMap<IntegrationId, (u64, Option<u64>)>,
}

impl<'a> Revisions<'a> {
    fn new(database: &'a Database) -> Self {
        Self { database, known: BTreeMap::new() }
    }

    /// The revision after an event: the present one, or that of a later event, less the changes in between.
    fn at(&mut self, id: &IntegrationId, seq: u64) -> Result<Option<u64>, AdminError> {
        let (until, later) = match self.known.get(id).filter(|(until, _)| seq <= *until) {
            Some(known) => *known,
            None => (MAX_NUMBER, integrations::last_rev(self.database, id)?),
        };
        // An integration is created before everything else that happens to it.
        let between = format!("{} AND seq > ? AND seq <= ?", changes_of("?"));
        let changes = self.database.count(&between, vec![id.as_str().into(), number(seq), number(until)])?;
        let rev = later.map(|rev| rev.saturating_sub(changes));
        self.known.insert(id.clone(), (seq, rev));
        Ok(rev)
    }
}

impl Row {
    fn told(self, revisions: &mut Revisions<'_>, endpoint: &Endpoint) -> Result<Option<Told>, AdminError> {
        let Self { seq, at, actor, kind, place, integration, detail } = self;
        let Some(place) = place else { return Ok(None) };
        let detail = serde_json::from_str(&detail).unwrap_or_default();
        let (at, actor) = (Timestamp::from_seconds(at), EventActor::parse(&actor, None));
        let event = Event { seq, at, kind, actor, place, integration, request: None, detail };
        if tells_of_itself(&event, &endpoint.id) {
            return Ok(None);
        }
        let data = data(revisions, &event)?;
        let Event { kind, place, integration, .. } = event;
        Ok(Some(Told { message: Message { id: id(seq, at), kind, at, data }, place, integration }))
    }
}
