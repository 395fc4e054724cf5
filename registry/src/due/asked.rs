//! Entries that depend on recorded use: a usage store is asked first.

use std::collections::BTreeSet;

use super::{DueKind, facts};
use crate::database::Database;
use crate::token_rules::table as token_rules;
use tidegate::admin::{AdminError, Integration};
use tidegate::time::Timestamp;
use tidegate::usage::{Store, UsageQuestion, observed_from};

/// A question to a usage store about an entry. Without an answer nothing happens to the entry, and the question is asked again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The question.
    pub question: UsageQuestion,
    pub(super) kind: DueKind,
    pub(super) generation: u64,
}

/// The stores that have left a question unanswered while the alarm works: none of them is asked again, so that each holds it up once.
#[derive(Debug, Default)]
pub struct SilentStores(BTreeSet<Store>);

impl SilentStores {
    /// The questions that go to other stores.
    pub fn leave_out(&self, mut asked: Vec<Asked>) -> Vec<Asked> {
        asked.retain(|asked| !self.0.contains(&asked.store()));
        asked
    }

    /// Notes that a question has no answer.
    pub fn note(&mut self, asked: &Asked) {
        self.0.insert(asked.store());
    }
}

impl Asked {
    /// The store that is asked.
    fn store(&self) -> Store {
        Store::of(&self.question.integration)
    }

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
