//! `tidegate audit`: the gate's events as a file, and whether anybody has changed it since.

mod export;
mod verify;

use clap::Subcommand;

use crate::exit::{End, Failure};
use crate::output::Output;

/// What to do with events.
#[derive(Subcommand)]
#[expect(clippy::large_enum_variant, reason = "there is one in a process")]
pub enum Command {
    /// Write events to a file, the oldest first
    Export(export::Export),
    /// Check that an export is as the gate wrote it
    Verify(verify::Verify),
}

impl Command {
    /// Does it.
    ///
    /// # Errors
    /// [`Failure`].
    pub fn run(self, output: Output) -> Result<End, Failure> {
        match self {
            Self::Export(export) => export.run(output)?,
            Self::Verify(verify) => verify.run(output)?,
        }
        Ok(End::Done)
    }
}
