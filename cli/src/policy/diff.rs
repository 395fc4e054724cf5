//! `tidegate policy diff`: what changes from some documents to others.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::Args;
use serde::Serialize;
use tidegate::openapi::Settings;
use tidegate::policy::{EventType, EventTypeChanges, Policy, PolicyDiff};

use super::documents::Documents;
use super::settings::{self, SettingsFile};
use crate::exit::{End, Failure};
use crate::output::Output;

/// The arguments.
#[derive(Args)]
pub struct Diff {
    /// The documents before: files or directories, separated by commas
    old: Side,
    /// The documents after: files or directories, separated by commas
    new: Side,
    #[command(flatten)]
    settings: SettingsFile,
    /// Settings of OLD, where they differ from those of NEW
    #[arg(long, value_name = "FILE")]
    old_settings: Option<PathBuf>,
    /// End with 6 where the policies differ
    #[arg(long)]
    exit_code: bool,
}

/// The documents of one side.
#[derive(Clone)]
struct Side(Vec<PathBuf>);

impl FromStr for Side {
    type Err = &'static str;

    fn from_str(files: &str) -> Result<Self, Self::Err> {
        let name = |file: &str| (!file.is_empty()).then(|| PathBuf::from(file));
        let names: Option<_> = files.split(',').map(name).collect();
        names.map(Self).ok_or("the name of a file is empty") // an unset variable, say
    }
}

impl Side {
    fn policy(&self, settings: &Settings, beside: &[&Path]) -> Result<(Policy, Vec<EventType>), Failure> {
        Documents::read(&self.0, beside)?.policy(settings)
    }
}

impl Diff {
    /// Prints the difference. A side with errors is not a policy, and cannot be compared.
    pub fn run(self, output: Output) -> Result<End, Failure> {
        let new_settings = self.settings.read_or_default()?;
        let old_settings = self.old_settings.as_deref().map(settings::read).transpose()?;
        let beside: Vec<_> = self.settings.path().into_iter().chain(self.old_settings.as_deref()).collect();
        let (old, old_types) = self.old.policy(old_settings.as_ref().unwrap_or(&new_settings), &beside)?;
        let (new, new_types) = self.new.policy(&new_settings, &beside)?;
        let changes = Changes { policy: old.diff(&new), event_types: EventTypeChanges::of(&old_types, &new_types) };
        output.print(&changes, &changes.to_string())?;
        Ok(if self.exit_code && changes != Changes::default() { End::Negative } else { End::Done })
    }
}

/// What changes: of the operations, and of the types of the API's own events.
#[derive(Default, PartialEq, Serialize)]
struct Changes {
    #[serde(flatten)]
    policy: PolicyDiff,
    event_types: EventTypeChanges,
}

impl fmt::Display for Changes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let EventTypeChanges { added, removed, changed } = &self.event_types;
        let counts = [added, removed, changed].map(Vec::len);
        if counts == [0; 3] {
            return self.policy.fmt(formatter);
        }
        if !self.policy.is_empty() {
            writeln!(formatter, "{}", self.policy)?;
        }
        let [more, fewer, others] = counts;
        writeln!(formatter, "types of events: {more} added, {fewer} removed, {others} received by others")?;
        for (mark, names) in [("-", removed), ("~", changed), ("+", added)] {
            names.iter().try_for_each(|name| writeln!(formatter, "  {mark} {name}"))?;
        }
        Ok(())
    }
}
