//! Servers: what their addresses put before every path.

use super::InvalidDocument;
use super::objects::object;
use crate::core::request::Map;

#[derive(Clone, Debug, Default)]
pub(super) struct Server {
    url: String,
    variables: Map<Variable>,
}

#[derive(Clone, Debug, Default)]
struct Variable {
    default: String,
}

object!(Server, "struct Server", "url", "!" => url; "variables" => variables);
object!(Variable, "struct Variable", "default", "!" => default);

/// The one base path of all servers.
pub(super) fn shared_base_path(servers: &[Server]) -> Result<String, InvalidDocument> {
    let mut base_paths = servers.iter().map(Server::base_path);
    let first = base_paths.next().unwrap_or_default();
    match base_paths.find(|other| *other != first) {
        Some(other) => Err(InvalidDocument::Servers(first, other)),
        None => Ok(first),
    }
}

impl Server {
    /// The path of the server's address, without a slash at its end.
    fn base_path(&self) -> String {
        let mut url = self.url.clone();
        for (name, variable) in self.variables.iter() {
            url = url.replace(&format!("{{{name}}}"), &variable.default);
        }
        let after_authority = match url.split_once("://") {
            Some((_, rest)) => rest.split_once('/').map(|(_, path)| format!("/{path}")).unwrap_or_default(),
            None => url,
        };
        after_authority.trim_end_matches('/').to_owned()
    }
}
