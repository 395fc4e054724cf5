//! What the machine needs, installed if it is missing.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::step::step;
use crate::{npm, process, project};

const WASM_TARGET: &str = "wasm32-unknown-unknown";
const CARGO_DENY: &str = "0.20.2";
const CARGO_FUZZ: &str = "0.13.2";

/// Brings everything that building and running need; quick when it is all there.
pub fn run() -> Result<()> {
    npm::setup()?;
    wasm_target()
}

/// Brings cargo-deny, which only the checks need.
pub fn cargo_deny() -> Result<()> {
    cargo_tool("cargo-deny", "cargo-deny", CARGO_DENY)
}

/// Brings cargo-fuzz, which only fuzzing needs.
pub fn cargo_fuzz() -> Result<()> {
    cargo_tool("cargo-fuzz", "cargo-fuzz", CARGO_FUZZ)
}

/// Brings the standard library for WASM.
pub fn wasm_target() -> Result<()> {
    let libraries = process::output(Command::new("rustc").args(["--print", "target-libdir", "--target", WASM_TARGET]))?;
    if Path::new(&libraries).is_dir() {
        return Ok(());
    }
    step(&format!("Installing the Rust target {WASM_TARGET}"), || {
        process::run(Command::new("rustup").args(["target", "add", WASM_TARGET]))
            .with_context(|| format!("Install the standard library for {WASM_TARGET}; with rustup it goes by itself"))
    })
}

/// Installs a tool with the versions of its own lock file, unless it is there.
fn cargo_tool(binary: &str, package: &str, version: &str) -> Result<()> {
    let installed = process::output(Command::new(project::cargo_tool(binary)).arg("--version"));
    if installed.is_ok_and(|text| text.split_whitespace().last() == Some(version)) {
        return Ok(());
    }
    check_c_compiler()?;
    step(&format!("Installing {package} {version} into target/tools"), || {
        process::run(&mut installation(package, version))
    })
}

fn installation(package: &str, version: &str) -> Command {
    let mut cargo = process::at_low_priority("cargo");
    // Not optimized: it runs for seconds, and its compilation would take minutes.
    let version = format!("={version}");
    cargo.args(["install", "--quiet", "--debug", package, "--version", &version, "--locked", "--force"]);
    cargo.arg("--root").arg(project::path("target/tools"));
    cargo.arg("--target-dir").arg(project::path("target/tools/build"));
    cargo
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tool_has_this_version_and_those_of_its_lock_file() {
        let installation = installation("cargo-deny", "1.2.3");
        let arguments: Vec<_> = installation.get_args().filter_map(|argument| argument.to_str()).collect();
        for wanted in [&["--locked"][..], &["--version", "=1.2.3"]] {
            assert!(arguments.windows(wanted.len()).any(|found| found == wanted), "{arguments:?}");
        }
    }
}
