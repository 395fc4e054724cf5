//! What the settings say of the base path of a document, where its servers do not say it, or say several.

use std::borrow::Cow;

use super::document::{Document, ServerPath};
use super::settings::{BasePath, Settings};
use super::{Finding, Report};

/// The documents, those with a base path to choose having the one that the settings choose. What they do not choose is a fault of
/// the document. Reports names that no document has.
pub(super) fn chosen<'a>(
    documents: &'a [Document],
    settings: &Settings,
    report: &mut Report,
) -> Vec<Cow<'a, Document>> {
    for name in settings.base_path.keys() {
        if name != OTHERS && !documents.iter().any(|document| document.is_called(name)) {
            let message = format!("no document is called {name:?}");
            report.errors.push(Finding::of_settings("base_path", &message));
        }
    }
    documents
        .iter()
        .map(|document| {
            let chosen = of(document, settings);
            if chosen.is_none() && !document.has_servers_to_choose() {
                return Cow::Borrowed(document);
            }
            Cow::Owned(document.clone().with_base_path(&|servers| choose(servers, chosen), chosen.is_some()))
        })
        .collect()
}

/// What the settings say of the base path of a document.
pub(super) fn of<'a>(document: &Document, settings: &'a Settings) -> Option<&'a BasePath> {
    let named = settings.base_path.iter().find(|(name, _)| document.is_called(name)).map(|(_, chosen)| chosen);
    named.or_else(|| settings.base_path.get(OTHERS))
}

/// The name in the settings that stands for all documents which are not named.
const OTHERS: &str = "*";

/// The base path that is chosen of several.
///
/// # Errors
/// What to set.
fn choose(servers: &[ServerPath], chosen: Option<&BasePath>) -> Result<String, String> {
    let of = |server: &ServerPath| match (&server.path, &server.fault) {
        (Some(path), _) => Ok(path.clone()),
        (None, fault) => Err(fault.clone().unwrap_or_default()),
    };
    match chosen {
        Some(BasePath::Path(path)) => Ok(path.clone()),
        Some(BasePath::Server(index)) => match servers.get(*index) {
            Some(server) => of(server),
            None => Err(format!("base_path in the settings takes server {index}, and it has {}", servers.len())),
        },
        None => Err(match servers {
            [only] => format!("{}; {SET}", only.fault.as_deref().unwrap_or_default()),
            _ => {
                let told: Vec<String> = servers.iter().take(MAX_TOLD).map(told).collect();
                format!("its servers have different base paths: {}; {SET}", told.join(", "))
            }
        }),
    }
}

/// How many servers are told.
const MAX_TOLD: usize = 5;
const SET: &str = "set base_path for the document in the settings, to a path or to the number of a server";

fn told(server: &ServerPath) -> String {
    match &server.path {
        Some(path) => format!("{path:?}"),
        None => "one that cannot be told".to_owned(),
    }
}
