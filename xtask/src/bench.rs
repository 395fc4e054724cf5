//! `cargo xtask bench`: the package `bench` measures, and knows its own arguments.

use std::process::{Command, ExitCode};

use anyhow::Result;

use crate::{process, project};

/// `cargo xtask bench ARGS…`
pub fn command(args: &[String]) -> Result<ExitCode> {
    let mut cargo = Command::new("cargo");
    cargo.args(["run", "--quiet", "--package", "tidegate-bench", "--"]).args(args).current_dir(project::root());
    let status = process::status(&mut cargo)?;
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from))
}
