//! The rules alone: natively, as WASM, in instructions, and their size.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::json;
use tidegate_bench_rules::cases::{GRANTED, GRANTED_AND_COUNTED, GRANTED_WITH_AN_END};
use tidegate_bench_rules::fixture;
use tidegate_bench_rules::measure::Timing;

use crate::load::median;
use crate::options::Options;
use crate::report::{Goal, Part, short};
use crate::{api, tools};
use xtask::step::step;
use xtask::wasm::{self, Host, Package};
use xtask::{build, bundles, process, project, size};

/// On this machine's processor.
pub fn native(_: &Options) -> Result<Part> {
    let binary = binary("core")?;
    let mut command = Command::new(binary);
    let mut part = timings(&process::output(command.args(real_policy()?))?)?;
    let (small, middle, large) = (deciding(10), deciding(576), deciding(10_000));
    let of = |name: &str| median_of(&part, name);
    let (small, middle, large) = (of(&small)?, of(&middle)?, of(&large)?);
    part.goals.push(Goal::at_most("decide, 576 operations", 1.0, middle / 1e3, "µs"));
    part.goals.push(Goal::at_most("decide, 10,000 operations : 10", 2.0, large / small, "times"));
    Ok(part)
}

/// In Node's engine, which is workerd's.
pub fn wasm(_: &Options) -> Result<Part> {
    let directory = project::path("target/bench-wasm");
    let package = Package::like_the_worker("tidegate-bench-wasm");
    let wasm = step("Compiling the cases to WASM", || wasm::compile_one(package))?;
    wasm::bind(&wasm, Host::Node, &directory, "bench")?;
    let module = directory.join("bench_bg.wasm");
    wasm::optimize(&module, &module)?;
    fs::write(directory.join("package.json"), "{}")?; // CommonJS, whatever is above
    let module = directory.join("bench.js");
    let policy = real_policy()?;
    let mut part = timings(&in_node(&module, "bench.timings(policy)", policy.as_deref())?)?;
    let first = |_| Ok(in_node(&module, FIRST_LOAD, policy.as_deref())?.parse::<f64>()?);
    let first = median((0..5).map(first).collect::<Result<Vec<_>>>()?);
    let name = if policy.is_none() { "load the policy: 576 operations" } else { "load the policy: a real API" };
    part.row([format!("{name}, in a new process"), short(first / 1e3), String::new(), String::new()]);
    let loading = median_of(&part, name)?;
    part.goals.push(Goal::at_most(&format!("{name} (WASM)"), 2.0, loading / 1e6, "ms"));
    part.goals.push(Goal::at_most(&format!("{name}, in a new process (WASM)"), 2.0, first / 1e6, "ms"));
    Ok(part)
}

/// How long the first run takes in nanoseconds, including the transfer of the bytes into WASM: as in a new isolate.
const FIRST_LOAD: &str = "(() => { \
    const [text, path] = policy ? [policy, '/contacts/x'] : [bench.policy(576), '/group0/x/items0']; \
    const bytes = new TextEncoder().encode(text); \
    const started = performance.now(); \
    bench.first_load(bytes, path); \
    return (performance.now() - started) * 1e6; \
})()";

/// What an expression of `bench`, the WASM module, gives in a process of its own; `policy` is the real one, where there is one.
fn in_node(module: &Path, expression: &str, policy: Option<&Path>) -> Result<String> {
    let script = "const [module, file] = process.argv.slice(1); const bench = require(module); \
                  const policy = file && require('fs').readFileSync(file, 'utf8'); console.log(";
    let mut node = Command::new("node");
    process::output(node.args(["-e", &format!("{script}{expression})")]).arg(module).args(policy))
}

fn deciding(operations: usize) -> String {
    format!("decide: {operations} operations, 10 scopes")
}

/// A real API's policy, as the store keeps it, in a file.
fn real_policy() -> Result<Option<PathBuf>> {
    let Some(policy) = api::real_policy()? else { return Ok(None) };
    let file = project::path("target/bench-policy.json");
    fs::write(&file, fixture::stored_policy(&policy))?;
    Ok(Some(file))
}

fn binary(name: &str) -> Result<PathBuf> {
    step("Compiling the cases", || {
        let mut cargo = Command::new("cargo");
        cargo.args(["build", "--quiet", "--release", "--package", "tidegate-bench-rules", "--bins"]);
        process::run(cargo.current_dir(project::root()))
    })?;
    Ok(project::path("target/release").join(name))
}

fn timings(text: &str) -> Result<Part> {
    let timings: Vec<Timing> = serde_json::from_str(text).context("the cases printed no timings")?;
    let mut part = Part::default();
    part.columns(&["", "median µs", "least", "most"]);
    for Timing { name, median_ns, least_ns, most_ns } in &timings {
        let numbers = [median_ns, least_ns, most_ns].map(|ns| micros(*ns));
        part.row(std::iter::once(name.clone()).chain(numbers));
    }
    part.numbers = json!(timings);
    Ok(part)
}

fn micros(ns: f64) -> String {
    if ns < 100.0 { format!("{:.3}", ns / 1e3) } else { short(ns / 1e3) }
}

fn median_of(part: &Part, name: &str) -> Result<f64> {
    let timings: Vec<Timing> = serde_json::from_value(part.numbers.clone())?;
    let found = timings.into_iter().find(|timing| timing.name == name);
    Ok(found.with_context(|| format!("{name} was not measured"))?.median_ns)
}

/// How many instructions each case takes: the same at every run, so that a change shows exactly.
pub fn instructions(_: &Options) -> Result<Part> {
    let valgrind = match tools::ensure("valgrind") {
        Ok(valgrind) => valgrind,
        Err(error) => return Ok(Part::skipped(&format!("{error:#}"))),
    };
    let binary = binary("instructions")?;
    let names = process::output(&mut Command::new(&binary))?;
    let mut part = Part::default();
    part.columns(&["", "instructions"]);
    let mut counts = Vec::new();
    for name in names.lines() {
        let count = count(valgrind, &binary, name).with_context(|| name.to_owned())?;
        part.row([name.to_owned(), count.to_string()]);
        counts.push((name, count));
    }
    let of = |wanted: &str| counts.iter().find(|(name, _)| *name == wanted).map(|(_, count)| *count as f64);
    if let (Some(plain), Some(with_an_end)) = (of(GRANTED), of(GRANTED_WITH_AN_END)) {
        part.goals.push(Goal::at_most("granted, with an end : without", 1.01, with_an_end / plain, "times"));
    }
    if let (Some(plain), Some(counted)) = (of(GRANTED), of(GRANTED_AND_COUNTED)) {
        part.goals.push(Goal::at_most("granted, counted : not", 1.02, counted / plain, "times"));
    }
    part.numbers = json!(counts);
    Ok(part)
}

fn count(valgrind: &str, binary: &Path, name: &str) -> Result<u64> {
    let out = project::path("target/callgrind.out");
    let mut command = Command::new(valgrind);
    command.args(["--tool=callgrind", "--toggle-collect=*instructions*measured*"]);
    command.arg(format!("--callgrind-out-file={}", out.display())).arg(binary).arg(name);
    process::output(&mut command)?;
    let dump = fs::read_to_string(&out).context("callgrind wrote nothing")?;
    let total = dump.lines().find_map(|line| line.strip_prefix("summary: ")?.trim().parse().ok());
    let total = total.context("callgrind's dump has no sum")?;
    ensure!(total > 0, "callgrind counted nothing");
    Ok(total)
}

/// How much must be loaded.
pub fn size(_: &Options) -> Result<Part> {
    build::run(&build::GATE)?;
    let worker = size::size(&[build::GATE.wasm()])?;
    let bundles = bundles::BROWSER_BUNDLES.map(|directory| project::path(directory).join("tidegate_bg.wasm"));
    let page = size::size(&bundles)?;
    let mut part = Part::default();
    part.columns(&["", "KB", "KB with gzip"]);
    for (name, size, goal) in [("the Worker's WASM", &worker, 460.0), ("the browser's WASM", &page, 160.0)] {
        let [raw, compressed] = [size.raw, size.compressed].map(|bytes| bytes as f64 / 1e3);
        part.row([name.to_owned(), short(raw), short(compressed)]);
        part.goals.push(Goal::at_most(&format!("{name}, with gzip"), goal, compressed, "KB"));
    }
    Ok(part)
}
