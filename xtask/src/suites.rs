//! The suites.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::gate::{Options, Server};
use crate::tally::Tally;
use crate::{build, bundles, dev, dev_vars, gate, npm, process, project, python, walk};

/// All Rust tests, natively.
pub fn core() -> Result<Tally> {
    let mut cargo = Command::new("cargo");
    cargo.args(["test", "--workspace", "--no-fail-fast", "--", "--show-output"]).current_dir(project::root());
    let mut lines = Vec::new();
    let status = process::each_line(&mut cargo, |line| {
        println!("{line}");
        lines.push(line.to_owned());
    })?;
    Ok(rust_tally(&lines).with_run(status.success()))
}

/// Counts the output of `cargo test -- --show-output`. A test that prints `SKIPPED: <why>` passes there, but did not run.
fn rust_tally(lines: &[impl AsRef<str>]) -> Tally {
    let mut tally = Tally::default();
    let mut said_skipped = 0;
    for line in lines.iter().map(AsRef::as_ref) {
        if line.starts_with("SKIPPED:") {
            said_skipped += 1;
        } else if let Some((_, counts)) = line.strip_prefix("test result: ").and_then(|rest| rest.split_once(". ")) {
            tally.passed += count_before(counts, " passed");
            tally.failed += count_before(counts, " failed");
            tally.skipped += count_before(counts, " ignored");
        }
    }
    tally.passed = tally.passed.saturating_sub(said_skipped);
    tally.skipped += said_skipped;
    tally
}

fn count_before(counts: &str, word: &str) -> u64 {
    let parts = counts.split("; ").filter_map(|part| part.strip_suffix(word));
    parts.filter_map(|number| number.parse::<u64>().ok()).sum()
}

/// The built Worker inside workerd, and the registry's tests on a Durable Object's SQL.
pub fn edge() -> Result<Tally> {
    build::registry_tests()?;
    let (succeeded, report) = vitest(|vitest| vitest)?;
    Ok(vitest_tally(&report)?.with_run(succeeded))
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

fn vitest_tally(report: &str) -> Result<Tally> {
    let report: Value = serde_json::from_str(report).context("vitest's report is not JSON")?;
    let count =
        |name: &str| report.get(name).and_then(Value::as_u64).with_context(|| format!("no {name} in the report"));
    Ok(Tally {
        passed: count("numPassedTests")?,
        failed: count("numFailedTests")?,
        skipped: count("numPendingTests")? + count("numTodoTests")?,
    })
}

/// The browser's bundle on the golden corpus, in Node.
pub fn page() -> Result<Tally> {
    bundles::build()?;
    let mut node = Command::new("node");
    node.args([
        "--test",
        "--test-reporter=tap",
        "tests/page/corpus.test.mjs",
        "tests/page/languages.test.mjs",
        "tests/page/layout.test.mjs",
        "tests/page/lib.test.mjs",
        "tests/page/schema.test.mjs",
        "tests/page/usage.test.mjs",
        "tests/page/verify.test.mjs",
    ])
    .current_dir(project::root());
    tap(&mut node)
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
    node.args(["--test", "--test-reporter=tap"]).args(files).current_dir(project::root());
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
    let mut in_error = false;
    let status = process::each_line(node, |line| {
        let starts = |with: &str| line.trim_start().starts_with(with);
        in_error = starts("error:") || (in_error && !starts("code:") && !starts("name:") && !starts("stack:"));
        if in_error || starts("not ok") || line.contains(" # SKIP ") {
            println!("{line}");
        }
        lines.push(line.to_owned());
    })?;
    Ok(tap_tally(&lines).with_run(status.success()))
}

/// Counts the closing comments of `node --test --test-reporter=tap`.
fn tap_tally(lines: &[impl AsRef<str>]) -> Tally {
    let count = |name: &str| {
        let counts = lines.iter().filter_map(|line| line.as_ref().strip_prefix(&format!("# {name} ")));
        counts.filter_map(|number| number.parse::<u64>().ok()).sum()
    };
    Tally { passed: count("pass"), failed: count("fail"), skipped: count("skipped") }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rust_results_add_up_and_what_said_skipped_is_not_passed() {
        let lines = [
            "test a ... ok",
            "SKIPPED: no documents here",
            "test result: FAILED. 7 passed; 1 failed; 2 ignored; 0 measured; 0 filtered out; finished in 0.00s",
            "test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
            "SKIPPED: nor here",
        ];
        assert_eq!(rust_tally(&lines), Tally { passed: 8, failed: 1, skipped: 4 });
    }

    #[test]
    fn a_tap_report_is_counted() {
        let lines = ["ok 1 - a", "# tests 4", "# pass 2", "# fail 1", "# skipped 1", "# todo 0"];
        assert_eq!(tap_tally(&lines), Tally { passed: 2, failed: 1, skipped: 1 });
    }

    #[test]
    fn a_vitest_report_is_counted() {
        let report = r#"{"numPassedTests":5,"numFailedTests":1,"numPendingTests":2,"numTodoTests":1}"#;
        assert_eq!(vitest_tally(report).unwrap(), Tally { passed: 5, failed: 1, skipped: 3 });
        assert!(vitest_tally("{}").is_err());
    }
}
