//! Events: commands.

pub(crate) mod actors;
mod adopt;
pub(crate) mod called;
mod chain;
mod export;
mod find;
mod prune;
pub(crate) mod record;
mod table;
pub(crate) mod told;

use serde_json::json;

use self::actors::Named;
use self::find::{Direction, Found, find};
use super::answer::Answer;
use super::context::Context;
use tidegate::access::Verb;
use tidegate::admin::{AdminError, EventCursor, EventFilter, EventFormat, EventsCommand, ListEvents, Paging};
use tidegate::token::IntegrationId;

pub(crate) use self::adopt::adopt;
pub(crate) use self::prune::{due_in, prune};

/// Runs a command.
pub(crate) fn run(context: &Context, command: EventsCommand) -> Result<Answer, AdminError> {
    // Without a valid AUDIT_DAYS all events are kept, and none is shown.
    context.settings.audit_days.as_ref().map_err(AdminError::clone)?;
    match command {
        EventsCommand::List(list) if list.format == EventFormat::Json => self::list(context, &list),
        EventsCommand::List(list) => export::export(context, &list),
    }
}

/// `GET /integrations/{id}/events`
pub(crate) fn of_integration(context: &Context, id: &IntegrationId, paging: Paging<u64>) -> Result<Answer, AdminError> {
    let page = table::of_integration(context.database, id, paging)?;
    let cursor = page.next.map(|seq| seq.to_string());
    let events: Vec<_> = actors::name(context, page.events)?.iter().map(Named::view).collect();
    let body = json!({ "events": events, "cursor": cursor, "total": page.total, "last_fours": page.last_fours });
    Answer::json(200, &body, None)
}

/// `GET /events`
fn list(context: &Context, list: &ListEvents) -> Result<Answer, AdminError> {
    let seen = seen(context, &list.filter)?;
    let direction = Direction::Newest { before: list.after.map(|cursor| cursor.seq) };
    let Found { seqs, next } = find(context.database, &list.filter, seen, direction, list.limit)?;
    let events = actors::name(context, table::numbered(context.database, &seqs)?)?;
    let events: Vec<_> = events.iter().map(Named::view).collect();
    let cursor = next.map(|seq| EventCursor { seq, until: None }.to_text());
    Answer::json(200, &json!({ "events": events, "cursor": cursor }), None)
}

/// What the caller may see. A filter by a place, an integration or an actor that they may not see finds nothing.
fn seen(context: &Context, filter: &EventFilter) -> Result<Option<find::Condition>, AdminError> {
    let [audit, view] = [Verb::AuditView, Verb::IntegrationsView].map(|verb| context.actor.permissions.reach(verb));
    if let Some(place) = &filter.place
        && !context.actor.may(Verb::AuditView, place)
        && !context.actor.may(Verb::IntegrationsView, place)
    {
        return Err(AdminError::NoOwner("place"));
    }
    if let Some(actor) = &filter.actor
        && !context.is_of_agency()
        && !actors::is_seen(context, actor)?
    {
        return Err(AdminError::NoOwner("actor"));
    }
    Ok(find::seen(&audit, &view))
}
