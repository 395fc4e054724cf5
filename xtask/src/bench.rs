//! `cargo xtask bench`: how long things take, as lines to read. Nothing fails by being slow.

use std::process::Command;

use anyhow::Result;

use crate::{process, project};

/// `cargo xtask bench`
pub fn command() -> Result<()> {
    let mut cargo = Command::new("cargo");
    cargo.args(["bench", "--quiet", "--package", "tidegate", "--bench", "compile"]);
    process::run(cargo.current_dir(project::root()))
}
