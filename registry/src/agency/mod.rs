//! The agency: commands.

mod table;

use serde_json::json;

pub(crate) use self::table::{Agency, find};
use super::answer::Answer;
use super::context::Context;
use super::events::record::About;
use super::rev::Rev;
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
    shown(&find(context.database)?)
}

/// `PUT /agency`
fn set(context: &Context, rev: u64, new: NewAgency) -> Result<Answer, AdminError> {
    let present = find(context.database)?;
    if present.rev != Rev(rev) {
        return Err(AdminError::Stale(json!(present)));
    }
    shown(&change(context, present, new)?)
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

fn shown(agency: &Agency) -> Result<Answer, AdminError> {
    Answer::json(200, agency, Some(agency.rev.0))
}
