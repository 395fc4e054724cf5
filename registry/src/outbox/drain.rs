//! Writes the outbox to KV in steps: which put is next, and what follows from its result. The caller makes the puts.

use std::cell::Cell;
use std::time::Duration;

use super::projection;
use super::table::{Row, next};
use crate::database::Database;
use tidegate::admin::AdminError;
use tidegate::time::Timestamp;
use tidegate::token::{SignedValue, TokenKeys};

/// How long a put may take, and how long no other starts beside one without an answer, since it may still land. Not forever: a
/// put whose request was cancelled never answers.
pub const PUT_TIMEOUT: Duration = Duration::from_millis(PUT_TIMEOUT_MS);
const PUT_TIMEOUT_MS: u64 = 60_000;
/// After how many failed puts a drain takes KV to be down.
const MAX_FAILURES: usize = 5;
/// After how many puts a drain pauses. workerd checks its timers and its network only when nothing else is ready. If KV is in the same
/// process, as in `wrangler dev`, something always is: without a pause, no request would be served until the drain ends.
const PUTS_IN_A_ROW: u64 = 5;
const PAUSE: Duration = Duration::from_millis(1);

/// How much one drain does. The alarm continues with the rest.
#[derive(Clone, Copy)]
pub struct Share {
    /// Puts.
    pub puts: u64,
    /// Milliseconds, after which no put begins.
    pub time_ms: u64,
}

/// Keeps a second drain from starting beside the first, so that no put can overtake a newer one of the same key. It is only in
/// memory; what an ended object's puts may do late is undone by putting their rows once more.
#[derive(Default)]
pub struct Lease {
    until_ms: Cell<u64>,
    /// The number of the drain that began last. Only that one has the lease.
    newest: Cell<u64>,
}

/// A drain that has begun.
pub struct Drain<'a> {
    database: &'a Database,
    lease: &'a Lease,
    number: u64,
    keys: &'a TokenKeys,
    share: Share,
    begun_ms: u64,
    turns: u64,
    has_paused: bool,
    is_over: bool,
    failed: Vec<String>,
}

/// What a drain does next.
pub enum Step {
    /// Nothing for so long.
    Pause(Duration),
    /// A put. [`Drain::answered`] takes its result.
    Put(Box<Put>),
    /// Something that went wrong, for the log.
    Fault(String),
}

/// A put to KV.
pub struct Put {
    /// The value, with its MAC.
    pub value: SignedValue,
    row: Row,
}

impl Share {
    /// An admin waits for these.
    pub const OF_A_COMMAND: Self = Self { puts: 10, time_ms: 5_000 };
    /// The platform allows 1,000 calls in an invocation.
    pub const OF_AN_ALARM: Self = Self { puts: 500, time_ms: 20_000 };

    /// The share that is left after this many other entries and this much time. It is at least the share of a command, so that a backlog of
    /// other work does not keep revocations from KV.
    #[must_use]
    pub fn after(self, entries: u64, spent_ms: u64) -> Self {
        let Self { puts, time_ms } = Self::OF_A_COMMAND;
        Self {
            puts: self.puts.saturating_sub(entries).max(puts),
            time_ms: self.time_ms.saturating_sub(spent_ms).max(time_ms),
        }
    }
}

/// What became of a put.
pub enum Answered {
    /// KV has taken it.
    Taken,
    /// KV has refused it, or cannot be reached.
    Failed(String),
    /// Nothing, within [`PUT_TIMEOUT`].
    Nothing,
}

impl Lease {
    /// Begins a drain, unless another one is under way.
    pub(crate) fn drain<'a>(
        &'a self,
        database: &'a Database,
        keys: &'a TokenKeys,
        share: Share,
        now_ms: u64,
    ) -> Option<Drain<'a>> {
        if self.is_held(now_ms) {
            return None;
        }
        let number = self.newest.get().saturating_add(1);
        self.newest.set(number);
        Some(Drain {
            database,
            lease: self,
            number,
            keys,
            share,
            begun_ms: now_ms,
            turns: 0,
            has_paused: false,
            is_over: false,
            failed: Vec::new(),
        })
    }

    /// Whether it still holds. A lease that ends later than any new one could was taken before the clock stepped back, and does not hold.
    fn is_held(&self, now_ms: u64) -> bool {
        let left_ms = self.until_ms.get().saturating_sub(now_ms);
        (1..=PUT_TIMEOUT_MS).contains(&left_ms)
    }
}

impl Drain<'_> {
    /// The next step; `None` at the end, or once another drain has the lease. A key that KV refuses does not hold up the keys after it.
    ///
    /// # Errors
    /// Those of the database.
    pub fn next(&mut self, now_ms: u64) -> Result<Option<Step>, AdminError> {
        if self.is_over || !self.has_lease() || self.turns >= self.share.puts {
            return Ok(None);
        }
        if !self.has_paused && self.turns > 0 && self.turns.is_multiple_of(PUTS_IN_A_ROW) {
            self.has_paused = true;
            return Ok(Some(Step::Pause(PAUSE)));
        }
        (self.has_paused, self.turns) = (false, self.turns.saturating_add(1));
        let row = next(self.database, &self.failed, seconds(now_ms))?;
        let Some(row) = row.filter(|_| now_ms.saturating_sub(self.begun_ms) < self.share.time_ms) else {
            return Ok(None);
        };
        self.put(row, now_ms).map(Some)
    }

    fn put(&mut self, row: Row, now_ms: u64) -> Result<Step, AdminError> {
        match row.signed(self.keys.store()) {
            Err(fault) => {
                self.failed.push(row.change());
                Ok(Step::Fault(fault))
            }
            Ok(value) => {
                self.lease.until_ms.set(now_ms.saturating_add(PUT_TIMEOUT_MS));
                row.begin(self.database)?;
                Ok(Step::Put(Box::new(Put { value, row })))
            }
        }
    }

    /// Takes the result of a put. Returns what went wrong, for the log.
    ///
    /// # Errors
    /// Those of the database.
    pub fn answered(&mut self, put: Put, answer: Answered, now_ms: u64) -> Result<Option<String>, AdminError> {
        let Put { row, .. } = put;
        let fault = match answer {
            Answered::Taken => {
                row.taken(self.database, seconds(now_ms))?;
                None
            }
            Answered::Failed(fault) => {
                self.failed.push(row.change());
                Some(fault)
            }
            // One alarm runs at a time: a put that never answers must not keep it forever.
            Answered::Nothing => {
                self.is_over = true;
                Some(format!("no answer to the put of {}", row.key))
            }
        };
        self.is_over |= self.failed.len() >= MAX_FAILURES;
        Ok(fault)
    }

    /// Ends it, with what it came to. A drain that is dropped instead keeps the lease, since its put may still land.
    ///
    /// # Errors
    /// That of `outcome`, or of the database.
    pub fn end(self, outcome: Result<(), AdminError>) -> Result<(), AdminError> {
        if self.has_lease() {
            self.lease.until_ms.set(0);
        }
        outcome?;
        projection::finish(self.database)
    }

    /// Whether no other drain has begun since, which happens where the lease ran out during a put.
    fn has_lease(&self) -> bool {
        self.lease.newest.get() == self.number
    }
}

impl Put {
    /// The key in KV.
    pub fn key(&self) -> &str {
        &self.row.key
    }

    /// After how many seconds the value goes away by itself, if it does.
    pub fn ttl_seconds(&self) -> Option<u64> {
        self.row.ttl_seconds
    }
}

fn seconds(now_ms: u64) -> Timestamp {
    Timestamp::from_seconds(now_ms / 1000)
}
