//! Python tools, each in a virtual environment below `target/`, with the versions that the tests pin.

use std::fs;
use std::process::Command;

use anyhow::Result;

use crate::stamp::unless_made;
use crate::step::step;
use crate::{process, project};

/// Makes the virtual environment `target` with the packages of `directory/requirements.txt`, unless it exists with the same ones.
///
/// # Errors
/// If there is no Python 3 with `venv`, or a package cannot be installed.
pub fn environment(what: &str, directory: &str, target: &str) -> Result<()> {
    let requirements = project::path(directory).join("requirements.txt");
    let wanted = fs::read_to_string(&requirements)?;
    let environment = project::path(target);
    unless_made(&environment.join("requirements.txt"), &wanted, &[], || {
        process::output(Command::new("python3").arg("--version"))?;
        step(&format!("Installing {what} into {target}"), || {
            process::run(Command::new("python3").args(["-m", "venv"]).arg(&environment))?;
            let mut pip = Command::new(environment.join("bin/pip"));
            pip.args(["install", "--quiet", "--disable-pip-version-check", "--requirement"]);
            process::run(pip.arg(requirements))
        })
    })
}
