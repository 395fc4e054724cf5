//! `tidegate policy`: what the gate makes of OpenAPI documents, without a gate; and publishing them.

mod check;
mod diff;
mod documents;
mod explain;
mod init;
mod limits;
mod publication;
mod publish;
mod settings;

use clap::Subcommand;

use crate::exit::{End, Failure};
use crate::output::Output;

/// The commands. A file of documents is OpenAPI in JSON or YAML, or a directory of such files.
#[derive(Subcommand)]
pub enum Command {
    /// Write settings to start from, with the reason for each as a comment
    Init(init::Init),
    /// Print the policy that the documents make, what to look at, and how near it is to each limit
    Check(check::Check),
    /// Print which operations become reachable, become unreachable, or need something else
    Diff(diff::Diff),
    /// Print the verdict on a request, and the steps that lead to it
    Explain(explain::Explain),
    /// Publish documents and settings to a running gate, or one of them beside the others
    Publish(publish::Publish),
}

impl Command {
    /// Runs a command to its end.
    pub fn run(self, output: Output) -> Result<End, Failure> {
        match self {
            Self::Init(init) => init.run(output),
            Self::Check(check) => check.run(output),
            Self::Diff(diff) => diff.run(output),
            Self::Explain(explain) => explain.run(output),
            Self::Publish(publish) => publish.run(output),
        }
    }
}
