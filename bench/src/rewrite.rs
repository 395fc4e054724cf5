//! After an upgrade: how long until the registry has rewritten all of KV in its own format, and what requests meet meanwhile.

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use xtask::{build, suites};

use crate::options::Options;
use crate::report::{Goal, Part, short};

/// How many integrations KV has from the release before.
const INTEGRATIONS: &str = "10000";
/// Of the figures that the test leaves, those that are counts.
const COUNTS: [(&str, &str); 5] = [
    ("requests", "requests meanwhile, of 30 integrations, by isolates that know none of them"),
    ("unavailable", "of these answered with 503"),
    ("records", "records that they read from the registry"),
    ("policies", "policies"),
    ("feeds", "feeds of changes"),
];

/// Runs the test that holds it, with as many integrations.
pub fn measure(_: &Options) -> Result<Part> {
    build::run(&build::GATE)?;
    let (succeeded, report) = suites::vitest(|vitest| {
        vitest.args(["--project", "gate", "tests/edge/rewrite.test.ts"]).env("REWRITE_INTEGRATIONS", INTEGRATIONS)
    })?;
    ensure!(succeeded, "the test failed");
    let report: Value = serde_json::from_str(&report).context("vitest's report is not JSON")?;
    let figures =
        report.pointer("/testResults/0/assertionResults/0/meta/rewrite").context("the test left no figures")?;
    let number = |name: &str| figures.get(name).and_then(Value::as_f64).with_context(|| format!("no figure {name}"));
    let mut part = Part::default();
    part.columns(&["", ""]);
    part.row(["integrations, each with a record from the release before".to_owned(), INTEGRATIONS.to_owned()]);
    part.row(["seconds until all of KV is written".to_owned(), short(number("seconds")?)]);
    for (name, what) in COUNTS {
        part.row([what.to_owned(), format!("{:.0}", number(name)?)]);
    }
    part.goals.push(Goal::at_most(
        "requests answered with 503 after an upgrade",
        0.0,
        number("unavailable")?,
        "requests",
    ));
    part.notes.push("In workerd, with a KV in the same process; Cloudflare's takes longer for each write.".to_owned());
    part.numbers = figures.clone();
    Ok(part)
}
