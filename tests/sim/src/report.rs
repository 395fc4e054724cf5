//! What a run came to.

use std::fmt;
use std::ops::AddAssign;

use super::truth::Verdict;

/// What the reference does not allow.
#[derive(Clone, Debug)]
pub struct Complaint {
    /// When, in simulated milliseconds.
    pub at_ms: u64,
    /// What.
    pub what: String,
}

/// Under which rule a verdict was right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// By what is true now.
    Now,
    /// By what was no longer true, within the bound.
    WithinBound {
        /// How long before an admin was told of what is true now; 0 if the gate's clock is off.
        age_ms: u64,
    },
    /// The bound could not be kept, and `ON_REGISTRY_OUTAGE` is `serve`.
    Outage,
    /// No verdict, which a failure excuses.
    Excused,
}

/// The counts of one run or of many.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Verdicts: grants, 401, 403, 404, 503.
    pub verdicts: [u64; 5],
    /// Of these, by what was no longer true and within the bound.
    pub within_bound: u64,
    /// The oldest such, in milliseconds after the admin was told.
    pub oldest_ms: u64,
    /// Of these, by what was no longer true, in an outage.
    pub in_outages: u64,
    /// Verdicts with a line in the log that something was done without.
    pub degraded: u64,
    /// Commands of admins.
    pub commands: u64,
    /// Reads of the registry.
    pub registry_reads: u64,
    /// Reads that failed.
    pub failures: u64,
    /// Reads of KV that gave what the registry never wrote there.
    pub lies: u64,
    /// Answers 502 and 504.
    pub origin_failures: u64,
    /// Simulated time, in milliseconds.
    pub simulated_ms: u64,
    /// Runs.
    pub runs: u64,
}

impl Report {
    /// All verdicts.
    pub fn total(&self) -> u64 {
        self.verdicts.iter().sum()
    }

    /// A verdict was made.
    pub fn judged(&mut self, verdict: Verdict, rule: &Rule, degraded: bool) {
        self.verdicts[verdict as usize] += 1;
        self.degraded += u64::from(degraded);
        match rule {
            Rule::Now | Rule::Excused => {}
            Rule::WithinBound { age_ms } => {
                self.within_bound += 1;
                self.oldest_ms = self.oldest_ms.max(*age_ms);
            }
            Rule::Outage => self.in_outages += 1,
        }
    }
}

impl AddAssign for Report {
    fn add_assign(&mut self, other: Self) {
        for (own, others) in self.verdicts.iter_mut().zip(other.verdicts) {
            *own += others;
        }
        self.within_bound += other.within_bound;
        self.oldest_ms = self.oldest_ms.max(other.oldest_ms);
        self.in_outages += other.in_outages;
        self.degraded += other.degraded;
        self.commands += other.commands;
        self.registry_reads += other.registry_reads;
        self.failures += other.failures;
        self.lies += other.lies;
        self.origin_failures += other.origin_failures;
        self.simulated_ms += other.simulated_ms;
        self.runs += other.runs;
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [granted, unauthorized, forbidden, not_found, unavailable] = self.verdicts;
        let hours = self.simulated_ms / 3_600_000;
        writeln!(formatter, "{} verdicts in {} runs, {hours} simulated hours", self.total(), self.runs)?;
        writeln!(
            formatter,
            "granted {granted}, 401 {unauthorized}, 403 {forbidden}, 404 {not_found}, 503 {unavailable}"
        )?;
        writeln!(
            formatter,
            "by what was no longer true: {} within the bound, the oldest {} ms; {} in outages; logged as degraded {}",
            self.within_bound, self.oldest_ms, self.in_outages, self.degraded
        )?;
        write!(
            formatter,
            "{} commands, {} reads of the registry, {} reads that failed, {} lies of KV, {} failures of the origin",
            self.commands, self.registry_reads, self.failures, self.lies, self.origin_failures
        )
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "at {}.{:03} s: {}", self.at_ms / 1000, self.at_ms % 1000, self.what)
    }
}
