//! Sends what was counted to the stores, beside requests: nothing waits for it.

use serde_json::json;

use super::log;
use super::memory::Memory;
use super::read::{Read, Reading};
use super::step::Step;
use super::waiting::{Resume, Waiting};
use crate::usage::{FLUSH, Flush, Store};

/// How long a store may take to answer, in milliseconds. With the pauses and a second try, this ends before the 30 seconds do that
/// the platform keeps what goes on after an answer.
const TIMEOUT_MS: u64 = 3_000;
/// How long it is before the second try, in milliseconds.
const PAUSE_MS: u64 = 500;
/// How many random bytes name an isolate.
const NAME_BYTES: usize = 16;

/// One sending of what was counted.
pub(super) struct Flusher {
    stage: Stage,
    parcels: Vec<Parcel>,
    /// Whether it is the second try.
    is_again: bool,
}

enum Stage {
    /// It is too early; where the buffer was opened anew meanwhile, somebody else has it sent.
    Waiting {
        /// How often the buffer had been opened; `None` where it is sent in any case.
        opening: Option<u64>,
    },
    /// The isolate has no name yet.
    Naming,
    Sending,
    Pausing,
}

/// What goes to one store.
struct Parcel {
    store: Store,
    seq: u64,
    requests: u64,
    flush: Flush,
}

impl Flusher {
    /// Sends what will be there after some time. Where `is_early`, it may have been opened anew meanwhile.
    pub fn after(pause_ms: u64, is_early: bool, memory: &mut Memory) -> (Self, Vec<Read>) {
        let opening = Some(memory.usage.openings()).filter(|_| !is_early);
        let mut reads = vec![Read::Pause { pause_ms }];
        reads.extend(name(memory));
        (Self { stage: Stage::Waiting { opening }, parcels: Vec::new(), is_again: false }, reads)
    }

    /// Sends what is there. `None` where that is nothing.
    pub fn at_once(memory: &mut Memory, now_ms: u64) -> Option<(Self, Vec<Read>)> {
        let parcels = parcels(memory, now_ms);
        if parcels.is_empty() {
            return None;
        }
        let flusher = Self { stage: Stage::Naming, parcels, is_again: false };
        match name(memory) {
            Some(read) => Some((flusher, vec![read])),
            None => {
                let reads = flusher.reads(memory);
                Some((Self { stage: Stage::Sending, ..flusher }, reads))
            }
        }
    }

    fn reads(&self, memory: &mut Memory) -> Vec<Read> {
        let isolate = memory.usage.senders().isolate().unwrap_or_default().to_owned();
        let read = |parcel: &Parcel| {
            let flush = Flush { isolate: isolate.clone(), ..parcel.flush.clone() };
            // Nothing in it can fail to serialise.
            let body = serde_json::to_string(&flush).unwrap_or_default();
            Read::Usage { store: parcel.store.name(), url: FLUSH.to_owned(), body, timeout_ms: TIMEOUT_MS }
        };
        self.parcels.iter().map(read).collect()
    }

    fn send(mut self, memory: &mut Memory) -> Step {
        if self.parcels.is_empty() {
            return Step::Done;
        }
        if memory.usage.senders().isolate().is_none() {
            self.lose("no randomness", memory);
            return Step::Done;
        }
        let reads = self.reads(memory);
        self.stage = Stage::Sending;
        Step::Needs(Waiting::new(self), reads)
    }

    /// Takes in the stores' answers. What did not arrive is sent once more, with the same number.
    fn answered(mut self, readings: Vec<Reading>, memory: &mut Memory, now_ms: u64) -> Step {
        let mut why = String::new();
        let mut readings = readings.into_iter();
        let mut refused = Vec::new();
        self.parcels.retain(|parcel| match readings.next().unwrap_or(Reading::Nothing) {
            Reading::Response { status: 200..=299, .. } => {
                memory.usage.senders().arrived(parcel.store, parcel.seq, now_ms);
                false
            }
            Reading::Response { status: 400..=499, .. } => {
                refused.push((parcel.store, parcel.seq, parcel.requests));
                false
            }
            reading => {
                why = format!("{}: {}", parcel.store.name(), reason(&reading));
                true
            }
        });
        for (store, seq, requests) in refused {
            lose(store, seq, requests, "the store refuses it", memory);
        }
        if self.parcels.is_empty() {
            return Step::Done;
        }
        if self.is_again {
            self.lose(&why, memory);
            return Step::Done;
        }
        (self.is_again, self.stage) = (true, Stage::Pausing);
        Step::Needs(Waiting::new(self), vec![Read::Pause { pause_ms: PAUSE_MS }])
    }

    fn lose(self, why: &str, memory: &mut Memory) {
        for Parcel { store, seq, requests, .. } in self.parcels {
            lose(store, seq, requests, why, memory);
        }
    }
}

impl Resume for Flusher {
    fn resume(mut self: Box<Self>, memory: &mut Memory, readings: Vec<Reading>, now_ms: u64) -> Step {
        if let Stage::Waiting { .. } | Stage::Naming = self.stage {
            for reading in &readings {
                if let Reading::Bytes(random) = reading {
                    memory.usage.senders().name(random);
                }
            }
        }
        match self.stage {
            Stage::Waiting { opening } if opening.is_some_and(|opening| opening != memory.usage.openings()) => {
                Step::Done
            }
            Stage::Waiting { .. } => {
                self.parcels = parcels(memory, now_ms);
                self.send(memory)
            }
            Stage::Naming | Stage::Pausing => self.send(memory),
            Stage::Sending => self.answered(readings, memory, now_ms),
        }
    }

    fn refuse(self: Box<Self>, memory: &mut Memory, _: u64) -> Step {
        self.lose("too much waits", memory);
        Step::Done
    }
}

/// What is there, store by store.
fn parcels(memory: &mut Memory, now_ms: u64) -> Vec<Parcel> {
    let mut parcels = Vec::new();
    for (store, flush) in memory.usage.take(now_ms) {
        let (seq, requests) = (flush.seq, flush.requests());
        if memory.usage.senders().has_room() {
            memory.usage.senders().sent(store, &flush, now_ms);
            parcels.push(Parcel { store, seq, requests, flush });
        } else {
            lose(store, seq, requests, "too many are under way", memory);
        }
    }
    parcels
}

fn lose(store: Store, seq: u64, requests: u64, why: &str, memory: &mut Memory) {
    memory.usage.senders().lost(store, seq, requests);
    log::error(memory, &json!({ "event": "usage", "store": store.name(), "lost": requests, "reason": why }));
}

/// The read of the isolate's name, unless it has one.
fn name(memory: &mut Memory) -> Option<Read> {
    let is_named = memory.usage.senders().isolate().is_some();
    (!is_named).then_some(Read::Random { length: NAME_BYTES })
}

fn reason(reading: &Reading) -> String {
    match reading {
        Reading::TooSlow => "no answer in time".to_owned(),
        Reading::Failed(why) => why.clone(),
        Reading::Response { status, .. } => format!("status {status}"),
        _ => "no answer".to_owned(),
    }
}
