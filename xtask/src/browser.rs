//! The suite `browser`: the admin page in Chromium, against a gate with a state of its own.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;

use anyhow::{Context, Result};

use crate::gate::{Gate, Options, Server};
use crate::tally::Tally;
use crate::{chromium, dev, dev_vars, gate, project, suites};

/// How many gates the files are shared among; each has a browser of its own.
const SHARES: usize = 2;

/// Runs it; pictures of the views are in `target/screenshots/` afterwards. Without Chromium the suite is skipped.
pub fn suite() -> Result<Tally> {
    let chromium = match chromium::ensure() {
        Ok(chromium) => chromium,
        Err(error) => {
            let why = format!("there is no Chromium, and it cannot be installed from here: {error:#}");
            return Ok(Tally::skipped(1, why));
        }
    };
    let _ = fs::remove_dir_all(project::path("target/browser"));
    let gates = (1..=SHARES).map(gate).collect::<Result<Vec<_>>>()?;
    let shares: Vec<_> = thread::scope(|scope| {
        let start = |(gate, number)| {
            let chromium = &chromium;
            scope.spawn(move || share(gate, number, chromium))
        };
        let running: Vec<_> = gates.iter().zip(1..).map(start).collect();
        running.into_iter().map(|share| share.join().unwrap_or_else(|_| Ok(Tally::of(false)))).collect()
    });
    let mut total = Tally::default();
    for tally in shares {
        total += tally?.nothing_run_is_a_failure();
    }
    Ok(total)
}

fn gate(number: usize) -> Result<Gate> {
    let directory = project::path("target/browser").join(number.to_string());
    fs::create_dir_all(&directory)?;
    let (port, log) = (gate::free_port()?, directory.join("gate.log"));
    let options =
        Options { server: Server::Workerd, port, state: directory.join("state"), log: Some(log), variables: vec![] };
    dev::start(&options).with_context(|| format!("its output is in {}/gate.log", directory.display()))
}

/// Runs one share of the files.
fn share(gate: &Gate, number: usize, chromium: &Path) -> Result<Tally> {
    let mut node = Command::new("node");
    node.args(["--test", "--test-reporter=tap", "tests/browser/all.mjs"]).current_dir(project::root());
    node.env("TIDEGATE_ADDRESS", gate.admin_address("")).env("TIDEGATE_API", gate.address(""));
    node.env("OWNER_KEY", dev_vars::owner_key()?).env("CHROMIUM", chromium).env("SHARE", format!("{number}/{SHARES}"));
    suites::tap(&mut node)
}
