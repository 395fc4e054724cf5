//! Makes a plan from a seed: a weather, admins at work, and requests, most of them about what has just changed.

use super::api::{OPERATIONS, VARIANTS};
use super::plan::{Command, Deed, KvWeather, Lateness, Plan, Question, Token, Weather};
use super::random::Random;

/// How large a plan is.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Requests.
    pub requests: u64,
    /// Commands.
    pub commands: u64,
}

/// What the tests and the command use.
pub const SIZE: Size = Size { requests: 12_000, commands: 120 };

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;

/// What a plan is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Anything.
    Usual,
    /// More changes than the feed lists. Small, since such a feed takes ten times as long to simulate.
    Overflow,
    /// KV cannot be read for longer than the feed remembers a change.
    Drought,
    /// Clocks step while the registry cannot be reached.
    Clocks,
}

/// The plan of a seed.
pub fn plan(seed: u64, size: Size) -> Plan {
    let mut random = Random::of(seed, &[0]);
    let kind =
        [Kind::Overflow, Kind::Drought, Kind::Clocks].get(random.below(16) as usize).copied().unwrap_or(Kind::Usual);
    let mut weather = weather(&mut random);
    let (size, length_ms) = match kind {
        Kind::Usual | Kind::Clocks => (size, random.between(20 * MINUTE, 50 * MINUTE)),
        Kind::Drought => (size, random.between(40 * MINUTE, 60 * MINUTE)),
        Kind::Overflow => (Size { requests: size.requests / 8, commands: size.commands / 8 }, 12 * MINUTE),
    };
    match kind {
        Kind::Usual | Kind::Clocks => {}
        Kind::Drought => (weather.last_known_good_ms, weather.registry_fails) = (3_600_000, 0),
        Kind::Overflow => (weather.locations, weather.gates_each) = (2, 1),
    }
    let mut maker = Maker { random, weather, integrations: 0, length_ms, deeds: Vec::new() };
    maker.admins(size);
    maker.quiet(kind);
    match kind {
        Kind::Usual => maker.misfortunes(),
        Kind::Clocks => maker.clocks_in_outages(),
        Kind::Overflow | Kind::Drought => {}
    }
    maker.requests(size);
    let Maker { weather, mut deeds, .. } = maker;
    deeds.sort_by_key(|(at_ms, _)| *at_ms);
    Plan { seed, weather, deeds }
}

fn weather(random: &mut Random) -> Weather {
    let gates_each = random.pick(&[1, 2, 3]);
    let bad = |random: &mut Random, rates: &[u64]| if random.happens(500) { 0 } else { random.pick(rates) };
    let kv = KvWeather {
        lateness: random.pick(&[
            Lateness::No,
            Lateness::UpTo(60_000),
            Lateness::UpTo(60_000),
            Lateness::HeavyTailed,
            Lateness::Extreme,
        ]),
        reorders: random.happens(500),
        cached_ms: random.pick(&[0, 30_000, 60_000]),
        reads_fail: bad(random, &[10, 100, 500]),
        reads_hang: bad(random, &[2, 20]),
        puts_fail: bad(random, &[50, 300]),
        lost_puts_land: random.pick(&[0, 500]),
        puts_hang: bad(random, &[10, 50]),
        lies: bad(random, &[10, 100]),
    };
    Weather {
        locations: random.pick(&[1, 2, 3, 4]),
        gates_each,
        max_staleness_ms: random.pick(&[7_000, 10_000, 10_000, 30_000]),
        denies_on_outage: random.happens(300),
        last_known_good_ms: random.pick(&[0, 300_000, 300_000, 3_600_000]),
        kv,
        registry_fails: bad(random, &[5, 50, 200]),
        database_fails: bad(random, &[30]),
        registry_latency_ms: random.pick(&[20, 100, 400]),
        cache_misses: random.pick(&[0, 100, 1_000]),
        cache_overdue_ms: random.pick(&[0, 0, 10_000]),
        origin_fails: random.pick(&[0, 20]),
        clocks_drift: random.happens(700),
    }
}

struct Maker {
    random: Random,
    weather: Weather,
    integrations: usize,
    length_ms: u64,
    deeds: Vec<(u64, Deed)>,
}

impl Maker {
    fn gate(&mut self) -> usize {
        let count = self.weather.locations * self.weather.gates_each;
        self.random.below(count as u64) as usize
    }

    fn add(&mut self, at_ms: u64, deed: Deed) {
        self.deeds.push((at_ms, deed));
    }

    /// Creations, and changes of what is there by then.
    fn admins(&mut self, size: Size) {
        for number in 0..size.commands {
            let at_ms = SECOND + self.random.below(self.length_ms);
            let is_creation = number < 6 || self.random.happens(120);
            if is_creation {
                let (integration, scopes) = (self.integrations, self.scopes());
                self.integrations += 1;
                self.add(
                    if number < 6 { SECOND + number * 200 } else { at_ms },
                    Deed::Change(Command::Create(integration, scopes)),
                );
            } else {
                let command = self.command();
                self.add(at_ms, Deed::Change(command));
                if self.random.happens(150) {
                    // Two admins at once, or one who changes their mind.
                    let next = match command.integration() {
                        Some(integration) if self.random.happens(400) => Command::Undo(integration),
                        _ => self.command(),
                    };
                    let after_ms = self.random.pick(&[1, 30, 400, 2_000, 30_000]);
                    self.add(at_ms + after_ms, Deed::Change(next));
                }
            }
        }
    }

    fn scopes(&mut self) -> u8 {
        1 + self.random.below(15) as u8
    }

    fn command(&mut self) -> Command {
        let integration = self.random.below(self.integrations as u64) as usize;
        match self.random.below(100) {
            0..18 => Command::RotateLater(integration, self.random.pick(&[60, 60, 61, 300, 3_600])),
            18..30 => Command::RotateNow(integration),
            30..37 => Command::Cancel(integration),
            37..47 => Command::Finish(integration),
            47..50 => Command::Extend(integration, self.random.pick(&[30, 600])),
            50..64 => Command::Edit(integration, self.scopes()),
            64..69 => Command::Pause(integration),
            69..73 => Command::Resume(integration),
            73..76 => Command::End(integration, Some(self.random.pick(&[20, 120, 900, 86_400]))),
            76..77 => Command::End(integration, None),
            77..82 => Command::Undo(integration),
            82..84 => Command::EditStale(integration, self.scopes()),
            84..89 => Command::Delete(integration),
            89..98 => Command::Publish(self.random.below(VARIANTS) as u8),
            _ => Command::Resync,
        }
    }

    fn moment(&mut self) -> u64 {
        10 * SECOND + self.random.below(self.length_ms)
    }

    /// What happens beside: ends, steps of clocks, outages.
    fn misfortunes(&mut self) {
        for _ in 0..self.random.below(8) {
            let (at_ms, gate) = (self.moment(), self.gate());
            self.add(at_ms, Deed::IsolateEnds(gate));
        }
        match self.random.below(10) {
            0..2 => self.clocks_of_gates(),
            2 => self.clock_of_registry(),
            _ => {}
        }
        for _ in 0..self.random.pick(&[0, 0, 1, 3]) {
            let (at_ms, hangs) = (self.moment(), self.random.happens(300));
            let location = self.random.happens(500).then(|| self.random.below(self.weather.locations as u64) as usize);
            let length_ms = self.random.pick(&[3 * SECOND, 20 * SECOND, 2 * MINUTE, 12 * MINUTE]);
            self.add(at_ms, Deed::RegistryOut { location, length_ms, hangs });
        }
        for _ in 0..self.random.pick(&[0, 0, 1, 3]) {
            let (at_ms, hangs) = (self.moment(), self.random.happens(300));
            let location = self.random.below(self.weather.locations as u64) as usize;
            let length_ms = self.random.pick(&[20 * SECOND, 6 * MINUTE, 25 * MINUTE]);
            self.add(at_ms, Deed::KvOut { location, length_ms, hangs });
        }
        for _ in 0..self.random.pick(&[0, 1, 4]) {
            let at_ms = self.moment();
            let deed = self.random.below(3);
            let length_ms = self.random.pick(&[MINUTE, 10 * MINUTE]);
            self.add(at_ms, [Deed::RegistryEnds, Deed::AlarmLost, Deed::KvRefuses(length_ms)][deed as usize].clone());
        }
    }

    /// Integrations that every gate is asked about once, then hardly ever: what a gate remembers of them lives longest. Each is
    /// changed meanwhile.
    fn quiet(&mut self, kind: Kind) {
        let gates = self.weather.locations * self.weather.gates_each;
        let first = self.integrations;
        for integration in first..first + 3 {
            let scopes = self.scopes();
            self.add(2 * SECOND, Deed::Change(Command::Create(integration, scopes)));
            let begun_ms = self.random.between(MINUTE, 3 * MINUTE);
            let changed_ms = begun_ms + self.random.between(20 * SECOND, 90 * SECOND);
            for gate in 0..gates {
                let at_ms = begun_ms + self.random.below(15 * SECOND);
                self.look(at_ms, gate, integration);
                let pause_ms = match kind {
                    Kind::Overflow => self.random.between(20 * SECOND, 3 * MINUTE),
                    _ => self.random.between(15 * MINUTE, 22 * MINUTE),
                };
                self.look(changed_ms + pause_ms, gate, integration);
            }
            let command = match self.random.below(3) {
                0 => Command::RotateNow(integration),
                1 => Command::Delete(integration),
                _ => Command::Edit(integration, self.scopes()),
            };
            self.add(changed_ms, Deed::Change(command));
            match kind {
                Kind::Usual | Kind::Clocks => {}
                Kind::Drought => {
                    for location in 0..self.weather.locations {
                        let deed = Deed::KvOut { location, length_ms: 30 * MINUTE, hangs: false };
                        self.add(begun_ms + 15 * SECOND, deed);
                    }
                }
                Kind::Overflow => {
                    let after_ms = self.random.between(SECOND, 15 * SECOND);
                    self.add(changed_ms + after_ms, Deed::Crowd(4_100));
                }
            }
        }
    }

    fn look(&mut self, at_ms: u64, gate: usize, integration: usize) {
        let operation = self.random.below(4) as usize;
        let token = Token::Of { integration, back: 0 };
        self.add(at_ms, Deed::Ask(Question { gate, token, operation, foreign: false }));
    }

    /// Clocks that are ahead step back just after the registry could not be reached.
    fn clocks_in_outages(&mut self) {
        for _ in 0..12 {
            let (at_ms, gate) = (self.moment(), self.gate());
            let (ahead_ms, hangs) = (self.random.pick(&[20_000, 90_000, 3_600_000]), self.random.happens(300));
            self.add(at_ms, Deed::ClockOfGate(gate, ahead_ms));
            let length_ms = self.random.between(2 * SECOND, 10 * SECOND);
            self.add(at_ms + 30 * SECOND, Deed::RegistryOut { location: None, length_ms, hangs });
            self.add(at_ms + 30 * SECOND + length_ms, Deed::ClockOfGate(gate, 0));
        }
    }

    fn clocks_of_gates(&mut self) {
        for _ in 0..self.random.between(1, 12) {
            let (at_ms, gate) = (self.moment(), self.gate());
            let off_ms = self.random.pick(&[-600_000, -20_000, -3_000, -900, 0, 0, 0, 900, 5_000, 90_000, 3_600_000]);
            self.add(at_ms, Deed::ClockOfGate(gate, off_ms));
        }
    }

    /// By less than a minute: docs/reliability.md assumes that it does not jump by minutes.
    fn clock_of_registry(&mut self) {
        for _ in 0..self.random.between(1, 6) {
            let at_ms = self.moment();
            let off_ms = self.random.pick(&[-20_000, -3_000, -900, 0, 0, 900, 5_000, 20_000]);
            self.add(at_ms, Deed::ClockOfRegistry(off_ms));
        }
    }

    fn requests(&mut self, size: Size) {
        // Of the quiet ones nobody asks beside.
        let is_asked_about = |subject: &Option<usize>| subject.is_none_or(|place| place < self.integrations);
        let subjects = self.deeds.iter().filter_map(|(at_ms, deed)| Some((*at_ms, subject(deed)?)));
        let changes: Vec<(u64, Option<usize>)> = subjects.filter(|(_, subject)| is_asked_about(subject)).collect();
        for _ in 0..size.requests {
            let (at_ms, subject) = if self.random.happens(850) && !changes.is_empty() {
                let (at_ms, subject) = changes[self.random.below(changes.len() as u64) as usize];
                (at_ms + self.after(), subject)
            } else {
                (SECOND + self.random.below(self.length_ms + 2 * MINUTE), None)
            };
            let question = self.question(subject);
            self.add(at_ms, Deed::Ask(question));
        }
    }

    /// How long after a change somebody asks: mostly while it could still be missed.
    fn after(&mut self) -> u64 {
        match self.random.below(10) {
            0..5 => self.random.below(20 * SECOND),
            5..8 => self.random.below(90 * SECOND),
            8 => self.random.below(6 * MINUTE),
            _ => self.random.below(18 * MINUTE),
        }
    }

    fn question(&mut self, subject: Option<usize>) -> Question {
        let gate = self.gate();
        let integration = subject.unwrap_or_else(|| self.random.below(self.integrations as u64) as usize);
        let token = match self.random.below(40) {
            0 => Token::None,
            1 => Token::Forged,
            _ => Token::Of { integration, back: self.random.pick(&[0, 0, 0, 0, 1, 1, 2]) },
        };
        let operation = self.random.below(OPERATIONS.len() as u64) as usize;
        Question { gate, token, operation, foreign: self.random.happens(60) }
    }
}

/// What a deed changes, and so what is worth asking about after it: an integration, or any.
fn subject(deed: &Deed) -> Option<Option<usize>> {
    match deed {
        Deed::Change(Command::Resync) => None,
        Deed::Change(command) => Some(command.integration()),
        _ => None,
    }
}
