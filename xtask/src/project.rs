//! Where things are in the project, and which versions its lock file fixes.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The project's own directory.
pub fn root() -> PathBuf {
    let xtask = std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    xtask.parent().map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

/// A path inside the project.
pub fn path(relative: impl AsRef<Path>) -> PathBuf {
    root().join(relative)
}

/// A tool that cargo installed under `target/tools`.
pub fn cargo_tool(name: &str) -> PathBuf {
    path("target/tools/bin").join(name)
}

/// A command of an npm package.
pub fn npm_tool(name: &str) -> PathBuf {
    npm_tools().join(name)
}

/// Where the commands of the npm packages are.
pub fn npm_tools() -> PathBuf {
    path("node_modules/.bin")
}

/// The version of a crate in `Cargo.lock`.
pub fn locked_version(name: &str) -> Result<String> {
    let lock = fs::read_to_string(path("Cargo.lock")).context("Cargo.lock cannot be read")?;
    version_in(&lock, name).with_context(|| format!("{name} is not in Cargo.lock"))
}

fn version_in(lock: &str, name: &str) -> Option<String> {
    let wanted = format!("name = \"{name}\"");
    let mut lines = lock.lines().skip_while(|line| *line != wanted);
    lines.next()?;
    let version = lines.next()?.strip_prefix("version = \"")?.strip_suffix('"')?;
    Some(version.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xtask_depends_on_no_package_of_the_workspace() {
        let mut cargo = std::process::Command::new("cargo");
        cargo.args(["tree", "--offline", "--package", "xtask", "--depth", "1", "--prefix", "none"]);
        cargo.args(["--edges", "normal,build,dev", "--format", "{p}"]).current_dir(root());
        let output = cargo.output().unwrap();
        let tree = String::from_utf8(output.stdout).unwrap();
        let local: Vec<&str> = tree.lines().filter(|line| line.contains(" (/")).collect();
        assert!(output.status.success() && tree.lines().count() > 5, "{tree}");
        assert!(matches!(local[..], [xtask] if xtask.starts_with("xtask ")), "{local:?}");
    }

    const LOCK: &str = "\
[[package]]
name = \"worker-sys\"
version = \"0.9.0\"

[[package]]
name = \"worker\"
version = \"0.8.7\"
";

    #[test]
    fn a_locked_version_is_that_of_the_whole_name() {
        assert_eq!(version_in(LOCK, "worker").as_deref(), Some("0.8.7"));
        assert_eq!(version_in(LOCK, "work"), None);
    }
}
