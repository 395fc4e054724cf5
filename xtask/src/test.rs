//! `cargo xtask test`: every test there is, and a total.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, ExitCode};
use std::thread::{self, ScopedJoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::process::Running;
use crate::tally::Tally;
use crate::{browser, build, failures, fuzz, project, schema, setup, sim, suites};

/// A suite: its name, which builds it needs, and what runs it, or says why it cannot.
struct Suite {
    name: &'static str,
    builds: &'static [build::Variant],
    run: fn() -> Result<Tally>,
    /// Whether it waits for servers, browsers and the clock more than it computes. When all suites run, these run beside the others.
    waits: bool,
}

const SUITES: [Suite; 11] = [
    Suite { name: "core", builds: &[], run: suites::core, waits: false },
    Suite { name: "edge", builds: &[build::GATE, build::FAULTS], run: suites::edge, waits: false },
    Suite { name: "parsers", builds: &[], run: suites::parsers, waits: false },
    Suite { name: "clients", builds: &[build::GATE, build::FAULTS], run: suites::clients, waits: true },
    Suite { name: "page", builds: &[], run: suites::page, waits: false },
    Suite { name: "dev", builds: &[build::GATE, build::FAULTS], run: suites::dev, waits: true },
    Suite { name: "browser", builds: &[build::GATE, build::FAULTS], run: browser::suite, waits: true },
    Suite { name: "readme", builds: &[build::GATE], run: suites::readme, waits: true },
    Suite { name: "schema", builds: &[build::GATE], run: schema::suite, waits: false },
    Suite { name: "fuzz", builds: &[], run: fuzz::suite, waits: false },
    Suite { name: "sim", builds: &[build::GATE], run: sim::suite, waits: true },
];

/// The name of a suite, what it came to, and how long it took.
type Outcome = (String, Tally, Duration);

type Prepare = fn() -> Result<()>;

/// Set for the process that runs the waiting suites: the process that started it prints what failed.
const BESIDE: &str = "TIDEGATE_TEST_BESIDE";

/// What suites need that takes long on a new machine, and disturbs no other suite.
const AHEAD: [(&str, Prepare); 2] = [("schema", schema::prepare), ("fuzz", fuzz::prepare)];

/// `cargo xtask test [SUITE…]`
pub fn command(wanted: &[String]) -> Result<ExitCode> {
    if let Some(unknown) = wanted.iter().find(|name| SUITES.iter().all(|suite| suite.name != **name)) {
        let names: Vec<&str> = SUITES.iter().map(|suite| suite.name).collect();
        bail!("there is no suite {unknown:?}; there are {}", names.join(", "));
    }
    let chosen = SUITES.iter().filter(|suite| wanted.is_empty() || wanted.iter().any(|name| name == suite.name));
    let chosen: Vec<&Suite> = chosen.collect();
    let is_beside = std::env::var_os(BESIDE).is_some();
    if !is_beside {
        failures::forget();
    }
    let results = if wanted.is_empty() { run_all(&chosen) } else { run(&chosen) };
    if !is_beside {
        failures::print();
    }
    let mut total = Tally::default();
    println!();
    for (name, tally, took) in results {
        println!("{name}: {tally} ({} s)", took.as_secs());
        total += tally;
    }
    println!("{total}");
    Ok(total.exit_code())
}

/// Runs the suites that wait beside the others.
fn run_all(suites: &[&Suite]) -> Vec<Outcome> {
    let (waiting, busy): (Vec<&Suite>, Vec<&Suite>) = suites.iter().partition(|suite| suite.waits);
    let xtask = std::env::current_exe(); // the suite `core` builds it anew, and Linux then says that this one is deleted
    thread::scope(|scope| {
        let beside = scope.spawn(move || {
            let ran = xtask.context("where xtask is cannot be told").and_then(|xtask| run_beside(&xtask, &waiting));
            ran.unwrap_or_else(|error| {
                eprintln!("error: the suites that wait did not run: {error:#}");
                vec![("beside".to_owned(), Tally::of(false), Duration::ZERO)]
            })
        });
        let mut results = run(&busy);
        results.extend(beside.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        results
    })
}

/// Runs suites in a process of their own, and prints what it printed when it has ended.
fn run_beside(xtask: &Path, suites: &[&Suite]) -> Result<Vec<Outcome>> {
    setup::run()?;
    suites.iter().flat_map(|suite| suite.builds).try_for_each(build::run)?;
    let log = project::path("target/beside.log");
    let file = File::create(&log)?;
    let mut xtask = Command::new(xtask);
    xtask.arg("test").args(suites.iter().map(|suite| suite.name));
    xtask.env(BESIDE, "1").current_dir(project::root()).stdout(file.try_clone()?).stderr(file);
    Running::start(&mut xtask)?.wait()?;
    let printed = fs::read_to_string(&log).with_context(|| format!("{} cannot be read", log.display()))?;
    println!("{printed}");
    let outcome = |suite: &&Suite| {
        let found = printed.lines().rev().find_map(|line| outcome_of(suite.name, line));
        let (tally, took) = found.unwrap_or((Tally::of(false), Duration::ZERO));
        (suite.name.to_owned(), tally, took)
    };
    Ok(suites.iter().map(outcome).collect())
}

/// Reads a line of the summary: `dev: 5 passed, 0 failed (102 s)`.
fn outcome_of(name: &str, line: &str) -> Option<(Tally, Duration)> {
    let (tally, seconds) = line.strip_prefix(name)?.strip_prefix(": ")?.strip_suffix(" s)")?.split_once(" (")?;
    Some((tally.parse().ok()?, Duration::from_secs(seconds.parse().ok()?)))
}

/// Runs suites one after the other, while what later ones need is got ready with the processor's time that is left over.
fn run(suites: &[&Suite]) -> Vec<Outcome> {
    thread::scope(|scope| {
        let is_chosen = |name: &str| suites.iter().any(|suite| suite.name == name);
        let chosen = AHEAD.into_iter().filter(|(name, _)| is_chosen(name));
        let mut ahead: BTreeMap<&str, _> = chosen.map(|(name, prepare)| (name, scope.spawn(prepare))).collect();
        let run = |suite: &&Suite| {
            // What could not be got ready the suite tries again, and says why it fails.
            drop(ahead.remove(suite.name).map(ScopedJoinHandle::join));
            timed(suite)
        };
        suites.iter().map(run).collect()
    })
}

/// What a suite came to, and how long it took with the builds that no suite before it needed.
fn timed(suite: &Suite) -> Outcome {
    let started = Instant::now();
    (suite.name.to_owned(), tally(suite), started.elapsed())
}

/// What a suite came to; one that cannot be run has failed.
fn tally(suite: &Suite) -> Tally {
    println!("\n# {}", suite.name);
    prepare(suite).and_then(|()| (suite.run)()).map_or_else(
        |error| {
            eprintln!("error: the suite {} did not run: {error:#}", suite.name);
            failures::keep(&format!("the suite {} did not run", suite.name), &format!("{error:#}"));
            Tally::of(false)
        },
        Tally::nothing_run_is_a_failure,
    )
}

fn prepare(suite: &Suite) -> Result<()> {
    match suite.builds {
        [] => setup::run(),
        builds => builds.iter().try_for_each(build::run),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_summary_is_read_as_it_was_printed() {
        let tally = Tally { passed: 7, failed: 1, skipped: 2 };
        let line = format!("dev: {tally} (102 s)");
        assert_eq!(outcome_of("dev", &line), Some((tally, Duration::from_secs(102))));
        for other in ["sim: 7 passed, 1 failed (102 s)", "dev: it failed", "dev: 7 passed, 1 failed"] {
            assert_eq!(outcome_of("dev", other), None, "{other}");
        }
    }
}
