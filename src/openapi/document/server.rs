//! Servers: what their addresses put before every path.

use super::object_macro::object;
use crate::json::Map;

#[derive(Clone, Debug, Default)]
pub(super) struct Server {
    url: String,
    variables: Map<Variable>,
}

#[derive(Clone, Debug, Default)]
struct Variable {
    default: String,
}

object!(Server, "struct Server", "url", "url" => url; "variables" => variables);
object!(Variable, "struct Variable", "default", "default" => default);

/// The longest address, in bytes: every operation repeats its path.
const MAX_ADDRESS: usize = 1024;

/// The one base path of all servers; none where there are no servers.
pub(super) fn base_path(servers: &[Server]) -> Option<Result<String, String>> {
    let mut base_paths = servers.iter().map(Server::base_path);
    let first = match base_paths.next()? {
        Ok(first) => first,
        Err(error) => return Some(Err(error)),
    };
    for other in base_paths {
        match other {
            Ok(other) if other == first => {}
            Ok(other) => {
                return Some(Err(format!("its servers have different base paths: {first:?} and {other:?}")));
            }
            Err(error) => return Some(Err(error)),
        }
    }
    Some(Ok(first))
}

impl Server {
    /// The path of the server's address (RFC 3986 section 3.3), without a slash at its end.
    fn base_path(&self) -> Result<String, String> {
        let cannot = |why: &str| Err(format!("its server {:?} cannot be resolved: {why}", shortened(&self.url)));
        let Some(url) = self.address() else { return cannot("it is too long") };
        if url.contains(['{', '}']) {
            return cannot("a variable in it is not declared");
        }
        if url.contains(['?', '#']) {
            return cannot("a server's address has neither query nor fragment");
        }
        let scheme = url.split_once("://").filter(|(scheme, _)| !scheme.contains('/'));
        let after_scheme = scheme.map(|(_, rest)| rest).or_else(|| url.strip_prefix("//"));
        let path = match after_scheme {
            Some(rest) => rest.split_once('/').map(|(_, path)| format!("/{path}")).unwrap_or_default(),
            None if url.is_empty() || url.starts_with('/') => url,
            None => return cannot("it depends on the document's own address"),
        };
        Ok(path.trim_end_matches('/').to_owned())
    }

    /// The address with its variables' defaults; none where it is too long.
    fn address(&self) -> Option<String> {
        let mut url = self.url.clone();
        for (name, variable) in self.variables.iter() {
            let written = format!("{{{name}}}");
            if url.len() > MAX_ADDRESS {
                return None;
            }
            if !url.contains(&written) {
                continue;
            }
            if variable.default.len() > MAX_ADDRESS {
                return None;
            }
            url = url.replace(&written, &variable.default);
        }
        (url.len() <= MAX_ADDRESS).then_some(url)
    }
}

fn shortened(url: &str) -> String {
    url.chars().take(80).collect()
}
