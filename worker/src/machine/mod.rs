//! The gate's machine, as the driver in `js/` calls it. Every call returns synchronously: there is no future here.
//!
//! A call of [`begin`], [`resume`] or [`failed`] gives a number. Above zero it is that of a plan, by which the request is
//! forwarded, times [`CODES`], and the code under which it was counted; nothing else is to be done. Zero stands for what [`output`]
//! gives, as JSON; below it is [`RESTART`], and below that an answer that was given before: [`FIRST_ANSWER`] less its number.

mod numbers;
mod output;

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::prelude::wasm_bindgen;
use worker::Env;

use self::numbers::{milliseconds, moment, number_of};
use self::output::{Next, Output, Work, json};
use crate::config::Config;
use tidegate::admin::Plane;
use tidegate::decision::Denial;
use tidegate::forward::{FieldClass, Forwarding, with_hint};
use tidegate::gate::{Answer, Credential, Effect, Forward, Gate, Head, Memory, Reading, Requests, Step};
use tidegate::usage::{CODES as CODES_OF_COUNTS, UseOrigin};

/// What [`resume`] gives for a handle that stands for nothing any more: the request begins anew.
const RESTART: f64 = -1.0;
/// The answer with the number 0, where it is given again.
const FIRST_ANSWER: f64 = -2.0;
/// The status of what is answered to whoever has no token that works.
const UNAUTHORIZED: u16 = 401;
/// The most answers that have numbers. What a flood is answered with is one of them soon.
const MAX_ANSWERS: usize = 16;
/// By how much the number of a plan is multiplied, before the code is added under which the request was counted.
const CODES: u64 = CODES_OF_COUNTS as u64;
/// The credential is the text that comes with it.
const SENT: f64 = 0.0;

thread_local! {
    static MACHINE: RefCell<Option<Machine>> = const { RefCell::new(None) };
}

struct Machine {
    memory: Memory,
    admin: Plane,
    requests: Requests,
    /// What came of the reads of the request that goes on next.
    readings: Vec<Reading>,
    output: String,
    /// The answers that the driver knows by their numbers, which are their positions.
    answers: Vec<Answer>,
    /// The plan whose number was given last.
    plan: Option<Forward>,
}

/// Begins anew, with what this environment sets: nothing is remembered, and no request waits.
#[wasm_bindgen]
pub fn configure(env: Env) {
    let (settings, admin) = Config::read(&env).into_machine(&env);
    let memory = Memory::new(settings);
    let machine = Machine {
        memory,
        admin,
        requests: Requests::default(),
        readings: Vec::new(),
        output: String::new(),
        answers: Vec::new(),
        plan: None,
    };
    MACHINE.replace(Some(machine));
}

/// The class of a header field: [`FieldClass::bits`].
#[wasm_bindgen]
pub fn field_class(name: &str) -> u8 {
    #[cfg(feature = "faults")]
    if name == crate::faults::HEADER {
        return 2;
    }
    let class = |machine: &mut Machine| match &machine.memory.settings().origin {
        Ok(origin) => FieldClass::of(name, &origin.removed),
        Err(_) => FieldClass::of(name, &Default::default()),
    };
    with(class).map_or(0, FieldClass::bits)
}

/// Begins the way of a request. `target` is its method, a space, and its URL; `credential` the number of its `Authorization`, or
/// zero, with the value in `sent`, if there is one; `fields` those whose class matters.
#[wasm_bindgen]
pub fn begin(target: &str, credential: f64, sent: Option<String>, fields: &str, now_ms: f64) -> f64 {
    with(|machine| {
        #[cfg(feature = "faults")]
        if let Some(step) = crate::faults::in_machine(fields) {
            return machine.put(step, moment(now_ms));
        }
        let (head, now_ms) = (head(target, credential, sent.as_deref(), fields), moment(now_ms));
        let step = match Gate::begin(&mut machine.memory, &head, now_ms) {
            Step::Admin => machine.admin.begin(&head),
            step => step,
        };
        machine.put(step, now_ms)
    })
    .unwrap_or(RESTART)
}

/// Takes one thing that a request reads, before [`resume`]: a status of HTTP from 100 on, or 0 for nothing, 1 for bytes, 2 for
/// a failure, whose message the bytes are, 3 for a time-out, 4 for too many bytes, 5 for a genuine signature, and 6 for another.
#[wasm_bindgen]
pub fn give(code: u16, bytes: Vec<u8>) {
    let reading = match code {
        0 => Reading::Nothing,
        1 => Reading::Bytes(bytes),
        3 => Reading::TooSlow,
        4 => Reading::TooLong,
        5 => Reading::Verified(true),
        6 => Reading::Verified(false),
        100.. => Reading::Response { status: code, body: bytes },
        _ => Reading::Failed(String::from_utf8_lossy(&bytes).into_owned()),
    };
    with(|machine| machine.readings.push(reading));
}

/// Goes on with a request, by what was [given](give).
#[wasm_bindgen]
pub fn resume(handle: f64, now_ms: f64) -> f64 {
    with(|machine| {
        let readings = std::mem::take(&mut machine.readings);
        let Some(waiting) = machine.requests.take(milliseconds(handle)) else { return RESTART };
        let step = waiting.resume(&mut machine.memory, readings, moment(now_ms));
        machine.put(step, moment(now_ms))
    })
    .unwrap_or(RESTART)
}

/// Answers a request that was to be forwarded, and could not be. `what` is 0 where the origin cannot be reached, for the reason given,
/// 1 where it did not answer in time, and 2 where it answered with a status that no client may get, which is the reason then.
#[wasm_bindgen]
pub fn failed(
    target: &str,
    credential: f64,
    sent: Option<String>,
    fields: &str,
    what: u8,
    reason: String,
    now_ms: f64,
) -> f64 {
    let denial = match what {
        0 => Denial::OriginUnreachable(with_hint(reason)),
        1 => Denial::OriginTooSlow,
        _ => Denial::OriginStatus(reason),
    };
    with(|machine| {
        let head = head(target, credential, sent.as_deref(), fields);
        let step = Gate::failed(&mut machine.memory, &head, &denial, moment(now_ms));
        machine.put(step, moment(now_ms))
    })
    .unwrap_or(RESTART)
}

/// Takes how the origin answered: `counts` holds three numbers for each code, how it was answered (a position in
/// `AnswerClass::ALL`) and how often.
#[wasm_bindgen]
pub fn answered(counts: &[u32]) {
    let (triples, _) = counts.as_chunks::<3>();
    with(|machine| {
        for [code, class, count] in triples {
            machine.memory.answered(*code, usize::try_from(*class).unwrap_or(usize::MAX), *count);
        }
    });
}

/// Takes where a request came from that was counted under this code. An empty text, and zero, stand for what is not known.
#[wasm_bindgen]
pub fn came_from(code: u32, country: String, asn: f64, user_agent: String, address: String, now_ms: f64) {
    let given = |text: String| Some(text).filter(|text| !text.is_empty());
    let asn = u32::try_from(milliseconds(asn)).ok().filter(|asn| *asn > 0);
    let origin = UseOrigin { country: given(country), asn, user_agent: given(user_agent), address: given(address) };
    with(|machine| machine.memory.came_from(code, origin, moment(now_ms)));
}

/// What came of the last call, as JSON; after a number above zero, the plan that it stands for.
#[wasm_bindgen]
pub fn output() -> String {
    with(|machine| match machine.plan.take() {
        Some(Forward { number, how, counted_as }) => json(&Next::Forward { number, plan: &how, counted_as }),
        None => std::mem::take(&mut machine.output),
    })
    .unwrap_or_default()
}

/// Whether an origin's `Set-Cookie` line sets a cookie of ours.
#[wasm_bindgen]
pub fn is_cookie_of_ours(line: &str) -> bool {
    tidegate::forward::sets_cookie_of_ours(line)
}

fn with<T>(call: impl FnOnce(&mut Machine) -> T) -> Option<T> {
    MACHINE.with_borrow_mut(|machine| machine.as_mut().map(call))
}

fn head<'a>(target: &'a str, credential: f64, sent: Option<&'a str>, fields: &'a str) -> Head<'a> {
    let (method, url) = target.split_once(' ').unwrap_or_default();
    let credential = match sent {
        Some(text) => Credential::Sent(text),
        None if credential == SENT => Credential::None,
        None => Credential::Known(milliseconds(credential)),
    };
    Head { method, url, credential, fields }
}

impl Machine {
    /// Keeps what the driver does next.
    fn put(&mut self, step: Step, now_ms: u64) -> f64 {
        if let Step::Forward(forward @ Forward { number: Some(number), counted_as, .. }) = &step
            && !self.memory.has_effects()
        {
            self.plan = Some(forward.clone());
            return number_of(number.saturating_mul(CODES).saturating_add(u64::from(*counted_as)));
        }
        self.plan = None;
        if let Step::Answer(answer) = &step
            && !self.memory.has_effects()
            && let Some(number) = self.number_of_answer(answer)
        {
            return FIRST_ANSWER - number_of(number);
        }
        let mut how = None;
        let step = self.next(step, &mut how, now_ms);
        let effects = self.memory.take_effects().into_iter().filter_map(|effect| self.work(effect, now_ms)).collect();
        self.output = json(&Output { effects, step });
        0.0
    }

    fn next<'a>(&mut self, step: Step, how: &'a mut Option<Rc<Forwarding>>, now_ms: u64) -> Next<'a> {
        match step {
            Step::Answer(answer) => Next::Answer { number: self.learn(&answer), answer },
            Step::Forward(Forward { number, how: plan, counted_as }) => {
                Next::Forward { number, plan: how.insert(plan), counted_as }
            }
            Step::Needs(waiting, reads) => match self.requests.hold(waiting, &reads, now_ms) {
                Ok(handle) => Next::Needs { handle, reads },
                Err(waiting) => {
                    let refused = waiting.refuse(&mut self.memory, now_ms);
                    self.next(refused, how, now_ms)
                }
            },
            Step::Relay(relay) => Next::Relay(relay),
            Step::Admin | Step::Done => Next::Done,
        }
    }

    fn number_of_answer(&self, answer: &Answer) -> Option<u64> {
        self.answers.iter().position(|known| known == answer).and_then(|place| u64::try_from(place).ok())
    }

    /// The number by which the driver is to know an answer, if it is to. What the holder of a token that works is told is not
    /// kept.
    fn learn(&mut self, answer: &Answer) -> Option<u64> {
        if answer.status != UNAUTHORIZED {
            return None;
        }
        if self.number_of_answer(answer).is_none() && self.answers.len() < MAX_ANSWERS {
            self.answers.push(answer.clone());
        }
        self.number_of_answer(answer)
    }

    fn work(&mut self, effect: Effect, now_ms: u64) -> Option<Work> {
        Some(match effect {
            Effect::Log(line) => Work::Log(line),
            Effect::Remember { number, slot } => Work::Remember { number, slot },
            Effect::Forget { slot } => Work::Forget { slot },
            Effect::Look { code } => Work::Look { code },
            // Where too many wait, a later request reads it.
            Effect::Background(waiting, reads) => {
                let handle = self.requests.hold(waiting, &reads, now_ms).ok()?;
                Work::Background { handle, reads }
            }
            Effect::Share { url, text, max_age_seconds } => Work::Share { url, text, max_age_seconds },
        })
    }
}
