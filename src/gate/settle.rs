//! Where every verdict ends, with what it rested on.

use super::memory::Memory;
use super::provenance::Provenance;
use super::step::{Answer, Forward, Step};
use super::{Gate, log};
use crate::decision::Denial;
use crate::reply::{Realm, answer};
use crate::token::IntegrationId;

/// What came of a request.
enum Outcome<'a> {
    Granted(Forward),
    Denied(&'a Denial),
    /// An answer of the gate's own to a genuine token.
    Told(Answer),
}

impl Gate {
    pub(super) fn grant(
        self,
        forward: Forward,
        integration: Option<&IntegrationId>,
        provenance: &Provenance,
        memory: &mut Memory,
    ) -> Step {
        self.settle(Outcome::Granted(forward), integration, Some(provenance), memory, 0)
    }

    pub(super) fn deny(
        self,
        denial: &Denial,
        integration: Option<&IntegrationId>,
        provenance: Option<&Provenance>,
        memory: &mut Memory,
        now_ms: u64,
    ) -> Step {
        self.settle(Outcome::Denied(denial), integration, provenance, memory, now_ms)
    }

    /// Ends with an answer of the gate's own to a genuine token.
    pub(super) fn answer(self, answer: Answer, memory: &mut Memory) -> Step {
        self.settle(Outcome::Told(answer), None, None, memory, 0)
    }

    /// Ends a request's way. A grant leaves a line in the log where something failed that a verdict commonly rests on; a denial
    /// always may.
    fn settle(
        self,
        outcome: Outcome<'_>,
        integration: Option<&IntegrationId>,
        provenance: Option<&Provenance>,
        memory: &mut Memory,
        now_ms: u64,
    ) -> Step {
        let cors = memory.cors(self.fields.value("origin"));
        match outcome {
            Outcome::Granted(forward) => {
                if let Some(provenance) = provenance.filter(|provenance| !provenance.degraded.is_empty()) {
                    log::degraded(memory, integration, &provenance.to_json());
                }
                Step::Forward(forward)
            }
            Outcome::Told(answer) => Step::Answer(answer.with_cors(cors)),
            Outcome::Denied(denial) => {
                let settings = memory.shared_settings();
                let reply = match &settings.realm {
                    Ok(realm) => answer(denial, realm),
                    Err(_) => answer(denial, &Realm::default()),
                };
                let provenance = provenance.map(Provenance::to_json);
                log::denial(memory, denial, reply.status, &self.method, integration, provenance.as_ref(), now_ms);
                Step::Answer(Answer::from(&reply).with_cors(cors))
            }
        }
    }
}
