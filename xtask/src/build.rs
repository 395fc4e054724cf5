//! Building the Worker and the browser's bundle.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::thread::{self, ScopedJoinHandle};

use anyhow::Result;

use crate::bundles::unless_made_of;
use crate::size::{size, within};
use crate::step::step;
use crate::wasm::{self, Host, Package};
use crate::{cli, dev_vars, npm, project, setup, www};

const PACKAGE: &str = "tidegate-worker";

/// One build of the Worker.
pub struct Variant {
    directory: &'static str,
    has_faults: bool,
}

/// The gate.
pub const GATE: Variant = Variant { directory: "build", has_faults: false };
/// The gate with commands that panic and move its clock, for the tests of what then happens.
pub const FAULTS: Variant = Variant { directory: "build/faults", has_faults: true };

impl Variant {
    /// Where its WASM is.
    pub fn wasm(&self) -> PathBuf {
        project::path(self.directory).join("index_bg.wasm")
    }
}

/// `cargo xtask build [--faults]`
pub fn command(mut args: Vec<String>) -> Result<()> {
    let variant = if cli::flag(&mut args, "--faults") { FAULTS } else { GATE };
    cli::nothing(&args)?;
    dev_vars::ensure()?;
    run(&variant)?;
    println!("    WASM: {}", size(&[variant.wasm()])?);
    Ok(())
}

/// Builds the registry's tests, which run on the storage of a Durable Object.
pub fn registry_tests() -> Result<()> {
    let package = Package::quick("registry-tests-worker");
    let wasm = step("Compiling the registry's tests for workerd", || wasm::compile_one(package))?;
    let directory = project::path("target/registry-tests");
    let [module, script] =
        ["registry_tests_worker_bg.wasm", "registry_tests_worker.js"].map(|file| directory.join(file));
    unless_made_of(&wasm, &[&module, &script], || wasm::bind(&wasm, Host::Browser, &directory, "registry_tests_worker"))
}

/// What the Worker's WASM may weigh, in bytes with gzip: what it weighs, and a little more.
const WORKER_BUDGET: u64 = 1_036_000;

/// Whether the Worker's WASM keeps within its budget; prints what it weighs.
pub fn is_within_budget() -> Result<bool> {
    run(&GATE)?;
    within("the Worker's WASM", &[GATE.wasm()], WORKER_BUDGET)
}

/// Builds a variant, and the page that it serves, unless both were built from the same code with the same tools. It installs what this
/// needs: on a new machine, cargo compiles while the npm packages are downloaded.
pub fn run(variant: &Variant) -> Result<()> {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    setup::wasm_target()?;
    thread::scope(|scope| {
        let packages = scope.spawn(npm::setup);
        let page = scope.spawn(www::build); // wrangler wants its directory to be there
        let worker = worker(variant);
        [packages, page].into_iter().try_for_each(result_of).and(worker)
    })
}

/// What a thread came to.
pub fn result_of(thread: ScopedJoinHandle<Result<()>>) -> Result<()> {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

fn worker(variant: &Variant) -> Result<()> {
    let directory = variant.directory;
    let package =
        if variant.has_faults { Package::quick(PACKAGE).with("faults") } else { Package::like_the_worker(PACKAGE) };
    let wasm = step(&format!("Compiling the Worker for {directory}/"), || wasm::compile_one(package))?;
    npm::setup()?;
    let script = project::path(directory).join("index.js");
    unless_made_of(&wasm, &[&variant.wasm(), &script], || {
        step(&format!("Bundling the Worker into {directory}/"), || bundle(variant, &wasm, &script))
    })
}

/// Binds, bundles, and optimizes what is deployed.
fn bundle(variant: &Variant, wasm: &Path, script: &Path) -> Result<()> {
    let bindings = project::path("target/bindings").join(variant.directory);
    wasm::bind(wasm, Host::Workerd, &bindings, "index")?;
    wasm::bundle(&bindings.join("index.js"), script)?;
    let bound = bindings.join("index_bg.wasm");
    if variant.has_faults {
        fs::copy(bound, variant.wasm())?; // for tests alone: its size does not matter
        return Ok(());
    }
    wasm::optimize(&bound, &variant.wasm())
}
