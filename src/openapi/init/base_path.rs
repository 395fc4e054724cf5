//! If servers have different base paths, the first one that can be determined is suggested.

use super::super::document::Document;
use super::super::settings::BasePath;
use super::Choosing;
use crate::json::Map;

/// How many servers are offered.
const MAX_OFFERED: usize = 9;

/// Chooses for each document whose servers differ.
pub(super) fn choose(documents: &[Document], choosing: &mut Choosing<'_>) -> Map<BasePath> {
    let mut chosen = Map::default();
    for document in documents.iter().filter(|document| document.has_servers_to_choose()) {
        let servers = document.servers_to_choose().iter().take(MAX_OFFERED);
        let known: Vec<(usize, &str)> =
            servers.enumerate().filter_map(|(index, server)| Some((index, server.path.as_deref()?))).collect();
        let told = |path: &str| if path.is_empty() { "nothing".to_owned() } else { path.to_owned() };
        let mut options: Vec<String> =
            known.iter().map(|(index, path)| format!("{}, as server {index} says", told(path))).collect();
        options.push("nothing, whatever its servers say".to_owned());
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        let question = format!("What stands before the paths of {}?", document.title());
        let why = "its servers differ, or cannot be told without what only the owner knows".to_owned();
        let place = choosing.choose(&format!("base_path.{}", document.title()), question, why, &options, 0);
        let base_path = match known.get(place) {
            Some((index, _)) => BasePath::Server(*index),
            None => BasePath::Path(String::new()),
        };
        chosen.insert(document.title().to_owned(), base_path);
    }
    chosen
}
