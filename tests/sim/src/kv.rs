//! Workers KV, as bad as its documentation and the assumptions of docs/reliability.md allow: each location learns of a value late, at worst
//! 13 minutes after it landed, may return to an older one for a while, and keeps what it read, absence included.

use std::collections::BTreeMap;
use std::rc::Rc;

use tidegate::token::{StoreKeys, TokenKeys};

use super::plan::{KvWeather, Lateness};
use super::random::Random;

/// How late a location may learn of a value. docs/reliability.md assumes 14 minutes.
const LATEST_MS: u64 = 13 * 60 * 1_000;
/// How late a put may land that was not answered. docs/reliability.md assumes 15 minutes after a later one was answered.
const STRAY_MS: u64 = 10 * 60 * 1_000;
/// How late a put lands at most whose answer comes.
const PUT_MS: u64 = 300;
/// A key of somebody who can write KV and knows no secret.
const FOREIGN_KEY: &str = "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI";

/// The namespace, as all locations see it.
pub struct Kv {
    seed: u64,
    weather: KvWeather,
    keys: BTreeMap<String, Key>,
    locations: Vec<Location>,
    refuses_until_ms: u64,
    foreign: StoreKeys,
}

#[derive(Clone, Default)]
struct Location {
    out_until_ms: u64,
    hangs: bool,
}

struct Key {
    /// In the order of their landing, which for some is still to come.
    landed: Vec<Landed>,
    /// What each location keeps, and until when.
    cached: Vec<Option<(u64, Option<Rc<str>>)>>,
}

struct Landed {
    at_ms: u64,
    value: Rc<str>,
    /// When each location learns of it.
    seen_ms: Vec<u64>,
}

/// What becomes of a put.
pub struct PutOutcome {
    /// How long its answer takes; `None` if there is never one.
    pub after_ms: Option<u64>,
    /// Whether KV says that it has taken the value.
    pub taken: bool,
}

/// What becomes of a read.
pub enum ReadOutcome {
    /// A value, or that there is none.
    Gives(Option<Rc<str>>),
    /// It gives something that the registry never wrote there.
    Lies(Rc<str>),
    /// It fails.
    Fails,
    /// It never ends.
    Hangs,
}

impl Kv {
    /// Empty.
    pub fn new(seed: u64, weather: KvWeather, locations: usize) -> Self {
        let foreign = TokenKeys::parse(FOREIGN_KEY).unwrap().store().clone();
        let (keys, locations) = (BTreeMap::new(), vec![Location::default(); locations]);
        Self { seed, weather, keys, locations, refuses_until_ms: 0, foreign }
    }

    /// From now on it works as it should, so that a run can come to its end.
    pub fn heal(&mut self) {
        let lateness = Lateness::No;
        self.weather = KvWeather {
            lateness,
            reorders: false,
            cached_ms: 0,
            reads_fail: 0,
            reads_hang: 0,
            puts_fail: 0,
            lost_puts_land: 0,
            puts_hang: 0,
            lies: 0,
        };
        self.refuses_until_ms = 0;
    }

    /// It cannot be read at a location.
    pub fn break_down(&mut self, location: usize, until_ms: u64, hangs: bool) {
        self.locations[location] = Location { out_until_ms: until_ms, hangs };
    }

    /// It takes nothing.
    pub fn refuse(&mut self, until_ms: u64) {
        self.refuses_until_ms = until_ms;
    }

    /// A put that begins now.
    pub fn put(&mut self, key: &str, value: &str, now_ms: u64) -> PutOutcome {
        let mut random = Random::of(self.seed, &[1, now_ms, named(key)]);
        let KvWeather { puts_fail, puts_hang, lost_puts_land, .. } = self.weather;
        let after_ms = random.between(5, PUT_MS);
        if now_ms < self.refuses_until_ms {
            return PutOutcome { after_ms: Some(after_ms), taken: false };
        }
        let (fails, hangs) = (random.happens(puts_fail), random.happens(puts_hang));
        if !fails && !hangs {
            self.land(key, value, now_ms + after_ms, &mut random);
            return PutOutcome { after_ms: Some(after_ms), taken: true };
        }
        if random.happens(lost_puts_land) {
            let late_ms = random.heavy_tailed(1_000, STRAY_MS);
            self.land(key, value, now_ms + late_ms, &mut random);
        }
        PutOutcome { after_ms: (!hangs).then_some(after_ms), taken: false }
    }

    fn land(&mut self, key: &str, value: &str, at_ms: u64, random: &mut Random) {
        let late = |random: &mut Random| match self.weather.lateness {
            Lateness::No => 0,
            Lateness::UpTo(most) => random.between(0, most),
            Lateness::HeavyTailed => random.heavy_tailed(1_000, LATEST_MS),
            Lateness::Extreme => LATEST_MS,
        };
        let seen_ms = self.locations.iter().map(|_| at_ms + late(random)).collect();
        let count = self.locations.len();
        let known =
            self.keys.entry(key.to_owned()).or_insert_with(|| Key { landed: vec![], cached: vec![None; count] });
        let place = known.landed.partition_point(|other| other.at_ms <= at_ms);
        known.landed.insert(place, Landed { at_ms, value: value.into(), seen_ms });
    }

    /// A read at a location, of which the value is looked up now.
    pub fn read(&mut self, location: usize, key: &str, now_ms: u64) -> ReadOutcome {
        let mut random = Random::of(self.seed, &[2, now_ms, named(key), location as u64]);
        let KvWeather { reads_fail, reads_hang, lies, .. } = self.weather;
        let Location { out_until_ms, hangs } = self.locations[location];
        if now_ms < out_until_ms {
            return if hangs { ReadOutcome::Hangs } else { ReadOutcome::Fails };
        }
        match (random.happens(reads_fail), random.happens(reads_hang), random.happens(lies)) {
            (true, ..) => ReadOutcome::Fails,
            (_, true, _) => ReadOutcome::Hangs,
            (_, _, true) => self.lie(key, &mut random),
            _ => ReadOutcome::Gives(self.value(location, key, now_ms, &mut random)),
        }
    }

    fn value(&mut self, location: usize, key: &str, now_ms: u64, random: &mut Random) -> Option<Rc<str>> {
        let key = self.keys.get_mut(key)?;
        let newest = key.landed.iter().rfind(|landed| landed.at_ms <= now_ms)?;
        if newest.at_ms + LATEST_MS <= now_ms {
            return Some(Rc::clone(&newest.value));
        }
        if let Some((until_ms, value)) = &key.cached[location]
            && now_ms < *until_ms
        {
            return value.clone();
        }
        // What landed so long ago every location has: none gives what landed before it, in whatever order it learns of them.
        let settled = key.landed.iter().rposition(|landed| landed.at_ms + LATEST_MS <= now_ms).unwrap_or_default();
        let lately = key.landed.iter().skip(settled);
        let mut seen = lately.filter(|landed| landed.at_ms <= now_ms && landed.seen_ms[location] <= now_ms);
        let found =
            if self.weather.reorders { seen.max_by_key(|landed| landed.seen_ms[location]) } else { seen.next_back() };
        let value = found.map(|landed| Rc::clone(&landed.value));
        key.cached[location] = Some((now_ms + random.between(0, self.weather.cached_ms), value.clone()));
        value
    }

    /// What somebody could write who has no key: each would grant more than is true, if it were believed.
    fn lie(&self, key: &str, random: &mut Random) -> ReadOutcome {
        let first = self.keys.get(key).and_then(|known| known.landed.first());
        let other = self.keys.values().nth(random.below(self.keys.len() as u64) as usize);
        let lie = match (random.below(4), first, other) {
            // An old value as if it were new, signed with a key of their own.
            (0 | 1, Some(first), _) => self.resigned(key, &first.value),
            // Another key's value.
            (2, _, Some(other)) => other.landed.last().map_or_else(String::new, |landed| landed.value.to_string()),
            // The first value, under the MAC that it had, as a newer one.
            (3, Some(first), _) => renumbered(&first.value),
            _ => "{\"v\":1}".to_owned(),
        };
        ReadOutcome::Lies(lie.into())
    }

    fn resigned(&self, key: &str, value: &str) -> String {
        let body = renumbered(value);
        let unsigned = body.rsplit_once(",\"mac\":\"").map_or(String::new(), |(body, _)| format!("{body}}}"));
        self.foreign.sign(key, &unsigned).map_or_else(String::new, tidegate::token::SignedValue::into_string)
    }

    /// The revision of the value that is there, by landing; 0 where there is none.
    pub fn rev(&self, key: &str, now_ms: u64) -> u64 {
        let rev = self.newest(key, now_ms).and_then(|value| value.split_once("\"rev\":"));
        let digits = rev.and_then(|(_, rest)| rest.split(|digit: char| !digit.is_ascii_digit()).next());
        digits.and_then(|digits| digits.parse().ok()).unwrap_or_default()
    }

    /// The value that is there in the end, by landing.
    pub fn newest(&self, key: &str, now_ms: u64) -> Option<&str> {
        let landed = self.keys.get(key)?.landed.iter().rfind(|landed| landed.at_ms <= now_ms)?;
        Some(&landed.value)
    }
}

/// The value with a revision that nothing else has.
fn renumbered(value: &str) -> String {
    let Some((before, rest)) = value.split_once("\"rev\":") else { return value.to_owned() };
    let after = rest.trim_start_matches(|digit: char| digit.is_ascii_digit());
    format!("{before}\"rev\":1000000{after}")
}

/// A number for a key.
fn named(key: &str) -> u64 {
    key.bytes().fold(0, |sum: u64, byte| sum.wrapping_mul(31).wrapping_add(byte.into()))
}
