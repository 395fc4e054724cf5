//! How long a case takes: the median of many batches, each long enough for the resolution of the clock.

use serde::{Deserialize, Serialize};

use crate::cases::{self, Case, Work};

/// How long a batch should take, in nanoseconds, and how many batches there are: fewer for slow cases.
const BATCH_NS: f64 = 2e6;
const BATCHES: usize = 31;
const ALL_BATCHES_NS: f64 = 4e8;
/// How long a case runs before it counts, in nanoseconds; a WASM engine optimizes it meanwhile.
const WARM_UP_NS: f64 = 5e7;

/// What a case takes, in nanoseconds.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Timing {
    /// The case.
    pub name: String,
    /// The median of the batches.
    pub median_ns: f64,
    /// The quickest batch.
    pub least_ns: f64,
    /// The slowest batch.
    pub most_ns: f64,
}

/// What every case takes, as a JSON list of [`Timing`]. `now_ns` is a clock.
pub fn timings(policy: Option<&str>, now_ns: impl Fn() -> f64) -> String {
    let timings: Vec<_> = cases::all(policy).into_iter().map(|case| timing(case, &now_ns)).collect();
    serde_json::to_string(&timings).expect("no map without text keys")
}

fn timing(case: Case, now_ns: &impl Fn() -> f64) -> Timing {
    let mut work = (case.prepare)();
    let started = now_ns();
    let mut runs = 0_u32;
    while now_ns() - started < WARM_UP_NS {
        work();
        runs += 1;
    }
    let one = (now_ns() - started) / f64::from(runs);
    let size = (BATCH_NS / one).ceil().max(1.0);
    let count = (ALL_BATCHES_NS / (size * one)).clamp(5.0, BATCHES as f64) as usize;
    let mut batches: Vec<f64> = (0..count).map(|_| batch(&mut work, size as u32, now_ns)).collect();
    batches.sort_by(f64::total_cmp);
    Timing { name: case.name, median_ns: batches[count / 2], least_ns: batches[0], most_ns: batches[count - 1] }
}

/// One run's share of a batch.
fn batch(work: &mut Work, size: u32, now_ns: &impl Fn() -> f64) -> f64 {
    let started = now_ns();
    for _ in 0..size {
        work();
    }
    (now_ns() - started) / f64::from(size)
}
