//! Requests on their way through a gate, and the verdict on each.

use std::rc::Rc;

use tidegate::decision::Denial;
use tidegate::gate::{Forward, Handle, Reading};
use tidegate::policy::POLICY_KEY;
use tidegate::record::Record;

use super::reads::Shared;
use super::{Event, World};
use crate::admin::Admins;
use crate::api::OPERATIONS;
use crate::check::{Moment, check, known_from_kv};
use crate::isolate::{Next, Sent, Turn};
use crate::plan::{Question, Token};
use crate::random::Random;
use crate::report::Complaint;
use crate::truth::{Caller, Verdict};

/// How often a request begins anew at most, as in worker/js/driver.js.
const MAX_RESTARTS: u32 = 3;

/// A question that was asked.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The question.
    pub question: Question,
    /// Who asks.
    pub caller: Caller,
    /// When its request came.
    pub at_ms: u64,
    /// The request.
    pub sent: Sent,
    /// How often it has begun anew.
    pub restarts: u32,
}

impl World<'_> {
    pub(super) fn ask(&mut self, question: Question) -> Result<(), Box<Complaint>> {
        let operation = &OPERATIONS[question.operation];
        let (caller, owner, token) = match question.token {
            Token::None => (Caller::Nobody, 0, None),
            Token::Forged => (Caller::Forger, 0, Some(self.admins.forged.clone())),
            Token::Of { integration, back } => {
                let Some((number, text)) = self.admins.token(integration, back) else { return Ok(()) };
                (Caller::Holder(number), Admins::owner(integration), Some(text))
            }
        };
        let owner = if question.foreign { (owner + 1) % Admins::OWNERS } else { owner };
        let path = operation.path.replace("{}", &format!("account{owner}"));
        let authorization = token.map(|token| Rc::from(format!("Bearer {token}")));
        let url = Rc::from(format!("https://gate.example{path}"));
        let sent = Sent { method: operation.method, url, authorization };
        self.begin(Box::new(Asked { question, caller, at_ms: self.now_ms, sent, restarts: 0 }))
    }

    fn begin(&mut self, asked: Box<Asked>) -> Result<(), Box<Complaint>> {
        let gate = asked.question.gate;
        let clock_ms = self.look_at_clock(gate);
        let turn = self.gates[gate].isolate.begin(&asked.sent, clock_ms);
        self.take(gate, Some(asked), turn)
    }

    /// Goes on with what was read.
    pub(super) fn resume(
        &mut self,
        gate: usize,
        asked: Option<Box<Asked>>,
        handle: Handle,
        readings: Vec<Reading>,
    ) -> Result<(), Box<Complaint>> {
        let clock_ms = self.look_at_clock(gate);
        let sent = asked.as_ref().map(|asked| &asked.sent);
        match (self.gates[gate].isolate.resume(handle, readings, sent, clock_ms), asked) {
            (Some(turn), asked) => self.take(gate, asked, turn),
            (None, None) => Ok(()),
            // Its lease has ended: a clock has stepped forward.
            (None, Some(asked)) if asked.restarts < MAX_RESTARTS => {
                self.begin(Box::new(Asked { restarts: asked.restarts + 1, ..*asked }))
            }
            (None, Some(_)) => Err(self.complain("a request was forgotten too often".to_owned())),
        }
    }

    fn take(&mut self, gate: usize, asked: Option<Box<Asked>>, turn: Turn) -> Result<(), Box<Complaint>> {
        let location = self.gates[gate].location;
        for (url, text, seconds) in turn.shares {
            let overdue_ms =
                Random::of(self.plan.seed, &[8, self.now_ms]).between(0, self.plan.weather.cache_overdue_ms);
            let until_ms = self.now_ms + seconds * 1_000 + overdue_ms;
            self.shared[location].insert(url, Shared { text, until_ms });
        }
        for (handle, reads) in turn.background {
            self.wait(gate, None, handle, reads);
        }
        match (turn.next, asked) {
            (Next::Read(handle, reads), asked) => self.wait(gate, asked, handle, reads),
            (Next::Answer(answer), Some(asked)) => {
                let verdict = verdict(answer.status).map_err(|what| self.complain(what))?;
                self.judge(gate, &asked, verdict, turn.degraded)?;
            }
            (Next::Forward(forward), Some(asked)) => {
                self.judge(gate, &asked, Verdict::Grant, turn.degraded)?;
                self.check_identity(&asked, &forward)?;
                let way_ms = Random::of(self.plan.seed, &[11, self.now_ms]).between(5, 100);
                let epoch = self.gates[gate].epoch;
                self.later(self.now_ms + way_ms, Event::Answered(asked, epoch));
            }
            (Next::Nothing, _) | (_, None) => {}
        }
        Ok(())
    }

    /// The origin answers, or fails to: then the machine says what the client hears.
    pub(super) fn answer(&mut self, asked: &Asked, epoch: u64) -> Result<(), Box<Complaint>> {
        let gate = asked.question.gate;
        let mut random = Random::of(self.plan.seed, &[12, self.now_ms]);
        if self.gates[gate].epoch != epoch || !random.happens(self.plan.weather.origin_fails) {
            return Ok(());
        }
        let (denial, status) = match random.below(2) {
            0 => (Denial::OriginUnreachable("Network connection lost.".to_owned()), 502),
            _ => (Denial::OriginTooSlow, 504),
        };
        let clock_ms = self.look_at_clock(gate);
        let turn = self.gates[gate].isolate.failed(&asked.sent, &denial, clock_ms);
        self.report.origin_failures += 1;
        match turn.next {
            Next::Answer(answer) if answer.status == status => Ok(()),
            _ => Err(self.complain(format!("{denial:?} is not answered with {status}"))),
        }
    }

    fn judge(
        &mut self,
        gate: usize,
        asked: &Asked,
        verdict: Verdict,
        degraded: Option<bool>,
    ) -> Result<(), Box<Complaint>> {
        let since_ms = known_from_kv(&self.plan.weather, self.now_ms);
        let key = match asked.question.token {
            Token::Of { integration, .. } => self.admins.id(integration).map(Record::key),
            Token::None | Token::Forged => None,
        };
        let facts = &self.gates[gate].facts;
        let moment = Moment {
            now_ms: self.now_ms,
            in_kv: key.map_or(0, |key| self.kv.rev(&key, since_ms)),
            policy_in_kv: self.kv.rev(POLICY_KEY, since_ms),
            clock_seconds: self.clock(gate) / 1000,
            slack_ms: facts.slack_ms(self.off_ms(gate)),
            is_set_off: self.is_set_off(gate),
        };
        match check(&self.plan.weather, &self.admins, facts, &moment, asked, verdict, degraded) {
            Ok(rule) => {
                self.report.judged(verdict, &rule, degraded == Some(true));
                Ok(())
            }
            Err(what) => {
                let Asked { question, caller, at_ms, .. } = asked;
                let who = format!("gate {gate}, asked at {at_ms}: {question:?} by {caller:?}");
                Err(self.complain(format!("{who}: {verdict:?}, degraded {degraded:?}: {what}")))
            }
        }
    }

    /// The origin is told who asks.
    fn check_identity(&self, asked: &Asked, forward: &Forward) -> Result<(), Box<Complaint>> {
        let told =
            |name: &str| forward.how.set.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str());
        let (integration, owner) = match asked.question.token {
            Token::Of { integration, .. } => {
                (self.admins.id(integration), Some(format!("account{}", Admins::owner(integration))))
            }
            Token::None | Token::Forged => (None, None),
        };
        let is_right = told("X-Tidegate-Integration") == integration.map(|id| id.as_str())
            && told("X-Tidegate-Owner") == owner.as_deref();
        if is_right { Ok(()) } else { Err(self.complain(format!("{asked:?} is forwarded as another's: {forward:?}"))) }
    }
}

fn verdict(status: u16) -> Result<Verdict, String> {
    match status {
        401 => Ok(Verdict::Unauthorized),
        403 => Ok(Verdict::Forbidden),
        404 => Ok(Verdict::NotFound),
        503 => Ok(Verdict::Unavailable),
        other => Err(format!("the gate answers {other}")),
    }
}
