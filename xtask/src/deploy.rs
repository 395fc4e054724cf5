//! `cargo xtask deploy`: the Worker, online.

use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};

use anyhow::{Result, bail};

use crate::{build, process, project};

/// `cargo xtask deploy [ARGS…]`; wrangler takes this program's place, so that it can ask questions.
pub fn command(args: &[String]) -> Result<ExitCode> {
    build::run(&build::GATE)?;
    let mut wrangler = Command::new(project::npm_tool("wrangler"));
    wrangler.args(["deploy", "--config", "wrangler.toml"]).args(args).current_dir(project::root());
    let error = process::npm_tools_first(&mut wrangler).exec();
    bail!("wrangler cannot be started: {error}")
}
