//! The actors of events, as far as the caller may know them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::called::Told;
use super::table::Stored;
use crate::context::Context;
use crate::keys::table as keys;
use crate::people::table as people;
use tidegate::access::{Identity, PersonId, Place, Verb};
use tidegate::admin::AdminError;
use tidegate::events::{Chain, Event, EventActor};

/// What people of a sub-account see instead of an actor from elsewhere.
const ADMINISTRATOR: &str = "administrator";

/// What events of webhook endpoints tell only to those who may see endpoints there, or all events: an address can hold a secret.
const OF_ENDPOINTS: [&str; 2] = ["url", "description"];

/// An event, and what its actor is called now.
pub(super) struct Named {
    pub event: Event,
    pub chain: Option<Chain>,
    /// The address of a person or the name of a key; `None` if they no longer exist, or if the caller may not know.
    pub name: Option<String>,
    /// The address of the person whom it is about, under the same conditions.
    pub subject: Option<String>,
}

/// Adds the names of actors to events. Callers who may not know an actor do not see the request either, and callers who may not see webhook
/// endpoints see neither their addresses nor their descriptions. The chain, by which these could be guessed, is only for those who may view
/// the events of every place.
pub(super) fn name(context: &Context, events: Vec<Stored>) -> Result<Vec<Named>, AdminError> {
    let person = |event: &Event| subject(event).map(|id| format!("person:{id}"));
    let all = events.iter().flat_map(|(event, _)| [Some(event.actor.to_text()), person(event)]);
    let all: Vec<String> = all.flatten().collect();
    let told = told(context, all.iter().map(String::as_str))?;
    let is_auditor = context.actor.permissions.reach(Verb::AuditView).is_everywhere();
    let named = |(mut event, chain): Stored| {
        let mut name = event.actor.name.clone();
        if let Some(told) = told.get(&event.actor.to_text()) {
            name = told.name.clone().or(name);
            if told.actor == ADMINISTRATOR {
                event.actor = EventActor { actor_type: ADMINISTRATOR.to_owned(), id: None, name: None };
                (event.request, name) = (None, None);
            }
        }
        if event.kind.starts_with("endpoint.") && !may_see_endpoints(context, &event.place) {
            event.detail.as_object_mut().into_iter().for_each(|detail| {
                detail.retain(|name, _| !OF_ENDPOINTS.contains(&name.as_str()));
            });
        }
        let subject = person(&event).and_then(|person| told.get(&person)?.name.clone());
        Named { event, chain: chain.filter(|_| is_auditor), name, subject }
    };
    Ok(events.into_iter().map(named).collect())
}

fn may_see_endpoints(context: &Context, place: &Place) -> bool {
    [Verb::WebhooksManage, Verb::AuditView].iter().any(|verb| context.actor.may(*verb, place))
}

/// The id of the person whom an event is about.
fn subject(event: &Event) -> Option<&str> {
    let name = if event.kind.starts_with("person.") { "id" } else { "person" };
    event.detail.get(name).and_then(Value::as_str)
}

/// The names of some actors: the address of a person, the name of a key. Callers without permissions at the agency learn only of
/// people whom they may see, and of themselves.
pub(crate) fn told<'a>(
    context: &Context,
    actors: impl Iterator<Item = &'a str>,
) -> Result<BTreeMap<String, Told>, AdminError> {
    let actors: BTreeSet<&str> = actors.collect();
    let ids = |kind: &str| json!(actors.iter().filter_map(|actor| actor.strip_prefix(kind)).collect::<Vec<_>>());
    let emails = people::emails(context.database, &ids("person:").to_string())?;
    let names = keys::names(context.database, &ids("key:").to_string())?;
    let is_of_agency = context.is_of_agency();
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

/// Whether the caller may know of this actor: themselves, the registry, or a person of their own sub-accounts.
pub(super) fn is_seen(context: &Context, actor: &str) -> Result<bool, AdminError> {
    if actor == context.actor.identity.to_text() || actor == EventActor::registry().to_text() {
        return Ok(true);
    }
    let Some(id) = actor.strip_prefix("person:").and_then(|id| PersonId::parse(id).ok()) else { return Ok(false) };
    let Identity::Person(_) = &context.actor.identity else { return Ok(false) };
    let person = people::find(context.database, &id)?;
    Ok(person.is_some_and(|person| {
        let reach = context.actor.permissions.reach(Verb::IntegrationsView);
        person.membership.role().is_for_accounts() && reach.has_all(&person.membership.home())
    }))
}

impl Named {
    /// As lists of the admin API show it.
    pub fn view(&self) -> Value {
        let Self { event, chain, name, subject } = self;
        let mut view = event.to_json();
        if let Value::Object(members) = &mut view {
            members.insert("actor".to_owned(), event.actor.to_text().into());
            members.insert("actor_name".to_owned(), json!(name));
            members.extend(subject.as_ref().map(|name| ("subject_name".to_owned(), name.as_str().into())));
            members.extend(chain.map(|chain| ("chain".to_owned(), chain.to_string().into())));
        }
        view
    }
}
