//! `tidegate integrations`: what happens to an integration over time, by a running gate's admin API.

mod change;
mod list;
mod rotate;
mod shown;
mod token_file;
pub mod when;

use clap::Subcommand;

use self::change::{Change, Delete, End as EndOf, Extend, Finish, Undo};
use self::shown::Show;
use crate::exit::{End, Failure};
use crate::output::Output;

/// The commands.
#[derive(Subcommand)]
pub enum Command {
    /// List integrations, with the state and the end of each
    List(list::List),
    /// Print an integration: its tokens, its end, and what can be undone
    Show(Show),
    /// Make a new token; the current one keeps working for a while, or expires now
    Rotate(rotate::Rotate),
    /// While two tokens work: move the outgoing token's end to a later moment
    Extend(Extend),
    /// While two tokens work: go back to the outgoing token; the new one dies
    Cancel(Change),
    /// While two tokens work: expire the outgoing token now
    Finish(Finish),
    /// Undo the last change: for 30 minutes after finish, delete, or a removal of scopes
    Undo(Undo),
    /// Refuse every token until somebody resumes the integration
    Pause(Change),
    /// Have the tokens accepted again; what has ended meanwhile stays dead
    Resume(Change),
    /// Set, move or lift the integration's end
    End(EndOf),
    /// Delete the integration; all its tokens die
    Delete(Delete),
}

impl Command {
    /// Runs a command to its end.
    pub fn run(self, output: Output) -> Result<End, Failure> {
        match self {
            Self::List(list) => list.run(output),
            Self::Show(show) => show.run(output),
            Self::Rotate(rotate) => rotate.run(output),
            Self::Extend(extend) => extend.run(output),
            Self::Cancel(change) => change.run("rotation/cancel", output),
            Self::Finish(finish) => finish.run(output),
            Self::Undo(undo) => undo.run(output),
            Self::Pause(change) => change.run("pause", output),
            Self::Resume(change) => change.run("resume", output),
            Self::End(end) => end.run(output),
            Self::Delete(delete) => delete.run(output),
        }
        .map(|()| End::Done)
    }
}
