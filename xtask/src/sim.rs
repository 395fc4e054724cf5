//! `cargo xtask sim` and the suite sim: the time from a change to the last wrong verdict, over a KV that is late, wrong or
//! broken. The simulator itself is `tests/sim/`.

use std::process::{Command, ExitCode};

use anyhow::Result;

use crate::tally::Tally;
use crate::{build, process, project};

/// `cargo xtask sim [SCENARIO…] [--seed N] [--changes N] [--short]`
pub fn command(args: &[String]) -> Result<ExitCode> {
    build::run(&build::GATE)?;
    let status = process::status(simulator().args(args))?;
    Ok(Tally::of(status.success()).exit_code())
}

/// The short form: a test for each scenario, which fails where the bound is broken.
pub fn suite() -> Result<Tally> {
    let mut tally = Tally::default();
    let status = process::each_line(simulator().arg("--short"), |line| {
        println!("{line}");
        tally += verdict(line);
    })?;
    Ok(tally.with_run(status.success()))
}

/// A scenario ends in one line that says how.
fn verdict(line: &str) -> Tally {
    match line.split_once(": ") {
        Some(("ok", _)) => Tally::of(true),
        Some(("FAILED", _)) => Tally::of(false),
        _ => Tally::default(),
    }
}

fn simulator() -> Command {
    let mut node = Command::new("node");
    node.arg("tests/sim/main.mjs").current_dir(project::root());
    node
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scenario_counts_once() {
        assert_eq!(verdict("ok: kv-never: 24 changes"), Tally::of(true));
        assert_eq!(verdict("FAILED: kv-never: 24 changes"), Tally::of(false));
        assert_eq!(verdict("seed 1; 2 scenarios"), Tally::default());
        assert_eq!(verdict("measured: off-kv-never: 75 changes"), Tally::default());
    }
}
