//! What has to be on the machine, installed where it is missing.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Instant, SystemTime};

use anyhow::{Context, Result, bail};

use crate::{process, project};

const WASM_TARGET: &str = "wasm32-unknown-unknown";
const OLDEST_NODE: (u32, u32) = (20, 19);
const CARGO_DENY: &str = "0.20.2";
const CARGO_FUZZ: &str = "0.13.2";

/// Brings everything that building and running need; quick when it is all there.
pub fn run() -> Result<()> {
    check_node()?;
    wasm_target()?;
    cargo_tool("wasm-bindgen", "wasm-bindgen-cli", &project::locked_version("wasm-bindgen")?, false)?;
    cargo_tool("worker-build", "worker-build", &project::locked_version("worker")?, false)?;
    npm_packages()
}

/// Brings cargo-deny, which only the checks need.
pub fn cargo_deny() -> Result<()> {
    cargo_tool("cargo-deny", "cargo-deny", CARGO_DENY, true)
}

/// Brings cargo-fuzz, which only fuzzing needs.
pub fn cargo_fuzz() -> Result<()> {
    cargo_tool("cargo-fuzz", "cargo-fuzz", CARGO_FUZZ, true)
}

/// Says what begins, does it, and says how long it took.
pub fn step<T>(what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    println!("==> {what}");
    let started = Instant::now();
    let result = work().with_context(|| format!("{what}: this step failed"))?;
    println!("    done in {:.1} s", started.elapsed().as_secs_f32());
    Ok(result)
}

fn check_node() -> Result<()> {
    let Ok(version) = process::output(Command::new("node").arg("--version")) else {
        bail!("node is not on the PATH. Install Node.js {}.{} or later, with npm.", OLDEST_NODE.0, OLDEST_NODE.1);
    };
    match node_version(&version) {
        Some(found) if found >= OLDEST_NODE => Ok(()),
        _ => bail!("node is {version}; Node.js {}.{} or later is needed.", OLDEST_NODE.0, OLDEST_NODE.1),
    }
}

fn node_version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.trim_start_matches('v').split('.').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

fn wasm_target() -> Result<()> {
    let libraries = process::output(Command::new("rustc").args(["--print", "target-libdir", "--target", WASM_TARGET]))?;
    if Path::new(&libraries).is_dir() {
        return Ok(());
    }
    step(&format!("Installing the Rust target {WASM_TARGET}"), || {
        process::run(Command::new("rustup").args(["target", "add", WASM_TARGET]))
            .with_context(|| format!("Install the standard library for {WASM_TARGET}; with rustup it goes by itself"))
    })
}

fn cargo_tool(binary: &str, package: &str, version: &str, locked: bool) -> Result<()> {
    let installed = process::output(Command::new(project::cargo_tool(binary)).arg("--version"));
    if installed.is_ok_and(|text| text.split_whitespace().last() == Some(version)) {
        return Ok(());
    }
    check_c_compiler()?;
    step(&format!("Installing {package} {version} into target/tools"), || {
        let mut cargo = Command::new("cargo");
        cargo.args(["install", package, "--version", &format!("={version}"), "--force"]);
        cargo.arg("--root").arg(project::path("target/tools"));
        cargo.arg("--target-dir").arg(project::path("target/tools/build"));
        if locked {
            cargo.arg("--locked");
        }
        process::run(&mut cargo)
    })
}

fn check_c_compiler() -> Result<()> {
    let compiler = std::env::var("CC").unwrap_or_else(|_| "cc".to_owned());
    if process::output(Command::new(&compiler).arg("--version")).is_err() {
        bail!(
            "the C compiler {compiler:?} does not run. Install one (Debian: build-essential; macOS: xcode-select --install)."
        );
    }
    Ok(())
}

fn npm_packages() -> Result<()> {
    let installed = modified(&project::path("node_modules/.package-lock.json"));
    if installed.is_some() && installed >= modified(&project::path("package-lock.json")) {
        return Ok(());
    }
    step("Installing the npm packages", || {
        process::run(Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(project::root()))
    })
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|metadata| metadata.modified()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_versions_compare_by_number() {
        assert_eq!(node_version("v20.19.0"), Some((20, 19)));
        assert!(node_version("v20.9.1").unwrap() < OLDEST_NODE);
        assert!(node_version("v22.0.0").unwrap() > OLDEST_NODE);
        assert_eq!(node_version("twenty"), None);
    }
}
