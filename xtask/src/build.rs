//! Building the Worker and the browser's bundle.

use std::fmt;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::{self, ScopedJoinHandle};

use anyhow::{Context, Result, bail};

use crate::setup::step;
use crate::wasm::{self, Host, Package};
use crate::{cli, dev_vars, npm, process, project, setup, www};

/// One build of the Worker.
pub struct Variant {
    directory: &'static str,
    features: &'static str,
}

/// The gate.
pub const GATE: Variant = Variant { directory: "build", features: "" };
/// The gate with a command that panics, for the test of what then happens.
pub const FAULTS: Variant = Variant { directory: "build/faults", features: "faults" };

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

/// Where the browser's bundle is, and its reader of YAML.
pub const BROWSER_BUNDLES: [&str; 2] = ["target/page", "target/page-yaml"];

/// Builds the browser's bundle and its reader of YAML, optimized for their size.
pub fn page() -> Result<()> {
    let packages = [Package::small("tidegate-browser-rules"), Package::small("tidegate-browser-yaml")];
    let compiled = step("Compiling the browser's bundle and its reader of YAML", || wasm::compile(&packages))?;
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

/// Builds the registry's tests, which run on the storage of a Durable Object.
pub fn registry_tests() -> Result<()> {
    let package = Package::quick("registry-tests-worker");
    let wasm = step("Compiling the registry's tests for workerd", || wasm::compile_one(package))?;
    let directory = project::path("target/registry-tests");
    let [module, script] =
        ["registry_tests_worker_bg.wasm", "registry_tests_worker.js"].map(|file| directory.join(file));
    unless_made_of(&wasm, &[&module, &script], || wasm::bind(&wasm, Host::Browser, &directory, "registry_tests_worker"))
}

/// What the Worker's WASM may weigh, in bytes with gzip: what it has come down to, and a little more.
const WORKER_BUDGET: u64 = 480_000;

/// Whether the Worker's WASM keeps within its budget; prints what it weighs.
pub fn is_within_budget() -> Result<bool> {
    run(&GATE)?;
    within("the Worker's WASM", &[GATE.wasm()], WORKER_BUDGET)
}

/// Whether files have so many bytes with gzip at most; prints what they have.
pub fn within(what: &str, files: &[PathBuf], budget: u64) -> Result<bool> {
    let size = size(files)?;
    println!("    {what}: {size} (at most {} KB)", budget / 1000);
    Ok(size.compressed <= budget)
}

/// Builds a variant, and the page that it serves, unless what is there was made of the same code with the same tools. It brings
/// what that takes: on a new machine cargo compiles while the npm packages arrive.
pub fn run(variant: &Variant) -> Result<()> {
    setup::wasm_target()?;
    thread::scope(|scope| {
        let packages = scope.spawn(npm::setup);
        let page = scope.spawn(www::build); // wrangler wants its directory to be there
        let worker = worker(variant);
        [packages, page].into_iter().try_for_each(result_of).and(worker)
    })
}

/// What a thread came to.
fn result_of(thread: ScopedJoinHandle<Result<()>>) -> Result<()> {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

fn worker(variant: &Variant) -> Result<()> {
    let directory = variant.directory;
    let package = Package::like_the_worker("tidegate-worker").with(variant.features);
    let wasm = step(&format!("Compiling the Worker for {directory}/"), || wasm::compile_one(package))?;
    npm::setup()?;
    let script = project::path(directory).join("index.js");
    unless_made_of(&wasm, &[&variant.wasm(), &script], || {
        step(&format!("Bundling the Worker into {directory}/"), || bundle(variant, &wasm, &script))
    })
}

/// Binds, bundles and optimizes.
fn bundle(variant: &Variant, wasm: &Path, script: &Path) -> Result<()> {
    let bindings = project::path("target/bindings").join(variant.directory);
    wasm::bind(wasm, Host::Workerd, &bindings, "index")?;
    wasm::bundle(&bindings.join("index.js"), script)?;
    wasm::optimize(&bindings.join("index_bg.wasm"), &variant.wasm())
}

/// Makes files of compiled WASM, unless they are there and were made of the same, with the same tools.
fn unless_made_of(wasm: &Path, files: &[&Path], make: impl FnOnce() -> Result<()>) -> Result<()> {
    let directory = files.first().and_then(|file| file.parent()).context("there is nothing to make")?;
    let (stamp, made_of) = (directory.join(".stamp"), fingerprint(wasm)?);
    if files.iter().all(|file| file.is_file()) && fs::read_to_string(&stamp).is_ok_and(|found| found == made_of) {
        return Ok(());
    }
    fs::create_dir_all(directory)?;
    make()?;
    fs::write(&stamp, made_of).with_context(|| format!("{} cannot be written", stamp.display()))
}

fn fingerprint(wasm: &Path) -> Result<String> {
    let mut hasher = DefaultHasher::new();
    fs::read(wasm)?.hash(&mut hasher);
    wasm::OPTIMIZATIONS.hash(&mut hasher);
    fs::read(project::path("package-lock.json"))?.hash(&mut hasher);
    project::locked_version("wasm-bindgen-cli-support")?.hash(&mut hasher);
    Ok(format!("{:016x}\n", hasher.finish()))
}

/// How large some files are together.
pub struct Size {
    /// In bytes.
    pub raw: u64,
    /// In bytes, each file with gzip.
    pub compressed: u64,
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} KB, {} KB with gzip", self.raw.div_ceil(1000), self.compressed.div_ceil(1000))
    }
}

/// Measures files.
pub fn size(files: &[PathBuf]) -> Result<Size> {
    let script = "const files = process.argv.slice(1).map((file) => require('fs').readFileSync(file)); \
                  const sum = (of) => files.reduce((sum, file) => sum + of(file).length, 0); \
                  console.log(sum((file) => file), sum((file) => require('zlib').gzipSync(file, { level: 9 })))";
    let sizes = process::output(Command::new("node").args(["-e", script]).args(files))?;
    let bytes: Vec<u64> = sizes.split(' ').flat_map(str::parse).collect();
    let [raw, compressed] = bytes[..] else { bail!("no sizes in {sizes:?}") };
    Ok(Size { raw, compressed })
}
