//! Load from wrk, and what it cost the process that answered it.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::{machine, tools};
use xtask::{process, project};

/// Connections, which are kept alive.
const CONNECTIONS: &str = "32";

/// What came of it.
#[derive(Clone, Copy, Debug, Deserialize)]
struct Answered {
    requests: u64,
    micros: u64,
    refused: u64,
    broken: u64,
    p50_us: u64,
    p99_us: u64,
}

/// One run's numbers.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct Run {
    /// Requests that were answered.
    pub requests: u64,
    /// Requests a second.
    pub rate: f64,
    /// Processor time for each, in microseconds.
    pub cpu_us: f64,
    /// The median of the answers' delays, in microseconds.
    pub p50_us: u64,
    /// The 99th percentile.
    pub p99_us: u64,
}

/// What to send, and to whom.
pub struct Load<'a> {
    /// The whole URL.
    pub url: &'a str,
    /// A file of header fields.
    pub headers: &'a Path,
    /// A file of tokens, of which each request takes the next, and from which on.
    pub tokens: Option<(&'a Path, u64)>,
    /// The process whose time is counted.
    pub pid: u32,
    /// The status that every answer must have.
    pub status: u16,
    /// How many of a thousand may yet be refusals.
    pub stray: u64,
}

impl Load<'_> {
    /// Sends requests as fast as they are answered, for this many seconds.
    ///
    /// # Errors
    /// If an answer had another status, which makes the measurement void.
    pub fn run(&self, seconds: u64) -> Result<Run> {
        let mut wrk = Command::new(tools::ensure("wrk")?);
        wrk.args(["-t1", "-c", CONNECTIONS, "-d", &format!("{seconds}s"), "--latency"]);
        wrk.arg("-s").arg(project::path("bench/load.lua")).arg(self.url).env("BENCH_HEADERS", self.headers);
        if let Some((file, first)) = self.tokens {
            wrk.env("BENCH_TOKENS", file).env("BENCH_FIRST", first.to_string());
        }
        let before = machine::cpu(self.pid)?;
        let printed = process::output(&mut wrk)?;
        let cpu = machine::cpu(self.pid)? - before;
        let line = printed.lines().find(|line| line.starts_with('{')).context("wrk printed no result")?;
        let Answered { requests, micros, refused, broken, p50_us, p99_us } = serde_json::from_str(line)?;
        ensure!(requests > 0 && broken == 0, "{}: {requests} requests, {broken} of them broken", self.url);
        let expected = if self.status >= 400 { requests } else { 0 };
        let stray = requests * self.stray / 1000;
        let is_expected = refused.abs_diff(expected) <= stray;
        ensure!(is_expected, "{}: {refused} of {requests} answers were refusals, not {expected}", self.url);
        let rate = requests as f64 * 1e6 / micros as f64;
        Ok(Run { requests, rate, cpu_us: cpu.as_secs_f64() * 1e6 / requests as f64, p50_us, p99_us })
    }
}

/// The middle of some numbers.
pub fn median(numbers: impl IntoIterator<Item = f64>) -> f64 {
    let mut numbers: Vec<f64> = numbers.into_iter().collect();
    numbers.sort_by(f64::total_cmp);
    let middle = numbers.len() / 2;
    match numbers.len() {
        0 => f64::NAN,
        even if even % 2 == 0 => (numbers[middle - 1] + numbers[middle]) / 2.0,
        _ => numbers[middle],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(median([3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median([4.0, 1.0, 2.0, 3.0]), 2.5);
        assert!(median([]).is_nan());
    }
}
