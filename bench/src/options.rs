//! Options of a measurement.

use clap::{Args, value_parser};

/// How to measure.
#[derive(Args)]
pub struct Options {
    /// How often each scenario is measured
    #[arg(long, value_name = "N", default_value_t = 7, value_parser = value_parser!(u32).range(1..))]
    pub rounds: u32,
    /// How many seconds each time
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = value_parser!(u64).range(1..))]
    pub seconds: u64,
    /// How many integrations pass through one isolate
    #[arg(long, value_name = "N", default_value_t = 100_000, value_parser = value_parser!(u64).range(1..))]
    pub integrations: u64,
}
