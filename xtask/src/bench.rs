//! `cargo xtask bench`: runs the package `bench`, which has arguments of its own.

use std::process::ExitCode;

use anyhow::Result;

use crate::{process, project};

/// `cargo xtask bench ARGS…`
pub fn command(args: &[String]) -> Result<ExitCode> {
    process::exit_code(process::package("tidegate-bench").args(args).current_dir(project::root()))
}
