//! Prints the native time of every case as JSON. The one argument is the policy of a real API, as the store keeps it.

use std::time::Instant;

use tidegate_bench_rules::measure;

fn main() {
    let policy = std::env::args().nth(1).map(|file| std::fs::read_to_string(file).expect("the policy's file"));
    let started = Instant::now();
    println!("{}", measure::timings(policy.as_deref(), || started.elapsed().as_secs_f64() * 1e9));
}
