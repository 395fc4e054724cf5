//! Chromium, for the suites `browser` and `dev`.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::process::{self, Running};

/// Where Debian puts it, which is looked at first.
const USUAL: &str = "/usr/bin/chromium";
/// Its names on the PATH.
const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];
/// How long its installation may take.
const INSTALLATION_LIMIT: Duration = Duration::from_secs(300);
const INSTALLATION: &str = "apt-get update && apt-get install -y --no-install-recommends chromium";

/// The absolute path of Chromium, as Playwright wants it. If it is missing, it is installed, unless that needs a password.
pub fn ensure() -> Result<PathBuf> {
    installed().map_or_else(install, Ok)
}

fn installed() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    Some(PathBuf::from(USUAL)).filter(|program| runs(program)).or_else(|| on_path(&path))
}

/// The first of its names in a directory of this PATH.
fn on_path(path: &OsStr) -> Option<PathBuf> {
    let directories: Vec<PathBuf> = std::env::split_paths(path).collect();
    let programs = NAMES.iter().flat_map(|name| directories.iter().map(move |directory| directory.join(name)));
    programs.filter_map(|program| std::path::absolute(program).ok()).find(|program| runs(program))
}

fn runs(program: &Path) -> bool {
    program.is_file() && process::output(Command::new(program).arg("--version")).is_ok()
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

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_name_on_the_path_is_told_as_an_absolute_path() {
        let directory = std::env::temp_dir().join(format!("tidegate-chromium-{}", std::process::id()));
        let (broken, whole) = (directory.join("broken"), directory.join("whole"));
        for directory in [&broken, &whole] {
            fs::create_dir_all(directory).unwrap();
        }
        let program = |name: &str| symlink("/bin/bash", whole.join(name)).unwrap();
        fs::write(broken.join("chromium"), "no program").unwrap();
        program("google-chrome");
        let path = std::env::join_paths([&directory, &broken, &whole]).unwrap();
        assert_eq!(on_path(&path), Some(whole.join("google-chrome")));
        program("chromium-browser");
        assert_eq!(on_path(&path), Some(whole.join("chromium-browser")));
        assert_eq!(on_path(broken.as_os_str()), None);
        fs::remove_dir_all(&directory).unwrap();
    }
}
