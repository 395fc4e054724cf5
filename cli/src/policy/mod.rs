//! `cargo xtask policy`: what the gate would make of OpenAPI documents, without a gate; and publishing them.

mod check;
mod diff;
mod explain;
pub mod files;
mod limits;
mod publication;
mod publish;
mod settings;

use std::process::ExitCode;

use anyhow::{Result, bail};
use serde::Serialize;

use crate::cli;

const HELP: &str = "\
Usage: cargo xtask policy <command>

  check FILE… [--settings F] [--format text|json]
                        print what the documents would be as a policy, what to look at, and how near it is to each limit.
                        Fails on errors
  diff OLD NEW [--settings F] [--old-settings F] [--format text|json]
                        print which operations become reachable, unreachable, or need something else.
                        Each side is a document, a directory of documents, or several of them with commas between.
                        --old-settings: where OLD is to be read with other settings
  explain METHOD PATH FILE… --settings F [--owner ID [--level agency|sub-account] --scopes 'A B'] [--format text|json]
                        print the verdict on a request, and the steps that lead to it. Without --owner it has no token
  publish FILE… --settings F [--gate URL] [--preview]
                        publish to a running gate (http://admin.localhost:8787), with the owner key in the variable OWNER_KEY, in the place
                        of all that was published before. --preview: print what would change and for whom, and publish nothing
  publish --document NAME FILE [--settings F] [--gate URL] [--preview]
                        publish one document, in the place of the one called NAME or beside the others, which stay
  publish --remove NAME [--settings F] [--gate URL] [--preview]
                        publish without the document called NAME
  publish --settings F [--gate URL] [--preview]
                        publish the documents that there are with other settings
  help                  this list

A FILE is an OpenAPI 3.0 or 3.1 document in JSON or YAML, or a directory of them (*.json, *.yaml, *.yml).
Settings are in JSON or, with the ending .toml, in TOML: docs/policy.md.";

/// `cargo xtask policy <command>`
pub fn command(mut args: Vec<String>) -> Result<ExitCode> {
    let is_question = |arg: &String| ["--help", "-h", "help"].contains(&arg.as_str());
    if args.is_empty() || args.first().is_some_and(is_question) || args.iter().any(|arg| arg.starts_with("--help")) {
        println!("{HELP}");
        return Ok(ExitCode::SUCCESS);
    }
    match args.remove(0).as_str() {
        "check" => check::command(args),
        "diff" => diff::command(args),
        "explain" => explain::command(args),
        "publish" => publish::command(args),
        unknown => bail!("there is no command policy {unknown:?}\n\n{HELP}"),
    }
}

/// How to print.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Text,
    Json,
}

impl Format {
    /// Takes `--format` out of the arguments.
    fn take(args: &mut Vec<String>) -> Result<Self> {
        match cli::option(args, "--format")?.as_deref() {
            None | Some("text") => Ok(Self::Text),
            Some("json") => Ok(Self::Json),
            Some(other) => bail!("--format is text or json, not {other:?}"),
        }
    }

    /// Prints data, or the same as text, which ends its own lines.
    fn print(self, data: &impl Serialize, text: &str) -> Result<()> {
        match self {
            Self::Text => print!("{text}"),
            Self::Json => println!("{}", serde_json::to_string_pretty(data)?),
        }
        Ok(())
    }
}

/// Refuses what looks like an option: those that are known have been taken out before.
fn files_only(args: &[String]) -> Result<()> {
    match args.iter().find(|arg| arg.starts_with('-')) {
        Some(unexpected) => bail!("unexpected argument {unexpected:?}"),
        None => Ok(()),
    }
}
