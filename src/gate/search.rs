//! The search for one value: what was asked so far, what the answers were, and what to ask next.

use std::rc::Rc;

use super::asked::{Answer, Asked};
use super::entry::Entry;
use super::memory::Memory;
use super::read::{Read, Reading};
use super::registry_read::{registry_answer, registry_read};
use super::remembered::Remembered;
use super::shared::Shared;
use super::turn::Turn;
use crate::decision::Denial;
use crate::feed::{Choice, DUE_AFTER_MS, InMemory, Known, Limits, Reading as Given, Source, choose};

/// How long a read of KV may take, in milliseconds.
pub(super) const KV_TIMEOUT_MS: u64 = 5_000;

/// The search for one thing, on behalf of one request.
pub(super) struct Search<T: Entry> {
    thing: T,
    for_denial: bool,
    /// Whether it is for a request without a genuine token.
    is_anyones: bool,
    memory: Option<Remembered<T::Value>>,
    kv: Answer<T::Value>,
    registry: Answer<T::Value>,
    choice: Choice,
    asking: Option<Asking>,
    /// Whether it has waited for another request's read already.
    has_waited: bool,
}

/// What it waits for.
enum Asking {
    Kv(Asked),
    /// This location's cache, before the registry.
    Shared(Asked, Turn),
    Registry(Asked, Turn),
    /// Another request's read of the same, or that fewer reads of the registry go on.
    Turn(Turn),
}

/// What was found.
pub(super) struct Found<V> {
    pub value: Option<Rc<V>>,
    pub source: Source,
    pub age_ms: u64,
}

impl<T: Entry> Search<T> {
    pub fn new(thing: T, for_denial: bool, is_anyones: bool) -> Self {
        let (kv, registry) = (Answer::NotAsked, Answer::NotAsked);
        let choice = Choice::Nothing;
        Self { thing, for_denial, is_anyones, memory: None, kv, registry, choice, asking: None, has_waited: false }
    }

    /// Chooses; tells whether a store is to be asked. Memory that the copy at hand vouches for is right as of that copy.
    pub fn asks(&mut self, memory: &mut Memory, limits: &Limits, is_fresh: bool, now_ms: u64) -> bool {
        let minimum = memory.minimum(|feed| self.thing.minimum(feed));
        self.memory = self.thing.recall(memory).map(|held| {
            let as_of_seq = minimum.as_of(Source::Memory, T::rev(&held.value), held.as_of_seq);
            if as_of_seq != held.as_of_seq {
                self.thing.remember(memory, Remembered { as_of_seq, ..held.clone() });
            }
            Remembered { as_of_seq, ..held }
        });
        let held = self.memory.as_ref();
        let known = Known {
            minimum,
            is_fresh,
            for_denial: self.for_denial,
            memory: held.map(|held| InMemory {
                rev: T::rev(&held.value),
                age_ms: held.age_ms(now_ms),
                looked_ms: now_ms.saturating_sub(held.looked_at_ms),
                as_of_seq: held.as_of_seq,
            }),
            kv: self.kv.given::<T>(),
            registry: self.registry.given::<T>(),
        };
        self.choice = choose(&known, limits);
        matches!(self.choice, Choice::Ask(_))
    }

    /// Asks the store that was chosen; `None` where it is known already that it gives nothing.
    pub fn ask(&mut self, memory: &mut Memory, now_ms: u64) -> Option<Read> {
        match self.choice {
            Choice::Ask(Source::Kv) => self.ask_kv(memory, now_ms),
            Choice::Ask(_) => self.ask_registry(memory, now_ms),
            Choice::Use(_) | Choice::Nothing => None,
        }
    }

    /// Takes in what came of the read that was asked for; `Some` where the same store takes another one.
    pub fn take(&mut self, reading: Reading, memory: &mut Memory, now_ms: u64) -> Option<Read> {
        match self.asking.take()? {
            Asking::Kv(asked) => {
                self.kv = self.read_from_kv(reading, asked, memory, now_ms);
                None
            }
            Asking::Shared(asked, turn) => match self.read_shared(reading, memory, now_ms) {
                Some(shared) => self.end(shared, turn, memory, now_ms),
                None => Some(self.read_registry(asked, turn)),
            },
            Asking::Registry(asked, turn) => {
                let answer = self.read_from_registry(reading, asked, memory, now_ms);
                self.end(answer.unwrap_or_else(Answer::Failed), turn, memory, now_ms)
            }
            Asking::Turn(turn) => self.look_again(turn, memory, now_ms),
        }
    }

    /// What was chosen. `degraded` gets what had to be done without.
    pub fn found(
        self,
        memory: &mut Memory,
        is_fresh: bool,
        now_ms: u64,
        degraded: &mut Vec<String>,
    ) -> Result<Found<T::Value>, Denial> {
        let Self { thing, memory: held, kv, registry, choice, .. } = self;
        let (kv_fault, registry_fault) = (kv.fault(), registry.fault());
        let has_looked = matches!(kv, Answer::Has(_));
        let (used, source) = match choice {
            Choice::Use(Source::Memory) => (held, Source::Memory),
            Choice::Use(Source::Kv) => (kv.value(), Source::Kv),
            Choice::Use(Source::Registry) => (registry.value(), Source::Registry),
            Choice::Ask(_) | Choice::Nothing => {
                let stale = (!is_fresh).then(|| "the change feed is too old".to_owned());
                let faults: Vec<_> = [stale, kv_fault, registry_fault].into_iter().flatten().collect();
                let faults = if faults.is_empty() { "nothing new enough".to_owned() } else { faults.join("; ") };
                return Err(Denial::Store(format!("{}: {faults}", thing.key())));
            }
        };
        degraded.extend(kv_fault.into_iter().chain(registry_fault));
        let is_new = source != Source::Memory;
        if let Some(used) = used.as_ref().filter(|_| is_new || has_looked) {
            let minimum = memory.minimum(|feed| thing.minimum(feed));
            let as_of_seq = minimum.as_of(source, T::rev(&used.value), used.as_of_seq);
            let looked_at_ms = if is_new { used.looked_at_ms } else { now_ms };
            thing.remember(memory, Remembered { as_of_seq, looked_at_ms, ..used.clone() });
        }
        let age_ms = used.as_ref().map_or(0, |used| used.age_ms(now_ms));
        Ok(Found { value: used.map(|used| used.value), source, age_ms })
    }

    fn ask_kv(&mut self, memory: &mut Memory, now_ms: u64) -> Option<Read> {
        if memory.in_flight.kv_is_down(now_ms) && self.memory.is_some() {
            self.kv = Answer::Failed("KV failed a moment ago".to_owned());
            return None;
        }
        self.asking = Some(Asking::Kv(Asked::now(memory, now_ms)));
        Some(Read::Kv { key: self.thing.key(), timeout_ms: KV_TIMEOUT_MS })
    }

    fn read_from_kv(&self, reading: Reading, asked: Asked, memory: &mut Memory, now_ms: u64) -> Answer<T::Value> {
        let key = self.thing.key();
        let stored = match reading {
            Reading::Nothing => Ok(None),
            Reading::Bytes(bytes) => Ok(Some(bytes)),
            Reading::Failed(fault) => Err(format!("{key} cannot be read: {fault}")),
            Reading::TooSlow => Err(format!("{key} cannot be read: no answer in time")),
            Reading::Response { .. } | Reading::Verified(_) | Reading::TooLong => {
                Err(format!("{key} cannot be read: it has no bytes"))
            }
        };
        memory.in_flight.kv_answered(stored.is_ok(), now_ms);
        let opened = stored.and_then(|bytes| self.parsed(bytes, |text| self.thing.open(text, memory)));
        opened.map_or_else(|fault| Answer::Failed(format!("in KV {fault}")), |value| asked.answered(value, now_ms))
    }

    /// Reads from the registry, unless another request of this isolate does: then what that one reads comes into memory.
    fn ask_registry(&mut self, memory: &mut Memory, now_ms: u64) -> Option<Read> {
        let least_rev = memory.minimum(|feed| self.thing.minimum(feed)).rev;
        self.begin(Turn::new(self.thing.key(), least_rev, self.is_anyones), memory, now_ms)
    }

    fn begin(&mut self, mut turn: Turn, memory: &mut Memory, now_ms: u64) -> Option<Read> {
        match turn.take(&mut memory.in_flight, now_ms) {
            Ok(None) => {}
            Ok(pause) => {
                self.asking = Some(Asking::Turn(turn));
                return pause;
            }
            Err(fault) => {
                self.registry = Answer::Failed(fault);
                return None;
            }
        }
        let asked = Asked::now(memory, now_ms);
        match T::SHARED_AS.and_then(|what| Shared::read(what, memory)) {
            Some(read) => {
                self.asking = Some(Asking::Shared(asked, turn));
                Some(read)
            }
            None => Some(self.read_registry(asked, turn)),
        }
    }

    /// After a pause: what another request has read meanwhile is chosen from; else it tries to read itself.
    fn look_again(&mut self, turn: Turn, memory: &mut Memory, now_ms: u64) -> Option<Read> {
        let before = self.memory.as_ref().map(|held| held.read_at_ms);
        if !self.has_waited && self.thing.recall(memory).map(|held| held.read_at_ms) > before {
            self.has_waited = true;
            return None;
        }
        self.begin(turn, memory, now_ms)
    }

    fn read_registry(&mut self, asked: Asked, turn: Turn) -> Read {
        self.asking = Some(Asking::Registry(asked, turn));
        registry_read(&self.thing.read())
    }

    fn read_from_registry(
        &self,
        reading: Reading,
        asked: Asked,
        memory: &mut Memory,
        now_ms: u64,
    ) -> Result<Answer<T::Value>, String> {
        let Some(bytes) = registry_answer(reading)? else { return Ok(asked.answered(None, now_ms)) };
        let text = self.text(bytes)?;
        if let Some((what, signed)) = T::SHARED_AS.zip(T::sign(&text, memory)) {
            Shared { text: signed.into_string(), asked_at_ms: asked.at_ms }.leave(what, memory);
        }
        let value = self.thing.parse(text, memory).map_err(|corrupt| self.corrupt(&corrupt))?;
        Ok(asked.answered(Some(value), now_ms))
    }

    /// What another isolate here was answered, while that is young, authentic and not older than the feed says.
    fn read_shared(&self, reading: Reading, memory: &Memory, now_ms: u64) -> Option<Answer<T::Value>> {
        let Shared { text, asked_at_ms } = Shared::of(reading)?;
        let age_ms = now_ms.checked_sub(asked_at_ms).filter(|age| *age < DUE_AFTER_MS);
        let value = self.thing.open(text, memory).ok().filter(|_| age_ms.is_some())?;
        let is_new = memory.minimum(|feed| self.thing.minimum(feed)).is_met_by(Some(T::rev(&value)));
        is_new.then(|| Asked { at_ms: asked_at_ms, feed_seq: 0 }.answered(Some(value), now_ms))
    }

    fn end(&mut self, answer: Answer<T::Value>, turn: Turn, memory: &mut Memory, now_ms: u64) -> Option<Read> {
        let minimum = memory.minimum(|feed| self.thing.minimum(feed));
        let has_given = matches!(answer.given::<T>(), Given::Has(rev) if rev.is_some() && minimum.is_met_by(rev));
        turn.end(has_given, &mut memory.in_flight, now_ms);
        self.registry = answer;
        None
    }

    fn parsed(
        &self,
        bytes: Option<Vec<u8>>,
        read: impl FnOnce(String) -> Result<Rc<T::Value>, String>,
    ) -> Result<Option<Rc<T::Value>>, String> {
        let Some(bytes) = bytes else { return Ok(None) };
        let text = self.text(bytes)?;
        read(text).map(Some).map_err(|corrupt| self.corrupt(&corrupt))
    }

    fn text(&self, bytes: Vec<u8>) -> Result<String, String> {
        String::from_utf8(bytes).map_err(|_| self.corrupt("it is not UTF-8"))
    }

    fn corrupt(&self, what: &str) -> String {
        format!("{} is corrupt: {what}", self.thing.key())
    }
}
