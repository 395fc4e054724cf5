//! Webhook endpoints: commands. An endpoint belongs to a place or to an integration, not to its creator.

mod checks;
pub(crate) mod endpoint;
mod publish;
pub(crate) mod report;
mod resend;
mod secrets;
pub(crate) mod table;

use serde_json::{Value, json};

use self::checks::{check_address, check_kinds, check_seen, place_of, types_seen};
use self::endpoint::{Endpoint, Seen};
use super::access::changed;
use super::answer::{Answer, Relay};
use super::context::Context;
use super::events::actors;
use super::events::record::About;
use super::features;
use super::hand_overs;
use super::rev::Rev;
use tidegate::access::{Feature, Place, Verb};
use tidegate::admin::{AdminError, Belongs, EditEndpoint, EndpointCommand, NewEndpoint, Paging, RotateSecret, Stored};
use tidegate::events::Kind;
use tidegate::token::IntegrationId;
use tidegate::webhooks::{EndpointId, Message, SECRET_OVERLAP_SECONDS, Secret, catalogue};

pub(crate) use self::secrets::reseal;

/// How many endpoints belong to one place, or to one integration.
const MAX_ENDPOINTS: u64 = 50;
/// The reason if somebody has disabled the endpoint.
const BY_HAND: &str = "by_hand";

/// Runs a command.
pub(crate) fn run(context: &Context, command: EndpointCommand) -> Result<Answer, AdminError> {
    match command {
        EndpointCommand::List { integration, paging } => list(context, integration.as_ref(), &paging),
        EndpointCommand::Create(new) => create(context, new),
        EndpointCommand::Show(id) => shown(context, 200, &load(context, &id)?),
        EndpointCommand::Edit { id, rev, edit } => self::edit(context, &id, rev, edit),
        EndpointCommand::Delete { id, rev } => delete(context, &id, rev),
        EndpointCommand::Rotate { id, rev, rotate } => self::rotate(context, &id, rev, rotate),
        EndpointCommand::Test(id) => test(context, &id),
        EndpointCommand::Resend { id, what } => resend::run(context, &load(context, &id)?, what),
        EndpointCommand::Deliveries { id, paging } => deliveries(context, &id, paging),
        EndpointCommand::Kinds => kinds(context),
        EndpointCommand::Publish(publication) => publish::run(context, &publication),
    }
}

/// `GET /endpoints`
fn list(context: &Context, integration: Option<&IntegrationId>, paging: &Paging<String>) -> Result<Answer, AdminError> {
    let reach = context.actor.permissions.reach(Verb::WebhooksManage);
    let (endpoints, cursor, total) = table::page(context.database, integration, paging, &reach)?;
    let endpoints = views(context, &endpoints.iter().collect::<Vec<_>>())?;
    Answer::json(200, &json!({ "endpoints": endpoints, "cursor": cursor, "total": total }), None)
}

/// `POST /endpoints`
fn create(context: &Context, new: NewEndpoint) -> Result<Answer, AdminError> {
    let NewEndpoint { belongs, url, description, kinds } = new;
    let place = place_of(context, &belongs)?;
    check_feature(context, &belongs, &place)?;
    let url = check_address(context, &url)?;
    check_kinds(context, &kinds, &[], &belongs)?;
    check_seen(context, &kinds, &[], &place)?;
    if table::has(context.database, &belongs, url.as_str(), None)? {
        return Err(AdminError::Exists("url"));
    }
    if table::count(context.database, &belongs)? >= MAX_ENDPOINTS {
        return Err(AdminError::TooManyEndpoints(MAX_ENDPOINTS));
    }
    let id = EndpointId::from_entropy(context.random()?);
    let secret = Secret::from_entropy(context.random()?);
    let endpoint = Endpoint {
        secret: secrets::seal(context, &id, &secret)?,
        id,
        place,
        integration: if let Belongs::Integration(id) = belongs { Some(id) } else { None },
        url: url.as_str().to_owned(),
        description: Stored(description),
        kinds,
        outgoing: None,
        disabled: None,
        health: Seen::default(),
        rev: Rev(1),
        created_at: context.now,
        created_by: context.actor.identity.to_text(),
        updated_at: context.now,
    };
    save(context, &endpoint, Kind::EndpointCreated, described(&endpoint))?;
    with_secret(context, 201, &endpoint, &secret)
}

/// `PATCH /endpoints/{id}`
fn edit(context: &Context, id: &EndpointId, rev: u64, edit: EditEndpoint) -> Result<Answer, AdminError> {
    let before = based_on(context, id, rev)?;
    let EditEndpoint { url, description, kinds, enabled } = edit;
    let mut after = before.clone();
    if let Some(url) = url {
        check_address(context, &url)?.as_str().clone_into(&mut after.url);
        if table::has(context.database, &before.belongs(), &after.url, Some(id))? {
            return Err(AdminError::Exists("url"));
        }
    }
    if let Some(kinds) = kinds {
        check_kinds(context, &kinds, &before.kinds, &before.belongs())?;
        let is_same = kinds.len() == before.kinds.len() && kinds.iter().all(|kind| before.kinds.contains(kind));
        after.kinds = if is_same { after.kinds } else { kinds }; // another order is no change
    }
    // Another address is another receiver.
    let seen_before = if after.url == before.url { before.kinds.as_slice() } else { &[] };
    check_seen(context, &after.kinds, seen_before, &before.place)?;
    after.description = description.map_or(after.description, Stored);
    match enabled {
        Some(true) => (after.disabled, after.health) = (None, reset(&before)),
        Some(false) if before.disabled.is_none() => after.disabled = Some((context.now, BY_HAND.to_owned())),
        _ => {}
    }
    if !only_takes(&before, &after) {
        check_feature(context, &before.belongs(), &before.place)?;
    }
    let (was, is) = (described(&before), described(&after));
    if was == is {
        return shown(context, 200, &before);
    }
    let after = Endpoint { rev: before.rev.next()?, updated_at: context.now, ..after };
    table::save_seen(context.database, id, &after.health)?;
    save(context, &after, Kind::EndpointChanged, changed(&was, &is))?;
    shown(context, 200, &after)
}

/// Whether an edit only takes kinds away, or disables the endpoint.
fn only_takes(before: &Endpoint, after: &Endpoint) -> bool {
    let is_new = |kind| !before.kinds.contains(kind);
    let is_enabled = before.disabled.is_some() && after.disabled.is_none();
    before.url == after.url && before.description == after.description && !is_enabled && !after.kinds.iter().any(is_new)
}

/// Refuses an integration's endpoint where private integrations are off.
fn check_feature(context: &Context, belongs: &Belongs, place: &Place) -> Result<(), AdminError> {
    match belongs {
        Belongs::Integration(_) => features::check(context, Feature::PrivateIntegrations, place.level()),
        Belongs::Place(_) => Ok(()),
    }
}

/// The health of an endpoint that is enabled again: past successes stay known.
fn reset(before: &Endpoint) -> Seen {
    if before.disabled.is_none() {
        return before.health.clone();
    }
    Seen { failing_since: None, is_told: false, ..before.health.clone() }
}

/// `DELETE /endpoints/{id}`
fn delete(context: &Context, id: &EndpointId, rev: u64) -> Result<Answer, AdminError> {
    let endpoint = based_on(context, id, rev)?;
    table::delete(context.database, id, context.now)?;
    hand_overs::configure(context.database, id)?;
    context.event(Kind::EndpointDeleted, about(&endpoint), described(&endpoint))?;
    Ok(Answer::no_content())
}

/// `POST /endpoints/{id}/rotate`
fn rotate(context: &Context, id: &EndpointId, rev: u64, rotate: RotateSecret) -> Result<Answer, AdminError> {
    let before = based_on(context, id, rev)?;
    check_feature(context, &before.belongs(), &before.place)?;
    let signs = |outgoing: &&(_, _)| context.now < outgoing.1;
    if rotate == RotateSecret::Later && before.outgoing.as_ref().filter(signs).is_some() {
        return Err(AdminError::SecretRotates);
    }
    let secret = Secret::from_entropy(context.random()?);
    let sealed = secrets::seal(context, id, &secret)?;
    let until = context.now.after(SECRET_OVERLAP_SECONDS);
    let outgoing = (rotate == RotateSecret::Later).then(|| (before.secret.clone(), until));
    let detail = json!({
        "id": id, "url": before.url, "expire": if outgoing.is_some() { "later" } else { "now" },
        "outgoing_until": outgoing.as_ref().map(|(_, until)| until.to_string()),
    });
    let after = Endpoint { secret: sealed, outgoing, rev: before.rev.next()?, updated_at: context.now, ..before };
    save(context, &after, Kind::EndpointSecretRotated, detail)?;
    with_secret(context, 200, &after, &secret)
}

/// `POST /endpoints/{id}/test`: sends an event of a kind of its own, whatever kinds the endpoint wants.
fn test(context: &Context, id: &EndpointId) -> Result<Answer, AdminError> {
    let endpoint = load(context, id)?;
    let at = context.now;
    let id = format!("test_{}_{}", at.seconds(), hex::encode(context.random::<6>()?));
    let data = json!({ "endpoint": endpoint.id, "place": endpoint.place, "rev": endpoint.rev }).to_string();
    let message = Message { id, kind: "endpoint.test".to_owned(), at, data };
    hand_overs::queue(context.database, &message, None, std::slice::from_ref(&endpoint.id), false)?;
    Answer::json(202, &json!({ "message": message.id }), None)
}

/// `GET /endpoints/{id}/deliveries`: its courier knows.
fn deliveries(context: &Context, id: &EndpointId, paging: Paging<u64>) -> Result<Answer, AdminError> {
    load(context, id)?;
    let ask = json!({ "after": paging.after, "limit": paging.limit });
    Ok(Answer::relay(Relay { courier: id.clone(), path: "/deliveries", body: ask.to_string() }))
}

/// `GET /event-types`
fn kinds(context: &Context) -> Result<Answer, AdminError> {
    let types = types_seen(context, &[])?;
    Answer::json(200, &json!({ "event_types": catalogue(&types) }), None)
}

/// Writes a changed endpoint with all that goes with it.
fn save(context: &Context, endpoint: &Endpoint, kind: Kind, detail: Value) -> Result<(), AdminError> {
    table::save(context.database, endpoint)?;
    hand_overs::configure(context.database, &endpoint.id)?;
    context.event(kind, about(endpoint), detail)
}

/// The endpoint, if the actor may manage webhooks where it is. Otherwise it does not exist for them.
fn load(context: &Context, id: &EndpointId) -> Result<Endpoint, AdminError> {
    let endpoint = table::find(context.database, id)?.ok_or(AdminError::NoEndpoint)?;
    if context.actor.may(Verb::WebhooksManage, &endpoint.place) { Ok(endpoint) } else { Err(AdminError::NoEndpoint) }
}

/// The endpoint, if `rev` is still its revision.
fn based_on(context: &Context, id: &EndpointId, rev: u64) -> Result<Endpoint, AdminError> {
    let endpoint = load(context, id)?;
    if endpoint.rev == Rev(rev) { Ok(endpoint) } else { Err(AdminError::Stale(view(context, &endpoint)?)) }
}

/// Where its events happen.
pub(super) fn about(endpoint: &Endpoint) -> About<'_> {
    match &endpoint.integration {
        Some(id) => About::integration(id, endpoint.place.clone()),
        None => About::at(endpoint.place.clone()),
    }
}

fn described(endpoint: &Endpoint) -> Value {
    let Endpoint { id, url, description, kinds, disabled, .. } = endpoint;
    json!({ "id": id, "url": url, "description": description, "kinds": kinds, "enabled": disabled.is_none() })
}

/// Endpoints as the admin API shows them: with their creator only if the caller may know.
fn views(context: &Context, endpoints: &[&Endpoint]) -> Result<Vec<Value>, AdminError> {
    let makers = actors::told(context, endpoints.iter().map(|endpoint| endpoint.created_by.as_str()))?;
    let view = |endpoint: &&Endpoint| endpoint.view(context.now, makers.get(&endpoint.created_by));
    Ok(endpoints.iter().map(view).collect())
}

fn view(context: &Context, endpoint: &Endpoint) -> Result<Value, AdminError> {
    Ok(views(context, &[endpoint])?.pop().unwrap_or_default())
}

fn shown(context: &Context, status: u16, endpoint: &Endpoint) -> Result<Answer, AdminError> {
    Answer::json(status, &view(context, endpoint)?, Some(endpoint.rev.0))
}

fn with_secret(context: &Context, status: u16, endpoint: &Endpoint, secret: &Secret) -> Result<Answer, AdminError> {
    let body = json!({ "endpoint": view(context, endpoint)?, "secret": secret.reveal() });
    Answer::json(status, &body, Some(endpoint.rev.0))
}
