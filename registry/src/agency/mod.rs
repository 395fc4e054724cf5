//! The agency: commands.

mod table;

use serde_json::{Value, json};

pub(crate) use self::table::{Agency, find};
use super::answer::Answer;
use super::context::Context;
use super::events::record::About;
use super::rev::Rev;
use tidegate::access::{Place, Verb};
use tidegate::admin::{AdminError, AgencyCommand, NewAgency};
use tidegate::events::Kind;
use tidegate::record::OwnerId;

/// Runs a command.
pub(crate) fn run(context: &Context, command: AgencyCommand) -> Result<Answer, AdminError> {
    match command {
        AgencyCommand::Show => show(context),
        AgencyCommand::Set { rev, agency } => set(context, rev, agency),
    }
}

/// `GET /agency`
fn show(context: &Context) -> Result<Answer, AdminError> {
    let agency = find(context.database)?;
    Answer::json(200, &shown(context, &agency), Some(agency.rev.0))
}

/// `PUT /agency`
fn set(context: &Context, rev: u64, new: NewAgency) -> Result<Answer, AdminError> {
    let present = find(context.database)?;
    if present.rev != Rev(rev) {
        return Err(AdminError::Stale(shown(context, &present)));
    }
    let agency = change(context, present, new)?;
    Answer::json(200, &shown(context, &agency), Some(agency.rev.0))
}

/// Makes `id` the agency's, if no agency is set yet: the first integration of the agency sets it.
pub(crate) fn set_by_first_integration(context: &Context, id: &OwnerId) -> Result<(), AdminError> {
    let present = find(context.database)?;
    if present.id.is_none() {
        change(context, present, NewAgency { id: id.clone(), name: None })?;
    }
    Ok(())
}

fn change(context: &Context, present: Agency, new: NewAgency) -> Result<Agency, AdminError> {
    let kind = if present.id.is_none() { Kind::AgencySet } else { Kind::AgencyChanged };
    let (agency, detail) = table::set(context.database, present, new, context.now)?;
    detail.map_or(Ok(()), |detail| context.event(kind, About::agency(), detail))?;
    Ok(agency)
}

/// As the admin API shows it. How many integrations it has is told to those who may see them.
pub(crate) fn shown(context: &Context, agency: &Agency) -> Value {
    let Agency { id, name, rev, integrations } = agency;
    if context.actor.may(Verb::IntegrationsView, &Place::Agency) {
        json!({ "id": id, "name": name, "rev": rev, "integrations": integrations })
    } else {
        json!({ "id": id, "name": name, "rev": rev })
    }
}
