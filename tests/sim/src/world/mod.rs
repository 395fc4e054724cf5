//! The world: gates in locations, the registry, KV and the locations' caches, in simulated time. It carries out a plan, event by
//! event, and holds every verdict against the reference.

mod clocks;
mod reads;
mod requests;

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::panic;

use registry::{Read as RegistryRead, Response, Settings as RegistrySettings};
use tidegate::admin::AdminError;
use tidegate::record::Record;
use tidegate::token::{Prefix, TokenKeys};
use tidegate::webhooks::AddressRules;

use self::reads::{Copy, Shared, Ticket};
pub use self::requests::Asked;
use super::admin::Admins;
use super::facts::Facts;
use super::isolate::{Isolate, TOKEN_KEYS};
use super::kv::Kv;
use super::object::{Object, ObjectEvent, Starts};
use super::plan::{Command, Deed, Plan};
use super::random::Random;
use super::report::{Complaint, Report};

/// The beginning of simulated time, in milliseconds since the Unix epoch: 2026-11-28T00:00:00Z.
pub const EPOCH_MS: u64 = 1_795_824_000_000;
/// How often the registry can start in a run.
const MAX_STARTS: usize = 64;
/// Simulated time between the last deed and the last look, so that the outbox drains: it puts again after 15 minutes, twice.
const AFTERWARDS_MS: u64 = 60 * 60 * 1_000;

/// The world.
pub struct World<'r> {
    plan: &'r Plan,
    queue: BTreeMap<(u64, u64), Event>,
    events: u64,
    now_ms: u64,
    gates: Vec<Gate>,
    /// What isolates left for the others of their location, by its address.
    shared: Vec<BTreeMap<String, Shared>>,
    tickets: BTreeMap<u64, Ticket>,
    kv: Kv,
    object: Object<'r>,
    admins: Admins,
    /// Until when the registry cannot be reached from each location, and whether calls hang.
    registry_out: Vec<(u64, bool)>,
    /// The newest copies of the feed.
    copies: Vec<Copy>,
    report: Report,
}

struct Gate {
    isolate: Isolate,
    location: usize,
    /// Counts its isolates.
    epoch: u64,
    /// By how much a deed has set its clock off.
    clock_ms: i64,
    facts: Facts,
}

enum Event {
    /// A read reaches where it goes.
    Arrive(u64, usize),
    /// All that a request waits for is there.
    Resume(u64),
    /// The origin answers a request, or fails to.
    Answered(Box<Asked>, u64),
    Object(ObjectEvent),
    /// A command reaches the registry.
    Command(u64),
    /// An admin is told.
    Told(u64),
}

/// Carries out a plan.
///
/// # Errors
/// [`Complaint`] at the first thing that the reference does not allow, or for a panic.
pub fn run(plan: &Plan) -> Result<Report, Box<Complaint>> {
    panic::catch_unwind(|| run_through(plan)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let what = text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string)).unwrap_or_default();
        Err(Box::new(Complaint { at_ms: u64::MAX, what: format!("panic: {what}") }))
    })
}

fn run_through(plan: &Plan) -> Result<Report, Box<Complaint>> {
    let starts: Vec<_> = (0..MAX_STARTS).map(|_| OnceCell::new()).collect();
    let keys = Ok(TokenKeys::parse(TOKEN_KEYS).unwrap());
    let owner_key = Err(AdminError::NotSignedIn);
    let settings = RegistrySettings {
        keys,
        prefix: Ok(Prefix::default()),
        owner_key,
        api_url: Ok(None),
        docs_url: Ok(None),
        presets: Ok(vec![]),
        audit_days: Ok(400),
        addresses: Ok(AddressRules::default()),
    };
    World::new(plan, &starts, &settings).run()
}

impl<'r> World<'r> {
    fn new(plan: &'r Plan, starts: &'r Starts, settings: &'r RegistrySettings) -> Self {
        let weather = &plan.weather;
        let gates = (0..weather.locations * weather.gates_each).map(|number| Gate {
            isolate: Isolate::new(weather),
            location: number / weather.gates_each,
            epoch: 0,
            clock_ms: 0,
            facts: Facts::default(),
        });
        Self {
            plan,
            queue: BTreeMap::new(),
            events: 0,
            now_ms: 0,
            gates: gates.collect(),
            shared: vec![BTreeMap::new(); weather.locations],
            tickets: BTreeMap::new(),
            kv: Kv::new(plan.seed, weather.kv.clone(), weather.locations),
            object: Object::new(plan.seed, starts, settings),
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
            Event::Resume(ticket) => self.hand_over(ticket)?,
            Event::Answered(asked, epoch) => self.answer(&asked, epoch)?,
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
                gate.isolate = Isolate::new(&self.plan.weather);
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
        for (number, answer) in self.listen() {
            self.admins.answered(number, answer).map_err(|what| self.complain(what))?;
            let way_ms = Random::of(self.plan.seed, &[7, self.now_ms]).between(1, 60);
            self.later(self.now_ms + way_ms, Event::Told(number));
        }
        Ok(())
    }

    /// Notes what the object wants to happen later; gives what it has answered.
    fn listen(&mut self) -> Vec<(u64, Result<Response, AdminError>)> {
        let (later, answers) = self.object.news();
        for (at_ms, event) in later {
            self.later(at_ms, Event::Object(event));
        }
        answers
    }

    fn complain(&self, what: String) -> Box<Complaint> {
        Box::new(Complaint { at_ms: self.now_ms, what })
    }

    /// When everything has come to rest: nothing that an admin was told of is lost, in SQLite or in KV.
    fn look_back(&mut self) -> Result<(), Box<Complaint>> {
        if !self.object.is_idle(self.now_ms) {
            return Err(self.complain("the outbox is not empty".to_owned()));
        }
        for (id, expected) in self.admins.records() {
            let key = Record::key(&id);
            let (in_registry, in_kv) =
                match (self.object.read(&RegistryRead::Record(id), self.now_ms), self.kv.newest(&key, self.now_ms)) {
                    (Ok(Some(record)), Some(in_kv)) => (record, in_kv.to_owned()),
                    (record, in_kv) => {
                        return Err(self.complain(format!("{key} is {record:?} in the registry, {in_kv:?} in KV")));
                    }
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
