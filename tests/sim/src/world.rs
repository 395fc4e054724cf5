//! The world: gates in locations, the registry, KV and the locations' caches, in simulated time. It carries out a plan, event by
//! event, and holds every verdict against the reference.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use registry::{Read, Settings as RegistrySettings};
use tidegate::feed::Feed;
use tidegate::policy::POLICY_KEY;
use tidegate::record::Record;
use tidegate::token::{Prefix, TokenKeys};

use super::admin::Admins;
use super::api::OPERATIONS;
use super::facts::{DRIFT_MS, Facts};
use super::kv::{Kv, ReadOutcome};
use super::machine::{Given, Head, Machine, Settings, Step, Turn, Want};
use super::object::{Object, ObjectEvent, Starts};
use super::plan::{Command, Deed, Plan, Question, Token};
use super::random::Random;
use super::report::{Complaint, Report};
use super::truth::{Caller, Verdict};

/// How many copies of the feed are kept apart: more than are under way at a time.
const KEPT_COPIES: usize = 64;
/// How old a shared copy can be and still be taken, whatever clocks within the design's assumption say, in milliseconds.
const SURELY_YOUNG_MS: u64 = 4_000;
/// The beginning of simulated time, in milliseconds since the Unix epoch: 2026-11-28T00:00:00Z.
pub const EPOCH_MS: u64 = 1_795_824_000_000;
/// How often the registry can start in a run.
pub const STARTS: usize = 64;
/// A key of the simulated deployment.
pub const TOKEN_KEYS: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE";
/// Simulated time between the last deed and the last look, so that the outbox drains: it puts again after 15 minutes, twice.
const AFTERWARDS_MS: u64 = 60 * 60 * 1_000;
/// How long the driver waits for KV, and for the registry, in milliseconds.
const KV_TIMEOUT_MS: u64 = 5_000;
const REGISTRY_TIMEOUT_MS: u64 = 3_000;
/// How long the location's cache keeps a copy, in milliseconds.
const SHARED_MS: u64 = 5_000;

/// The world.
pub struct World<'r, M: Machine> {
    plan: &'r Plan,
    settings: Settings,
    queue: BTreeMap<(u64, u64), Event>,
    events: u64,
    now_ms: u64,
    gates: Vec<Gate<M>>,
    /// What isolates left for the others of their location: the text, when it was asked for, and until when it is there.
    shared: Vec<BTreeMap<&'static str, (Rc<str>, u64, u64)>>,
    tickets: BTreeMap<u64, Ticket<M::Call>>,
    kv: Kv,
    object: Object<'r>,
    admins: Admins,
    /// Until when the registry cannot be reached from each location, and whether calls hang.
    registry_out: Vec<(u64, bool)>,
    /// The newest copies of the feed.
    copies: Vec<Copy>,
    report: Report,
}

struct Gate<M: Machine> {
    isolate: M::Isolate,
    location: usize,
    /// Counts its isolates.
    epoch: u64,
    /// By how much a deed has set its clock off.
    clock_ms: i64,
    facts: Facts,
}

enum Event {
    /// All that a call waits for is there.
    Resume(u64),
    /// A read of a call reaches where it goes.
    Arrive(u64, usize),
    Object(ObjectEvent),
    /// A command reaches the registry.
    Command(u64),
    /// An admin is told.
    Told(u64),
}

/// A copy of the feed, taken apart.
struct Copy {
    text: Rc<str>,
    made_ms: u64,
    policy: u64,
    revs: Vec<(usize, u64)>,
}

/// A call that waits.
struct Ticket<C> {
    gate: usize,
    epoch: u64,
    call: C,
    question: Option<Asked>,
    wants: Vec<Want>,
    given: Vec<Option<Given>>,
    ready_ms: u64,
}

/// A question, and when it was asked.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    /// The question.
    pub question: Question,
    /// Who asks.
    pub caller: Caller,
    /// When its request came.
    pub at_ms: u64,
}

/// What the registry is told.
pub fn registry_settings() -> RegistrySettings {
    let keys = Ok(TokenKeys::parse(TOKEN_KEYS).unwrap());
    let owner_key = Err(tidegate::admin::AdminError::NotSignedIn);
    RegistrySettings { keys, prefix: Ok(Prefix::default()), owner_key, api_url: Ok(None) }
}

/// Carries out a plan.
///
/// # Errors
/// [`Complaint`] at the first thing that the reference does not allow.
pub fn run<M: Machine>(plan: &Plan) -> Result<Report, Box<Complaint>> {
    let starts: Vec<_> = (0..STARTS).map(|_| OnceCell::new()).collect();
    let settings = registry_settings();
    World::<M>::new(plan, &starts, &settings).run()
}

impl<'r, M: Machine> World<'r, M> {
    fn new(plan: &'r Plan, starts: &'r Starts, registry_settings: &'r RegistrySettings) -> Self {
        let weather = &plan.weather;
        let settings = Settings {
            token_keys: TOKEN_KEYS,
            max_staleness_ms: weather.max_staleness_ms,
            last_known_good_ms: weather.last_known_good_ms,
            denies_on_outage: weather.denies_on_outage,
        };
        let gates = (0..weather.locations * weather.gates_each).map(|number| Gate {
            isolate: M::isolate(&settings),
            location: number / weather.gates_each,
            epoch: 0,
            clock_ms: 0,
            facts: Facts::default(),
        });
        let gates = gates.collect();
        let kv = Kv::new(plan.seed, weather.kv.clone(), weather.locations);
        let object = Object::new(plan.seed, starts, registry_settings);
        Self {
            plan,
            settings,
            queue: BTreeMap::new(),
            events: 0,
            now_ms: 0,
            gates,
            shared: vec![BTreeMap::new(); weather.locations],
            tickets: BTreeMap::new(),
            kv,
            object,
            admins: Admins::default(),
            registry_out: vec![(0, false); weather.locations],
            copies: Vec::new(),
            report: Report::default(),
        }
    }

    fn run(mut self) -> Result<Report, Box<Complaint>> {
        let plan = self.plan;
        for owner in 0..Admins::OWNERS {
            let body = format!("{{\"id\":\"account{owner}\",\"name\":\"Account {owner}\"}}");
            let made = self.object.command(u64::MAX, ("POST", "/sub-accounts", None, &body), None, &mut self.kv, 0);
            made.map_err(|error| self.complain(error.to_string()))?;
        }
        self.command(Command::Publish(0))?;
        for (at_ms, deed) in &plan.deeds {
            self.until(*at_ms)?;
            self.now_ms = *at_ms;
            self.carry_out(deed)?;
        }
        self.until(self.now_ms + 60_000)?;
        self.kv.heal();
        self.until(self.now_ms + AFTERWARDS_MS)?;
        self.look_back()?;
        (self.report.simulated_ms, self.report.runs) = (self.now_ms, 1);
        Ok(self.report)
    }

    fn until(&mut self, end_ms: u64) -> Result<(), Box<Complaint>> {
        while let Some(entry) = self.queue.first_entry().filter(|entry| entry.key().0 <= end_ms) {
            let ((at_ms, _), event) = entry.remove_entry();
            self.now_ms = self.now_ms.max(at_ms);
            self.happen(event)?;
        }
        self.now_ms = end_ms;
        Ok(())
    }

    fn later(&mut self, at_ms: u64, event: Event) {
        self.events += 1;
        self.queue.insert((at_ms, self.events), event);
    }

    fn happen(&mut self, event: Event) -> Result<(), Box<Complaint>> {
        match event {
            Event::Arrive(ticket, place) => self.arrive(ticket, place),
            Event::Resume(ticket) => self.resume(ticket)?,
            Event::Object(event) => {
                self.object.happen(event, &mut self.kv, self.now_ms);
                self.hear()?;
            }
            Event::Command(number) => self.send(number)?,
            Event::Told(number) => self.admins.told(number, self.now_ms),
        }
        Ok(())
    }

    fn carry_out(&mut self, deed: &Deed) -> Result<(), Box<Complaint>> {
        let now_ms = self.now_ms;
        match *deed {
            Deed::Ask(question) => self.ask(question)?,
            Deed::Change(command) => {
                // An admin comes by way of some location.
                let location = usize::try_from(now_ms).unwrap_or_default() % self.registry_out.len();
                if self.registry_out[location].0 <= now_ms {
                    self.command(command)?;
                }
            }
            Deed::Crowd(count) => self.object.crowd(count, now_ms),
            Deed::IsolateEnds(gate) => {
                let gate = &mut self.gates[gate];
                gate.isolate = M::isolate(&self.settings);
                gate.epoch += 1;
                gate.facts = gate.facts.of_next();
            }
            Deed::ClockOfGate(gate, off_ms) => self.gates[gate].clock_ms = off_ms,
            Deed::ClockOfRegistry(off_ms) => self.object.clock_ms = off_ms,
            Deed::RegistryOut { location, length_ms, hangs } => {
                for (place, out) in self.registry_out.iter_mut().enumerate() {
                    if location.is_none_or(|location| location == place) {
                        *out = (now_ms + length_ms, hangs);
                    }
                }
            }
            Deed::RegistryEnds => self.object.end(),
            Deed::AlarmLost => self.object.lose_alarm(),
            Deed::KvOut { location, length_ms, hangs } => self.kv.break_down(location, now_ms + length_ms, hangs),
            Deed::KvRefuses(length_ms) => self.kv.refuse(now_ms + length_ms),
        }
        Ok(())
    }

    // Admins.

    fn command(&mut self, command: Command) -> Result<(), Box<Complaint>> {
        let number = self.admins.begin(command);
        let way_ms = Random::of(self.plan.seed, &[5, self.now_ms]).between(2, 60);
        if self.now_ms == 0 {
            return self.send(number);
        }
        self.later(self.now_ms + way_ms, Event::Command(number));
        Ok(())
    }

    fn send(&mut self, number: u64) -> Result<(), Box<Complaint>> {
        let mut random = Random::of(self.plan.seed, &[6, self.now_ms]);
        let fails = self.now_ms > 0 && random.happens(self.plan.weather.database_fails);
        let fails_in = fails.then(|| random.below(8));
        let clock_seconds = self.object.clock(self.now_ms) / 1000;
        let Some(request) = self.admins.request(number, clock_seconds) else { return Ok(()) };
        let asked = (request.method, request.target.as_str(), request.rev, request.body.as_str());
        let done = self.object.command(number, asked, fails_in, &mut self.kv, self.now_ms);
        let excused = self.object.database_has_failed();
        self.admins.done(number, done, excused, self.now_ms).map_err(|what| self.complain(what))?;
        self.report.commands += 1;
        self.hear()
    }

    /// What the object wants to happen later, and what it has answered.
    fn hear(&mut self) -> Result<(), Box<Complaint>> {
        let (later, answers) = self.object.news();
        for (at_ms, event) in later {
            self.later(at_ms, Event::Object(event));
        }
        for (number, answer) in answers {
            self.admins.answered(number, answer).map_err(|what| self.complain(what))?;
            let way_ms = Random::of(self.plan.seed, &[7, self.now_ms]).between(1, 60);
            self.later(self.now_ms + way_ms, Event::Told(number));
        }
        Ok(())
    }

    // Requests.

    fn ask(&mut self, question: Question) -> Result<(), Box<Complaint>> {
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
        let target = operation.path.replace("{}", &format!("account{owner}"));
        let authorization = token.map(|token| format!("Bearer {token}"));
        let head = Head { method: operation.method, target: &target, authorization: authorization.as_deref() };
        let asked = Asked { question, caller, at_ms: self.now_ms };
        let clock_ms = self.look_at_clock(question.gate);
        let turn = M::begin(&mut self.gates[question.gate].isolate, &head, clock_ms);
        self.take(question.gate, Some(asked), turn)
    }

    fn resume(&mut self, number: u64) -> Result<(), Box<Complaint>> {
        let Some(ticket) = self.tickets.remove(&number) else { return Ok(()) };
        let Ticket { gate, epoch, call, question, wants, given, .. } = ticket;
        if self.gates[gate].epoch != epoch {
            return Ok(());
        }
        let given: Vec<Given> = given.into_iter().map(|given| given.unwrap_or(Given::Failed)).collect();
        for (want, given) in wants.iter().zip(&given) {
            self.note(gate, want, given);
        }
        let clock_ms = self.look_at_clock(gate);
        let turn = M::resume(&mut self.gates[gate].isolate, call, given, clock_ms);
        self.take(gate, question, turn)
    }

    fn take(&mut self, gate: usize, asked: Option<Asked>, turn: Turn<M::Call>) -> Result<(), Box<Complaint>> {
        for (what, text, asked_ms) in turn.leaves {
            let overdue_ms = Random::of(self.plan.seed, &[8, self.now_ms]).between(0, self.plan.weather.cache_overdue_ms);
            let until_ms = self.now_ms + SHARED_MS + overdue_ms;
            self.shared[self.gates[gate].location].insert(what, (text, asked_ms, until_ms));
        }
        if let Some((call, wants)) = turn.background {
            self.wait(gate, None, call, wants);
        }
        match turn.step {
            Step::Wants(call, wants) => self.wait(gate, asked, call, wants),
            Step::Judged { verdict, degraded, then } => {
                if let Some(asked) = asked {
                    self.judge(gate, asked, verdict, degraded)?;
                }
                if let Some(call) = then {
                    self.wait(gate, asked, call, vec![Want::Origin]);
                }
            }
            Step::Answered(status) => self.report.answered(status),
            Step::Over => {}
        }
        Ok(())
    }

    fn wait(&mut self, gate: usize, question: Option<Asked>, call: M::Call, wants: Vec<Want>) {
        self.events += 1;
        let number = self.events;
        let given = wants.iter().map(|_| None).collect();
        let mut random = Random::of(self.plan.seed, &[3, self.now_ms, gate as u64, question.is_some().into()]);
        for (place, want) in wants.iter().enumerate() {
            let way_ms = match want {
                Want::Kv(_) => random.heavy_tailed(2, 400),
                Want::Registry(_) => random.between(2, self.plan.weather.registry_latency_ms.max(4)) / 2,
                Want::Shared(_) => random.between(0, 4),
                Want::Pause(pause_ms) => *pause_ms,
                Want::Origin => random.between(5, 100),
            };
            self.later(self.now_ms + way_ms, Event::Arrive(number, place));
        }
        let epoch = self.gates[gate].epoch;
        self.tickets.insert(number, Ticket { gate, epoch, call, question, wants, given, ready_ms: self.now_ms });
    }

    /// A read is where it goes. What it finds there comes back after as long again.
    fn arrive(&mut self, number: u64, place: usize) {
        let Some(ticket) = self.tickets.get(&number) else { return };
        let (gate, want) = (ticket.gate, ticket.wants[place].clone());
        let mut random = Random::of(self.plan.seed, &[4, self.now_ms, gate as u64, place as u64]);
        let back_ms = random.between(0, 20);
        let location = self.gates[gate].location;
        let (given, after_ms) = match want {
            Want::Kv(key) => match self.kv.read(location, &key, self.now_ms) {
                ReadOutcome::Gives(value) => (Given::Text(value), back_ms),
                ReadOutcome::Lies(value) => {
                    self.report.lies += 1;
                    (Given::Text(Some(value)), back_ms)
                }
                ReadOutcome::Fails => (Given::Failed, back_ms),
                ReadOutcome::Hangs => (Given::Failed, KV_TIMEOUT_MS),
            },
            Want::Registry(read) => self.read_registry(location, &read, &mut random, back_ms),
            Want::Shared(what) => (Given::Shared(self.find_shared(location, what, &mut random)), 0),
            Want::Pause(_) | Want::Origin => (Given::Done, 0),
        };
        let ready_ms = self.now_ms + after_ms;
        if matches!(given, Given::Failed) {
            self.report.failures += 1;
            self.gates[gate].facts.fail(ready_ms);
        }
        let Some(ticket) = self.tickets.get_mut(&number) else { return };
        ticket.given[place] = Some(given);
        ticket.ready_ms = ticket.ready_ms.max(ready_ms);
        if ticket.given.iter().all(Option::is_some) {
            let ready_ms = ticket.ready_ms;
            self.later(ready_ms, Event::Resume(number));
        }
    }

    fn read_registry(&mut self, location: usize, read: &Read, random: &mut Random, back_ms: u64) -> (Given, u64) {
        let (out_until_ms, hangs) = self.registry_out[location];
        if self.now_ms < out_until_ms {
            return (Given::Failed, if hangs { REGISTRY_TIMEOUT_MS } else { back_ms });
        }
        if random.happens(self.plan.weather.registry_fails) {
            return (Given::Failed, if random.happens(200) { REGISTRY_TIMEOUT_MS } else { back_ms });
        }
        let back_ms = random.between(1, self.plan.weather.registry_latency_ms.max(2)) / 2;
        self.report.registry_reads += 1;
        let is_feed = *read == Read::Feed;
        let read = self.object.read(read, self.now_ms);
        let (later, _) = self.object.news();
        for (at_ms, event) in later {
            self.later(at_ms, Event::Object(event));
        }
        match read {
            Ok(text) => {
                let text: Option<Rc<str>> = text.map(Rc::from);
                if let (true, Some(text)) = (is_feed, &text) {
                    self.keep_copy(text);
                }
                (Given::Text(text), back_ms)
            }
            Err(()) => (Given::Failed, back_ms),
        }
    }

    /// Takes a copy of the feed apart, for the reference: once, since it is given to many.
    fn keep_copy(&mut self, text: &Rc<str>) {
        let Ok(feed) = Feed::from_json(text) else { return };
        let revs = feed.revs.iter().filter_map(|(id, rev)| Some((self.admins.find(id)?, *rev))).collect();
        if self.copies.len() >= KEPT_COPIES {
            self.copies.remove(0);
        }
        let policy = feed.policy.unwrap_or_default();
        self.copies.push(Copy { text: Rc::clone(text), made_ms: self.now_ms, policy, revs });
    }

    fn find_shared(&mut self, location: usize, what: &str, random: &mut Random) -> Option<(Rc<str>, u64)> {
        let (text, asked_ms, until_ms) = self.shared[location].get(what)?;
        let is_there = self.now_ms < *until_ms && !random.happens(self.plan.weather.cache_misses);
        is_there.then(|| (Rc::clone(text), *asked_ms))
    }

    /// Notes what an isolate is given, for the reference.
    fn note(&mut self, gate: usize, want: &Want, given: &Given) {
        let is_set_off = self.is_set_off(gate);
        let facts = &mut self.gates[gate].facts;
        let text = match given {
            Given::Text(text) => text.as_deref().unwrap_or_default(),
            Given::Shared(Some((text, _))) => text,
            _ => return,
        };
        match want {
            Want::Registry(Read::Feed) | Want::Shared("feed") => {
                let Some(copy) = self.copies.iter().rfind(|copy| *copy.text == *text) else { return };
                // A shared copy that looks old by the isolate's clock, or to be from the future, is not taken.
                if let Given::Shared(Some((_, asked_ms))) = given {
                    let asked_ms = asked_ms.saturating_sub(EPOCH_MS);
                    let young = self.now_ms.saturating_sub(SURELY_YOUNG_MS)..=self.now_ms + DRIFT_MS.unsigned_abs();
                    if is_set_off || !young.contains(&asked_ms) || !young.contains(&copy.made_ms) {
                        return;
                    }
                }
                facts.feed_made_ms = facts.feed_made_ms.max(Some(copy.made_ms));
                facts.listed_policy = facts.listed_policy.max(copy.policy);
                for (integration, rev) in &copy.revs {
                    let listed = facts.listed.entry(*integration).or_default();
                    *listed = (*listed).max(*rev);
                }
            }
            Want::Registry(Read::Record(id)) => {
                if let Some(integration) = self.admins.find(id) {
                    facts.read_ms.insert(integration, self.now_ms);
                }
            }
            Want::Kv(key) => {
                if let Some(integration) = Record::id_of(key).and_then(|id| self.admins.find(&id)) {
                    facts.read_ms.insert(integration, self.now_ms);
                }
            }
            _ => {}
        }
    }

    /// By how much a gate's clock is off: what a deed has set, and a slow wave of its own.
    fn off_ms(&self, gate: usize) -> i64 {
        if !self.plan.weather.clocks_drift {
            return self.gates[gate].clock_ms;
        }
        let mut random = Random::of(self.plan.seed, &[10, gate as u64]);
        let period_ms = random.between(300_000, 1_200_000);
        let phase_ms = random.below(period_ms) + self.now_ms;
        let place = i64::try_from(phase_ms % period_ms * 4_000 / period_ms).unwrap_or_default();
        let wave = if place < 2_000 { place - 1_000 } else { 3_000 - place };
        self.gates[gate].clock_ms + wave * DRIFT_MS / 1_000
    }

    /// Whether a clock that matters to a gate is further off than the design assumes.
    fn is_set_off(&self, gate: usize) -> bool {
        self.gates[gate].clock_ms.abs() > DRIFT_MS || self.object.clock_ms.abs() > DRIFT_MS
    }

    fn look_at_clock(&mut self, gate: usize) -> u64 {
        let off_ms = self.off_ms(gate);
        let clock_ms = (EPOCH_MS + self.now_ms).saturating_add_signed(off_ms);
        self.gates[gate].facts.see_clock(clock_ms, off_ms);
        clock_ms
    }

    // The reference.

    fn judge(&mut self, gate: usize, asked: Asked, verdict: Verdict, degraded: bool) -> Result<(), Box<Complaint>> {
        let off_ms = self.off_ms(gate);
        let clock_seconds = (EPOCH_MS + self.now_ms).saturating_add_signed(off_ms) / 1000;
        let facts = &self.gates[gate].facts;
        let since_ms = super::check::known_from_kv(&self.plan.weather, self.now_ms);
        let key = match asked.question.token {
            Token::Of { integration, .. } => self.admins.id(integration).map(Record::key),
            Token::None | Token::Forged => None,
        };
        let moment = super::check::Moment {
            now_ms: self.now_ms,
            in_kv: key.map_or(0, |key| self.kv.rev(&key, since_ms)),
            policy_in_kv: self.kv.rev(POLICY_KEY, since_ms),
            clock_seconds,
            slack_ms: facts.slack_ms(off_ms),
            is_set_off: self.is_set_off(gate),
        };
        let checked = super::check::check(&self.plan.weather, &self.admins, facts, &moment, &asked, verdict, degraded);
        match checked {
            Ok(how) => {
                self.report.judged(verdict, &how, degraded);
                Ok(())
            }
            Err(what) => Err(self.complain(format!("gate {gate}, {asked:?}: {verdict:?}, degraded {degraded}: {what}"))),
        }
    }

    fn complain(&self, what: String) -> Box<Complaint> {
        Box::new(Complaint { at_ms: self.now_ms, what })
    }

    /// When everything has come to rest: nothing that an admin was told of is lost, in SQLite or in KV.
    fn look_back(&mut self) -> Result<(), Box<Complaint>> {
        if !self.object.is_idle() {
            return Err(self.complain("the outbox is not empty".to_owned()));
        }
        for (id, expected) in self.admins.records() {
            let key = Record::key(&id);
            let (in_registry, in_kv) = match (self.object.read(&Read::Record(id), self.now_ms), self.kv.newest(&key, self.now_ms)) {
                (Ok(Some(record)), Some(in_kv)) => (record, in_kv.to_owned()),
                (record, in_kv) => return Err(self.complain(format!("{key} is {record:?} in the registry, {in_kv:?} in KV"))),
            };
            for (place, text) in [("the registry", in_registry), ("KV", in_kv)] {
                if !expected.is_like(&text) {
                    return Err(self.complain(format!("{key} in {place} is {text}, not {expected:?}")));
                }
            }
        }
        Ok(())
    }
}
