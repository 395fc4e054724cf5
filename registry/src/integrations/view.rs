//! Integrations as the admin API shows them.

use super::{tokens, used};
use crate::database::Database;
use crate::outbox::table as outbox;
use crate::token_rules::table as token_rules;
use crate::undo;
use tidegate::admin::{AdminError, Beside, Integration, IntegrationView, Makers};
use tidegate::time::Timestamp;

/// An integration as the admin API shows it, with who made it.
pub(crate) fn view(
    database: &Database,
    integration: &Integration,
    makers: Makers,
    now: Timestamp,
) -> Result<IntegrationView, AdminError> {
    let tokens = tokens::of(database, &integration.id)?;
    let published = outbox::is_published(database, &integration.id)?;
    let (rules, undo) = (token_rules::find(database)?.rules, undo::find(database, &integration.id)?);
    let (token, used) = (|n| tokens::facts(&tokens, n), used::of(database, &integration.id, now)?);
    let beside = Beside { published, token: &token, rules: &rules, undo: undo.as_ref(), used: &used };
    Ok(integration.view(&beside, now).made_by(makers))
}
