//! `cargo xtask check`: formatting, lints, the page's types, sizes, and the rules for dependencies.

use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

use anyhow::Result;

use crate::process::Running;
use crate::tally::Tally;
use crate::{build, process, project, setup, www};

/// What cargo runs; each has to succeed.
const CHECKS: [(&str, &str); 7] = [
    ("formatting", "fmt --all --check"),
    (
        "clippy, the rules, cli, bench and xtask",
        "clippy --package tidegate --package tidegate-bench --package tidegate-bench-rules --package tidegate-cli --package xtask --all-targets -- -D warnings",
    ),
    ("clippy, the rules as WASM", "clippy --package tidegate --lib --target wasm32-unknown-unknown -- -D warnings"),
    ("clippy, the Worker", "clippy --package tidegate-worker --target wasm32-unknown-unknown -- -D warnings"),
    (
        "clippy, the Worker with faults",
        "clippy --package tidegate-worker --features faults --target wasm32-unknown-unknown -- -D warnings",
    ),
    (
        "clippy, the browser's bundles",
        "clippy --package tidegate-browser-rules --package tidegate-browser-yaml --target wasm32-unknown-unknown -- -D warnings",
    ),
    ("dependencies: licences, bans, sources", "deny check --hide-inclusion-graph licenses bans sources"),
];

/// How long the advisory database may take to arrive.
const FETCH_LIMIT: Duration = Duration::from_secs(120);

/// `cargo xtask check`
pub fn command() -> Result<ExitCode> {
    setup::run()?;
    setup::cargo_deny()?;
    let mut total = Tally::default();
    for (name, args) in CHECKS {
        total += report(name, cargo(args)?);
    }
    total += report("the page's types", www::is_sound()?);
    total += report("the page's size", www::is_within_budget()?);
    total += report("the Worker's size", build::is_within_budget()?);
    total += advisories()?;
    println!("\n{total}");
    Ok(total.exit_code())
}

fn cargo(args: &str) -> Result<bool> {
    println!("\n==> cargo {args}");
    let mut words = args.split(' ').peekable();
    let mut command = if words.next_if_eq(&"deny").is_some() {
        Command::new(project::cargo_tool("cargo-deny"))
    } else {
        Command::new("cargo")
    };
    Ok(process::status(command.args(words).current_dir(project::root()))?.success())
}

fn report(name: &str, passed: bool) -> Tally {
    println!("{name}: {}", if passed { "ok" } else { "FAILED" });
    Tally::of(passed)
}

/// The advisory database lies on a code host, which not every machine reaches.
fn advisories() -> Result<Tally> {
    println!("\n==> cargo deny fetch db");
    let mut fetch = Command::new(project::cargo_tool("cargo-deny"));
    fetch.args(["--log-level", "off", "fetch", "db"]).env("GIT_TERMINAL_PROMPT", "0");
    fetch.stderr(Stdio::null()).current_dir(project::root());
    let fetched = Running::start(&mut fetch)?.wait_at_most(FETCH_LIMIT)?.is_some_and(|status| status.success());
    if fetched {
        return Ok(report("dependencies: advisories", cargo("deny check advisories")?));
    }
    Ok(Tally::skipped(1, "advisories were NOT checked, for their database cannot be fetched from here"))
}
