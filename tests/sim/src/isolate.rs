//! An isolate: the gate's machine with its memory, and the part of the driver (worker/js/driver.js) that remembers credentials.

use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::Value;
use tidegate::decision::Denial;
use tidegate::feed::{Limits, OnOutage};
use tidegate::forward::{OriginUrl, RemovedFields};
use tidegate::gate::{
    Addresses, AdminPlane, Answer, Credential, Effect, Forward, Gate, Handle, Head, Memory, Origin, Read, Reading,
    Requests, Settings, Step, Waiting,
};
use tidegate::reply::Realm;
use tidegate::token::{Prefix, TokenKeys};

use super::plan::Weather;

/// A key of the simulated deployment.
pub const TOKEN_KEYS: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE";

/// An isolate.
pub struct Isolate {
    memory: Memory,
    requests: Requests,
    /// Which numbers stand for which values of `Authorization`, and in which slots.
    known: BTreeMap<Rc<str>, u64>,
    slots: BTreeMap<u32, Rc<str>>,
}

/// A request, as a client sends it.
#[derive(Clone, Debug)]
pub struct Sent {
    /// The method.
    pub method: &'static str,
    /// The URL.
    pub url: Rc<str>,
    /// The field `Authorization`.
    pub authorization: Option<Rc<str>>,
}

/// What a call of the machine comes to.
pub struct Turn {
    /// What is to be done next.
    pub next: Next,
    /// Whether the log says that something was done without; `None` where it says nothing of the verdict.
    pub degraded: Option<bool>,
    /// What to leave in the location's cache: address, text, and for how many seconds.
    pub shares: Vec<(String, Rc<str>, u64)>,
    /// What to read beside the request.
    pub background: Vec<(Handle, Vec<Read>)>,
}

/// What is to be done next.
pub enum Next {
    /// To read this, and then to resume.
    Read(Handle, Vec<Read>),
    /// To answer this.
    Answer(Answer),
    /// To forward the request.
    Forward(Forward),
    /// Nothing.
    Nothing,
}

/// No request of the simulator is for the admin plane.
struct Elsewhere;

impl AdminPlane for Elsewhere {
    fn is_host_of(&self, _: &str) -> bool {
        false
    }

    fn is_owner_key(&self, _: &str) -> bool {
        false
    }

    fn protect(&self, _: &str, step: Step) -> Step {
        step
    }
}

impl Isolate {
    /// One that remembers nothing, and counts nothing.
    pub fn new(weather: &Weather) -> Self {
        Self::with(weather, None)
    }

    /// One that remembers nothing, and counts requests.
    pub fn that_counts(weather: &Weather) -> Self {
        Self::with(weather, Some(Addresses::Hashed))
    }

    fn with(weather: &Weather, usage: Option<Addresses>) -> Self {
        let on_outage = if weather.denies_on_outage { OnOutage::Deny } else { OnOutage::Serve };
        let Weather { max_staleness_ms, last_known_good_ms, .. } = *weather;
        let address = Some(OriginUrl::parse("https://origin.example").unwrap());
        let settings = Settings {
            keys: Ok(TokenKeys::parse(TOKEN_KEYS).unwrap()),
            prefix: Ok(Prefix::default()),
            realm: Ok(Realm::default()),
            origin: Ok(Origin { address, timeout_ms: 60_000, removed: RemovedFields::default() }),
            limits: Ok(Limits { max_staleness_ms, last_known_good_ms, on_outage }),
            registry: Some("registry".to_owned()),
            usage,
            admin: Box::new(Elsewhere),
        };
        let (known, slots) = (BTreeMap::new(), BTreeMap::new());
        Self { memory: Memory::new(settings), requests: Requests::default(), known, slots }
    }

    /// A request comes.
    pub fn begin(&mut self, sent: &Sent, now_ms: u64) -> Turn {
        let head = self.head(sent);
        let step = Gate::begin(&mut self.memory, &head, now_ms);
        self.turn(step, Some(sent), now_ms)
    }

    /// A request goes on; `None` where it is not known any more.
    pub fn resume(&mut self, handle: Handle, readings: Vec<Reading>, sent: Option<&Sent>, now_ms: u64) -> Option<Turn> {
        let waiting = self.requests.take(handle)?;
        let step = waiting.resume(&mut self.memory, readings, now_ms);
        Some(self.turn(step, sent, now_ms))
    }

    /// A request that was forwarded gets no answer.
    pub fn failed(&mut self, sent: &Sent, denial: &Denial, now_ms: u64) -> Turn {
        let head = self.head(sent);
        let step = Gate::failed(&mut self.memory, &head, denial, now_ms);
        self.turn(step, Some(sent), now_ms)
    }

    fn head<'a>(&self, sent: &'a Sent) -> Head<'a> {
        let credential = match &sent.authorization {
            None => Credential::None,
            Some(text) => self.known.get(text).map_or(Credential::Sent(text), |number| Credential::Known(*number)),
        };
        Head { method: sent.method, url: &sent.url, credential, fields: "" }
    }

    fn turn(&mut self, step: Step, sent: Option<&Sent>, now_ms: u64) -> Turn {
        let next = match step {
            Step::Answer(answer) => Next::Answer(answer),
            Step::Forward(forward) => Next::Forward(forward),
            Step::Needs(waiting, reads) => self.hold(waiting, reads, now_ms),
            Step::Done => Next::Nothing,
            Step::Admin | Step::Relay(_) => panic!("a request for the admin plane"),
        };
        let mut turn = Turn { next, degraded: None, shares: Vec::new(), background: Vec::new() };
        if let Next::Forward(_) = turn.next {
            turn.degraded = Some(false);
        }
        for effect in self.memory.take_effects() {
            self.carry_out(effect, sent, &mut turn, now_ms);
        }
        turn
    }

    fn hold(&mut self, waiting: Waiting, reads: Vec<Read>, now_ms: u64) -> Next {
        match self.requests.hold(waiting, &reads, now_ms) {
            Ok(handle) => Next::Read(handle, reads),
            Err(_) => panic!("more requests than an isolate of the simulator gets"),
        }
    }

    fn carry_out(&mut self, effect: Effect, sent: Option<&Sent>, turn: &mut Turn, now_ms: u64) {
        match effect {
            Effect::Log(line) => {
                turn.degraded = is_degraded(&line.text).or(turn.degraded);
            }
            Effect::Remember { number, slot } => {
                self.forget(slot);
                if let Some(text) = sent.and_then(|sent| sent.authorization.clone()) {
                    self.slots.insert(slot, Rc::clone(&text));
                    self.known.insert(text, number);
                }
            }
            Effect::Forget { slot } => self.forget(slot),
            // The simulator's clients come from nowhere.
            Effect::Look { .. } => {}
            Effect::Background(waiting, reads) => {
                if let Next::Read(handle, reads) = self.hold(waiting, reads, now_ms) {
                    turn.background.push((handle, reads));
                }
            }
            Effect::Share { url, text, max_age_seconds } => turn.shares.push((url, text.into(), max_age_seconds)),
        }
    }

    fn forget(&mut self, slot: u32) {
        if let Some(text) = self.slots.remove(&slot) {
            self.known.remove(&text);
        }
    }
}

/// Whether a line of the log says of a verdict that something was done without; `None` where it is about something else.
fn is_degraded(line: &str) -> Option<bool> {
    let line: Value = serde_json::from_str(line).ok()?;
    match line["event"].as_str()? {
        "degraded" => Some(true),
        "denied" => Some(line["basis"]["degraded"].as_array().is_some_and(|degraded| !degraded.is_empty())),
        _ => None,
    }
}
