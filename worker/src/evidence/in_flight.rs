//! What requests of this isolate are busy with. One request cannot wait for another's I/O: the platform forbids to touch,
//! from one request, a promise that belongs to another. So each notes what it has begun, the others look again after a
//! while, and whatever it brings home lies in the isolate's memory. A note is a lease: a request whose client went away
//! never takes it back.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::time::Duration;

use worker::Delay;

/// How long a note counts, in milliseconds: longer than what it stands for may take.
const LEASE_MS: u64 = 4_000;
/// How many records an isolate reads from the registry at a time.
const MAX_READS: usize = 16;
/// How long a failure is taken for the state of things, in milliseconds: nobody waits for another try so soon.
const FAILED_FOR_MS: u64 = 5_000;
/// How soon after a failure the registry is tried again in the background, in milliseconds.
const AGAIN_AFTER_MS: u64 = 1_000;
/// After how long somebody who waits looks again.
const LOOK_AGAIN: Duration = Duration::from_millis(25);
/// How often somebody who waits looks again: for longer than a note counts, since whoever left it may be gone.
pub(crate) const MAX_POLLS: u32 = 180;

/// A note that its owner takes back. Where it has run out, and somebody else has left one, it is not that one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Lease {
    until_ms: u64,
}

/// One isolate's notes.
#[derive(Default)]
pub(crate) struct InFlight {
    feed: Cell<Option<Lease>>,
    reads: RefCell<BTreeMap<String, Lease>>,
    registry_failed_ms: Cell<Option<u64>>,
    kv_failed_ms: Cell<Option<u64>>,
}

impl InFlight {
    /// Whether nobody reads the feed.
    pub fn feed_is_free(&self, now_ms: u64) -> bool {
        self.feed.get().is_none_or(|note| note.has_run_out(now_ms))
    }

    /// Notes that the feed is being read, unless somebody else does.
    pub fn begin_feed(&self, now_ms: u64) -> Option<Lease> {
        let note = self.feed_is_free(now_ms).then(|| Lease::at(now_ms))?;
        self.feed.set(Some(note));
        Some(note)
    }

    /// Takes the note back.
    pub fn end_feed(&self, note: Lease) {
        if self.feed.get() == Some(note) {
            self.feed.set(None);
        }
    }

    /// Notes that something is being read from the registry, unless somebody else does, or too many do.
    pub fn begin_read(&self, key: &str, now_ms: u64) -> Option<Lease> {
        let mut reads = self.reads.borrow_mut();
        reads.retain(|_, note| !note.has_run_out(now_ms));
        let is_free = !reads.contains_key(key) && reads.len() < MAX_READS;
        let note = is_free.then(|| Lease::at(now_ms))?;
        reads.insert(key.to_owned(), note);
        Some(note)
    }

    /// Takes the note back.
    pub fn end_read(&self, key: &str, note: Lease) {
        let mut reads = self.reads.borrow_mut();
        if reads.get(key) == Some(&note) {
            reads.remove(key);
        }
    }

    /// Notes whether the registry gave the feed. Only that tells of its state: one record that it cannot give does not.
    pub fn registry_answered(&self, answered: bool, now_ms: u64) {
        self.registry_failed_ms.set((!answered).then_some(now_ms));
    }

    /// Whether the registry has failed so lately that nobody should wait for it.
    pub fn registry_is_down(&self, now_ms: u64) -> bool {
        is_within(self.registry_failed_ms.get(), FAILED_FOR_MS, now_ms)
    }

    /// Whether it is too soon to try it again at all.
    pub fn registry_just_failed(&self, now_ms: u64) -> bool {
        is_within(self.registry_failed_ms.get(), AGAIN_AFTER_MS, now_ms)
    }

    /// Notes whether KV answered.
    pub fn kv_answered(&self, answered: bool, now_ms: u64) {
        self.kv_failed_ms.set((!answered).then_some(now_ms));
    }

    /// Whether KV has failed so lately that nobody should wait for it who can do without.
    pub fn kv_is_down(&self, now_ms: u64) -> bool {
        is_within(self.kv_failed_ms.get(), FAILED_FOR_MS, now_ms)
    }

    /// Forgets all notes: their times mean nothing any more.
    pub fn forget(&self) {
        self.feed.set(None);
        self.reads.borrow_mut().clear();
        self.registry_failed_ms.set(None);
        self.kv_failed_ms.set(None);
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

/// Waits a little, by a timer of the request's own.
pub(crate) async fn poll_delay() {
    Delay::from(LOOK_AGAIN).await;
}

fn is_within(moment_ms: Option<u64>, length_ms: u64, now_ms: u64) -> bool {
    moment_ms.is_some_and(|moment| now_ms < moment.saturating_add(length_ms))
}
