//! The outcome of a command, and what is left to do for its answer.

use serde::Serialize;

use super::answer::{Answer, Response, text};
use super::context::Context;
use super::database::Database;
use super::integrations::makers;
use super::integrations::view::view;
use super::outbox::table::is_published;
use tidegate::admin::{AdminError, IntegrationView};
use tidegate::time::Timestamp;
use tidegate::token::{IntegrationId, Plaintext};
use tidegate::usage::{UnderWay, UsageFacts, UsageQuestion};

/// The outcome of a command that succeeded.
pub struct Outcome {
    pub(crate) ending: Ending,
    /// Whether the outbox has something to put.
    pub publishes: bool,
    /// Whether something is due at another time than before, so that the alarm must be set anew.
    pub schedules: bool,
    /// Failures that did not make the command fail, for the log.
    pub faults: Vec<String>,
}

/// An answer at the end of its transaction.
pub(crate) enum Ending {
    /// A complete answer.
    Complete(Response),
    /// An integration, as the transaction left it: somebody else may change it before the answer goes out. Whether KV has taken the
    /// change is known once the outbox has been drained.
    Integration { status: u16, id: IntegrationId, rev: u64, view: Box<IntegrationView>, token: Option<Plaintext> },
    /// The progress of a rotation; `facts` is what the usage store answered, if it did.
    Rotation { under_way: UnderWay, question: UsageQuestion, facts: Option<UsageFacts> },
}

#[derive(Serialize)]
struct WithToken {
    integration: IntegrationView,
    token: String,
}

impl Outcome {
    /// What to ask a usage store before the answer is complete, if anything.
    pub fn question(&self) -> Option<&UsageQuestion> {
        if let Ending::Rotation { question, .. } = &self.ending { Some(question) } else { None }
    }

    /// Takes in what the store answered. Without it, the answer says that nothing is known.
    pub fn learn(&mut self, answered: UsageFacts) {
        if let Ending::Rotation { facts, .. } = &mut self.ending {
            *facts = Some(answered);
        }
    }
}

impl Ending {
    /// Adds what only the database knows.
    pub fn of(answer: Answer, context: &Context) -> Result<Self, AdminError> {
        Ok(match answer {
            Answer::Complete(response) => Self::Complete(response),
            Answer::Integration { status, integration, token } => {
                let makers = makers::of(context, &integration.id)?;
                let view = Box::new(view(context.database, &integration, makers, context.now)?);
                Self::Integration { status, rev: integration.rev, id: integration.id, view, token }
            }
            Answer::Rotation { under_way, question } => Self::Rotation { under_way, question, facts: None },
        })
    }

    /// The answer, as it is after KV was written.
    pub fn complete(self, database: &Database, now: Timestamp) -> Result<Response, AdminError> {
        match self {
            Self::Complete(response) => Ok(response),
            Self::Integration { status, id, rev, view, token } => {
                let integration = view.published(is_published(database, &id)?);
                let body = match token {
                    Some(token) => text(&WithToken { integration, token: token.reveal() })?,
                    None => text(&integration)?,
                };
                Ok(Response::Json { status, body, rev: Some(rev) })
            }
            Self::Rotation { under_way, facts, .. } => {
                let body = text(&under_way.progress(facts.as_ref(), now))?;
                Ok(Response::Json { status: 200, body, rev: None })
            }
        }
    }
}
