//! `POST /integrations/{id}/undo`

use serde_json::Value;

use super::checks::check_grantable;
use super::table::{self, find};
use super::{based_on, save};
use crate::agency;
use crate::answer::Answer;
use crate::context::Context;
use crate::due;
use crate::features;
use crate::token_rules::table as token_rules;
use crate::undo as undos;
use tidegate::access::{Feature, Place, Verb};
use tidegate::admin::{AdminError, Change, Integration, NotUndone, Taken};
use tidegate::events::Kind;
use tidegate::record::Level;
use tidegate::token::IntegrationId;

/// Puts back what the last change took.
pub(super) fn undo(context: &Context, id: &IntegrationId, rev: u64) -> Result<Answer, AdminError> {
    match find(context.database, id)? {
        Some(_) => undo_change(context, id, rev),
        None => undo_deletion(context, id, rev),
    }
}

fn undo_change(context: &Context, id: &IntegrationId, rev: u64) -> Result<Answer, AdminError> {
    table::check_version(context.database, id)?;
    let present = based_on(context, id, rev)?;
    features::check(context, Feature::PrivateIntegrations, present.owner.level)?;
    let taken = taken(context, id, rev)?;
    if let Taken::Scopes(scopes) = &taken {
        check_grantable(context, scopes)?;
    }
    let (present, has_ended) = due::settled(context.database, present)?;
    let change = match taken {
        Taken::Outgoing(token, until) => Change::GiveBackToken(token, until),
        Taken::Scopes(scopes) => Change::GiveBackScopes(scopes),
        Taken::Everything(_) => return Err(NotUndone::NotTheLast.into()),
    };
    if has_ended && change.needs_life(&present) {
        return Err(AdminError::Ended);
    }
    let (integration, detail) = present.apply(change, context.now)?;
    save(context, &integration, Kind::IntegrationRestored, detail, None)?;
    Ok(Answer::integration(200, integration))
}

fn undo_deletion(context: &Context, id: &IntegrationId, rev: u64) -> Result<Answer, AdminError> {
    let (row, last_rev) = table::find_gone(context.database, id)?.ok_or(AdminError::NoIntegration)?;
    let owner = row.owner();
    let place = [Place::from(&owner)];
    context.permit(Verb::IntegrationsManage, Verb::IntegrationsView, &place, AdminError::NoIntegration)?;
    features::check(context, Feature::PrivateIntegrations, owner.level)?;
    if last_rev != rev {
        return Err(AdminError::Stale(Value::Null));
    }
    let Taken::Everything(tokens) = taken(context, id, rev)? else { return Err(NotUndone::NotTheLast.into()) };
    let gone = table::with_tokens(row, tokens.clone())?;
    check_agency(context, &gone)?;
    let (integration, detail) = gone.restored(tokens, context.now)?;
    table::bring_back(context.database, id)?;
    save(context, &integration, Kind::IntegrationRestored, detail, None)?;
    Ok(Answer::integration(200, integration))
}

/// What the last change took, if it can be undone now.
fn taken(context: &Context, id: &IntegrationId, rev: u64) -> Result<Taken, AdminError> {
    let undo = undos::find(context.database, id)?.ok_or(NotUndone::NotTheLast)?;
    let rules = token_rules::find(context.database)?.rules;
    undo.check(rev, &rules.undo, context.now)?;
    Ok(undo.taken)
}

/// While nothing belongs to the agency, its id may change.
fn check_agency(context: &Context, gone: &Integration) -> Result<(), AdminError> {
    if gone.owner.level != Level::Agency {
        return Ok(());
    }
    match agency::find(context.database)?.id {
        Some(id) if id != gone.owner.id => Err(NotUndone::OtherAgency.into()),
        _ => Ok(()),
    }
}
