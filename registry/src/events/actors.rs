//! Who did it, as far as whoever asks may know.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::table::Event;
use crate::context::Context;
use crate::keys::table as keys;
use crate::people::table as people;
use tidegate::access::{Identity, PersonId, Place, Verb};
use tidegate::admin::AdminError;

/// What people of a sub-account are told of those who are not.
const ADMINISTRATOR: &str = "administrator";

/// An actor, as whoever asks is told of it.
#[derive(Clone)]
pub(crate) struct Told {
    pub actor: String,
    /// Where it has one and is still there.
    pub name: Option<String>,
}

/// Puts names to the actors of events.
pub(super) fn name(context: &Context, events: &mut [Event]) -> Result<(), AdminError> {
    let told = told(context, events.iter().map(|event| event.actor.as_str()))?;
    for event in events {
        if let Some(Told { actor, name }) = told.get(&event.actor).cloned() {
            (event.actor, event.actor_name) = (actor, name);
        }
    }
    Ok(())
}

/// What is told of each of some actors: the address of a person, the name of a key. Whoever has nothing at the agency is told only of
/// people whom they may see, and of themselves.
pub(crate) fn told<'a>(
    context: &Context,
    actors: impl Iterator<Item = &'a str>,
) -> Result<BTreeMap<String, Told>, AdminError> {
    let actors: BTreeSet<&str> = actors.collect();
    let ids = |kind: &str| json!(actors.iter().filter_map(|actor| actor.strip_prefix(kind)).collect::<Vec<_>>());
    let emails = people::emails(context.database, &ids("person:").to_string())?;
    let names = keys::names(context.database, &ids("key:").to_string())?;
    let is_of_agency = context.actor.permissions.any_at(&Place::Agency);
    let own = context.actor.identity.to_text();
    let find =
        |all: &[(String, String)], id: &str| all.iter().find(|(found, _)| found == id).map(|(_, name)| name.clone());
    let tell = |actor: &str| -> Result<Told, AdminError> {
        if !is_of_agency && actor != own && !is_seen(context, actor)? {
            return Ok(Told { actor: ADMINISTRATOR.to_owned(), name: None });
        }
        let name = match (actor.strip_prefix("person:"), actor.strip_prefix("key:")) {
            (Some(id), _) => find(&emails, id),
            (_, Some(id)) => find(&names, id),
            _ => None,
        };
        Ok(Told { actor: actor.to_owned(), name })
    };
    actors.into_iter().map(|actor| Ok((actor.to_owned(), tell(actor)?))).collect()
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
