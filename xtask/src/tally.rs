//! Counts of passes and failures.

use std::fmt;
use std::ops::AddAssign;
use std::process::ExitCode;
use std::str::FromStr;

use anyhow::{Context, Result, bail};

/// How many passed, failed and were skipped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Ran and held.
    pub passed: u64,
    /// Ran and did not hold, or could not run.
    pub failed: u64,
    /// Said why they could not run.
    pub skipped: u64,
}

impl Tally {
    /// One pass or one failure.
    pub fn of(passed: bool) -> Self {
        Self { passed: u64::from(passed), failed: u64::from(!passed), skipped: 0 }
    }

    /// Tests that cannot run here, and why: that is printed.
    pub fn skipped(tests: u64, why: impl fmt::Display) -> Self {
        println!("SKIPPED: {why}");
        Self { skipped: tests, ..Self::default() }
    }

    /// The same, with a failure where no test ran at all, nor said why it could not.
    pub fn nothing_run_is_a_failure(self) -> Self {
        let nothing_ran = self.passed == 0 && self.failed == 0 && self.skipped == 0;
        Self { failed: self.failed + u64::from(nothing_ran), ..self }
    }

    /// The same, with a failure where the run failed though no test did.
    pub fn with_run(self, success: bool) -> Self {
        let untold = !success && self.failed == 0;
        Self { failed: self.failed + u64::from(untold), ..self }
    }

    /// What the program ends with.
    pub fn exit_code(self) -> ExitCode {
        if self.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)?;
        if self.skipped > 0 {
            write!(f, ", {} skipped", self.skipped)?;
        }
        Ok(())
    }
}

/// Reads what [`fmt::Display`] writes.
impl FromStr for Tally {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        let mut tally = Self::default();
        for part in text.split(", ") {
            match part.split_once(' ').with_context(|| format!("{part:?} is not a count"))? {
                (number, "passed") => tally.passed = number.parse()?,
                (number, "failed") => tally.failed = number.parse()?,
                (number, "skipped") => tally.skipped = number.parse()?,
                _ => bail!("{part:?} is not a count"),
            }
        }
        Ok(tally)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_total_reads_as_one_line() {
        let mut total = Tally::of(true);
        total += Tally::of(false);
        assert_eq!(total.to_string(), "1 passed, 1 failed");
        total += Tally { skipped: 2, ..Tally::default() };
        assert_eq!(total.to_string(), "1 passed, 1 failed, 2 skipped");
    }

    #[test]
    fn no_test_and_a_failed_run_both_count_as_failures() {
        assert_eq!(Tally::default().nothing_run_is_a_failure().failed, 1);
        assert_eq!(Tally::of(true).nothing_run_is_a_failure().failed, 0);
        assert_eq!(Tally::of(true).with_run(false).failed, 1);
        assert_eq!(Tally::of(false).with_run(false).failed, 1);
    }
}
