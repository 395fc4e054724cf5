//! Integrations as the admin API shows them.

use super::tokens;
use crate::database::Database;
use crate::outbox::table as outbox;
use tidegate::admin::{AdminError, Integration, IntegrationView};
use tidegate::time::Timestamp;

/// An integration as the admin API shows it.
pub(crate) fn view(
    database: &Database,
    integration: &Integration,
    now: Timestamp,
) -> Result<IntegrationView, AdminError> {
    let tokens = tokens::of(database, &integration.id)?;
    let published = outbox::is_published(database, &integration.id)?;
    Ok(integration.view(published, |n| tokens::created_at(&tokens, n), now))
}
