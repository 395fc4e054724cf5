//! The simulator as a command; `cargo xtask sim` runs it.
#![allow(clippy::print_stdout, clippy::arithmetic_side_effects, clippy::cast_precision_loss, reason = "a command")]

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};
use std::{fs, thread};

use simulator::plan::Plan;
use simulator::report::{Complaint, Report};
use simulator::{generate, run, shrink};

/// How many verdicts a run has, where nobody says.
const VERDICTS: u64 = 10_000_000;
/// How many the tests have, by fixed seeds and by fresh ones.
const FIXED: (u64, u64) = (1, 1_900_000);
const FRESH: u64 = 100_000;
const HELP: &str = "\
Usage: cargo xtask sim [--verdicts N] [--seed N] [--no-shrink]
       cargo xtask sim --plan FILE
       cargo xtask sim --test";

enum Task {
    /// From a seed on, until there are so many verdicts.
    Seeds { first: u64, verdicts: u64, shrinks: bool },
    /// A plan that was kept.
    Plan(PathBuf),
    /// What the tests run.
    Test,
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let is_right = match parse(&args) {
        Ok(Task::Seeds { first, verdicts, shrinks }) => seeds(first, verdicts, shrinks),
        Ok(Task::Plan(file)) => plan(&file),
        Ok(Task::Test) => test(),
        Err(error) => {
            println!("error: {error}\n\n{HELP}");
            return ExitCode::from(2);
        }
    };
    if is_right { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn parse(args: &[String]) -> Result<Task, String> {
    let (mut first, mut verdicts, mut shrinks) = (None, VERDICTS, true);
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let mut value = || args.next().ok_or_else(|| format!("{arg} wants a value"));
        let number = |text: &String| text.parse::<u64>().map_err(|_| format!("{arg} wants a number"));
        match arg.as_str() {
            "--test" => return Ok(Task::Test),
            "--plan" => return value().map(|file| Task::Plan(file.into())),
            "--seed" => first = Some(number(value()?)?),
            "--verdicts" => verdicts = number(value()?)?,
            "--no-shrink" => shrinks = false,
            _ => return Err(format!("unknown: {arg}")),
        }
    }
    Ok(Task::Seeds { first: first.unwrap_or_else(fresh_seed), verdicts, shrinks })
}

/// A seed that was never used before.
fn fresh_seed() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

fn test() -> bool {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("kept");
    let mut files: Vec<PathBuf> =
        fs::read_dir(kept).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    files.sort();
    let (first, verdicts) = FIXED;
    let kept = files.iter().all(|file| said(&format!("kept plan {}", file.display()), plan(file)));
    let fixed = said("1.9 million verdicts by fixed seeds", seeds(first, verdicts, true));
    let fresh = said("0.1 million verdicts by a fresh seed", seeds(fresh_seed(), FRESH, true));
    kept && fixed && fresh
}

/// A line for each test, which xtask counts.
fn said(what: &str, is_right: bool) -> bool {
    println!("{}: {what}", if is_right { "ok" } else { "FAILED" });
    is_right
}

/// Runs a plan that was kept.
fn plan(file: &Path) -> bool {
    let plan = fs::read_to_string(file).map_err(|error| error.to_string());
    let plan: Result<Plan, String> =
        plan.and_then(|text| serde_json::from_str(&text).map_err(|error| error.to_string()));
    match plan.map(|plan| run(&plan)) {
        Ok(Ok(report)) => {
            println!("{report}");
            true
        }
        Ok(Err(complaint)) => {
            println!("{}: {complaint}", file.display());
            false
        }
        Err(error) => {
            println!("{}: {error}", file.display());
            false
        }
    }
}

/// Runs seeds, on every processor, until there are enough verdicts or one fails.
fn seeds(first: u64, verdicts: u64, shrinks: bool) -> bool {
    let started = Instant::now();
    let (next, made, has_failed) = (AtomicU64::new(first), AtomicU64::new(0), AtomicBool::new(false));
    let outcome: Mutex<(Report, Option<(u64, Complaint)>)> = Mutex::default();
    let work = || {
        while made.load(Ordering::Relaxed) < verdicts && !has_failed.load(Ordering::Relaxed) {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            let ran = run(&generate::plan(seed, generate::SIZE));
            let Ok(mut outcome) = outcome.lock() else { return };
            match ran {
                Ok(report) => {
                    made.fetch_add(report.total(), Ordering::Relaxed);
                    outcome.0 += report;
                }
                Err(complaint) => {
                    has_failed.store(true, Ordering::Relaxed);
                    if outcome.1.as_ref().is_none_or(|(other, _)| seed < *other) {
                        outcome.1 = Some((seed, *complaint));
                    }
                }
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    let Ok((report, failure)) = outcome.into_inner() else { return false };
    let seconds = started.elapsed().as_secs_f64();
    let per_minute = report.total() as f64 / seconds * 60.0 / 1_000_000.0;
    println!("{report}\nfrom seed {first} on; {seconds:.1} s, {per_minute:.1} million verdicts a minute");
    let Some((seed, complaint)) = failure else { return true };
    println!("seed {seed} fails: {complaint}");
    println!("it fails again with: cargo xtask sim --seed {seed} --verdicts 1");
    if shrinks {
        keep(seed, complaint);
    }
    false
}

/// Shrinks a failing plan, and writes it down.
fn keep(seed: u64, complaint: Complaint) {
    let again = |plan: &Plan| run(plan).err().map(|complaint| *complaint);
    let (plan, complaint) = shrink::shrink(generate::plan(seed, generate::SIZE), complaint, again);
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../target/sim/seed-{seed}.json"));
    let text = serde_json::to_string_pretty(&plan).unwrap_or_default();
    let written = file.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&file, text));
    println!("shrunk to {} deeds: {complaint}", plan.deeds.len());
    match written {
        Ok(()) => println!("written to {}; a copy in tests/sim/kept/ becomes a test", file.display()),
        Err(error) => println!("{} cannot be written: {error}", file.display()),
    }
}
