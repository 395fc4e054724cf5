//! Who did it, as far as whoever asks may know.

use serde_json::json;

use super::table::Event;
use crate::context::Context;
use crate::keys::table as keys;
use crate::people::table as people;
use tidegate::access::{Identity, PersonId, Place, Verb};
use tidegate::admin::AdminError;

/// What people of a sub-account are told of those who are not.
const ADMINISTRATOR: &str = "administrator";

/// Puts names to the actors of events: the address of a person, the name of a key. Whoever has nothing at the agency is told only of
/// people whom they may see, and of themselves.
pub(super) fn name(context: &Context, events: &mut [Event]) -> Result<(), AdminError> {
    let ids = |kind: &str| json!(events.iter().filter_map(|event| event.actor.strip_prefix(kind)).collect::<Vec<_>>());
    let (people_ids, key_ids) = (ids("person:").to_string(), ids("key:").to_string());
    let emails = people::emails(context.database, &people_ids)?;
    let names = keys::names(context.database, &key_ids)?;
    let is_of_agency = context.actor.permissions.any_at(&Place::Agency);
    let own = context.actor.identity.to_text();
    for event in events {
        let find = |all: &[(String, String)], id: &str| {
            all.iter().find(|(found, _)| found == id).map(|(_, name)| name.clone())
        };
        if let Some(id) = event.actor.strip_prefix("person:") {
            event.actor_name = find(&emails, id);
        } else if let Some(id) = event.actor.strip_prefix("key:") {
            event.actor_name = find(&names, id);
        }
        if !is_of_agency && event.actor != own && !is_seen(context, &event.actor)? {
            event.actor = ADMINISTRATOR.to_owned();
            event.actor_name = None;
        }
    }
    Ok(())
}

/// The name of one actor, where it has one and is still there.
pub(crate) fn name_of(context: &Context, actor: &str) -> Result<Option<String>, AdminError> {
    if let Some(id) = actor.strip_prefix("person:") {
        return Ok(people::emails(context.database, &json!([id]).to_string())?.pop().map(|(_, email)| email));
    }
    let Some(id) = actor.strip_prefix("key:") else { return Ok(None) };
    Ok(keys::names(context.database, &json!([id]).to_string())?.pop().map(|(_, name)| name))
}

/// Whether whoever asks may see this actor: a person of their own sub-accounts.
fn is_seen(context: &Context, actor: &str) -> Result<bool, AdminError> {
    let Some(id) = actor.strip_prefix("person:").and_then(|id| PersonId::parse(id).ok()) else { return Ok(false) };
    let Identity::Person(_) = &context.actor.identity else { return Ok(false) };
    let person = people::find(context.database, &id)?;
    Ok(person.is_some_and(|person| {
        let reach = context.actor.permissions.reach(Verb::IntegrationsView);
        person.membership.role().is_for_accounts() && reach.has_all(&person.membership.home())
    }))
}
