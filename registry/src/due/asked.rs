//! Entries that depend on recorded use: a usage store is asked first.

use super::{DueKind, facts};
use crate::database::Database;
use crate::token_rules::table as token_rules;
use tidegate::admin::{AdminError, Integration};
use tidegate::time::Timestamp;
use tidegate::usage::{UsageQuestion, observed_from};

/// A question to a usage store about an entry. Without an answer nothing happens to the entry, and the question is asked again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The question.
    pub question: UsageQuestion,
    pub(super) kind: DueKind,
    pub(super) generation: u64,
}

impl Asked {
    /// What the log says where the answer could not be worked off.
    pub(crate) fn fault(&self, error: &AdminError) -> String {
        format!("{} of {}: {error}", self.kind.as_str(), self.question.integration)
    }
}

/// Since when use must be known for an entry of this kind; `None` if it does not depend on use.
pub(super) fn asks_from(
    database: &Database,
    kind: DueKind,
    integration: &Integration,
    now: Timestamp,
) -> Result<Option<Timestamp>, AdminError> {
    Ok(match kind {
        // A window that has ended needs no question.
        DueKind::Quiet if integration.tokens.clone().at(now).outgoing().is_none() => None,
        DueKind::Quiet => Some(observed_from(integration.created_at, facts(database, integration)?.current_made)),
        DueKind::Idle => {
            let rules = token_rules::find(database)?.rules;
            rules.idle_days.map(|days| now.before(days.seconds()).max(integration.created_at))
        }
        _ => None,
    })
}
