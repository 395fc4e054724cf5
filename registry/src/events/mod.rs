//! Audit events: commands.

pub(crate) mod actors;
mod adopt;
mod chain;
pub(crate) mod record;
mod table;

pub(crate) use self::adopt::adopt;

use super::answer::Answer;
use super::context::Context;
use tidegate::admin::{AdminError, EventsCommand, Paging};
use tidegate::token::IntegrationId;

/// Runs a command.
pub(crate) fn run(context: &Context, command: EventsCommand) -> Result<Answer, AdminError> {
    match command {
        EventsCommand::List(paging) => page(context, None, paging),
    }
}

/// `GET /integrations/{id}/events`
pub(crate) fn list(context: &Context, id: &IntegrationId, paging: Paging<u64>) -> Result<Answer, AdminError> {
    page(context, Some(id), paging)
}

fn page(context: &Context, integration: Option<&IntegrationId>, paging: Paging<u64>) -> Result<Answer, AdminError> {
    let mut page = table::page(context.database, integration, paging)?;
    actors::name(context, &mut page.events)?;
    Answer::json(200, &page, None)
}
