//! `tidegate`: checks, compares, explains and publishes policies made of OpenAPI documents. docs/cli.md describes it.

mod exit;
mod gate;
mod key;
mod output;
mod policy;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use output::Output;

/// Work with the policies of a Tidegate gate
#[derive(Parser)]
#[command(name = "tidegate", version, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    output: Output,
}

#[derive(Subcommand)]
enum Command {
    /// Check, compare, explain and publish policies made of OpenAPI documents
    #[command(subcommand)]
    Policy(policy::Command),
}

fn main() -> ExitCode {
    let Arguments { command: Command::Policy(command), output } = Arguments::parse();
    match command.run(output) {
        Ok(end) => end.code(),
        Err(failure) => output.failure(&failure),
    }
}
