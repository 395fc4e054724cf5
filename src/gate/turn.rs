//! The turn of a request to read something from the registry: nothing is read by two requests of an isolate at once.

use super::in_flight::{InFlight, Lease};
use super::read::Read;

/// After how long a request that waits looks again, in milliseconds.
pub(super) const POLL_MS: u64 = 25;
/// How often a request that waits looks again: for longer than a note counts, since the request that left it may be gone.
pub(super) const MAX_POLLS: u32 = 180;

/// A request's turn to read one thing from the registry.
pub(super) struct Turn {
    key: String,
    /// The least revision that would do, by the feed; `None` where every one would.
    least_rev: Option<u64>,
    /// Whether the request has no genuine token.
    is_anyones: bool,
    polls: u32,
    note: Option<Lease>,
}

impl Turn {
    /// One that was not waited for yet.
    pub fn new(key: String, least_rev: Option<u64>, is_anyones: bool) -> Self {
        Self { key, least_rev, is_anyones, polls: 0, note: None }
    }

    /// Takes the turn, or waits for it: `Some` is the pause before it looks again.
    ///
    /// # Errors
    /// Why it may not read.
    pub fn take(&mut self, in_flight: &mut InFlight, now_ms: u64) -> Result<Option<Read>, String> {
        let fault = if self.polls == 0 && in_flight.registry_is_down(now_ms) {
            "the registry failed a moment ago"
        } else if self.is_anyones && in_flight.is_missing(&self.key, self.least_rev, now_ms) {
            "the registry did not give it a moment ago"
        } else if self.polls >= MAX_POLLS {
            "too many reads of the registry at a time"
        } else {
            self.note = in_flight.begin_read(&self.key, self.is_anyones, now_ms);
            self.polls = self.polls.saturating_add(1);
            return Ok(self.note.is_none().then_some(Read::Pause { pause_ms: POLL_MS }));
        };
        Err(fault.to_owned())
    }

    /// Ends the turn. What the registry did not give, no other request without a token asks for so soon.
    pub fn end(self, has_given: bool, in_flight: &mut InFlight, now_ms: u64) {
        if let Some(note) = self.note {
            in_flight.end_read(&self.key, note);
        }
        if self.is_anyones && !has_given {
            in_flight.note_missing(self.key, self.least_rev, now_ms);
        }
    }
}
