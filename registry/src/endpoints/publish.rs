//! `POST /publications`: sends one of the API's own events to the endpoints of the integrations that may receive it.

use serde_json::json;
use sha2::{Digest, Sha256};

use super::table::{self, Hearing};
use crate::agency;
use crate::answer::Answer;
use crate::context::Context;
use crate::database::{Database, number, row};
use crate::hand_overs;
use crate::policies::table as policies;
use crate::sub_accounts::table as sub_accounts;
use tidegate::access::{Place, Verb};
use tidegate::admin::{AdminError, Publication};
use tidegate::policy::EventType;
use tidegate::record::{Level, Owner};
use tidegate::time::Timestamp;
use tidegate::webhooks::{EndpointId, Message};

/// How long a publication's id is remembered, in seconds.
const REMEMBERED_SECONDS: u64 = 72 * 60 * 60;

row! {
    struct Row {
        digest: String,
        endpoints: u64,
        at: u64,
    }
}

pub(super) fn run(context: &Context, publication: &Publication) -> Result<Answer, AdminError> {
    let Publication { kind, owner, data, id } = publication;
    check_owner(context, owner)?;
    let types = policies::event_types(context.database)?;
    let unknown = || AdminError::invalid("type", format!("the policy in force has no event type {kind:?}"));
    let event = types.iter().find(|event| event.name == *kind).ok_or_else(unknown)?;
    let name = name_of(owner, id);
    let digest = hex::encode(Sha256::digest(json!([kind, data]).to_string()));
    if let Some(known) = find(context.database, &name, context.now)? {
        if known.digest != digest {
            return Err(AdminError::PublishedOtherwise);
        }
        let message = message_id(&name, Timestamp::from_seconds(known.at));
        return Answer::json(200, &json!({ "message": message, "endpoints": known.endpoints }), None);
    }
    let endpoints = hearing(context, event, owner)?;
    let id = message_id(&name, context.now);
    let message = Message { id, kind: kind.clone(), at: context.now, data: data.clone() };
    hand_overs::queue(context.database, &message, Some(&json!(event.any_of)), &endpoints, false)?;
    remember(context.database, &name, &digest, endpoints.len(), context.now)?;
    Answer::json(202, &json!({ "message": message.id, "endpoints": endpoints.len() }), None)
}

/// Checks that there is this owner, and that the caller may publish there. If they may not, the answer is the same as for no owner.
fn check_owner(context: &Context, owner: &Owner) -> Result<(), AdminError> {
    let is_there = match owner.level {
        Level::SubAccount => sub_accounts::find(context.database, &owner.id)?.is_some(),
        Level::Agency => agency::find(context.database)?.id.as_ref() == Some(&owner.id),
    };
    let may = context.actor.may(Verb::EventsPublish, &Place::from(owner));
    if is_there && may { Ok(()) } else { Err(AdminError::NoOwner("owner")) }
}

/// The endpoints of the owner's live integrations that want the type and whose scopes allow it.
fn hearing(context: &Context, event: &EventType, owner: &Owner) -> Result<Vec<EndpointId>, AdminError> {
    let all = table::hearing(context.database, owner, &event.name, context.now)?;
    let allowed = all.into_iter().filter(|Hearing { scopes, .. }| event.allows(owner.level, scopes));
    Ok(allowed.map(|hearing| hearing.endpoint).collect())
}

/// What it is remembered by: two owners' ids are never one.
fn name_of(owner: &Owner, id: &str) -> String {
    short(&json!([owner.level, owner.id, id]).to_string())
}

/// What its receivers know it by. An id that comes again after it was forgotten is another publication: couriers remember messages for
/// longer.
fn message_id(name: &str, at: Timestamp) -> String {
    short(&format!("{name} {}", at.seconds()))
}

fn short(text: &str) -> String {
    format!("pub_{}", hex::encode(Sha256::digest(text)).chars().take(32).collect::<String>())
}

fn find(database: &Database, id: &str, now: Timestamp) -> Result<Option<Row>, AdminError> {
    let since = now.before(REMEMBERED_SECONDS).seconds();
    database
        .row("SELECT digest, endpoints, at FROM publications WHERE id = ? AND at > ?", vec![id.into(), number(since)])
}

fn remember(database: &Database, id: &str, digest: &str, endpoints: usize, now: Timestamp) -> Result<(), AdminError> {
    let since = now.before(REMEMBERED_SECONDS).seconds();
    database.run("DELETE FROM publications WHERE at <= ?", vec![number(since)])?;
    let endpoints = u64::try_from(endpoints).unwrap_or(u64::MAX);
    let values = vec![id.into(), digest.into(), number(endpoints), number(now.seconds())];
    database.run("INSERT INTO publications (id, digest, endpoints, at) VALUES (?, ?, ?, ?)", values)
}
