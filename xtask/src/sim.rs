//! `cargo xtask sim` and the suite sim: the simulator natively (`tests/sim/`), the same with mutations, and a short run of the built
//! gate in workerd (`tests/sim/workerd/`), which ties the simulator to the platform.

use std::process::{Command, ExitCode};

use anyhow::Result;

use crate::tally::Tally;
use crate::{build, failures, mutations, process, project, suites};

/// `cargo xtask sim [--verdicts N] [--seed N] [--plan FILE]`, `--mutations [NAME…]`, or `--workerd …`
pub fn command(args: &[String]) -> Result<ExitCode> {
    match args {
        [first, names @ ..] if first == "--mutations" => Ok(mutations::run(names)?.exit_code()),
        [first, rest @ ..] if first == "--workerd" => {
            build::run(&build::GATE)?;
            process::exit_code(workerd().args(rest))
        }
        _ => process::exit_code(native().args(args)),
    }
}

/// The arguments of cargo for the simulator.
const SIMULATOR: [&str; 4] = ["--profile", "simulator", "--package", "simulator"];

/// The simulator's own tests; fixed seeds, a fresh one and kept plans; the mutations; and the short form in workerd, a test for each
/// scenario.
pub fn suite() -> Result<Tally> {
    let mut tally = suites::rust_tests(&SIMULATOR)?;
    tally += counted(native().arg("--test"))?;
    tally += mutations::run(&[])?;
    tally += counted(workerd().arg("--short"))?;
    Ok(tally)
}

/// Runs a simulator that says of each test how it ended.
fn counted(simulator: &mut Command) -> Result<Tally> {
    let mut tally = Tally::default();
    let status = process::each_line(simulator, |line| {
        println!("{line}");
        let verdict = verdict(line);
        if verdict.failed > 0 {
            failures::keep(line, "");
        }
        tally += verdict;
    })?;
    Ok(tally.with_run(status.success()))
}

fn verdict(line: &str) -> Tally {
    match line.split_once(": ") {
        Some(("ok", _)) => Tally::of(true),
        Some(("FAILED", _)) => Tally::of(false),
        _ => Tally::default(),
    }
}

fn native() -> Command {
    let mut cargo = Command::new("cargo");
    cargo.args(["run", "--quiet"]).args(SIMULATOR).arg("--").current_dir(project::root());
    cargo
}

fn workerd() -> Command {
    let mut node = Command::new("node");
    node.arg("tests/sim/workerd/main.mjs").current_dir(project::root());
    node
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_counts_once() {
        assert_eq!(verdict("ok: kv-never: 24 changes"), Tally::of(true));
        assert_eq!(verdict("FAILED: kv-never: 24 changes"), Tally::of(false));
        assert_eq!(verdict("seed 1; 2 scenarios"), Tally::default());
        assert_eq!(verdict("measured: off-kv-never: 75 changes"), Tally::default());
    }
}
