//! Audit events: commands.

pub(crate) mod table;

use super::answer::Answer;
use super::context::Context;
use tidegate::admin::{AdminError, Paging};
use tidegate::token::IntegrationId;

/// `GET /integrations/{id}/events`
pub(crate) fn list(context: &Context, id: &IntegrationId, paging: Paging<u64>) -> Result<Answer, AdminError> {
    Answer::json(200, &table::page(context.database, id, paging)?, None)
}
