//! The suites.

use std::process::Command;
use std::{env, fs};

use anyhow::{Context, Result};

use crate::gate::{Options, Server};
use crate::tally::Tally;
use crate::{build, bundles, chromium, dev, dev_vars, failures, gate, npm, process, project, python, reports, walk};

/// All Rust tests, natively, but for those of the simulator: it computes for minutes, so the suite `sim` tests it optimized.
pub fn core() -> Result<Tally> {
    rust_tests(&["--workspace", "--exclude", "simulator"])
}

/// The test of the gate that runs the registry's tests, for whoever runs the gate's alone.
const REGISTRYS: &str = "the_registry_does_what_its_tests_say";

/// The seed of proptest's inputs. They are the same each time: a run fails by what changed. Plain `cargo test` tries others each time.
const SEED: &str = "PROPTEST_RNG_SEED";

/// Rust tests, chosen by arguments of `cargo test`.
pub fn rust_tests(chosen: &[&str]) -> Result<Tally> {
    let mut cargo = Command::new("cargo");
    cargo.arg("test").args(chosen).args(["--no-fail-fast", "--", "--show-output", "--skip", REGISTRYS]);
    if env::var_os(SEED).is_none() {
        cargo.env(SEED, "1");
    }
    cargo.current_dir(project::root());
    let mut lines = Vec::new();
    let status = process::each_line(&mut cargo, |line| {
        println!("{line}");
        lines.push(line.to_owned());
    })?;
    failures::keep_all(reports::rust_failures(&lines));
    Ok(reports::rust_tally(&lines).with_run(status.success()))
}

/// The built Worker inside workerd, and the registry's tests on a Durable Object's SQL.
pub fn edge() -> Result<Tally> {
    build::registry_tests()?;
    let (succeeded, report) = vitest(|vitest| vitest)?;
    failures::keep_all(reports::vitest_failures(&report)?);
    Ok(reports::vitest_tally(&report)?.with_run(succeeded))
}

/// Runs the tests in workerd, or some of them, as the command says then: whether all passed, and vitest's report in JSON.
pub fn vitest(change: impl FnOnce(&mut Command) -> &mut Command) -> Result<(bool, String)> {
    let report = project::path("target/vitest.json");
    let _ = fs::remove_file(&report);
    let mut vitest = Command::new(project::npm_tool("vitest"));
    vitest.args(["run", "--config", "tests/edge/vitest.config.ts"]);
    vitest.args(["--reporter=default", "--reporter=json"]);
    vitest.arg(format!("--outputFile.json={}", report.display())); // a relative one would be under vitest's root
    vitest.env("WRANGLER_SEND_METRICS", "false").env("CLOUDFLARE_CF_FETCH_ENABLED", "false");
    let status = process::status(change(&mut vitest).current_dir(project::root()))?;
    Ok((status.success(), fs::read_to_string(report).context("vitest wrote no report")?))
}

/// The browser's bundle on the golden corpus, in Node.
pub fn page() -> Result<Tally> {
    bundles::build()?;
    let mut node = Command::new("node");
    node.args(["--test", "--test-reporter=tap"]).args(page_tests()?).current_dir(project::root());
    tap(&mut node)
}

/// Every file of tests in `tests/page`, so that none is forgotten.
fn page_tests() -> Result<Vec<String>> {
    let folder = "tests/page";
    let names = fs::read_dir(project::path(folder))?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
    let mut names: Vec<String> = names.collect::<Result<_>>()?;
    names.retain(|name| name.ends_with(".test.mjs"));
    names.sort();
    Ok(names.into_iter().map(|name| format!("{folder}/{name}")).collect())
}

/// The parsers and routers that are installed, against what the corpus says they read.
pub fn parsers() -> Result<Tally> {
    let mut node = Command::new("node");
    let files = ["tests/parsers/parsers.test.mjs", "tests/parsers/routers.test.mjs"];
    node.args(["--test", "--test-reporter=tap"]).args(files).current_dir(project::root());
    tap(&mut node)
}

/// Asks parsers and routers afresh.
pub fn regenerate_readers() -> Result<()> {
    for arguments in [&["tests/parsers/write.mjs"][..], &["tests/parsers/routers.test.mjs", "--write"]] {
        process::run(Command::new("node").args(arguments).current_dir(project::root()))?;
    }
    Ok(())
}

/// `wrangler dev` as people start it, without xtask; and what `wrangler deploy` would upload.
pub fn dev() -> Result<Tally> {
    dev_vars::ensure()?;
    let mut node = Command::new("node");
    let files = ["wrangler", "deployed", "sso"].map(|name| format!("tests/dev/{name}.test.mjs"));
    // One after another: they share the demo API's `.dev.vars`.
    node.args(["--test", "--test-reporter=tap", "--test-concurrency=1"]).args(files).current_dir(project::root());
    match chromium::ensure() {
        Ok(chromium) => drop(node.env("CHROMIUM", chromium)),
        Err(error) => println!("Chromium is not there: {error:#}"), // the test that wants it says that it is skipped
    }
    tap(&mut node)
}

/// What curl and `tidegate` send and what real origins answer, through the built Worker in workerd, over sockets.
pub fn clients() -> Result<Tally> {
    if let Err(error) = python::environment("standardwebhooks", "tests/clients", "target/clients-python") {
        println!("Python's library for webhooks is not there: {error:#}"); // the test that wants it says that it is skipped
    }
    let mut node = Command::new("node");
    let files =
        ["clients", "integrations", "tidegate", "webhooks"].map(|name| format!("tests/clients/{name}.test.mjs"));
    node.args(["--test", "--test-reporter=tap"]).args(files).current_dir(project::root());
    tap(&mut node)
}

/// Runs `node --test --test-reporter=tap`; prints what failed, and why something was skipped.
pub fn tap(node: &mut Command) -> Result<Tally> {
    let mut lines = Vec::new();
    let mut failed: Vec<(String, String)> = Vec::new();
    let mut in_error = false;
    let status = process::each_line(node, |line| {
        let starts = |with: &str| line.trim_start().starts_with(with);
        in_error = starts("error:") || (in_error && !starts("code:") && !starts("name:") && !starts("stack:"));
        if in_error || starts("not ok") || line.contains(" # SKIP ") {
            println!("{line}");
        }
        match failed.last_mut() {
            _ if starts("not ok") => failed.push((line.trim().to_owned(), String::new())),
            Some((_, error)) if in_error => error.extend([line, "\n"]),
            _ => (),
        }
        lines.push(line.to_owned());
    })?;
    failures::keep_all(failed);
    Ok(reports::tap_tally(&lines).with_run(status.success()))
}

/// The commands of README.md and docs/walkthrough.md, against a gate with a state of its own.
pub fn readme() -> Result<Tally> {
    let directory = project::path("target/readme");
    let _ = fs::remove_dir_all(&directory);
    fs::create_dir_all(&directory)?;
    let blocks = walk::SECTIONS.into_iter().map(walk::Section::blocks).collect::<Result<Vec<_>>>()?.concat();

    let (port, log) = (gate::free_port()?, directory.join("wrangler.log"));
    let options =
        Options { server: Server::Wrangler, port, state: directory.join("state"), log: Some(log), variables: vec![] };
    let _gate = dev::start(&options).context("wrangler's output is in target/readme/wrangler.log")?;
    walk::run(&blocks, port, &directory)
}

/// Has the tests write `tests/corpus/` and the schemas afresh, and makes of these what www/schema.mjs makes.
pub fn regenerate_vectors() -> Result<()> {
    let mut cargo = Command::new("cargo");
    cargo.args(["test", "--package", "tidegate", "--lib", "--test", "gate", "vectors"]);
    process::run(cargo.env("TIDEGATE_REGENERATE_VECTORS", "1").current_dir(project::root()))?;
    npm::setup()?;
    process::run(Command::new("node").arg("www/schema.mjs").current_dir(project::root()))
}
