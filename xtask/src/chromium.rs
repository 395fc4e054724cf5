//! Chromium, for the suites `browser` and `dev`.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::process::{self, Running};

/// The names of Chromium, and where it is if it is not on the PATH.
const NAMES: [&str; 4] = ["/usr/bin/chromium", "chromium", "chromium-browser", "google-chrome"];
/// How long its installation may take.
const INSTALLATION_LIMIT: Duration = Duration::from_secs(300);
const INSTALLATION: &str = "apt-get update && apt-get install -y --no-install-recommends chromium";

/// Where Chromium is. If it is missing, it is installed, unless that needs a password.
pub fn ensure() -> Result<PathBuf> {
    installed().map_or_else(install, Ok)
}

fn installed() -> Option<PathBuf> {
    NAMES.iter().map(PathBuf::from).find(|name| process::output(Command::new(name).arg("--version")).is_ok())
}

fn install() -> Result<PathBuf> {
    anyhow::ensure!(nix::unistd::Uid::effective().is_root(), "that needs root");
    anyhow::ensure!(Path::new("/usr/bin/apt-get").is_file(), "there is no apt-get");
    println!("==> {INSTALLATION}");
    let mut shell = Command::new("bash");
    shell.args(["-c", INSTALLATION]).env("DEBIAN_FRONTEND", "noninteractive");
    let status = Running::start(&mut shell)?.wait_at_most(INSTALLATION_LIMIT)?;
    let status = status.with_context(|| format!("it took longer than {} s", INSTALLATION_LIMIT.as_secs()))?;
    anyhow::ensure!(status.success(), "apt-get failed: {status}");
    installed().context("apt-get brought none")
}
