//! `cargo xtask policy`: the command `tidegate`, for scripts that call it by its earlier name.

use std::process::{Command, ExitCode};

use anyhow::Result;

use crate::process;

/// `cargo xtask policy ARGS…` is `tidegate policy ARGS…`, in the directory of the caller.
pub fn command(args: &[String]) -> Result<ExitCode> {
    let mut cargo = Command::new("cargo");
    cargo.args(["run", "--quiet", "--package", "tidegate-cli", "--", "policy"]).args(args);
    let status = process::status(&mut cargo)?;
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from))
}
