//! Reading the change feed: from this location's cache, where another isolate may have left a copy, else from the
//! registry, which is asked about once in five seconds by each location that way.

use serde_json::json;

use super::in_flight::Lease;
use super::log;
use super::memory::Memory;
use super::read::{Read, Reading};
use super::registry_read::RegistryRead;
use super::registry_read::{registry_answer, registry_read};
use super::shared::Shared;
use super::step::Step;
use super::turn::{MAX_POLLS, POLL_MS};
use super::waiting::{Resume, Waiting};
use crate::feed::{Feed, FeedCopy, Limits};

/// The name by which this location's cache keeps the copies.
const SHARED_AS: &str = "feed";

/// One request's read of the feed.
pub(super) struct FeedReader {
    asking: Asking,
    polls: u32,
}

enum Asking {
    /// Another request reads it for all.
    Turn(Limits),
    Shared(Lease),
    Registry {
        note: Lease,
        asked_at_ms: u64,
    },
}

impl FeedReader {
    /// Reads it where a newer copy is due and no request waits for one.
    pub fn refresh_if_due(memory: &mut Memory, now_ms: u64) -> Option<(Self, Read)> {
        if !memory.should_refresh(now_ms) {
            return None;
        }
        let note = memory.in_flight.begin_feed(now_ms)?;
        Some(Self::begin(note, memory, now_ms))
    }

    /// Reads it for a verdict. A request that finds another one reading waits for that one; `None` where a verdict need not wait.
    pub fn refresh(memory: &mut Memory, limits: &Limits, now_ms: u64) -> Option<(Self, Read)> {
        if memory.feed_is_fresh(now_ms, limits) || memory.in_flight.registry_is_down(now_ms) {
            return None;
        }
        Some(match memory.in_flight.begin_feed(now_ms) {
            Some(note) => Self::begin(note, memory, now_ms),
            None => (Self { asking: Asking::Turn(*limits), polls: 1 }, Read::Pause { pause_ms: POLL_MS }),
        })
    }

    fn begin(note: Lease, memory: &Memory, now_ms: u64) -> (Self, Read) {
        match Shared::read(SHARED_AS, memory) {
            Some(read) => (Self { asking: Asking::Shared(note), polls: 0 }, read),
            None => Self::ask_registry(note, now_ms),
        }
    }

    fn ask_registry(note: Lease, now_ms: u64) -> (Self, Read) {
        let asking = Asking::Registry { note, asked_at_ms: now_ms };
        (Self { asking, polls: 0 }, registry_read(&RegistryRead::Feed))
    }

    /// Takes in what came of the read; `None` where it has ended.
    pub fn take(self, reading: Reading, memory: &mut Memory, now_ms: u64) -> Option<(Self, Read)> {
        match self.asking {
            Asking::Turn(limits) if self.polls < MAX_POLLS => {
                let (reader, read) = Self::refresh(memory, &limits, now_ms)?;
                let polls = self.polls.saturating_add(reader.polls);
                Some((Self { polls, ..reader }, read))
            }
            Asking::Turn(_) => None,
            Asking::Shared(note) => match shared(reading, now_ms) {
                Some(copy) => Self::end(note, copy, memory, now_ms),
                None => Some(Self::ask_registry(note, now_ms)),
            },
            Asking::Registry { note, asked_at_ms } => match read(reading) {
                Ok((feed, text)) => {
                    memory.in_flight.registry_answered(true, now_ms);
                    Shared { text, asked_at_ms }.leave(SHARED_AS, memory);
                    Self::end(note, FeedCopy::asked(feed, asked_at_ms), memory, now_ms)
                }
                Err(reason) => {
                    memory.in_flight.registry_answered(false, now_ms);
                    memory.in_flight.end_feed(note);
                    log::error(memory, &json!({ "event": "feed", "reason": reason }));
                    None
                }
            },
        }
    }

    fn end(note: Lease, copy: FeedCopy, memory: &mut Memory, now_ms: u64) -> Option<(Self, Read)> {
        memory.see(copy, now_ms);
        memory.in_flight.end_feed(note);
        None
    }
}

impl Resume for FeedReader {
    fn resume(self: Box<Self>, memory: &mut Memory, readings: Vec<Reading>, now_ms: u64) -> Step {
        let reading = readings.into_iter().next().unwrap_or(Reading::Nothing);
        match self.take(reading, memory, now_ms) {
            Some((reader, read)) => Step::Needs(Waiting::new(reader), vec![read]),
            None => Step::Done,
        }
    }

    /// Where too many wait, a later request reads it.
    fn refuse(self: Box<Self>, _: &mut Memory, _: u64) -> Step {
        Step::Done
    }
}

/// Reads the registry's answer. A corrupt feed is a fault of the registry as much as none.
fn read(reading: Reading) -> Result<(Feed, String), String> {
    let bytes = registry_answer(reading)?.ok_or("the registry has no feed")?;
    let text = String::from_utf8(bytes).map_err(|_| "the feed is corrupt: it is not UTF-8")?;
    let feed = Feed::from_json(&text).map_err(|corrupt| format!("the feed is corrupt: {corrupt}"))?;
    Ok((feed, text))
}

/// The copy that another isolate here left, while it is young enough.
fn shared(reading: Reading, now_ms: u64) -> Option<FeedCopy> {
    let Shared { text, asked_at_ms } = Shared::of(reading)?;
    let copy = FeedCopy::shared(Feed::from_json(&text).ok()?, asked_at_ms, now_ms)?;
    (!copy.is_due(now_ms)).then_some(copy)
}
