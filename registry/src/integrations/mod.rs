//! Integrations: commands.

mod checks;
pub(crate) mod groups;
mod lifecycle;
pub(crate) mod list;
pub(crate) mod makers;
mod rotation;
pub(crate) mod table;
pub(crate) mod tokens;
mod undo;
pub(crate) mod used;
pub(crate) mod view;

use serde_json::{Value, json};

use self::checks::{check_grantable, check_known, check_owner};
use self::table::{check_version, find};
use self::view::view;
use super::agency::{self as agencies};
use super::answer::Answer;
use super::context::Context;
use super::due;
use super::events;
use super::events::record::About;
use super::features;
use super::policies::table as policies;
use super::token_rules::table as token_rules;
use super::undo as undos;
use tidegate::access::{Feature, Place, Verb};
use tidegate::admin::{
    AdminError, Change, Edit, Integration, IntegrationCommand, ListIntegrations, NewIntegration, TestedToken, Undo,
    WHOAMI, check_end, history,
};
use tidegate::events::Kind;
use tidegate::record::{Level, Record};
use tidegate::scope::ScopeSet;
use tidegate::token::{IntegrationId, Minted};

/// Runs a command.
pub(crate) fn run(context: &Context, command: IntegrationCommand) -> Result<Answer, AdminError> {
    match command {
        IntegrationCommand::List(list) => self::list(context, &list),
        IntegrationCommand::Create(new) => create(context, new),
        IntegrationCommand::Show(id) => show(context, &id),
        IntegrationCommand::Edit { id, rev, edit } => self::edit(context, &id, rev, edit),
        IntegrationCommand::Delete { id, rev } => delete(context, &id, rev),
        IntegrationCommand::Rotate { id, rev, token } => rotation::rotate(context, &id, rev, token),
        IntegrationCommand::CancelRotation { id, rev } => {
            change(context, &id, rev, Change::CancelRotation, Kind::RotationCancelled)
        }
        IntegrationCommand::FinishRotation { id, rev, leaked } => {
            change(context, &id, rev, Change::FinishRotation { leaked }, Kind::RotationFinished)
        }
        IntegrationCommand::ExtendRotation { id, rev, until } => rotation::extend(context, &id, rev, until),
        IntegrationCommand::Pause { id, rev } => change(context, &id, rev, Change::Pause, Kind::IntegrationPaused),
        IntegrationCommand::Resume { id, rev } => change(context, &id, rev, Change::Resume, Kind::IntegrationResumed),
        IntegrationCommand::Test { id, test } => self::test(context, &id, &test),
        IntegrationCommand::Undo { id, rev } => undo::undo(context, &id, rev),
        IntegrationCommand::ShowRotation(id) => rotation::show(context, &id),
        IntegrationCommand::Lifecycle => {
            let reach = context.actor.permissions.reach(Verb::IntegrationsView);
            Answer::json(200, &lifecycle::lifecycle(context.database, &reach, context.now)?, None)
        }
        IntegrationCommand::Events(id, paging) => {
            load_even_deleted(context, &id)?;
            events::of_integration(context, &id, paging)
        }
    }
}

/// `GET /integrations`
fn list(context: &Context, list: &ListIntegrations) -> Result<Answer, AdminError> {
    let reach = context.actor.permissions.reach(Verb::IntegrationsView);
    if list.filter.owner.as_ref().is_some_and(|owner| !reach.has(owner)) {
        return Err(AdminError::NoOwner("owner"));
    }
    Answer::json(200, &list::page(context, list, &reach)?, None)
}

/// `POST /integrations`
fn create(context: &Context, new: NewIntegration) -> Result<Answer, AdminError> {
    let place = [Place::from(&new.owner)];
    context.permit(Verb::IntegrationsManage, Verb::IntegrationsView, &place, AdminError::NoOwner("owner.id"))?;
    features::check(context, Feature::PrivateIntegrations, new.owner.level)?;
    check_grantable(context, &new.scopes)?;
    check_owner(context.database, &new.owner)?;
    check_known(context, &new.scopes, &ScopeSet::default())?;
    check_end(new.expires_at, context.now)?;
    token_rules::find(context.database)?.rules.check_end(new.expires_at, context.now)?;
    if new.owner.level == Level::Agency {
        agencies::set_by_first_integration(context, &new.owner.id)?;
    }
    let id = IntegrationId::from_entropy(context.random()?);
    let Minted { plaintext, hash } = context.mint(&id)?;
    let integration = Integration::create(new, id, hash, context.now);
    save(context, &integration, Kind::IntegrationCreated, history::created(&integration), None)?;
    tokens::keep_last_four(context.database, &integration.id, 1, plaintext.last_four())?;
    Ok(Answer::integration(201, integration).with_token(plaintext))
}

/// `GET /integrations/{id}`
fn show(context: &Context, id: &IntegrationId) -> Result<Answer, AdminError> {
    Ok(Answer::integration(200, load(context, id, Verb::IntegrationsView)?))
}

/// `PATCH /integrations/{id}`
fn edit(context: &Context, id: &IntegrationId, rev: u64, edit: Edit) -> Result<Answer, AdminError> {
    let present = load(context, id, Verb::IntegrationsManage)?;
    if let Some(scopes) = &edit.scopes {
        check_grantable(context, &scopes.without(&present.scopes))?;
        check_known(context, scopes, &present.scopes)?;
    }
    change(context, id, rev, Change::Edit(edit), Kind::IntegrationEdited)
}

/// `DELETE /integrations/{id}`
fn delete(context: &Context, id: &IntegrationId, rev: u64) -> Result<Answer, AdminError> {
    let (integration, _) = due::settled(context.database, based_on(context, id, rev)?)?;
    let Undo { rev, .. } = due::delete(context.database, &integration, context.now)?;
    context.publish(&Record::Gone { id: id.clone(), rev })?;
    let about = About::integration(id, Place::from(&integration.owner));
    context.event(Kind::IntegrationDeleted, about, history::deleted(&integration, context.now))?;
    Ok(Answer::gone(rev))
}

/// `POST /integrations/{id}/test`: whether a token may be tested, and with which request. The Worker makes it.
fn test(context: &Context, id: &IntegrationId, test: &TestedToken) -> Result<Answer, AdminError> {
    let integration = load(context, id, Verb::IntegrationsManage)?;
    features::check(context, Feature::PrivateIntegrations, integration.owner.level)?;
    if !test.is_own {
        return Err(AdminError::invalid("token", "it is not a token of this integration"));
    }
    let path = if test.operation == WHOAMI {
        None
    } else {
        let policy = policies::in_force(context.database)?;
        let operation = policy.operations().iter().find(|operation| operation.name() == test.operation);
        let path = operation.and_then(|operation| operation.own_request(&integration.owner));
        Some(path.ok_or_else(|| AdminError::invalid("operation", "it is not a GET that needs only the owner's id"))?)
    };
    let about = About::integration(id, Place::from(&integration.owner));
    context.event(Kind::IntegrationTested, about, json!({ "operation": test.operation }))?;
    Answer::json(200, &json!({ "path": path }), None)
}

/// The integration, if the actor may do this with it. An integration that the actor may not see does not exist for them.
fn load(context: &Context, id: &IntegrationId, verb: Verb) -> Result<Integration, AdminError> {
    let integration = find(context.database, id)?.ok_or(AdminError::NoIntegration)?;
    let place = [Place::from(&integration.owner)];
    context.permit(verb, Verb::IntegrationsView, &place, AdminError::NoIntegration)?;
    Ok(integration)
}

/// Checks that the caller may see the integration, which may be deleted. Without one, there is nothing to see.
fn load_even_deleted(context: &Context, id: &IntegrationId) -> Result<(), AdminError> {
    match table::owner_even_if_deleted(context.database, id)? {
        Some(owner) => {
            let place = [Place::from(&owner)];
            context.permit(Verb::IntegrationsView, Verb::IntegrationsView, &place, AdminError::NoIntegration)
        }
        None if context.actor.permissions.reach(Verb::IntegrationsView).is_everywhere() => Ok(()),
        None => Err(AdminError::NoIntegration),
    }
}

fn change(context: &Context, id: &IntegrationId, rev: u64, change: Change, kind: Kind) -> Result<Answer, AdminError> {
    check_version(context.database, id)?;
    let present = based_on(context, id, rev)?;
    if !change.revokes() {
        features::check(context, Feature::PrivateIntegrations, present.owner.level)?;
    }
    if present.is_unchanged_by(&change) {
        return Ok(Answer::integration(200, present));
    }
    let (present, has_ended) = due::settled(context.database, present)?;
    if has_ended && change.needs_life(&present) {
        return Err(AdminError::Ended);
    }
    let undo = Undo::of(&present, &change, context.now);
    let (integration, detail) = present.clone().apply(change.clone(), context.now)?;
    if let Change::Resume = change {
        used::note_resumed(context.database, id, context.now)?;
    }
    if change.obeys_max_lifetime(&present, &integration) {
        token_rules::find(context.database)?.rules.check_end(integration.expires_at, context.now)?;
    }
    save(context, &integration, kind, detail, undo.as_ref())?;
    if change.is_after_leak() {
        let about = About::integration(&integration.id, Place::from(&integration.owner));
        context.event(Kind::TokenExposed, about, history::exposed(&present, &integration, context.now))?;
    }
    Ok(Answer::integration(200, integration))
}

/// The integration, if `rev` is still its revision.
fn based_on(context: &Context, id: &IntegrationId, rev: u64) -> Result<Integration, AdminError> {
    let integration = load(context, id, Verb::IntegrationsManage)?;
    if integration.rev == rev {
        return Ok(integration);
    }
    let makers = makers::of(context, id)?;
    Err(AdminError::Stale(json!(view(context.database, &integration, makers, context.now)?)))
}

/// Writes a changed integration with its event, its record and its entries of what is due. `undo` is what can be undone of the change.
fn save(
    context: &Context,
    integration: &Integration,
    kind: Kind,
    detail: Value,
    undo: Option<&Undo>,
) -> Result<(), AdminError> {
    table::save(context.database, integration, context.now)?;
    undos::keep(context.database, &integration.id, undo)?;
    due::schedule(context.database, integration, undo, context.now)?;
    context.publish(&integration.record())?;
    context.event(kind, About::integration(&integration.id, Place::from(&integration.owner)), detail)
}
