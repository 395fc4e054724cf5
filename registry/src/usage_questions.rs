//! Who may ask what about use. The usage stores know neither people nor owners, so the question to them is written here.

use serde::Serialize;
use serde_json::json;

use super::answer::Answer;
use super::context::Context;
use super::database::row;
use super::events::record::About;
use super::integrations::{list::within, table, used};
use tidegate::access::{Place, Reach, Verb};
use tidegate::admin::{AdminError, UsageCommand};
use tidegate::events::Kind;
use tidegate::token::IntegrationId;
use tidegate::usage::{Forget, UsageQuery};

/// The most integrations that the stores are asked about at a time, for a caller who may not see all.
const MAX_ASKED: u64 = 10_000;

row! {
    struct Id {
        id: IntegrationId,
    }
}

/// Runs a command: answers what the gate is to ask the stores.
pub(crate) fn run(context: &Context, command: UsageCommand) -> Result<Answer, AdminError> {
    match command {
        UsageCommand::OfIntegration(id, asked) => {
            permit(context, &id, Verb::UsageView)?;
            ask(&UsageQuery { integrations: Some(vec![id]), range: asked.at(context.now)? })
        }
        UsageCommand::Overall(asked) => {
            let integrations = visible(context, &context.actor.permissions.reach(Verb::UsageView))?;
            ask(&UsageQuery { integrations, range: asked.at(context.now)? })
        }
        UsageCommand::Forget(id) => {
            let place = permit(context, &id, Verb::IntegrationsManage)?;
            used::forget(context.database, &id, context.now)?;
            context.event(Kind::UsageDeleted, About::integration(&id, place), json!({}))?;
            ask(&Forget { integration: id })
        }
    }
}

fn ask(what: &impl Serialize) -> Result<Answer, AdminError> {
    Answer::json(200, what, None)
}

/// Checks that the caller may do this with an integration, which may be deleted. Returns its place.
fn permit(context: &Context, id: &IntegrationId, verb: Verb) -> Result<Place, AdminError> {
    let owner = table::owner_even_if_deleted(context.database, id)?.ok_or(AdminError::NoIntegration)?;
    let place = Place::from(&owner);
    if !context.actor.may(verb, &place) {
        context.permit(verb, Verb::IntegrationsView, std::slice::from_ref(&place), AdminError::NoIntegration)?;
    }
    Ok(place)
}

/// The integrations within reach; `None` where that is everywhere.
fn visible(context: &Context, reach: &Reach) -> Result<Option<Vec<IntegrationId>>, AdminError> {
    let Some((condition, values)) = within(reach) else { return Ok(None) };
    let sql = format!("SELECT id FROM integrations WHERE gone_at IS NULL AND {condition} LIMIT {}", MAX_ASKED + 1);
    let ids: Vec<Id> = context.database.rows(&sql, values)?;
    if ids.len() as u64 > MAX_ASKED {
        let message = format!("more than {MAX_ASKED} integrations are visible to you; ask for each integration");
        return Err(AdminError::invalid("by", message));
    }
    Ok(Some(ids.into_iter().map(|row| row.id).collect()))
}
