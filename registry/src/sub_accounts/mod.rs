//! Sub-accounts: commands.

pub(crate) mod table;

use serde_json::json;

use self::table::find;
use super::agency;
use super::answer::Answer;
use super::context::Context;
use super::events::record::About;
use super::rev::Rev;
use tidegate::access::{Place, Verb};
use tidegate::admin::{ANYTHING, AdminError, ListSubAccounts, Name, NewSubAccount, SubAccountCommand};
use tidegate::events::Kind;
use tidegate::record::OwnerId;

/// Runs a command.
pub(crate) fn run(context: &Context, command: SubAccountCommand) -> Result<Answer, AdminError> {
    match command {
        SubAccountCommand::List(list) => self::list(context, &list),
        SubAccountCommand::Add(new) => add(context, new),
        SubAccountCommand::Rename { id, rev, name } => rename(context, &id, rev, name),
    }
}

/// `GET /sub-accounts`: a page of the sub-accounts where the caller may see something, and the agency if they may see something there. How
/// many integrations there are is told where they may see these.
fn list(context: &Context, list: &ListSubAccounts) -> Result<Answer, AdminError> {
    let permissions = &context.actor.permissions;
    let reach = permissions.reach_of_any(ANYTHING.iter().map(|need| need.verb));
    let counted = permissions.reach(Verb::IntegrationsView);
    let table::Page { sub_accounts, cursor, total } = table::page(context.database, list, &reach, &counted)?;
    let agency = if reach.agency { Some(agency::find(context.database)?) } else { None };
    let agency = agency.filter(|agency| agency.id.is_some()).map(|agency| agency::shown(context, &agency));
    let body = json!({ "agency": agency, "sub_accounts": sub_accounts, "cursor": cursor, "total": total });
    Answer::json(200, &body, None)
}

/// `POST /sub-accounts`
fn add(context: &Context, new: NewSubAccount) -> Result<Answer, AdminError> {
    let added = table::add(context.database, new, context.now)?;
    let about = About::at(Place::SubAccount(added.id.clone()));
    context.event(Kind::SubAccountAdded, about, json!({ "id": added.id, "name": added.name }))?;
    Answer::json(201, &added, Some(added.rev.0))
}

/// `PATCH /sub-accounts/{id}`
fn rename(context: &Context, id: &OwnerId, rev: u64, name: Name) -> Result<Answer, AdminError> {
    let present = find(context.database, id)?.ok_or(AdminError::NoSubAccount)?;
    if present.rev != Rev(rev) {
        return Err(AdminError::Stale(json!(present)));
    }
    if present.name.0 == name {
        return Answer::json(200, &present, Some(rev));
    }
    let detail = json!({ "id": id, "name": { "from": present.name, "to": name } });
    let renamed = table::rename(context.database, present, name)?;
    context.event(Kind::SubAccountRenamed, About::at(Place::SubAccount(id.clone())), detail)?;
    Answer::json(200, &renamed, Some(renamed.rev.0))
}
