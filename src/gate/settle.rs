//! Where every verdict ends, with what it rested on. Here, and nowhere else, a request is counted.

use super::flusher::Flusher;
use super::memory::Memory;
use super::provenance::Provenance;
use super::step::{Answer, Effect, Forward, Step};
use super::waiting::Waiting;
use super::{Gate, log};
use crate::decision::{Denial, Identity, authenticate};
use crate::record::Record;
use crate::reply::{Realm, answer};
use crate::rotation::{Rotation, TokenUse};
use crate::time::Timestamp;
use crate::token::{IntegrationId, Presented, VerifiedRequest};
use crate::usage::{self, Asked, EARLY_AFTER_MS};

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
        now_ms: u64,
    ) -> Step {
        self.settle(Outcome::Granted(forward), integration, Some(provenance), memory, now_ms)
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
    pub(super) fn answer(
        self,
        answer: Answer,
        integration: Option<&IntegrationId>,
        memory: &mut Memory,
        now_ms: u64,
    ) -> Step {
        self.settle(Outcome::Told(answer), integration, None, memory, now_ms)
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
        let counted_as = self.count(&outcome, integration, memory, now_ms);
        match outcome {
            Outcome::Granted(forward) => {
                if let Some(provenance) = provenance.filter(|provenance| !provenance.degraded.is_empty()) {
                    log::degraded(memory, integration, provenance, now_ms);
                }
                Step::Forward(Forward { counted_as, ..forward })
            }
            Outcome::Told(answer) => Step::Answer(self.shared(answer, memory)),
            Outcome::Denied(denial) => {
                let settings = memory.shared_settings();
                let reply = match &settings.realm {
                    Ok(realm) => answer(denial, realm),
                    Err(_) => answer(denial, &Realm::default()),
                };
                log::denial(memory, denial, reply.status, &self.method, integration, provenance, now_ms);
                Step::Answer(self.shared(Answer::from(&reply), memory))
            }
        }
    }

    /// The answer with what it has for other origins' scripts.
    fn shared(&self, answer: Answer, memory: &Memory) -> Answer {
        answer.with_cors(memory.cors(self.fields.value("origin")))
    }

    /// Counts a request with a genuine token, once. Gives the code under which it was counted, or 0.
    #[inline]
    fn count(
        &self,
        outcome: &Outcome<'_>,
        integration: Option<&IntegrationId>,
        memory: &mut Memory,
        now_ms: u64,
    ) -> u32 {
        let (Some(asked), Some(integration), Some(_)) = (self.asked, integration, memory.settings().usage) else {
            return 0;
        };
        let outcome = match outcome {
            Outcome::Granted(_) | Outcome::Told(_) => usage::Outcome::Granted,
            Outcome::Denied(denial) => usage::Outcome::Denied(denial.code()),
        };
        let (code, wanted) = memory.usage.count(integration, asked, outcome, now_ms);
        if !wanted.is_nothing() {
            follow(wanted, code, memory, now_ms);
        }
        code
    }

    /// Who a genuine token speaks for. Notes for the count which of the integration's tokens it is.
    #[inline]
    pub(super) fn identify(
        &mut self,
        presented: &Presented,
        record: Option<&Record>,
        now: Timestamp,
    ) -> Result<Identity, Denial> {
        let identity = authenticate(presented, record, now);
        self.see_token(identity.as_ref().map_err(|_| (presented, record)), now);
        identity
    }

    /// Notes which of the integration's tokens a request came with.
    #[inline]
    fn see_token(&mut self, identity: Result<&Identity, (&Presented, Option<&Record>)>, now: Timestamp) {
        let (Some(asked), Some((tokens, token))) = (&mut self.asked, token(identity, now)) else { return };
        let (n, is_outgoing) = match (token, tokens.outgoing()) {
            (TokenUse::Outgoing { .. }, Some((outgoing, _))) => (outgoing.n, true),
            _ => (tokens.current().n, false),
        };
        *asked = Asked::with(n, is_outgoing);
    }

    /// Notes for which operation it is.
    pub(super) fn see_operation(&mut self, request: &VerifiedRequest, operation: (&str, &str), memory: &mut Memory) {
        if let (Some(asked), Some(presented), Some(_)) =
            (&mut self.asked, request.credential(), memory.settings().usage)
        {
            memory.usage.locate(asked, presented.id(), operation);
        }
    }
}

/// The integration's tokens and the one that was sent: also where it was refused, and is one of them all the same.
fn token<'a>(
    identity: Result<&'a Identity, (&Presented, Option<&'a Record>)>,
    now: Timestamp,
) -> Option<(&'a Rotation, TokenUse)> {
    match identity {
        Ok(identity) => Some((&identity.live().tokens, identity.token())),
        Err((presented, Some(Record::Live(live)))) => Some((&live.tokens, live.tokens.find(presented.hash(), now)?)),
        Err((_, _)) => None,
    }
}

/// Has done what follows from a use.
#[cold]
fn follow(wanted: usage::Wanted, code: u32, memory: &mut Memory, now_ms: u64) {
    if wanted.looks {
        memory.effect(Effect::Look { code });
    }
    let begun = match wanted.flush_after_ms {
        None => None,
        Some(0) => Flusher::at_once(memory, now_ms),
        Some(pause_ms) => Some(Flusher::after(pause_ms, pause_ms == EARLY_AFTER_MS, memory)),
    };
    if let Some((flusher, reads)) = begun {
        memory.effect(Effect::Background(Waiting::new(flusher), reads));
    }
}
