//! What gates read, and where: KV, the registry, the location's cache. Each read goes its way and comes back; the reads of one step
//! are handed over together.

use std::rc::Rc;

use registry::{READS, Read as RegistryRead};
use tidegate::feed::Feed;
use tidegate::gate::{Handle, Read, Reading};
use tidegate::record::Record;

use super::requests::Asked;
use super::{EPOCH_MS, Event, World};
use crate::facts::DRIFT_MS;
use crate::kv::ReadOutcome;
use crate::random::Random;
use crate::report::Complaint;

/// How many copies of the feed are kept apart: more than are under way at a time.
const KEPT_COPIES: usize = 64;
/// How old a shared copy can be and still be taken, with any clocks that docs/reliability.md assumes, in milliseconds.
const SURELY_YOUNG_MS: u64 = 4_000;

/// What waits for reads.
pub struct Ticket {
    gate: usize,
    epoch: u64,
    handle: Handle,
    asked: Option<Box<Asked>>,
    reads: Vec<Read>,
    readings: Vec<Option<Reading>>,
    ready_ms: u64,
}

/// A text that an isolate left in its location's cache.
#[derive(Clone)]
pub struct Shared {
    pub text: Rc<str>,
    pub until_ms: u64,
}

/// A copy of the feed, taken apart.
pub struct Copy {
    text: Rc<str>,
    made_ms: u64,
    policy: u64,
    revs: Vec<(usize, u64)>,
}

impl World<'_> {
    /// Sends the reads of a step on their way.
    pub(super) fn wait(&mut self, gate: usize, asked: Option<Box<Asked>>, handle: Handle, reads: Vec<Read>) {
        self.events += 1;
        let number = self.events;
        let weather = &self.plan.weather;
        let mut random = Random::of(self.plan.seed, &[3, self.now_ms, gate as u64, asked.is_some().into()]);
        let ways: Vec<u64> = reads
            .iter()
            .map(|read| match read {
                Read::Kv { .. } => random.heavy_tailed(2, 400),
                Read::Registry { .. } => random.between(2, weather.registry_latency_ms.max(4)) / 2,
                Read::Shared { .. } => random.between(0, 4),
                Read::Pause { pause_ms } => *pause_ms,
                Read::Authorization | Read::Fields | Read::Body { .. } => 0,
                other => panic!("the gate asks for {other:?}"),
            })
            .collect();
        for (place, way_ms) in ways.into_iter().enumerate() {
            self.later(self.now_ms + way_ms, Event::Arrive(number, place));
        }
        let (epoch, readings) = (self.gates[gate].epoch, reads.iter().map(|_| None).collect());
        let ticket = Ticket { gate, epoch, handle, asked, reads, readings, ready_ms: self.now_ms };
        self.tickets.insert(number, ticket);
    }

    /// A read is where it goes. What it finds there takes as long again to come back.
    pub(super) fn arrive(&mut self, number: u64, place: usize) {
        let Some(ticket) = self.tickets.get(&number) else { return };
        let (gate, read) = (ticket.gate, ticket.reads[place].clone());
        let (reading, after_ms) = match &read {
            Read::Authorization => (authorization(ticket.asked.as_deref()), 0),
            Read::Pause { .. } | Read::Fields | Read::Body { .. } => (Reading::Nothing, 0),
            Read::Kv { .. } | Read::Registry { .. } | Read::Shared { .. } => self.find(gate, place, &read),
            other => panic!("the gate asks for {other:?}"),
        };
        let ready_ms = self.now_ms + after_ms;
        if matches!(reading, Reading::Failed(_) | Reading::TooSlow) {
            self.report.failures += 1;
            self.gates[gate].facts.fail(ready_ms);
        }
        let Some(ticket) = self.tickets.get_mut(&number) else { return };
        ticket.readings[place] = Some(reading);
        ticket.ready_ms = ticket.ready_ms.max(ready_ms);
        if ticket.readings.iter().all(Option::is_some) {
            let ready_ms = ticket.ready_ms;
            self.later(ready_ms, Event::Resume(number));
        }
    }

    /// All reads of a step have come back.
    pub(super) fn hand_over(&mut self, number: u64) -> Result<(), Box<Complaint>> {
        let Some(ticket) = self.tickets.remove(&number) else { return Ok(()) };
        let Ticket { gate, epoch, handle, asked, reads, readings, .. } = ticket;
        if self.gates[gate].epoch != epoch {
            return Ok(());
        }
        let readings: Vec<Reading> = readings.into_iter().flatten().collect();
        for (read, reading) in reads.iter().zip(&readings) {
            self.note(gate, read, reading);
        }
        self.resume(gate, asked, handle, readings)
    }

    fn find(&mut self, gate: usize, place: usize, read: &Read) -> (Reading, u64) {
        let mut random = Random::of(self.plan.seed, &[4, self.now_ms, gate as u64, place as u64]);
        let location = self.gates[gate].location;
        match read {
            Read::Kv { key, timeout_ms } => self.read_kv(location, key, *timeout_ms, random.between(0, 20)),
            Read::Registry { url, timeout_ms } => self.read_registry(location, url, *timeout_ms, &mut random),
            Read::Shared { url, .. } => {
                let is_there = !random.happens(self.plan.weather.cache_misses);
                let shared = self.shared[location].get(url).filter(|shared| is_there && self.now_ms < shared.until_ms);
                (shared.map_or(Reading::Nothing, |shared| Reading::Bytes(shared.text.as_bytes().to_vec())), 0)
            }
            _ => (Reading::Nothing, 0),
        }
    }

    fn read_kv(&mut self, location: usize, key: &str, timeout_ms: u64, back_ms: u64) -> (Reading, u64) {
        match self.kv.read(location, key, self.now_ms) {
            ReadOutcome::Gives(None) => (Reading::Nothing, back_ms),
            ReadOutcome::Gives(Some(value)) => (Reading::Bytes(value.as_bytes().to_vec()), back_ms),
            ReadOutcome::Lies(value) => {
                self.report.lies += 1;
                (Reading::Bytes(value.as_bytes().to_vec()), back_ms)
            }
            ReadOutcome::Fails => (Reading::Failed("KV GET failed: 500".to_owned()), back_ms),
            ReadOutcome::Hangs => (Reading::TooSlow, timeout_ms),
        }
    }

    fn read_registry(&mut self, location: usize, url: &str, timeout_ms: u64, random: &mut Random) -> (Reading, u64) {
        let back_ms = random.between(1, self.plan.weather.registry_latency_ms.max(2)) / 2;
        let (out_until_ms, hangs) = self.registry_out[location];
        let is_out = self.now_ms < out_until_ms;
        if is_out || random.happens(self.plan.weather.registry_fails) {
            let hangs = if is_out { hangs } else { random.happens(200) };
            let failed = || Reading::Failed("Error: Durable Object is overloaded.".to_owned());
            return if hangs { (Reading::TooSlow, timeout_ms) } else { (failed(), back_ms) };
        }
        let read = url.strip_prefix(READS).and_then(RegistryRead::from_path).unwrap();
        self.report.registry_reads += 1;
        let found = self.object.read(&read, self.now_ms);
        self.listen();
        match found {
            Ok(Some(text)) => {
                if read == RegistryRead::Feed {
                    self.keep_copy(&text);
                }
                (Reading::Response { status: 200, body: text.into_bytes() }, back_ms)
            }
            Ok(None) => (Reading::Response { status: 404, body: Vec::new() }, back_ms),
            Err(()) => (Reading::Response { status: 503, body: Vec::new() }, back_ms),
        }
    }

    /// Takes a copy of the feed apart, for the reference: once, since it is given to many.
    fn keep_copy(&mut self, text: &str) {
        let Ok(feed) = Feed::from_json(text) else { return };
        let revs = feed.revs.iter().filter_map(|(id, rev)| Some((self.admins.find(id)?, *rev))).collect();
        if self.copies.len() >= KEPT_COPIES {
            self.copies.remove(0);
        }
        let policy = feed.policy.unwrap_or_default();
        self.copies.push(Copy { text: text.into(), made_ms: self.now_ms, policy, revs });
    }

    /// Notes what an isolate is given, for the reference.
    fn note(&mut self, gate: usize, read: &Read, reading: &Reading) {
        match (read, reading) {
            (Read::Kv { key, .. }, Reading::Bytes(_) | Reading::Nothing) => {
                if let Some(integration) = Record::id_of(key).and_then(|id| self.admins.find(&id)) {
                    self.gates[gate].facts.read_ms.insert(integration, self.now_ms);
                }
            }
            (Read::Registry { url, .. }, Reading::Response { status: 200 | 404, body }) => {
                match url.strip_prefix(READS).and_then(RegistryRead::from_path) {
                    Some(RegistryRead::Record(id)) => {
                        if let Some(integration) = self.admins.find(&id) {
                            self.gates[gate].facts.read_ms.insert(integration, self.now_ms);
                        }
                    }
                    Some(RegistryRead::Feed) => self.note_copy(gate, body, None),
                    _ => {}
                }
            }
            (Read::Shared { url, .. }, Reading::Bytes(bytes)) if url.contains("//feed.") => {
                let text = std::str::from_utf8(bytes).unwrap_or_default();
                let Some((asked, text)) = text.split_once('\n') else { return };
                self.note_copy(gate, text.as_bytes(), asked.parse().ok());
            }
            _ => {}
        }
    }

    /// An isolate is given a copy of the feed: `asked_ms` is when another one asked for it, by its clock.
    fn note_copy(&mut self, gate: usize, text: &[u8], asked_ms: Option<u64>) {
        let is_set_off = self.is_set_off(gate);
        let Some(copy) = self.copies.iter().rfind(|copy| copy.text.as_bytes() == text) else { return };
        // A shared copy that looks old by the isolate's clock, or to be from the future, is not taken.
        if let Some(asked_ms) = asked_ms {
            let asked_ms = asked_ms.saturating_sub(EPOCH_MS);
            let young = self.now_ms.saturating_sub(SURELY_YOUNG_MS)..=self.now_ms + DRIFT_MS.unsigned_abs();
            if is_set_off || !young.contains(&asked_ms) || !young.contains(&copy.made_ms) {
                return;
            }
        }
        let facts = &mut self.gates[gate].facts;
        facts.feed_made_ms = facts.feed_made_ms.max(Some(copy.made_ms));
        facts.listed_policy = facts.listed_policy.max(copy.policy);
        for (integration, rev) in &copy.revs {
            let listed = facts.listed.entry(*integration).or_default();
            *listed = (*listed).max(*rev);
        }
    }
}

fn authorization(asked: Option<&Asked>) -> Reading {
    let text = asked.and_then(|asked| asked.sent.authorization.as_ref());
    text.map_or(Reading::Nothing, |text| Reading::Bytes(text.as_bytes().to_vec()))
}
