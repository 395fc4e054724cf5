//! What waits to be handed over to couriers: messages, and changed endpoints. A row is written in the transaction of the change and
//! removed once the courier has it, so no acknowledged change loses its event.

mod table;

use std::collections::BTreeSet;

use serde_json::{Value, json};

pub(crate) use self::table::wanting;
use self::table::{Due, Waiting};
use super::database::Database;
use super::endpoints::endpoint::Endpoint;
use super::endpoints::table as endpoints;
use tidegate::admin::AdminError;
use tidegate::time::Timestamp;
use tidegate::webhooks::{EndpointId, MAX_QUEUED, Message};

/// How many messages one hand-over has at most, and how many bytes of what they say and require, beside the last message's.
const MAX_MESSAGES: u64 = 100;
const MAX_BYTES: usize = 500_000;
/// The longest wait after a courier could not be reached, in seconds.
const MAX_WAIT_SECONDS: u64 = 60;

/// How many hand-overs are under way at a time.
pub const MAX_HAND_OVERS: usize = 50;

/// A hand-over to one courier.
pub struct HandOver {
    /// The name of the courier: the id of its endpoint.
    pub endpoint: String,
    /// Its content, as JSON.
    pub body: String,
    generation: u64,
    messages: Vec<String>,
}

/// What is next to be handed over.
pub enum NextHandOver {
    /// A hand-over.
    HandOver(HandOver),
    /// Something that kept one from being made, for the log. Its courier waits.
    Fault(String),
}

/// Queues a message for these endpoints. `requires` says what an integration must be allowed for it, at each attempt. `again` has it sent
/// once more where it was delivered already.
pub(crate) fn queue(
    database: &Database,
    message: &Message,
    requires: Option<&Value>,
    endpoints: &[EndpointId],
    again: bool,
) -> Result<(), AdminError> {
    if endpoints.is_empty() {
        return Ok(());
    }
    let ids = json!(endpoints).to_string();
    table::keep(database, message, requires)?;
    table::queue(database, &message.id, &ids, again)?;
    table::note(database, &ids)
}

/// Queues the changed endpoint for its courier.
pub(crate) fn configure(database: &Database, id: &EndpointId) -> Result<(), AdminError> {
    table::note(database, &json!([id]).to_string())
}

/// In how many seconds there is something to hand over; `None` if there is nothing.
pub(crate) fn due_in(database: &Database, now: Timestamp) -> Result<Option<u64>, AdminError> {
    Ok(table::next_at(database)?.map(|at| at.saturating_sub(now.seconds())))
}

/// The next hand-over, but for couriers of which one is under way. One that cannot be made holds back none of the others.
pub(crate) fn next(
    database: &Database,
    under_way: &BTreeSet<String>,
    now: Timestamp,
) -> Result<Option<NextHandOver>, AdminError> {
    let Some(due) = table::next(database, &json!(under_way).to_string(), now)? else { return Ok(None) };
    let endpoint = due.endpoint.clone();
    match hand_over(database, due) {
        Ok(hand_over) => Ok(Some(NextHandOver::HandOver(hand_over))),
        Err(error) => {
            database.transaction(|| put_off(database, &endpoint, now))?;
            Ok(Some(NextHandOver::Fault(format!("nothing is handed over to the courier {endpoint}: {error}"))))
        }
    }
}

/// What is handed over to a courier.
fn hand_over(database: &Database, Due { endpoint, generation }: Due) -> Result<HandOver, AdminError> {
    let id = EndpointId::parse(&endpoint).map_err(|error| AdminError::Registry(error.to_string()))?;
    let found = endpoints::find(database, &id)?;
    let mut bytes = 0_usize;
    let mut waiting = table::waiting(database, &endpoint, MAX_MESSAGES)?;
    let fits = |message: &Waiting| {
        let is_first = bytes < MAX_BYTES;
        bytes = bytes.saturating_add(message.bytes());
        is_first
    };
    let count = waiting.iter().map(fits).take_while(|fits| *fits).count();
    waiting.truncate(count);
    let messages: Vec<Value> = waiting.iter().map(Waiting::to_json).collect();
    let body = json!({ "endpoint": found.map(|found| told(&found)), "messages": messages }).to_string();
    let messages = waiting.into_iter().map(|waiting| waiting.id).collect();
    Ok(HandOver { endpoint, body, generation, messages })
}

/// Notes what became of a hand-over.
pub(crate) fn ended(database: &Database, ended: &HandOver, taken: bool, now: Timestamp) -> Result<(), AdminError> {
    let HandOver { endpoint, generation, messages, .. } = ended;
    if !taken {
        return put_off(database, endpoint, now);
    }
    table::taken(database, endpoint, &json!(messages).to_string())?;
    table::settle(database, endpoint, *generation)
}

/// Has a courier wait to which nothing can be handed over now.
fn put_off(database: &Database, endpoint: &str, now: Timestamp) -> Result<(), AdminError> {
    table::postpone(database, endpoint, MAX_WAIT_SECONDS, now)?;
    drop_excess(database, endpoint)
}

/// Drops the oldest of too many messages that wait for a courier. They count as the endpoint's dropped ones.
fn drop_excess(database: &Database, endpoint: &str) -> Result<(), AdminError> {
    let excess = table::excess(database, endpoint, MAX_QUEUED)?;
    if excess.is_empty() {
        return Ok(());
    }
    table::taken(database, endpoint, &json!(excess).to_string())?;
    endpoints::note_dropped(database, endpoint, excess.len())
}

/// What a courier knows of its endpoint.
fn told(endpoint: &Endpoint) -> Value {
    let current = json!({ "sealed": endpoint.secret.as_str(), "until": null });
    let outgoing = endpoint.outgoing.as_ref();
    let outgoing = outgoing.map(|(sealed, until)| json!({ "sealed": sealed.as_str(), "until": until }));
    let secrets: Vec<_> = std::iter::once(current).chain(outgoing).collect();
    json!({
        "id": endpoint.id, "rev": endpoint.rev, "url": endpoint.url, "secrets": secrets,
        "enabled": endpoint.disabled.is_none(), "integration": endpoint.integration,
    })
}
