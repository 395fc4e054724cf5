//! Checks of a new or changed endpoint: its place, its address, and the events it wants.

use crate::context::Context;
use crate::integrations::table as integrations;
use crate::policies::table as policies;
use crate::sub_accounts::table as sub_accounts;
use tidegate::access::{Place, Verb};
use tidegate::admin::{AdminError, Belongs};
use tidegate::events::Kind;
use tidegate::policy::EventType;
use tidegate::record::Level;
use tidegate::webhooks::{Address, Wanted};

/// The place of the endpoint, if the caller may have one there.
pub(super) fn place_of(context: &Context, belongs: &Belongs) -> Result<Place, AdminError> {
    let place = match belongs {
        Belongs::Place(place) => {
            if let Place::SubAccount(id) = place
                && sub_accounts::find(context.database, id)?.is_none()
            {
                return Err(AdminError::NoOwner("place"));
            }
            place.clone()
        }
        Belongs::Integration(id) => {
            let found = integrations::find(context.database, id)?;
            found.map(|found| Place::from(&found.owner)).ok_or(AdminError::NoOwner("integration"))?
        }
    };
    if context.actor.may(Verb::WebhooksManage, &place) {
        return Ok(place);
    }
    if context.actor.may(Verb::IntegrationsView, &place) {
        return Err(AdminError::Forbidden { verb: Verb::WebhooksManage, place: Some(place) });
    }
    Err(AdminError::NoOwner(if matches!(belongs, Belongs::Place(_)) { "place" } else { "integration" }))
}

pub(super) fn check_address(context: &Context, url: &str) -> Result<Address, AdminError> {
    let rules = context.settings.addresses.as_ref().map_err(AdminError::clone)?;
    Address::parse(url, rules, context.port).map_err(|error| AdminError::invalid("url", error))
}

/// The types of the API's own events that the caller may know of, beside those of `kinds`.
pub(super) fn types_seen(context: &Context, kinds: &[String]) -> Result<Vec<EventType>, AdminError> {
    let mut types = policies::event_types(context.database)?;
    if !context.is_of_agency() {
        // As of the policy: only what an integration of a sub-account can receive.
        types.iter_mut().for_each(|event| event.any_of.retain(|access| access.level == Level::SubAccount));
        types.retain(|event| !event.any_of.is_empty() || kinds.contains(&event.name));
    }
    Ok(types)
}

/// Checks that these kinds exist, as far as the caller may know, and that the endpoint can receive them. It may keep those of `before`.
pub(super) fn check_kinds(
    context: &Context,
    kinds: &[String],
    before: &[String],
    belongs: &Belongs,
) -> Result<(), AdminError> {
    let types = types_seen(context, before)?;
    let is_integrations = matches!(belongs, Belongs::Integration(_));
    Wanted::check(kinds, &types, is_integrations)
        .map_err(|(at, error)| AdminError::invalid(&at.map_or("kinds".to_owned(), field), error))
}

/// Checks that the caller may see the events at `place` that they have sent to an address: those of kinds that are not among `before`.
/// The API's own events are in no list.
pub(super) fn check_seen(
    context: &Context,
    kinds: &[String],
    before: &[String],
    place: &Place,
) -> Result<(), AdminError> {
    let added = kinds.iter().enumerate().filter(|(_, kind)| !before.contains(kind));
    let own = added.filter_map(|(at, name)| Kind::parse(name).ok().map(|kind| (at, kind)));
    for (at, kind) in own {
        if !may_see(context, kind, place) {
            let lacking = format!("whoever has {kind} sent needs {} at {place}", needed(kind));
            return Err(AdminError::invalid(&field(at), lacking));
        }
    }
    Ok(())
}

/// Whether the caller may see events of this kind at `place`.
pub(super) fn may_see(context: &Context, kind: Kind, place: &Place) -> bool {
    context.actor.may(needed(kind), place) || context.actor.may(Verb::AuditView, place)
}

/// The permission that is enough to see events of a kind.
fn needed(kind: Kind) -> Verb {
    match kind.group() {
        "endpoint" => Verb::WebhooksManage,
        "integration" | "rotation" | "token" | "usage" => Verb::IntegrationsView,
        _ => Verb::AuditView,
    }
}

fn field(at: usize) -> String {
    format!("kinds[{at}]")
}
