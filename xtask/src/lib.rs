//! `cargo xtask`: sets up, builds, runs, tests, checks and deploys the gate. It depends on none of the packages that it builds;
//! the public modules are those that the package `bench` uses too.

mod address;
mod bench;
mod browser;
pub mod build;
pub mod bundles;
mod check;
mod chromium;
mod cli;
mod demo;
mod deploy;
mod dev;
mod dev_vars;
mod failures;
mod fuzz;
pub mod gate;
mod local_config;
mod mutations;
pub mod npm;
pub mod process;
pub mod project;
mod python;
mod reports;
mod schema;
mod secret;
pub mod setup;
mod sim;
pub mod size;
mod sso;
mod stamp;
pub mod step;
pub mod suites;
mod tally;
mod test;
mod walk;
pub mod wasm;
mod www;

use std::process::ExitCode;

use anyhow::{Result, bail};

const HELP: &str = "\
Usage: cargo xtask <command>

  setup                 install what is missing: the WASM target and the npm packages
  build [--faults]      build the Worker into build/ and the admin page into www/dist/ (--faults: into build/faults/, with injected panics, for one test)
  dev [--port N] [--state DIR] [--sso] [--once-ready-run CMD]
                        run the gate with the demo API behind it on port 8787; Ctrl-C ends both. A second one beside it needs
                        a port and a state of its own.
                        --once-ready-run: run CMD in bash once the gate answers, then end with its exit code
  test [SUITE…]         run the suites core, edge, parsers, clients, page, dev, browser, readme, schema, fuzz and sim, or only those named. What a
                        suite lacks is installed where it can be; else it is skipped, and says why
  fuzz [TARGET…] [--seconds N]
                        run the fuzz targets, or only those named, for N seconds each (30); needs a nightly toolchain
  sim [--verdicts N] [--seed N] [--plan FILE]
                        simulate gates, the registry and everything around them natively, and hold every verdict against a
                        reference: N verdicts (10 million) from a seed on, or one plan that was kept
  sim --mutations [NAME…]
                        break gate and registry on purpose, and see whether the simulator notices
  sim --workerd [SCENARIO…] [--seed N] [--changes N] [--short]
                        the built gate in workerd, over a KV that is late, wrong or broken; measures the time from a change to
                        the last wrong verdict; N changes a scenario (120); takes about 12 minutes
  vectors               regenerate the golden vectors in tests/corpus/
  parsers               regenerate tests/corpus/parsers.json and routers.json: ask real parsers what they take for a name
                        (npm's qs, Node.js, Python; Debian's ruby-rack and php-cli), and real routers for a segment
  bench [PART…] [OPTION…]
                        measure, print goals beside results, and write target/bench.json: `cargo xtask bench --help` lists
                        parts and options
  check                 formatting, lints, the page's types, sizes, and the rules for dependencies
  secret NAME FILE      write a new OWNER_KEY or TOKEN_KEYS to a file that only you can read
  deploy [ARGS…]        build, then `wrangler deploy ARGS…`. First, in wrangler.toml: the id of the KV namespace
                        TOKENS, and the service ORIGIN or the variable ORIGIN_URL; then
                        `npx wrangler secret put TOKEN_KEYS` and `npx wrangler secret put OWNER_KEY`, each from a file that
                        `cargo xtask secret` wrote
  help                  this list";

/// Runs the command that the arguments name.
pub fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<ExitCode> {
    process::end_children_on_interrupt()?;
    let mut args = std::env::args().skip(1);
    let command = args.next().unwrap_or_default();
    let args: Vec<String> = args.collect();
    if args.iter().any(|arg| arg == "--help" || arg == "-h") && !["bench", "deploy"].contains(&command.as_str()) {
        return Ok(help());
    }
    match command.as_str() {
        "setup" => cli::nothing(&args).and_then(|()| setup::run()).map(success),
        "build" => build::command(args).map(success),
        "dev" => dev::command(args),
        "test" => test::command(&args),
        "fuzz" => fuzz::command(args),
        "sim" => sim::command(&args),
        "bench" => bench::command(&args),
        "vectors" => cli::nothing(&args).and_then(|()| suites::regenerate_vectors()).map(success),
        "parsers" => cli::nothing(&args).and_then(|()| suites::regenerate_readers()).map(success),
        "check" => cli::nothing(&args).and_then(|()| check::command()),
        "secret" => secret::command(&args).map(success),
        "deploy" => deploy::command(&args),
        "" | "help" | "--help" | "-h" => Ok(help()),
        unknown => bail!("there is no command {unknown:?}\n\n{HELP}"),
    }
}

fn success((): ()) -> ExitCode {
    ExitCode::SUCCESS
}

fn help() -> ExitCode {
    println!("{HELP}");
    ExitCode::SUCCESS
}
