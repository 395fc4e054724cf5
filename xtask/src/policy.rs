//! `cargo xtask policy`: the command `tidegate`, for scripts that call it by its earlier name.

use std::process::ExitCode;

use anyhow::Result;

use crate::process;

/// `cargo xtask policy ARGS…` is `tidegate policy ARGS…`, in the directory of the caller.
pub fn command(args: &[String]) -> Result<ExitCode> {
    process::exit_code(process::package("tidegate-cli").arg("policy").args(args))
}
