//! `tidegate`: checks, compares, explains and publishes policies made of OpenAPI documents, and manages the life of
//! integrations. docs/cli.md describes it.

mod audit;
mod connection;
mod exit;
mod gate;
mod integrations;
mod key;
mod new_file;
mod output;
mod policy;
mod redaction;
mod usage;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use output::Output;

/// Work with the policies and the integrations of a Tidegate gate
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
    /// List integrations; rotate, extend, undo, pause, resume, end and delete one
    #[command(subcommand)]
    Integrations(integrations::Command),
    /// Export the gate's events, and verify that nobody has changed an export
    #[command(subcommand)]
    Audit(audit::Command),
    /// Print how integrations are used, and whether a rotation's old token can be ended
    #[command(subcommand)]
    Usage(usage::Command),
}

fn main() -> ExitCode {
    let Arguments { command, output } = Arguments::try_parse().unwrap_or_else(|error| Output::of_arguments(&error));
    let ended = match command {
        Command::Policy(command) => command.run(output),
        Command::Integrations(command) => command.run(output),
        Command::Audit(command) => command.run(output),
        Command::Usage(command) => command.run(output),
    };
    match ended {
        Ok(end) => end.code(),
        Err(failure) => output.failure(&failure),
    }
}
