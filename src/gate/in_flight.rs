//! What the requests of this isolate are reading. The platform forbids one request to wait for the I/O of another. So each
//! request notes what it reads, the others look again after a pause of their own, and what was read is then in memory. A note
//! is a lease: a request whose client went away never takes it back.

use std::collections::BTreeMap;

/// How long a note counts, in milliseconds: longer than what it stands for may take.
const LEASE_MS: u64 = 4_000;
/// How many things an isolate reads from the registry at a time, and up to how many of them a request without a token begins one.
const MAX_READS: usize = 16;
const MAX_BEFORE_ANYONES: usize = 8;
/// How long a failure is taken for the state of things, in milliseconds: nobody waits for another try so soon.
const FAILED_FOR_MS: u64 = 5_000;
/// How soon after a failure the registry is tried again in the background, in milliseconds.
const AGAIN_AFTER_MS: u64 = 1_000;

/// A note that its owner takes back. Where it has run out, and somebody else has left one, it is not that one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Lease {
    until_ms: u64,
}

/// One isolate's notes.
#[derive(Default)]
pub(super) struct InFlight {
    feed: Option<Lease>,
    reads: BTreeMap<String, Lease>,
    /// What the registry did not give to requests without a token: when, and which revision would have done.
    missing: BTreeMap<String, (u64, Option<u64>)>,
    registry_failed_ms: Option<u64>,
    kv_failed_ms: Option<u64>,
}

impl InFlight {
    /// Whether nobody reads the feed.
    pub fn feed_is_free(&self, now_ms: u64) -> bool {
        self.feed.is_none_or(|note| note.has_run_out(now_ms))
    }

    /// Notes that the feed is being read, unless somebody else does.
    pub fn begin_feed(&mut self, now_ms: u64) -> Option<Lease> {
        let note = self.feed_is_free(now_ms).then(|| Lease::at(now_ms))?;
        self.feed = Some(note);
        Some(note)
    }

    /// Takes the note back.
    pub fn end_feed(&mut self, note: Lease) {
        if self.feed == Some(note) {
            self.feed = None;
        }
    }

    /// Notes that something is being read from the registry, unless somebody else does, or too many do.
    pub fn begin_read(&mut self, key: &str, is_anyones: bool, now_ms: u64) -> Option<Lease> {
        let reads = &mut self.reads;
        reads.retain(|_, note| !note.has_run_out(now_ms));
        let most = if is_anyones { MAX_BEFORE_ANYONES } else { MAX_READS };
        let is_free = !reads.contains_key(key) && reads.len() < most;
        let note = is_free.then(|| Lease::at(now_ms))?;
        reads.insert(key.to_owned(), note);
        Some(note)
    }

    /// Takes the note back.
    pub fn end_read(&mut self, key: &str, note: Lease) {
        if self.reads.get(key) == Some(&note) {
            self.reads.remove(key);
        }
    }

    /// Notes that the registry did not give something of this revision to a request without a token.
    pub fn note_missing(&mut self, key: String, least_rev: Option<u64>, now_ms: u64) {
        self.missing.retain(|_, (at_ms, _)| is_within(Some(*at_ms), FAILED_FOR_MS, now_ms));
        self.missing.insert(key, (now_ms, least_rev));
    }

    /// Whether it did so lately, and of this revision: a newer one may be there by now.
    pub fn is_missing(&self, key: &str, least_rev: Option<u64>, now_ms: u64) -> bool {
        let missed = self.missing.get(key).filter(|(_, rev)| *rev == least_rev);
        is_within(missed.map(|(at_ms, _)| *at_ms), FAILED_FOR_MS, now_ms)
    }

    /// Notes whether the registry gave the feed. Only that tells of its state: one record that it cannot give does not.
    pub fn registry_answered(&mut self, answered: bool, now_ms: u64) {
        self.registry_failed_ms = (!answered).then_some(now_ms);
    }

    /// Whether the registry has failed so lately that nobody should wait for it.
    pub fn registry_is_down(&self, now_ms: u64) -> bool {
        is_within(self.registry_failed_ms, FAILED_FOR_MS, now_ms)
    }

    /// Whether it is too soon to try it again at all.
    pub fn registry_just_failed(&self, now_ms: u64) -> bool {
        is_within(self.registry_failed_ms, AGAIN_AFTER_MS, now_ms)
    }

    /// Notes whether KV answered.
    pub fn kv_answered(&mut self, answered: bool, now_ms: u64) {
        self.kv_failed_ms = (!answered).then_some(now_ms);
    }

    /// Whether KV has failed so lately that nobody should wait for it who can do without.
    pub fn kv_is_down(&self, now_ms: u64) -> bool {
        is_within(self.kv_failed_ms, FAILED_FOR_MS, now_ms)
    }
}

impl Lease {
    fn at(now_ms: u64) -> Self {
        Self { until_ms: now_ms.saturating_add(LEASE_MS) }
    }

    fn has_run_out(self, now_ms: u64) -> bool {
        now_ms >= self.until_ms
    }
}

fn is_within(moment_ms: Option<u64>, length_ms: u64, now_ms: u64) -> bool {
    moment_ms.is_some_and(|moment| now_ms < moment.saturating_add(length_ms))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_without_a_token_leave_room_for_those_with_one() {
        let mut in_flight = InFlight::default();
        let mut begins = |number: usize, is_anyones| in_flight.begin_read(&number.to_string(), is_anyones, 0).is_some();
        assert!((0..MAX_BEFORE_ANYONES).all(|number| begins(number, true)));
        assert!(!begins(MAX_BEFORE_ANYONES, true));
        assert!((MAX_BEFORE_ANYONES..MAX_READS).all(|number| begins(number, false)));
        assert!(!begins(MAX_READS, false));
    }
}
