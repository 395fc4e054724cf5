//! The registry's Durable Object: the real rules over SQLite in the process, with the platform's part (its clock, its alarm, its
//! puts to KV, its end at any moment) simulated. It does what worker/src/durable_objects does.

use std::cell::{Cell, OnceCell};
use std::rc::Rc;

use native_storage::Sqlite;
use registry::{
    Answered, Completion, Credential, Drain, Head, Outcome, PUT_TIMEOUT, Parameter, Put, Random as Entropy, Read,
    Registry, Response, Settings, Share, Step, Storage, StorageError,
};
use tidegate::admin::AdminError;
use tidegate::time::Timestamp;

use super::kv::Kv;
use super::random::Random;

/// How long an admin's answer waits for KV.
const ANSWER_AFTER_MS: u64 = 5_000;
/// How much later than due an alarm may be set.
const ALARM_ALLOWANCE_MS: u64 = 1_000;

/// What happens to the object at a later moment. A number names what it is for; an event for what is no more means nothing.
#[derive(Clone, Copy, Debug)]
pub enum ObjectEvent {
    /// The alarm rings.
    Alarm(u64),
    /// KV answers a put, or never does.
    PutAnswered(u64, bool),
    /// A put was not answered in time.
    PutTimedOut(u64),
    /// A drain goes on after a pause.
    GoesOn(u64),
    /// An admin's answer waits no longer.
    AnswerNow(u64),
}

/// Starts of the object, one after the other. They live as long as a run, since a drain borrows from them.
pub type Starts = [OnceCell<Registry>];

/// The number of a command, and what it was answered.
type Answer = (u64, Result<Response, AdminError>);

/// The object.
pub struct Object<'r> {
    starts: &'r Starts,
    start: usize,
    storage: Rc<Faulty>,
    settings: &'r Settings,
    random: Bytes,
    /// By how much its clock is off, in milliseconds.
    pub clock_ms: i64,
    alarm: Option<u64>,
    drain: Option<Running<'r>>,
    number: u64,
    later: Vec<(u64, ObjectEvent)>,
    answers: Vec<Answer>,
}

struct Running<'r> {
    drain: Drain<'r>,
    number: u64,
    put: Option<Box<Put>>,
    waiting: Option<(u64, Outcome)>,
}

/// A database that fails a statement when it is told to.
pub struct Faulty {
    inner: Sqlite,
    fails_in: Cell<Option<u64>>,
    /// Whether it has failed one.
    has_failed: Cell<bool>,
}

impl Storage for Faulty {
    fn rows(&self, sql: &str, parameters: &[Parameter]) -> Result<String, StorageError> {
        self.inner.rows(sql, parameters)
    }

    fn run(&self, sql: &str, parameters: &[Parameter]) -> Result<(), StorageError> {
        match self.fails_in.get() {
            Some(0) => {
                self.fails_in.set(None);
                self.has_failed.set(true);
                return Err(StorageError("disk I/O error".to_owned()));
            }
            Some(left) => self.fails_in.set(Some(left - 1)),
            None => {}
        }
        self.inner.run(sql, parameters)
    }

    fn transaction(&self, work: &mut dyn FnMut() -> Completion) -> Result<(), StorageError> {
        self.inner.transaction(work)
    }
}

/// Bytes for the registry, from a seed.
struct Bytes(std::cell::RefCell<Random>);

impl Entropy for Bytes {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), String> {
        let mut random = self.0.borrow_mut();
        bytes.fill_with(|| (random.bits() >> 56) as u8);
        Ok(())
    }
}

impl<'r> Object<'r> {
    /// One with an empty database.
    pub fn new(seed: u64, starts: &'r Starts, settings: &'r Settings) -> Self {
        let storage =
            Faulty { inner: Sqlite::in_memory().unwrap(), fails_in: Cell::new(None), has_failed: Cell::new(false) };
        Self {
            starts,
            start: 0,
            storage: Rc::new(storage),
            settings,
            random: Bytes(std::cell::RefCell::new(Random::of(seed, &[9]))),
            clock_ms: 0,
            alarm: None,
            drain: None,
            number: 0,
            later: Vec::new(),
            answers: Vec::new(),
        }
    }

    /// What is to happen later, and which commands were answered, since this was last asked.
    pub fn news(&mut self) -> (Vec<(u64, ObjectEvent)>, Vec<Answer>) {
        (std::mem::take(&mut self.later), std::mem::take(&mut self.answers))
    }

    /// Its clock, in milliseconds since the Unix epoch.
    pub fn clock(&self, now_ms: u64) -> u64 {
        (super::world::EPOCH_MS + now_ms).saturating_add_signed(self.clock_ms)
    }

    fn seconds(&self, now_ms: u64) -> Timestamp {
        Timestamp::from_seconds(self.clock(now_ms) / 1000)
    }

    fn rules(&self, now_ms: u64) -> &'r Registry {
        let open = || Registry::open(Box::new(Rc::clone(&self.storage)), self.settings, self.seconds(now_ms)).unwrap();
        self.starts[self.start].get_or_init(open)
    }

    /// It ends. What it was doing is lost, but for puts that are on their way. Commands that nobody was told of stay untold.
    pub fn end(&mut self) {
        self.drain = None;
        if self.start + 1 < self.starts.len() && self.starts[self.start].get().is_some() {
            self.start += 1;
        }
    }

    /// The platform gives the alarm up.
    pub fn lose_alarm(&mut self) {
        self.alarm = None;
    }

    /// What the gate reads.
    pub fn read(&mut self, read: &Read, now_ms: u64) -> Result<Option<String>, ()> {
        if *read == Read::Feed {
            self.set_alarm_if_forgotten(now_ms);
        }
        match self.rules(now_ms).read(read, self.clock(now_ms)) {
            Ok(Response::Json { body, .. }) => Ok(Some(body)),
            Err(AdminError::NotFound | AdminError::NoIntegration) => Ok(None),
            _ => Err(()),
        }
    }

    /// A command, which [`news`](Self::news) tells the answer of under this number. Returns whether it was carried out, and
    /// if not, why.
    pub fn command(
        &mut self,
        number: u64,
        (method, target, rev, body): (&str, &str, Option<u64>, &str),
        fails_in: Option<u64>,
        kv: &mut Kv,
        now_ms: u64,
    ) -> Result<(), AdminError> {
        let rules = self.rules(now_ms);
        let head = Head {
            method: method.to_owned(),
            target: target.to_owned(),
            actor: Credential::OwnerKey.to_header(),
            if_match: rev.map(|rev| format!("\"{rev}\"")),
            ..Head::default()
        };
        let now = self.seconds(now_ms);
        let accepted = rules.accept(head, now)?;
        self.storage.fails_in.set(fails_in);
        let outcome = rules.carry_out(accepted, body, self.settings, &self.random, now);
        self.storage.fails_in.set(None);
        let outcome = outcome?;
        if outcome.publishes || outcome.schedules {
            self.set_alarm(now_ms);
        }
        if !outcome.publishes {
            self.answers.push((number, rules.complete(outcome, now)));
            return Ok(());
        }
        if let Some(drain) = rules.drain(self.settings, Share::OF_A_COMMAND, self.clock(now_ms))? {
            self.number += 1;
            self.drain = Some(Running { drain, number: self.number, put: None, waiting: Some((number, outcome)) });
            self.later.push((now_ms + ANSWER_AFTER_MS, ObjectEvent::AnswerNow(self.number)));
            self.go_on(kv, now_ms);
        } else {
            self.answers.push((number, rules.complete(outcome, now)));
        }
        Ok(())
    }

    /// Whether the last command met a failure of the database; asking forgets it.
    pub fn database_has_failed(&self) -> bool {
        self.storage.has_failed.take()
    }

    /// Something that was to happen now.
    pub fn happen(&mut self, event: ObjectEvent, kv: &mut Kv, now_ms: u64) {
        let is_current = |number| self.drain.as_ref().is_some_and(|running| running.number == number);
        match event {
            ObjectEvent::Alarm(at) if self.alarm == Some(at) => self.ring(kv, now_ms),
            ObjectEvent::GoesOn(number) if is_current(number) => self.go_on(kv, now_ms),
            ObjectEvent::PutAnswered(number, taken) if is_current(number) => {
                let answer = if taken { Answered::Taken } else { Answered::Failed("KV PUT failed: 500".to_owned()) };
                self.answered(answer, kv, now_ms);
            }
            ObjectEvent::PutTimedOut(number) if is_current(number) => self.answered(Answered::Nothing, kv, now_ms),
            ObjectEvent::AnswerNow(number) if is_current(number) => {
                // The drain is given up: its put may still land, and the lease runs out by itself.
                let waiting = self.drain.take().and_then(|running| running.waiting);
                self.set_alarm(now_ms);
                self.answer(waiting, now_ms);
            }
            _ => {}
        }
    }

    fn ring(&mut self, kv: &mut Kv, now_ms: u64) {
        self.alarm = None;
        let rules = self.rules(now_ms);
        let now = self.seconds(now_ms);
        rules.alarm(now).unwrap();
        let mut entries = 0;
        while entries < Share::OF_AN_ALARM.puts {
            let fired = rules.fire(Share::OF_AN_ALARM.puts - entries, now).unwrap();
            assert!(fired.faults.is_empty(), "{:?}", fired.faults);
            if fired.entries == 0 {
                break;
            }
            entries += fired.entries;
        }
        match rules.drain(self.settings, Share::OF_AN_ALARM.after(entries, 0), self.clock(now_ms)).unwrap() {
            Some(drain) => {
                self.number += 1;
                // One that was under way has lost its lease, so it is over.
                let before = self.drain.replace(Running { drain, number: self.number, put: None, waiting: None });
                self.answer(before.and_then(|running| running.waiting), now_ms);
                self.go_on(kv, now_ms);
            }
            None => self.set_alarm(now_ms),
        }
    }

    fn go_on(&mut self, kv: &mut Kv, now_ms: u64) {
        let clock = self.clock(now_ms);
        let Some(running) = self.drain.as_mut() else { return };
        let number = running.number;
        match running.drain.next(clock).unwrap() {
            Some(Step::Pause(pause)) => {
                let at_ms = now_ms + u64::try_from(pause.as_millis()).unwrap();
                self.later.push((at_ms, ObjectEvent::GoesOn(number)));
            }
            Some(Step::Fault(fault)) => panic!("the outbox has a fault: {fault}"),
            Some(Step::Put(put)) => {
                let outcome = kv.put(put.key(), put.value.as_str(), now_ms);
                running.put = Some(put);
                let next = match outcome.after_ms {
                    Some(after_ms) => (now_ms + after_ms, ObjectEvent::PutAnswered(number, outcome.taken)),
                    None => {
                        let timeout_ms = u64::try_from(PUT_TIMEOUT.as_millis()).unwrap();
                        (now_ms + timeout_ms, ObjectEvent::PutTimedOut(number))
                    }
                };
                self.later.push(next);
            }
            None => {
                let running = self.drain.take().unwrap();
                running.drain.end(Ok(())).unwrap();
                self.set_alarm(now_ms);
                self.answer(running.waiting, now_ms);
            }
        }
    }

    fn answered(&mut self, answer: Answered, kv: &mut Kv, now_ms: u64) {
        let clock = self.clock(now_ms);
        if let Some(running) = self.drain.as_mut()
            && let Some(put) = running.put.take()
        {
            running.drain.answered(*put, answer, clock).unwrap();
            self.go_on(kv, now_ms);
        }
    }

    fn answer(&mut self, waiting: Option<(u64, Outcome)>, now_ms: u64) {
        if let Some((number, outcome)) = waiting {
            let answer = self.rules(now_ms).complete(outcome, self.seconds(now_ms));
            self.answers.push((number, answer));
        }
    }

    fn set_alarm(&mut self, now_ms: u64) {
        let due = self.rules(now_ms).due_in(self.seconds(now_ms)).unwrap();
        self.alarm = due.map(|delay| now_ms + u64::try_from(delay.as_millis()).unwrap());
        if let Some(at_ms) = self.alarm {
            self.later.push((at_ms, ObjectEvent::Alarm(at_ms)));
        }
    }

    fn set_alarm_if_forgotten(&mut self, now_ms: u64) {
        let Some(delay) = self.rules(now_ms).due_in(self.seconds(now_ms)).unwrap() else { return };
        let latest_ms = now_ms + u64::try_from(delay.as_millis()).unwrap() + ALARM_ALLOWANCE_MS;
        if self.alarm.is_none_or(|at_ms| at_ms > latest_ms) {
            self.set_alarm(now_ms);
        }
    }

    /// Whether nothing is left to put: what is due later than in an hour is about the life of integrations.
    pub fn is_idle(&self, now_ms: u64) -> bool {
        self.alarm.is_none_or(|at_ms| at_ms > now_ms + 60 * 60 * 1_000) && self.drain.is_none()
    }

    /// So many integrations that nobody asks about change, and KV takes all of it at once. Written as the registry writes it,
    /// since so many commands would take longer than the rest of a run.
    pub fn crowd(&mut self, count: u64, now_ms: u64) {
        self.rules(now_ms);
        let sql = "INSERT INTO feed (key, rev, seq, told_at)
            WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?)
            SELECT 'i:' || printf('%016d', n + (SELECT seq FROM feed_state)), 1, n + (SELECT seq FROM feed_state), ? FROM n";
        let parameters = [count, self.seconds(now_ms).seconds()].map(Parameter::Number);
        self.storage.inner.run(sql, &parameters).unwrap();
        self.storage.inner.run("UPDATE feed_state SET seq = seq + ?", &parameters[..1]).unwrap();
    }
}
