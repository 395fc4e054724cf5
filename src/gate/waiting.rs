//! What waits for reads: a request, or what goes on in the background.

use super::Gate;
use super::feed_reader::FeedReader;
use super::memory::Memory;
use super::step::{Reading, Step};
use crate::decision::Denial;

/// Something that waits for the reads of its last step.
pub struct Waiting(Box<Kind>);

#[allow(clippy::large_enum_variant, reason = "it is boxed, and most are requests")]
pub(super) enum Kind {
    Request(Gate),
    Feed(FeedReader),
}

impl Waiting {
    pub(super) fn new(kind: Kind) -> Self {
        Self(Box::new(kind))
    }

    /// Goes on with what came of the reads, in their order. One that is missing counts as one that gave nothing.
    pub fn resume(self, memory: &mut Memory, readings: Vec<Reading>, now_ms: u64) -> Step {
        memory.see_clock(now_ms);
        match *self.0 {
            Kind::Request(gate) => gate.resume(memory, readings, now_ms),
            Kind::Feed(reader) => {
                let reading = readings.into_iter().next().unwrap_or(Reading::Nothing);
                match reader.take(reading, memory, now_ms) {
                    Some((reader, read)) => Step::Needs(Self::new(Kind::Feed(reader)), vec![read]),
                    None => Step::Done,
                }
            }
        }
    }

    /// What becomes of it where too many wait already.
    pub fn refuse(self, memory: &mut Memory, now_ms: u64) -> Step {
        match *self.0 {
            Kind::Request(gate) => gate.deny(&Denial::TooBusy, None, None, memory, now_ms),
            Kind::Feed(_) => Step::Done,
        }
    }
}

impl std::fmt::Debug for Waiting {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match *self.0 {
            Kind::Request(_) => "Waiting(Request)",
            Kind::Feed(_) => "Waiting(Feed)",
        })
    }
}
