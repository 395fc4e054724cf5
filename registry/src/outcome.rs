//! The outcome of a command, and what is left to do for its answer.

use super::answer::Answer;
use tidegate::usage::{UsageFacts, UsageQuestion};

/// The outcome of a command that succeeded.
pub struct Outcome {
    pub(crate) answer: Answer,
    /// Whether the outbox has something to put.
    pub publishes: bool,
    /// Whether something is due at another time than before, so that the alarm must be set anew.
    pub schedules: bool,
    /// Failures that did not make the command fail, for the log.
    pub faults: Vec<String>,
}

impl Outcome {
    /// What to ask a usage store before the answer is complete, if anything.
    pub fn question(&self) -> Option<&UsageQuestion> {
        if let Answer::Rotation { question, .. } = &self.answer { Some(question) } else { None }
    }

    /// Takes in what the store answered. Without it, the answer says that nothing is known.
    pub fn learn(&mut self, answered: UsageFacts) {
        if let Answer::Rotation { facts, .. } = &mut self.answer {
            *facts = Some(answered);
        }
    }
}
