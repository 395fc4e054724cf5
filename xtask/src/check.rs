//! `cargo xtask check`: formatting, lints, the page's types, sizes, and the rules for dependencies.

use std::process::{Command, ExitCode, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::Result;

use crate::process::Running;
use crate::tally::Tally;
use crate::{build, process, project, setup, www};

/// The packages that are compiled to WASM alone.
const WASM: [&str; 7] = [
    "durable-storage",
    "registry-tests-worker",
    "tidegate-bench-wasm",
    "tidegate-browser-documents",
    "tidegate-browser-rules",
    "tidegate-browser-yaml",
    "tidegate-worker",
];

/// What cargo runs; each has to succeed. Every package of the workspace is linted for what it is compiled for; the rules and the
/// registry for both.
fn checks() -> Vec<(&'static str, Vec<&'static str>)> {
    let words = |line: &'static str| line.split(' ').collect::<Vec<_>>();
    let each = |option: &'static str| WASM.iter().flat_map(move |package| [option, package]).collect::<Vec<_>>();
    let deny_warnings = words("-- -D warnings");
    let wasm = words("clippy --target wasm32-unknown-unknown");
    vec![
        ("formatting", words("fmt --all --check")),
        ("clippy", [words("clippy --workspace --all-targets"), each("--exclude"), deny_warnings.clone()].concat()),
        (
            "clippy, as WASM",
            [
                wasm.clone(),
                words("--package tidegate --package tidegate-registry"),
                each("--package"),
                deny_warnings.clone(),
            ]
            .concat(),
        ),
        (
            "clippy, the Worker with faults",
            [wasm, words("--package tidegate-worker --features faults"), deny_warnings].concat(),
        ),
    ]
}

/// How long the advisory database may take to arrive.
const FETCH_LIMIT: Duration = Duration::from_secs(120);

/// `cargo xtask check`
pub fn command() -> Result<ExitCode> {
    setup::run()?;
    let total = thread::scope(|scope| {
        // On a new machine both are compiled while clippy runs.
        let deny = scope.spawn(setup::cargo_deny);
        let gate = scope.spawn(|| build::run(&build::GATE));
        let mut total = lints()?;
        build::result_of(gate)?;
        total += page_and_sizes()?;
        build::result_of(deny)?;
        total += dependencies()?;
        anyhow::Ok(total)
    })?;
    println!("\n{total}");
    Ok(total.exit_code())
}

fn lints() -> Result<Tally> {
    let mut total = Tally::default();
    for (name, args) in checks() {
        total += report(name, cargo(&args)?);
    }
    total += report(
        "JavaScript, TypeScript and Svelte: formatting",
        npm_tool("prettier", &["--check", "**/*.{js,mjs,ts,svelte,css}"])?,
    );
    total += report("JavaScript, TypeScript and Svelte: lints", npm_tool("eslint", &["."])?);
    Ok(total)
}

fn page_and_sizes() -> Result<Tally> {
    let mut total = report("the page's types", www::is_sound()?);
    total += report("the page's size", www::is_within_budget()?);
    total += report("the Worker's size", build::is_within_budget()?);
    Ok(total)
}

fn dependencies() -> Result<Tally> {
    let deny: Vec<&str> = "deny check --hide-inclusion-graph licenses bans sources".split(' ').collect();
    let mut total = report("dependencies: licences, bans, sources", cargo(&deny)?);
    total += advisories()?;
    Ok(total)
}

fn cargo(args: &[&str]) -> Result<bool> {
    println!("\n==> cargo {}", args.join(" "));
    let (program, args) = match args {
        ["deny", args @ ..] => (project::cargo_tool("cargo-deny"), args),
        args => ("cargo".into(), args),
    };
    Ok(process::status(Command::new(program).args(args).current_dir(project::root()))?.success())
}

fn npm_tool(name: &str, args: &[&str]) -> Result<bool> {
    println!("\n==> {name} {}", args.join(" "));
    Ok(process::status(Command::new(project::npm_tool(name)).args(args).current_dir(project::root()))?.success())
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
        return Ok(report("dependencies: advisories", cargo(&["deny", "check", "advisories"])?));
    }
    Ok(Tally::skipped(1, "advisories were NOT checked, for their database cannot be fetched from here"))
}
