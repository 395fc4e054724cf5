//! What a request to the admin plane asks for.

use super::{PlaneSettings, files};
use crate::gate::{Step, split};

/// Where the admin API is.
const API: &str = "/_tidegate/api";

/// What a request asks for.
pub(super) enum Target {
    /// Path and query below [`API`].
    Api(String, String),
    /// A path of the page.
    Page(String),
}

impl Target {
    /// Of a URL.
    pub fn of(url: &str) -> Self {
        let (_, path_and_query) = split(url);
        let (path, query) = path_and_query.split_once('?').unwrap_or((path_and_query, ""));
        match path.strip_prefix(API).filter(|rest| rest.starts_with('/')) {
            Some(path) => Self::Api(path.to_owned(), query.to_owned()),
            None => Self::Page(path.to_owned()),
        }
    }

    /// Adds the header fields that protect the page to every answer at its addresses, problems included.
    pub fn protect(&self, settings: &PlaneSettings, url: &str, mut step: Step) -> Step {
        if matches!(self, Self::Page(_)) {
            let fields = match &mut step {
                Step::Answer(answer) => &mut answer.fields,
                Step::Relay(relay) => &mut relay.set,
                _ => return step,
            };
            fields.extend(files::protection(url, settings.is_host_of(url)));
        }
        step
    }
}
