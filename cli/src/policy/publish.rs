//! `tidegate policy publish`: sends documents and settings to a running gate.

use std::path::PathBuf;

use clap::Args;
use serde::Deserialize;

use super::documents::Documents;
use super::publication::{Publication, Published};
use super::settings::SettingsFile;
use crate::connection::Connection;
use crate::exit::{End, Failure};
use crate::gate::Call;
use crate::output::Output;

/// The arguments.
#[derive(Args)]
#[command(after_help = "\
FILE… with --settings takes the place of all that was published before.
--document NAME FILE, --remove NAME, or --settings alone changes what is named, and the other documents stay.")]
pub struct Publish {
    /// OpenAPI documents in JSON or YAML, or directories of them (*.json, *.yaml, *.yml)
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    settings: SettingsFile,
    /// Publish one FILE as the document NAME, in the place of the one with that name or beside the others
    #[arg(long, value_name = "NAME", requires = "files")]
    document: Option<String>,
    /// Publish without the document NAME
    #[arg(long, value_name = "NAME", conflicts_with_all = ["files", "document"])]
    remove: Option<String>,
    #[command(flatten)]
    connection: Connection,
    /// Publish nothing: print what would change, and for which integrations
    #[arg(long)]
    preview: bool,
}

impl Publish {
    /// Publishes, and prints what became of each document and of the integrations that exist. Documents that replace all
    /// others are compiled first: with errors, nothing is sent.
    pub fn run(self, output: Output) -> Result<End, Failure> {
        let settings = self.settings.read()?;
        let documents = Documents::read(&self.files, self.settings.path().as_slice())?;
        let publication = match (&self.document, &self.remove, &settings) {
            (Some(name), _, settings) => Publication::document(name, documents.only()?, settings.as_ref()),
            (None, Some(name), settings) => Publication::removal(name, settings.as_ref()),
            (None, None, Some(settings)) if self.files.is_empty() => Publication::settings(settings),
            (None, None, Some(settings)) => {
                documents.policy(settings)?;
                Publication::whole(&documents, settings)
            }
            (None, None, None) if self.files.is_empty() => {
                return Err(Failure::Usage("name FILE…, --document, --remove or --settings"));
            }
            (None, None, None) => return Err(Failure::Usage("FILE… without --document needs --settings")),
        };
        let (method, path, body) = publication.request(self.preview);
        let answer = self.connection.open()?.send(Call { method, path, base: None, body: Some(body) })?;
        let published = Published::deserialize(&answer);
        let published =
            published.map_err(|error| Failure::Unreachable(format!("the answer is not a gate's: {error}")))?;
        output.print(&answer, &self.text(&published))?;
        Ok(End::Done)
    }

    fn text(&self, published: &Published) -> String {
        let what = match published.changed {
            _ if self.preview => "nothing was published; in force is",
            true => "published:",
            false => "nothing changed; still in force is",
        };
        format!("{published}{what} revision {} at {}\n", published.rev, self.connection)
    }
}
