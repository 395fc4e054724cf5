//! Fuzzing: libFuzzer on the targets of tests/fuzz, two at a time. New inputs are kept under `target/fuzz/found/`.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, ExitStatus};

use anyhow::{Context, Result, bail};

use crate::process::Running;
use crate::step::step;
use crate::tally::Tally;
use crate::{cli, failures, process, project, setup};

/// Where the targets and their corpora are.
const DIRECTORY: &str = "tests/fuzz";
/// The toolchain that cargo-fuzz needs.
const TOOLCHAIN: &str = "nightly";
/// What watches memory, by cargo-fuzz's name for it. The code of this project is without `unsafe`, so the suite does without: the
/// targets build in two thirds of the time, and more inputs are tried in the same seconds. `cargo xtask fuzz` watches what others wrote.
const SUITE_SANITIZER: &str = "none";
const COMMAND_SANITIZER: &str = "address";
/// The suite begins with the same inputs each time: a run fails by what changed. `cargo xtask fuzz` begins with others each time.
const SUITE_SEED: &str = "-seed=1";
/// How long each target runs by default, as in CI.
const SECONDS: u64 = 30;
/// libFuzzer's limits for one input: its length in bytes, seconds, and megabytes.
const LIMITS: [&str; 3] = ["-max_len=4096", "-timeout=10", "-rss_limit_mb=2048"];
/// As many targets at once as CI has cores.
const AT_ONCE: usize = 2;

/// `cargo xtask fuzz [TARGET…] [--seconds N]`
pub fn command(mut args: Vec<String>) -> Result<ExitCode> {
    let seconds = cli::option(&mut args, "--seconds")?.map(|text| text.parse().context("--seconds wants a number"));
    let targets = targets()?;
    if let Some(unknown) = args.iter().find(|name| !targets.contains(name)) {
        bail!("there is no target {unknown:?}; there are {}", targets.join(", "));
    }
    if let Some(missing) = missing() {
        bail!("{missing}");
    }
    let chosen = if args.is_empty() { targets } else { args };
    let tally = run(&chosen, seconds.transpose()?.unwrap_or(SECONDS), COMMAND_SANITIZER)?;
    println!("{tally}");
    Ok(tally.exit_code())
}

/// Every target for 30 seconds; skipped where the toolchain is not there. Their corpora are replayed by the suite core.
pub fn suite() -> Result<Tally> {
    let targets = targets()?;
    match missing() {
        None => run(&targets, SECONDS, SUITE_SANITIZER),
        Some(missing) => Ok(Tally::skipped(u64::try_from(targets.len())?, format!("no target was fuzzed: {missing}"))),
    }
}

/// Builds the targets, where they can run.
pub fn prepare() -> Result<()> {
    missing().map_or_else(|| build(SUITE_SANITIZER), |missing| bail!("{missing}"))
}

/// What keeps the targets from running here.
fn missing() -> Option<String> {
    let rustc = process::output(Command::new("rustup").args(["run", TOOLCHAIN, "rustc", "--version"]));
    if rustc.is_err() {
        return Some(format!("there is no {TOOLCHAIN} toolchain (rustup toolchain install {TOOLCHAIN})"));
    }
    if process::output(Command::new("c++").arg("--version")).is_err() {
        return Some("there is no C++ compiler, which libFuzzer is built with".to_owned());
    }
    setup::cargo_fuzz().err().map(|error| format!("cargo-fuzz cannot be installed: {error:#}"))
}

/// The names of the targets, in order: those of their corpora.
fn targets() -> Result<Vec<String>> {
    let corpora = fs::read_dir(project::path(DIRECTORY).join("corpus")).context("tests/fuzz/corpus cannot be read")?;
    let mut names: Vec<_> = corpora.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    Ok(names)
}

fn run(targets: &[String], seconds: u64, sanitizer: &str) -> Result<Tally> {
    build(sanitizer)?;
    let mut tally = Tally::default();
    for some in targets.chunks(AT_ONCE) {
        let running: Vec<_> = some.iter().map(|target| start(target, seconds, sanitizer)).collect::<Result<_>>()?;
        for (target, mut running) in some.iter().zip(running) {
            tally += report(target, running.wait()?)?;
        }
    }
    Ok(tally)
}

fn build(sanitizer: &str) -> Result<()> {
    let mut cargo_fuzz = process::at_low_priority(project::cargo_tool("cargo-fuzz"));
    cargo_fuzz.args(["build", "--sanitizer", sanitizer, "--fuzz-dir", DIRECTORY]);
    cargo_fuzz.arg("--target-dir").arg(built(sanitizer));
    // The cargo that runs this program is not the one that is wanted.
    cargo_fuzz
        .env("RUSTUP_TOOLCHAIN", TOOLCHAIN)
        .env("CARGO_TERM_QUIET", "true")
        .env_remove("CARGO")
        .env_remove("RUSTC");
    step("Building the fuzz targets", || process::run(cargo_fuzz.current_dir(project::root())))
}

/// Starts a target on its kept corpus and on what earlier runs found.
fn start(target: &str, seconds: u64, sanitizer: &str) -> Result<Running> {
    let found = project::path("target/fuzz/found").join(target);
    let artifacts = project::path("target/fuzz/artifacts").join(target);
    fs::create_dir_all(&found).and_then(|()| fs::create_dir_all(&artifacts))?;
    let log = File::create(log(target)).context("the log cannot be written")?;
    let mut fuzzer = Command::new(binary(target, sanitizer)?);
    fuzzer.arg(found).arg(project::path(DIRECTORY).join("corpus").join(target)).args(LIMITS);
    fuzzer.arg(format!("-max_total_time={seconds}")).arg(format!("-artifact_prefix={}/", artifacts.display()));
    if sanitizer == SUITE_SANITIZER {
        fuzzer.arg(SUITE_SEED);
    }
    Running::start(fuzzer.stdout(log.try_clone()?).stderr(log).current_dir(project::root()))
}

/// Where what was built is: apart by what watches memory, or each build would undo the other.
fn built(sanitizer: &str) -> PathBuf {
    project::path("target/fuzz").join(sanitizer)
}

fn binary(target: &str, sanitizer: &str) -> Result<PathBuf> {
    let triples = fs::read_dir(built(sanitizer)).context("the fuzz targets' directory cannot be read")?;
    let mut binaries = triples.flatten().map(|triple| triple.path().join("release").join(target));
    binaries.find(|binary| binary.is_file()).with_context(|| format!("{target} was not built"))
}

fn log(target: &str) -> PathBuf {
    project::path("target/fuzz").join(format!("{target}.log"))
}

/// libFuzzer ends with an error where a target panicked, or took too long or too much memory.
fn report(target: &str, status: ExitStatus) -> Result<Tally> {
    let log = read(&log(target))?;
    let done = log.lines().rev().find(|line| line.starts_with("Done ")).unwrap_or("no run was completed");
    if status.success() {
        println!("{target}: ok. {done}");
        return Ok(Tally::of(true));
    }
    let lines: Vec<&str> = log.lines().filter(|line| !line.starts_with('#')).collect();
    println!("{target}: FAILED. The last lines of target/fuzz/{target}.log:");
    lines.iter().skip(lines.len().saturating_sub(40)).for_each(|line| println!("    {line}"));
    failures::keep(&format!("the fuzz target {target}"), &lines.join("\n"));
    Ok(Tally::of(false))
}

fn read(log: &Path) -> Result<String> {
    let bytes = fs::read(log).with_context(|| format!("{} cannot be read", log.display()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_corpus_has_a_target_and_every_target_a_corpus() {
        let manifest = fs::read_to_string(project::path(DIRECTORY).join("Cargo.toml")).unwrap();
        let targets = targets().unwrap();
        assert!(targets.len() >= 7, "{targets:?}");
        for target in &targets {
            assert!(manifest.contains(&format!("path = \"targets/{target}.rs\"")), "{target} is not in Cargo.toml");
            assert!(project::path(DIRECTORY).join("targets").join(format!("{target}.rs")).is_file(), "{target}");
        }
        assert_eq!(manifest.matches("[[bin]]").count(), targets.len());
    }
}
