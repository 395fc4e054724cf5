//! The only way to write an event.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{chain, told};
use crate::database::{Database, number};
use tidegate::access::Place;
use tidegate::admin::AdminError;
use tidegate::events::{Event, EventActor, EventRequest, Kind};
use tidegate::time::Timestamp;
use tidegate::token::IntegrationId;

/// An event that is about to be written.
pub(crate) struct NewEvent<'a> {
    pub kind: Kind,
    pub actor: EventActor,
    pub about: About<'a>,
    /// The request that brings it about; `None` where a time has come.
    pub request: Option<EventRequest>,
    pub detail: Value,
}

/// Where an event happens, and to what.
pub(crate) struct About<'a> {
    pub place: Place,
    pub integration: Option<&'a IntegrationId>,
}

/// Writes an event of what the registry has done by itself.
pub(crate) fn record_own(
    database: &Database,
    kind: Kind,
    about: About<'_>,
    detail: Value,
    now: Timestamp,
) -> Result<(), AdminError> {
    record(database, NewEvent { kind, actor: EventActor::registry(), about, request: None, detail }, now)
}

/// Writes an event after the last one, with its value of the chain.
///
/// Every event of the registry is written here, in the transaction of its change, so no change is without its event. At the end, the
/// function queues the event for webhooks, in the same transaction.
pub(crate) fn record(database: &Database, new: NewEvent<'_>, now: Timestamp) -> Result<(), AdminError> {
    let NewEvent { kind, actor, about: About { place, integration }, request, detail } = new;
    let last = chain::last(database)?;
    let event = Event {
        seq: last.seq.checked_add(1).ok_or_else(|| AdminError::Registry("a counter is full".to_owned()))?,
        at: now.max(last.at),
        kind: kind.to_string(),
        actor,
        place,
        integration: integration.cloned(),
        request,
        detail,
    };
    let canonical = event.canonical().map_err(|error| AdminError::Registry(format!("{kind}: {error}")))?;
    let chain = last.chain.next(&canonical);
    let Event { seq, at, kind, actor, place, integration, request, detail } = &event;
    let values = vec![
        number(*seq),
        number(at.seconds()),
        actor.to_text().into(),
        actor.name.clone().into(),
        kind.as_str().into(),
        place.to_string().into(),
        integration.as_ref().map(ToString::to_string).into(),
        request.as_ref().map(|request| request.to_json().to_string()).into(),
        detail.to_string().into(),
        chain.to_string().into(),
    ];
    let sql = "INSERT INTO events (seq, at, actor, actor_name, kind, place, integration, request, detail, chain)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    database.run(sql, values)?;
    told::fan_out(database, &event)
}

impl<'a> About<'a> {
    /// The gate as a whole.
    pub fn agency() -> Self {
        Self::at(Place::Agency)
    }

    /// A place, or what belongs there.
    pub fn at(place: Place) -> Self {
        Self { place, integration: None }
    }

    /// What belongs to several places: the only one, all sub-accounts where it is several of them, else the agency.
    pub fn of(places: &[Place]) -> Self {
        Self::at(match places {
            [only] => only.clone(),
            [] => Place::Agency,
            several if several.contains(&Place::Agency) => Place::Agency,
            _ => Place::SubAccounts,
        })
    }

    /// What belonged to some places and belongs to others now: all of them, since the event tells of both.
    pub fn of_move(before: Vec<Place>, after: Vec<Place>) -> Self {
        let places: BTreeSet<_> = before.into_iter().chain(after).collect();
        Self::of(&places.into_iter().collect::<Vec<_>>())
    }

    /// An integration, at its owner's place.
    pub fn integration(id: &'a IntegrationId, place: Place) -> Self {
        Self { place, integration: Some(id) }
    }
}
