//! The commands of the documents: their `sh` blocks run in order in one bash process, and each output is compared with the `text`
//! block below the commands.

mod blocks;
#[cfg(test)]
mod commands;
mod expectation;

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::process::Running;
use crate::tally::Tally;
use crate::{failures, project};

pub use blocks::{Block, Section};

/// The sections whose commands run, in this order.
pub const SECTIONS: [Section; 2] = [
    Section { page: "README.md", heading: "## Three calls" },
    Section { page: "docs/walkthrough.md", heading: "## The walk" },
];

/// The port in the documents, replaced by the one that is used.
const PORT: &str = "8787";
/// How long the whole walk may take.
const LIMIT: Duration = Duration::from_secs(300);
/// A proxy that nobody answers at. The commands must reach this machine where people's environment names one.
const NO_PROXY_HERE: &str = "http://127.0.0.1:1";

/// Runs them against the gate on `port`; scripts and outputs go to `directory`. One count for each block.
pub fn run(blocks: &[Block], port: u16, directory: &Path) -> Result<Tally> {
    let port = port.to_string();
    for (i, block) in blocks.iter().enumerate() {
        fs::write(directory.join(format!("{i}.sh")), block.script.replace(PORT, &port))?;
    }
    let mut bash = Command::new("bash");
    bash.args(["-c", DRIVER, "walk"]).arg(directory).arg(blocks.len().to_string());
    bash.env("http_proxy", NO_PROXY_HERE).env_remove("no_proxy").env_remove("NO_PROXY");
    if Running::start(bash.current_dir(project::root()))?.wait_at_most(LIMIT)?.is_none() {
        println!("the walk did not end within {} s", LIMIT.as_secs());
    }
    let mut tally = Tally::default();
    for (i, block) in blocks.iter().enumerate() {
        tally += judge(block, &Outcome::read(directory, i)?, &port);
    }
    Ok(tally)
}

/// Sources each script in the one shell, so that variables persist and a broken block does not break the next. Where the
/// pages wait for a second, because KV is prompt, it waits for as long as a change may take: on a busy machine KV is not prompt.
const DRIVER: &str = r#"
sleep() { if [ "$1" = 1 ]; then set -- 10; fi; command sleep "$1"; }
for ((walk_block = 0; walk_block < $2; walk_block++)); do
  . "$1/$walk_block.sh" >"$1/$walk_block.out" 2>&1
  echo "$?" >"$1/$walk_block.status"
done
"#;

/// What became of a block.
struct Outcome {
    /// None if it was not reached or did not end.
    status: Option<String>,
    output: String,
}

impl Outcome {
    fn read(directory: &Path, block: usize) -> Result<Self> {
        let text = |kind: &str| match fs::read(directory.join(format!("{block}.{kind}"))) {
            Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).context("the output of a block cannot be read"),
        };
        let status = text("status")?.map(|status| status.trim().to_owned());
        Ok(Self { status, output: text("out")?.unwrap_or_default() })
    }
}

fn judge(block: &Block, outcome: &Outcome, port: &str) -> Tally {
    let problem = problem(block, outcome, port);
    match &problem {
        None => println!("{}:{}: ok", block.page, block.line),
        Some(problem) => {
            let Block { page, line, script, .. } = block;
            failures::keep(&format!("{page}:{line}: {problem}"), &outcome.output);
            println!("{page}:{line}: FAILED: {problem}\n--- commands\n{script}--- output\n{}\n---", outcome.output);
        }
    }
    Tally::of(problem.is_none())
}

fn problem(block: &Block, outcome: &Outcome, port: &str) -> Option<String> {
    let Some(status) = &outcome.status else {
        return Some("it was not reached, or did not end".to_owned());
    };
    match &block.expected {
        None => (status != "0").then(|| format!("its exit status is {status}")),
        Some(expected) => {
            let missing = expectation::first_missing(&expected.replace(PORT, port), &outcome.output)?;
            Some(format!("the output has no line `{missing}` where it is expected"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_walk_runs_in_one_shell_and_each_block_counts() {
        let directory = std::env::temp_dir().join(format!("tidegate-walk-{}", std::process::id()));
        fs::create_dir_all(&directory).unwrap();
        let markdown = "## The walk\n```sh\nA=8787\n```\n```sh\necho $A $http_proxy$no_proxy$NO_PROXY\n```\n```text\n8787…:1\n```\n";
        let section = Section { page: "README.md", heading: "## The walk" };
        let tally = run(&section.blocks_of(markdown).unwrap(), 4321, &directory);
        let output = fs::read_to_string(directory.join("1.out"));
        fs::remove_dir_all(&directory).unwrap();
        assert_eq!(tally.unwrap(), Tally { passed: 2, failed: 0, skipped: 0 });
        assert_eq!(output.unwrap(), format!("4321 {NO_PROXY_HERE}\n"));
    }

    #[test]
    fn a_block_fails_by_its_status_or_by_what_it_does_not_print() {
        let block = |expected: Option<&str>| Block {
            page: "README.md",
            line: 1,
            script: String::new(),
            expected: expected.map(str::to_owned),
        };
        let outcome = |status: &str| Outcome { status: Some(status.to_owned()), output: "a\n".to_owned() };
        assert_eq!(problem(&block(None), &outcome("0"), "1"), None);
        assert!(problem(&block(None), &outcome("2"), "1").is_some());
        assert_eq!(problem(&block(Some("a\n")), &outcome("2"), "1"), None);
        assert!(problem(&block(Some("b\n")), &outcome("0"), "1").is_some());
        assert!(problem(&block(None), &Outcome { status: None, output: String::new() }, "1").is_some());
    }
}
