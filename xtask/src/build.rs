//! Building the Worker and the browser's bundle.

use std::fmt;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::setup::step;
use crate::{cli, dev_vars, process, project, setup, www};

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
    setup::run()?;
    dev_vars::ensure()?;
    run(&variant)?;
    println!("    WASM: {}", size(&[variant.wasm()])?);
    Ok(())
}

/// Where the browser's bundle is, and its reader of YAML.
pub const BROWSER_BUNDLES: [&str; 2] = [PAGE, PAGE_YAML];
const PAGE: &str = "target/page";
const PAGE_YAML: &str = "target/page-yaml";

/// For the size with gzip: functions that are inlined where they are called once are fewer bytes, but far less alike; so
/// are expressions that are kept in a local for the next time. The features are those that rustc and wasm-bindgen use, and
/// no newer ones, which the runtime might not know. The names of functions go: a panic's message tells its place by itself.
const OPTIMIZE: [&str; 14] = [
    "--enable-mutable-globals",
    "--enable-sign-ext",
    "--enable-nontrapping-float-to-int",
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-reference-types",
    "--enable-exception-handling",
    "-Oz",
    "--always-inline-max-function-size=0",
    "--one-caller-inline-max-function-size=0",
    "--skip-pass=local-cse",
    "--strip-debug",
    "--strip-producers",
    "--strip-target-features",
];

/// The cargo profile of the Worker, and of what is measured in its stead.
pub const WORKER: &str = "worker";
/// The package that is the Worker's WASM, and where it is.
const WORKER_PACKAGE: (&str, &str) = ("tidegate-worker", "worker");

/// What the compiler is given for that profile. `opt-level = "s"` inlines what saves a call but no bytes, and up to 325 of
/// LLVM's units of what the standard library marks `#[inline]`. With less of both the WASM has a tenth fewer bytes with gzip,
/// and the core takes a tenth of a microsecond longer for a request (`cargo xtask bench wasm`); with less than this, half of one.
const WORKER_FLAGS: (&str, &str) = (
    "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS",
    "-Cllvm-args=-inline-threshold=20 -Cllvm-args=-inlinehint-threshold=100",
);

/// Builds the browser's bundle and its reader of YAML, optimized for their size.
pub fn page() -> Result<()> {
    browser_bundle("the browser's bundle", "tidegate-browser-rules", PAGE)?;
    browser_bundle("the browser's reader of YAML", "tidegate-browser-yaml", PAGE_YAML)
}

fn browser_bundle(what: &str, package: &str, into: &str) -> Result<()> {
    let wasm = step(&format!("Compiling {what}"), || compile(package, "", "page"))?;
    let directory = project::path(into);
    let (stamp, made_of) = (directory.join(".stamp"), fingerprint(&wasm)?);
    if directory.join("tidegate_bg.wasm").is_file() && fs::read_to_string(&stamp).is_ok_and(|found| found == made_of) {
        return Ok(());
    }
    step(&format!("Binding and optimizing it into {into}/"), || {
        let mut bindgen = Command::new(project::cargo_tool("wasm-bindgen"));
        bindgen.args(["--target", "web", "--out-name", "tidegate", "--out-dir", into]).arg(wasm);
        process::run(bindgen.current_dir(project::root()))?;
        optimize(&directory.join("tidegate_bg.wasm"))
    })?;
    fs::write(&stamp, made_of).with_context(|| format!("{} cannot be written", stamp.display()))
}

/// Makes a WASM file small, in its place.
pub fn optimize(wasm: &Path) -> Result<()> {
    let mut optimizer = Command::new(project::npm_tool("wasm-opt"));
    process::run(optimizer.args(OPTIMIZE).arg(wasm).arg("-o").arg(wasm))
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

/// Builds a variant, unless what is there was made of the same code with the same tools.
pub fn run(variant: &Variant) -> Result<()> {
    www::build()?; // wrangler wants its directory to be there
    let wasm = step(&format!("Compiling the Worker for {}/", variant.directory), || {
        compile(WORKER_PACKAGE.0, variant.features, WORKER)
    })?;
    let directory = project::path(variant.directory);
    let stamp = directory.join(".stamp");
    let made_of = fingerprint(&wasm)?;
    let is_complete = ["index.js", "index_bg.wasm"].iter().all(|file| directory.join(file).is_file());
    if is_complete && fs::read_to_string(&stamp).is_ok_and(|found| found == made_of) {
        return Ok(());
    }
    step(&format!("Bundling the Worker into {}/", variant.directory), || bundle(variant))?;
    fs::write(&stamp, made_of).with_context(|| format!("{} cannot be written", stamp.display()))
}

/// Has cargo compile a package to WASM, which takes no time when nothing changed; returns where the result is.
pub fn compile(package: &str, features: &str, profile: &str) -> Result<PathBuf> {
    let mut cargo = Command::new("cargo");
    cargo.args(["rustc", "--quiet", "--profile", profile, "--lib", "--package", package]);
    if package == "tidegate-bench-rules" {
        // A library that other Rust code may use too would be compiled without link-time optimization.
        cargo.args(["--crate-type", "cdylib"]);
    }
    cargo.args(["--target", "wasm32-unknown-unknown", "--features", features]);
    cargo.args(["--message-format", "json-render-diagnostics"]).current_dir(project::root());
    if profile == WORKER {
        cargo.env(WORKER_FLAGS.0, WORKER_FLAGS.1);
    }
    let mut wasm = None;
    let status = process::each_line(&mut cargo, |line| wasm = wasm.take().or_else(|| wasm_in(line, package)))?;
    if !status.success() {
        bail!("cargo build failed");
    }
    wasm.context("cargo named no WASM file")
}

/// The WASM file that cargo says it made of the package itself; what that depends on may be one too.
fn wasm_in(message: &str, package: &str) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(message).ok()?;
    if message.get("target")?.get("name")?.as_str()? != package.replace('-', "_") {
        return None;
    }
    let files = message.get("filenames")?.as_array()?.iter().filter_map(Value::as_str);
    files.map(PathBuf::from).find(|file| file.extension().is_some_and(|extension| extension == "wasm"))
}

fn fingerprint(wasm: &Path) -> Result<String> {
    let mut hasher = DefaultHasher::new();
    fs::read(wasm)?.hash(&mut hasher);
    OPTIMIZE.hash(&mut hasher);
    fs::read(project::path("package-lock.json"))?.hash(&mut hasher);
    project::locked_version("wasm-bindgen")?.hash(&mut hasher);
    project::locked_version("worker")?.hash(&mut hasher);
    Ok(format!("{:016x}\n", hasher.finish()))
}

/// Binds, bundles and optimizes. With the helpers named, worker-build downloads nothing.
fn bundle(variant: &Variant) -> Result<()> {
    let mut worker_build = Command::new(project::cargo_tool("worker-build"));
    let (package, out) = (WORKER_PACKAGE.1, project::path(variant.directory));
    worker_build.args([package, "--profile", WORKER, "--no-opt", "--out-dir"]).arg(&out);
    worker_build.args(["--features", variant.features]);
    worker_build.env(WORKER_FLAGS.0, WORKER_FLAGS.1);
    worker_build.env("WASM_BINDGEN_BIN", project::cargo_tool("wasm-bindgen"));
    worker_build.env("ESBUILD_BIN", native_esbuild()?);
    worker_build.env("RUN_TO_COMPLETION", "1"); // else a client that resets its connection leaks memory
    process::run(worker_build.current_dir(project::root()))?;
    optimize(&variant.wasm())
}

/// The esbuild of this platform: `.bin/esbuild` may be a script in front of it, which worker-build cannot use.
fn native_esbuild() -> Result<PathBuf> {
    let platforms = fs::read_dir(project::path("node_modules/@esbuild")).context("esbuild is not installed")?;
    let binaries = platforms.flatten().map(|platform| platform.path().join("bin/esbuild"));
    binaries.into_iter().find(|binary| binary.is_file()).context("esbuild has no binary for this platform")
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
