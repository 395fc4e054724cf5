//! What one isolate was given, as far as the reference has to know it: which failures it met, what the feed told it, when it last
//! read what. And how far its clock can mislead it.

use std::collections::BTreeMap;

/// How long a failure excuses a 503, in milliseconds: the gate takes one for the state of things for 5 seconds, and whoever waits
/// for another's read waits as long again.
const EXCUSES_MS: u64 = 10_000;
/// How far a clock may be off before it is noticed, in milliseconds.
const ALLOWANCE_MS: i64 = 1_000;
/// How far the clock of any machine is off, in milliseconds, where no deed sets it.
pub const DRIFT_MS: i64 = 400;

/// An isolate's facts.
#[derive(Default)]
pub struct Facts {
    latest_clock_ms: u64,
    /// The furthest ahead that its clock was, since it last noticed a step back.
    most_ahead_ms: i64,
    /// Whether it ever noticed one.
    pub has_stepped: bool,
    /// Until when a 503 is excused.
    pub excused_until_ms: u64,
    /// When the newest copy of the feed that it was given was made.
    pub feed_made_ms: Option<u64>,
    /// The highest revision that such a copy told of an integration.
    pub listed: BTreeMap<usize, u64>,
    /// And of the policy.
    pub listed_policy: u64,
    /// When it was last given the record of an integration.
    pub read_ms: BTreeMap<usize, u64>,
}

impl Facts {
    /// It looks at its clock, which is off by so much.
    pub fn see_clock(&mut self, clock_ms: u64, off_ms: i64) {
        if clock_ms + ALLOWANCE_MS.unsigned_abs() < self.latest_clock_ms {
            // It notices, and starts afresh.
            let excused_until_ms = self.excused_until_ms;
            *self = Self {
                most_ahead_ms: off_ms,
                excused_until_ms,
                latest_clock_ms: clock_ms,
                has_stepped: true,
                ..Self::default()
            };
        }
        self.latest_clock_ms = self.latest_clock_ms.max(clock_ms);
        self.most_ahead_ms = self.most_ahead_ms.max(off_ms);
    }

    /// How much older than the bound its ground may be, because of its clock: by how much that has stepped back without being
    /// noticed, or by how much it is behind those of other machines.
    pub fn slack_ms(&self, off_ms: i64) -> u64 {
        let stepped = self.most_ahead_ms - off_ms - ALLOWANCE_MS;
        let behind = -off_ms - (ALLOWANCE_MS - DRIFT_MS);
        u64::try_from(stepped.max(behind).max(0)).unwrap_or_default()
    }

    /// Those of the isolate that follows.
    pub fn of_next(&self) -> Self {
        Self { excused_until_ms: self.excused_until_ms, ..Self::default() }
    }

    /// It meets a failure, which ends at this moment.
    pub fn fail(&mut self, until_ms: u64) {
        self.excused_until_ms = self.excused_until_ms.max(until_ms + EXCUSES_MS);
    }
}
