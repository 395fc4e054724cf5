//! The browser's WASM, and what is made from compiled WASM only once.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

use anyhow::{Context, Result};

use crate::stamp::unless_made;
use crate::step::step;
use crate::wasm::{self, Host, Package};
use crate::{npm, project};

/// Where the browser's bundles are: the rules, what reads documents, and what reads YAML.
pub const BROWSER_BUNDLES: [&str; 3] = ["target/page", "target/page-documents", "target/page-yaml"];

const PACKAGES: [&str; BROWSER_BUNDLES.len()] =
    ["tidegate-browser-rules", "tidegate-browser-documents", "tidegate-browser-yaml"];

/// Builds the browser's bundles, optimized for their size.
pub fn build() -> Result<()> {
    let packages = PACKAGES.map(Package::small);
    let compiled = step("Compiling the browser's bundles", || wasm::compile(&packages))?;
    npm::setup()?;
    compiled.iter().zip(BROWSER_BUNDLES).try_for_each(|(wasm, into)| browser_bundle(wasm, into))
}

fn browser_bundle(wasm: &Path, into: &str) -> Result<()> {
    let module = project::path(into).join("tidegate_bg.wasm");
    unless_made_of(wasm, &[&module], || {
        step(&format!("Binding and optimizing {into}/"), || {
            wasm::bind(wasm, Host::Browser, &project::path(into), "tidegate")?;
            wasm::optimize(&module, &module)
        })
    })
}

/// Makes files of compiled WASM, unless they are there and were made of the same, with the same tools.
pub fn unless_made_of(wasm: &Path, files: &[&Path], make: impl FnOnce() -> Result<()>) -> Result<()> {
    let directory = files.first().and_then(|file| file.parent()).context("there is nothing to make")?;
    fs::create_dir_all(directory)?;
    unless_made(&directory.join(".stamp"), &fingerprint(wasm)?, files, make)
}

fn fingerprint(wasm: &Path) -> Result<String> {
    let mut hasher = DefaultHasher::new();
    fs::read(wasm)?.hash(&mut hasher);
    wasm::OPTIMIZATIONS.hash(&mut hasher);
    fs::read(project::path("package-lock.json"))?.hash(&mut hasher);
    project::locked_version("wasm-bindgen-cli-support")?.hash(&mut hasher);
    Ok(format!("{:016x}\n", hasher.finish()))
}
