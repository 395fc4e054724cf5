//! `cargo xtask bench`: the package `bench` measures, and knows its own arguments.

use std::process::ExitCode;

use anyhow::Result;

use crate::{process, project};

/// `cargo xtask bench ARGS…`
pub fn command(args: &[String]) -> Result<ExitCode> {
    process::exit_code(process::package("tidegate-bench").args(args).current_dir(project::root()))
}
