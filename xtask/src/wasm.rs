//! From a package to a small WASM module and its JavaScript: cargo, wasm-bindgen, wasm-opt, esbuild.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;
use wasm_bindgen_cli_support::Bindgen;

use crate::{process, project};

/// A package that becomes a WASM module, and how.
#[derive(Clone, Copy)]
pub struct Package {
    name: &'static str,
    /// The enabled features, comma-separated.
    features: &'static str,
    profile: &'static str,
    /// What the compiler is given beside the profile.
    flags: &'static str,
}

/// What the compiler is given for the Worker. `opt-level = "s"` inlines what saves a call but no bytes, and up to 325 of LLVM's
/// units of what the standard library marks `#[inline]`. With less of both the WASM has a tenth fewer bytes with gzip, and the rules
/// take a tenth of a microsecond longer for a request (`cargo xtask bench wasm`); with less than this, half of one.
const LESS_INLINING: &str = "-Cllvm-args=-inline-threshold=20 -Cllvm-args=-inlinehint-threshold=100";

impl Package {
    /// Compiled for its size alone.
    pub fn small(name: &'static str) -> Self {
        Self { name, features: "", profile: "page", flags: "" }
    }

    /// Compiled as the Worker is: for its size, where that costs little time.
    pub fn like_the_worker(name: &'static str) -> Self {
        Self { name, features: "", profile: "worker", flags: LESS_INLINING }
    }

    /// Compiled in less time than the Worker, for tests.
    pub fn quick(name: &'static str) -> Self {
        Self { name, features: "", profile: "tests", flags: "" }
    }

    /// With features, comma-separated.
    pub fn with(self, features: &'static str) -> Self {
        Self { features, ..self }
    }
}

/// What runs the module.
#[derive(Clone, Copy)]
pub enum Host {
    /// workerd: one instance for each isolate, and a new one after an abort.
    Workerd,
    /// A browser, or what loads modules as one does.
    Browser,
    /// Node.js, as CommonJS.
    Node,
}

/// For the size with gzip: functions that are inlined where they are called once are fewer bytes, but far less alike; so are
/// expressions that are kept in a local variable for the next time. The features are those that rustc and wasm-bindgen use, and no
/// newer ones, which the runtime might not know. The names of functions go: a panic's message says where it was.
pub const OPTIMIZATIONS: [&str; 14] = [
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

/// Compiles packages that have the same profile, which takes no time if nothing has changed. Returns the path of each WASM file.
pub fn compile(packages: &[Package]) -> Result<Vec<PathBuf>> {
    let Package { features, profile, flags, .. } = packages.first().context("there is nothing to compile")?;
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--quiet", "--lib", "--target", "wasm32-unknown-unknown", "--profile", profile]);
    cargo.args(packages.iter().flat_map(|package| ["--package", package.name]));
    cargo.args(["--features", features, "--message-format", "json-render-diagnostics"]).current_dir(project::root());
    if !flags.is_empty() {
        cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", flags);
    }
    let mut messages = Vec::new();
    let status = process::each_line(&mut cargo, |line| messages.extend(serde_json::from_str::<Value>(line)))?;
    if !status.success() {
        bail!("cargo build failed");
    }
    let wasm = |package: &Package| messages.iter().find_map(|message| wasm_in(message, package.name));
    packages.iter().map(|package| wasm(package).context("cargo named no WASM file")).collect()
}

/// Has cargo compile a package, as [`compile`] does.
pub fn compile_one(package: Package) -> Result<PathBuf> {
    compile(&[package])?.pop().context("cargo named no WASM file")
}

/// The WASM file that cargo says it made of the package itself; what that depends on may be one too.
fn wasm_in(message: &Value, package: &str) -> Option<PathBuf> {
    if message.get("target")?.get("name")?.as_str()? != package.replace('-', "_") {
        return None;
    }
    let files = message.get("filenames")?.as_array()?.iter().filter_map(Value::as_str);
    files.map(PathBuf::from).find(|file| file.extension().is_some_and(|extension| extension == "wasm"))
}

/// Writes `NAME.js` and `NAME_bg.wasm` into a directory, and what the JavaScript imports; for a browser, the types too.
pub fn bind(wasm: &Path, host: Host, directory: &Path, name: &str) -> Result<()> {
    let mut bindgen = Bindgen::new();
    bindgen.input_path(wasm).out_name(name).omit_default_module_path(false);
    match host {
        Host::Workerd => {
            // With a function that replaces the instance, and a check in each call whether that must be done first.
            bindgen.module(true)?.reset_state_function(true).force_enable_abort_handler(true);
        }
        Host::Browser => drop(bindgen.web(true)?.typescript(true)),
        Host::Node => drop(bindgen.nodejs(true)?),
    }
    bindgen.generate(directory).with_context(|| format!("{} cannot be bound", wasm.display()))
}

/// Makes WASM small.
pub fn optimize(wasm: &Path, into: &Path) -> Result<()> {
    let mut optimizer = Command::new(project::npm_tool("wasm-opt"));
    process::run(optimizer.args(OPTIMIZATIONS).arg(wasm).arg("-o").arg(into))
}

/// Bundles the script that [`bind`] wrote for workerd, and what it imports, into one. That imports the WASM from beside it.
pub fn bundle(script: &Path, into: &Path) -> Result<()> {
    // wasm-bindgen imports it by the proposal for source phase imports; workerd takes it by an import like any other.
    let text = fs::read_to_string(script).with_context(|| format!("{} cannot be read", script.display()))?;
    fs::write(script, text.replace("import source ", "import "))?;
    let mut esbuild = Command::new(project::npm_tool("esbuild"));
    esbuild.arg(script).args(["--bundle", "--minify", "--format=esm", "--log-level=warning"]);
    esbuild.args(["--external:*_bg.wasm", "--external:cloudflare:*"]);
    process::run(esbuild.arg(format!("--outfile={}", into.display())).current_dir(project::root()))
}
