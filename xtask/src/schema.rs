//! The suite schema: the admin API, in a running gate, against its own OpenAPI document, by schemathesis.

use std::fs::{self, File};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::gate::{Options, Server};
use crate::process::Running;
use crate::tally::Tally;
use crate::{dev, dev_vars, failures, gate, project, python};

/// The pinned packages and the configuration.
const DIRECTORY: &str = "tests/schemathesis";
/// Where it is installed, and where its gate keeps its state.
const TARGET: &str = "target/schemathesis";
/// A run takes a minute on an idle machine, and fifteen beside ten other processes; one that takes twice as long hangs.
const LIMIT: Duration = Duration::from_mins(30);
/// The same requests every time.
const SEED: &str = "1";

/// No server error, answers as described, and nothing accepted that is not; skipped where there is no Python for it.
pub fn suite() -> Result<Tally> {
    if let Err(error) = prepare() {
        let why = format!("the admin API was not compared with its document: {error:#}");
        return Ok(Tally::skipped(1, why));
    }
    let directory = project::path(TARGET);
    let _ = fs::remove_dir_all(directory.join("state"));
    let (port, log) = (gate::free_port()?, Some(directory.join("gate.log")));
    let options = Options { server: Server::Workerd, port, state: directory.join("state"), log, variables: vec![] };
    let running = dev::start(&options).context("the gate's output is in target/schemathesis/gate.log")?;
    let passed = compare(&running.local_address("/_tidegate/api/openapi.json"), running.admin_host())?;
    report(passed)
}

/// A virtual environment with the pinned version. It is made if there is none or the pin has changed.
pub fn prepare() -> Result<()> {
    python::environment("schemathesis", DIRECTORY, TARGET)
}

/// Whether the gate answers as its document says.
fn compare(document: &str, admin_host: &str) -> Result<bool> {
    let log = File::create(log()).context("the log cannot be written")?;
    let mut schemathesis = Command::new(project::path(TARGET).join("bin/schemathesis"));
    schemathesis.arg("--config-file").arg(project::path(DIRECTORY).join("schemathesis.toml"));
    schemathesis.args(["run", document, "--seed", SEED, "--no-color"]);
    // What the pattern of an owner id wants besides its characters is hard to hit by chance.
    schemathesis.arg("--suppress-health-check=filter_too_much");
    // The owner's key goes by the environment: a command line can be read by everybody on the machine.
    schemathesis.env("OWNER_KEY", dev_vars::owner_key()?).env("SCHEMATHESIS_HOOKS", "hooks");
    schemathesis.env("ADMIN_HOST", admin_host);
    schemathesis.env("PYTHONPATH", project::path(DIRECTORY)).env("PYTHONDONTWRITEBYTECODE", "1");
    schemathesis.stdout(log.try_clone()?).stderr(log).current_dir(project::path(TARGET));
    let status = Running::start(&mut schemathesis)?.wait_at_most(LIMIT)?;
    if status.is_none() {
        println!("schemathesis was ended after {} seconds", LIMIT.as_secs());
    }
    Ok(status.is_some_and(|status| status.success()))
}

fn report(passed: bool) -> Result<Tally> {
    let text = fs::read(log()).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())?;
    let counts = text.lines().find(|line| line.contains(" generated, ")).map_or("no request was sent", str::trim);
    println!("schemathesis: {counts}");
    if !passed {
        println!("{text}");
        failures::keep("schemathesis", &text);
    }
    Ok(Tally::of(passed && text.contains(" generated, ")))
}

fn log() -> std::path::PathBuf {
    project::path(TARGET).join("schemathesis.log")
}
