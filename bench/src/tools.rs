//! The tools that the bench needs in addition to the project's own, installed if that needs no password.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use xtask::process::Running;
use xtask::step::step;
use xtask::{npm, project};

const LIMIT: Duration = Duration::from_secs(300);
/// Debian packages, and the programs that they install.
const PACKAGES: [(&str, &[&str]); 5] = [
    ("wrk", &["/usr/bin/wrk", "/usr/local/bin/wrk", "/opt/homebrew/bin/wrk"]),
    ("nginx-light", &["/usr/sbin/nginx", "/usr/local/sbin/nginx"]),
    ("nghttp2-client", &["/usr/bin/h2load"]),
    ("util-linux", &["/usr/bin/taskset"]),
    ("valgrind", &["/usr/bin/valgrind"]),
];

/// Why HTTP cannot be measured here.
pub fn missing() -> Option<String> {
    if !Path::new("/proc/self/stat").is_file() {
        return Some("processor time is read from /proc, which is not there".to_owned());
    }
    ["wrk", "nginx-light", "util-linux"]
        .into_iter()
        .find_map(|package| ensure(package).err())
        .map(|error| format!("{error:#}"))
}

/// Where a package's program is; it is installed if it is not there.
pub fn ensure(package: &str) -> Result<&'static str> {
    let places = PACKAGES.iter().find(|(name, _)| *name == package).map_or(&[][..], |(_, places)| places);
    let find = || places.iter().find(|place| Path::new(place).is_file()).copied();
    if let Some(found) = find() {
        return Ok(found);
    }
    install(package).with_context(|| format!("{package} is not there, and cannot be installed from here"))?;
    find().with_context(|| format!("apt-get installed {package}, but not in {}", places.join(" or ")))
}

fn install(package: &str) -> Result<()> {
    anyhow::ensure!(nix::unistd::Uid::effective().is_root(), "that needs root");
    anyhow::ensure!(Path::new("/usr/bin/apt-get").is_file(), "there is no apt-get");
    step(&format!("Installing {package}"), || {
        let mut shell = Command::new("bash");
        shell.args(["-c", &format!("apt-get update -q && apt-get install -qy --no-install-recommends {package}")]);
        let status = Running::start(shell.env("DEBIAN_FRONTEND", "noninteractive"))?.wait_at_most(LIMIT)?;
        let status = status.with_context(|| format!("it took longer than {} s", LIMIT.as_secs()))?;
        anyhow::ensure!(status.success(), "apt-get failed: {status}");
        Ok(())
    })
}

/// Brings the npm packages of the other gates.
pub fn npm_packages() -> Result<()> {
    npm::install("the other gates' npm packages", &project::path("bench"))
}
