//! `tidegate audit export`

use std::io::{self, ErrorKind, Write};
use std::path::PathBuf;

use clap::Args;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;

use crate::connection::{Admin, Connection};
use crate::exit::Failure;
use crate::new_file::NewFile;
use crate::output::Output;

/// `export`: events of which everything is true that is given. Without any of it, all of them: only such an export can be verified.
#[derive(Args)]
pub struct Export {
    /// The file to write, which must not exist [default: standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// As CSV, for spreadsheets; otherwise as JSON Lines, which can be verified
    #[arg(long)]
    csv: bool,
    /// They are of these kinds, separated by commas (rotation.*,token.exposed)
    #[arg(long, value_name = "KINDS")]
    kind: Option<String>,
    /// owner-key, person:ID, key:ID or registry did them
    #[arg(long, value_name = "ACTOR")]
    actor: Option<String>,
    /// They happened at this place: agency, sub_accounts or sub_account:ID
    #[arg(long, value_name = "PLACE")]
    place: Option<String>,
    /// They are about this integration
    #[arg(long, value_name = "ID")]
    integration: Option<String>,
    /// They happened then or later (2026-11-01T00:00:00Z)
    #[arg(long, value_name = "MOMENT")]
    from: Option<String>,
    /// They happened before
    #[arg(long, value_name = "MOMENT")]
    to: Option<String>,
    #[command(flatten)]
    connection: Connection,
}

impl Export {
    /// Writes part after part; no more than one is in memory. A file that cannot be written to its end is removed.
    pub fn run(self, output: Output) -> Result<(), Failure> {
        let admin = self.connection.open()?;
        let Some(path) = &self.out else {
            return match self.write(&admin, &mut io::stdout().lock()) {
                Err(Failure::Output(error)) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
                written => written.map(|_| ()),
            };
        };
        let mut file = NewFile::create(path).map_err(|error| Failure::file(path, error))?;
        // The first line is not an event.
        let events = self.write(&admin, &mut file)?.saturating_sub(1);
        file.finish()?;
        let text = format!("{events} events in {}\n", path.display());
        output.print(&json!({ "events": events, "file": path }), &text)
    }

    /// How many lines were written.
    fn write(&self, admin: &Admin<'_>, to: &mut impl Write) -> Result<usize, Failure> {
        let (query, mut cursor, mut lines) = (self.query(), String::new(), 0_usize);
        loop {
            let (text, next) = admin.text(&format!("/events?{query}{cursor}"))?;
            lines = lines.saturating_add(text.lines().count());
            to.write_all(text.as_bytes())?;
            let Some(next) = next else { break };
            cursor = format!("&cursor={next}");
        }
        to.flush()?;
        Ok(lines)
    }

    fn query(&self) -> String {
        let format = if self.csv { "csv" } else { "jsonl" };
        let all = [
            ("format", Some(format.to_owned())),
            ("kind", self.kind.clone()),
            ("actor", self.actor.clone()),
            ("place", self.place.clone()),
            ("integration", self.integration.clone()),
            ("from", self.from.clone()),
            ("to", self.to.clone()),
        ];
        let given = all.into_iter().filter_map(|(name, value)| value.map(|value| (name, value)));
        let pairs = given.map(|(name, value)| format!("{name}={}", utf8_percent_encode(&value, NON_ALPHANUMERIC)));
        pairs.collect::<Vec<_>>().join("&")
    }
}
