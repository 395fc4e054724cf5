//! Servers: what their addresses put before every path.

use serde::Serialize;

use super::address::{after_authority, folder, is_like_a_host, without_dots};
use super::fault::{About, Said};
use super::object_macro::object;
use super::reference::OrReference;
use super::words::{Needed, Texts};
use crate::json::Map;
use crate::policy::Template;

/// A list of servers.
pub(super) type Servers = OrReference<Vec<OrReference<Server>>>;

/// The Server Object.
#[derive(Clone, Debug, Default)]
pub(super) struct Server {
    url: Needed,
    variables: Map<Variable>,
    /// The names of its extensions.
    pub extensions: Vec<String>,
}

#[derive(Clone, Debug, Default)]
struct Variable {
    default: Needed,
    values: Texts,
}

object!(Server, "an object", { "variables" => variables; } strict { "url" => url; } required { "url" } extensions extensions);
object!(Variable, "an object", { "default" => default; "enum" => values; } strict {} required {});

/// The longest address, in bytes: every operation repeats its path.
const MAX_ADDRESS: usize = 1024;
/// How many servers of one list are told apart.
pub(super) const MAX_SERVERS: usize = 100;

/// What is said of a server of an operation or a path: the settings choose only where its servers differ.
pub(super) fn settled(said: Said) -> Said {
    let what = said.what.split("; base_path in the settings").next().unwrap_or_default().to_owned();
    Said { what, ..said }
}

/// What is said of servers of the document that cannot be read.
pub(super) fn mended(what: String) -> Said {
    Said::about(About::Servers, format!("{what}; base_path in the settings takes its place"))
}

/// What servers put before every path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum BasePaths {
    /// All of them the same.
    One(String),
    /// They differ, or some of them cannot be told: the settings have to choose.
    Several(Vec<ServerPath>),
}

/// One of several servers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(in crate::openapi) struct ServerPath {
    /// What it puts before every path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Why that cannot be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
}

/// The base paths of servers, and what of them is read otherwise than it may be meant. `None` where there are no servers. `own_uri`
/// is the document's own address, where it says one.
pub(super) fn base_paths(servers: &[&Server], own_uri: &str) -> Option<(BasePaths, Vec<Said>)> {
    let mut notes = Vec::new();
    let all: Vec<_> = servers.iter().take(MAX_SERVERS).map(|server| server.base_path(own_uri, &mut notes)).collect();
    let first = all.first()?;
    if servers.len() <= MAX_SERVERS
        && let Ok(path) = first
        && all.iter().all(|other| other.as_ref() == Ok(path))
    {
        return Some((BasePaths::One(path.clone()), notes));
    }
    let of = |base_path| match base_path {
        Ok(path) => ServerPath { path: Some(path), fault: None },
        Err(fault) => ServerPath { path: None, fault: Some(fault) },
    };
    Some((BasePaths::Several(all.into_iter().map(of).collect()), notes))
}

/// What `basePath` of Swagger 2.0 puts before every path.
pub(super) fn swagger_base_path(base_path: &str) -> Result<String, String> {
    if base_path.len() > MAX_ADDRESS {
        return Err("basePath is too long".to_owned());
    }
    let rooted = if base_path.starts_with('/') { base_path.to_owned() } else { format!("/{base_path}") };
    if rooted.contains(['?', '#', '{', '}']) {
        return Err(format!("basePath {:?} has a character that no path has there", shortened(base_path)));
    }
    let path = without_dots(&rooted).trim_end_matches('/').to_owned();
    usable(path).map_err(|why| format!("basePath {:?} cannot be used: {why}", shortened(base_path)))
}

/// A base path that a template can begin with.
fn usable(path: String) -> Result<String, String> {
    match Template::parse(&format!("{path}/")) {
        Ok(_) => Ok(path),
        Err(error) => Err(error.to_string()),
    }
}

impl Server {
    /// The path of the server's address, without a slash at its end. What an address is that does not begin with a scheme, RFC 3986
    /// section 4.2 says: `//host/path`, `/path`, or relative to the document.
    fn base_path(&self, own_uri: &str, notes: &mut Vec<Said>) -> Result<String, String> {
        let written = shortened(self.url.text());
        let cannot = |why: &str| Err(format!("its server {written:?} cannot be resolved: {why}"));
        let mut variables = Vec::new();
        let Some(url) = self.address(&mut variables) else { return cannot("it is too long") };
        let (url, after) = url.split_at_checked(url.find(['?', '#']).unwrap_or(url.len())).unwrap_or((&url, ""));
        let path = match after_authority(url) {
            Some(path) => path.to_owned(),
            None if url.is_empty() || url.starts_with('/') => url.to_owned(),
            None if is_like_a_host(url) => {
                return cannot("it begins as a host does; write https:// before it");
            }
            None => {
                if folder(own_uri).is_none() {
                    let what = format!(
                        "its server {written:?} is relative to the document's own address, which is taken to be at the \
                         top; base_path in the settings says otherwise"
                    );
                    notes.push(what.into());
                }
                format!("{}/{url}", folder(own_uri).unwrap_or_default())
            }
        };
        if path.contains(['{', '}']) {
            let is_declared = |name: &String| path.contains(&format!("{{{name}}}"));
            let has_no_default = self.variables.keys().any(is_declared);
            let what = if has_no_default { "has no default" } else { "is not declared" };
            return cannot(&format!("a variable in its path {what}"));
        }
        if !after.is_empty() {
            let what = format!("its server {written:?} has a query or a fragment, which no path has: it is left out");
            notes.push(what.into());
        }
        notes.extend(variables.into_iter().map(|(name, is_in_path)| of_variable(name, is_in_path, &written)));
        usable(without_dots(&path).trim_end_matches('/').to_owned()).or_else(|why| cannot(&why))
    }

    /// The address with its variables' defaults; none where it is too long. Adds the variables that can have other values, and whether
    /// they stand in the path.
    fn address<'a>(&'a self, variables: &mut Vec<(&'a str, bool)>) -> Option<String> {
        let mut url = self.url.text().to_owned();
        let authority = url.len().saturating_sub(after_authority(&url).unwrap_or(&url).len());
        let authority = self.url.text().get(..authority).unwrap_or_default();
        variables.extend(self::variables(authority).map(|name| (name, false)));
        for (name, variable) in self.variables.iter() {
            let (written, default) = (format!("{{{name}}}"), variable.default.text());
            if url.len() > MAX_ADDRESS || default.len() > MAX_ADDRESS {
                return None;
            }
            if variable.default.is_missing() || !url.contains(&written) {
                continue;
            }
            let values = &variable.values.texts;
            let has_path = |value: &str| value.contains('/');
            let is_in_path = after_authority(&url).unwrap_or(&url).contains(&written)
                || has_path(default)
                || values.iter().any(|value| has_path(value));
            if is_in_path && (values.is_empty() || values.iter().any(|value| value != default)) {
                variables.push((name.as_str(), true));
            }
            url = url.replace(&written, default);
        }
        (url.len() <= MAX_ADDRESS).then_some(url)
    }
}

/// What is said of the variables in `host` of Swagger 2.0.
pub(super) fn of_host(host: &str) -> impl Iterator<Item = Said> {
    variables(host).map(|name| of_variable(name, false, &shortened(host)))
}

/// The names in braces.
fn variables(text: &str) -> impl Iterator<Item = &str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name)
}

/// What is said of a variable that can have other values.
fn of_variable(name: &str, is_in_path: bool, server: &str) -> Said {
    let name = shortened(name);
    let place = match is_in_path {
        true => "the path, where only its default is read; base_path in the settings takes another",
        false => "the host, which is not compared",
    };
    let what = format!("the variable {name:?} of its server {server:?} stands in {place}");
    Said::about(if is_in_path { About::PathVariable(name) } else { About::HostVariable(name) }, what)
}

fn shortened(url: &str) -> String {
    url.chars().take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::super::words::Words;
    use super::*;

    fn server(url: &str, variables: &[(&str, &str, &[&str])]) -> Server {
        let needed = |text: &str| Needed(Words(Some(text.to_owned())));
        let mut server = Server { url: needed(url), ..Server::default() };
        for (name, default, values) in variables {
            let texts = values.iter().map(|value| (*value).to_owned()).collect();
            let (default, values) = (needed(default), Texts { texts, has_others: false });
            server.variables.insert((*name).to_owned(), Variable { default, values });
        }
        server
    }

    #[test]
    fn the_path_of_an_address() {
        for (url, expected, noted) in [
            ("https://a.example", "", 0),
            ("https://a.example/", "", 0),
            ("https://a.example/v1/", "/v1", 0),
            ("//a.example/v1", "/v1", 0),
            ("//a.example", "", 0),
            ("/v1", "/v1", 0),
            ("/", "", 0),
            ("", "", 0),
            ("https://{tenant}.example/v1", "/v1", 1),
            ("https://a.example/x/../v1/./y", "/v1/y", 0),
            ("https://a.example/v1/..", "", 0),
            ("v1", "/v1", 1),
            ("./v1/", "/v1", 1),
            ("../v1", "/v1", 1),
            ("https://a.example/v1?key=1", "/v1", 1),
            ("https://a.example?to=/v2", "", 1),
        ] {
            let mut notes = Vec::new();
            assert_eq!(server(url, &[]).base_path("", &mut notes), Ok(expected.to_owned()), "{url}");
            assert_eq!(notes.len(), noted, "{url}: {notes:?}");
        }
        let mut notes = Vec::new();
        for (url, told) in [
            ("https://a.example/{v}", "a variable in its path is not declared"),
            ("api.example/v1", "it begins as a host does"),
            ("localhost:8080/v1", "it begins as a host does"),
            ("https://a.example//v1", "the path has an empty segment"),
            ("/v1;x=1", "the path has the character ';'"),
        ] {
            let fault = server(url, &[]).base_path("", &mut notes).unwrap_err();
            assert!(fault.contains(told), "{url}: {fault}");
        }
        let versions = server("https://{h}/{v}", &[("h", "a", &["a", "b"]), ("v", "v1", &["v1", "v2"])]);
        assert_eq!((versions.base_path("", &mut notes), notes.len()), (Ok("/v1".to_owned()), 2));
        for (url, variable, path, told) in [
            ("https://a/{t}/v1", ("t", "globex", &[][..]), "/globex/v1", vec![("t", true)]),
            ("https://a/{t}/v1", ("t", "globex", &["globex"][..]), "/globex/v1", vec![]),
            ("https://{t}.a/v1", ("t", "globex", &[][..]), "/v1", vec![("t", false)]),
            ("https://{h}", ("h", "a/v1", &["a/v1", "b/v2"][..]), "/v1", vec![("h", false), ("h", true)]),
            ("https://{h}", ("h", "a", &["a", "b/v2"][..]), "", vec![("h", false), ("h", true)]),
            ("{s}://a/v1", ("s", "https", &["https", "http"][..]), "/v1", vec![("s", false)]),
            ("{base}/x", ("base", "https://a/v1", &[][..]), "/v1/x", vec![("base", true)]),
            ("https://a/v1", ("unused", "x/y", &[][..]), "/v1", vec![]),
        ] {
            let mut notes = Vec::new();
            assert_eq!(server(url, &[variable]).base_path("", &mut notes), Ok(path.to_owned()), "{url}");
            let found: Vec<_> = notes.iter().map(|note| note.about.clone()).collect();
            let variable = |(name, is_in_path): (&str, bool)| {
                Some(if is_in_path {
                    About::PathVariable(name.to_owned())
                } else {
                    About::HostVariable(name.to_owned())
                })
            };
            assert_eq!(found, told.into_iter().map(variable).collect::<Vec<_>>(), "{url}: {notes:?}");
        }
        let rooted = server("https://a.example/x/{v}", &[("v", "/v1", &[])]);
        assert!(rooted.base_path("", &mut notes).unwrap_err().contains("an empty segment"));
        let mut undecided = server("https://a.example/{v}", &[]);
        undecided.variables.insert("v".to_owned(), Variable::default());
        assert!(undecided.base_path("", &mut notes).unwrap_err().contains("has no default"));
    }

    #[test]
    fn a_relative_address_is_resolved_by_the_documents_own() {
        for (own_uri, url, expected) in [
            ("https://a.example/api/v7/openapi.yaml", "./things", "/api/v7/things"),
            ("https://a.example/api/v7/openapi.yaml?x#y", "../v8/", "/api/v8"),
            ("https://a.example", "v1", "/v1"),
            ("/api/openapi.yaml", "v1", "/api/v1"),
            ("https://a.example/api/openapi.yaml", "/v1", "/v1"),
            ("https://a.example/api/openapi.yaml", "", ""),
        ] {
            let mut notes = Vec::new();
            assert_eq!(server(url, &[]).base_path(own_uri, &mut notes), Ok(expected.to_owned()), "{own_uri} {url}");
            assert_eq!(notes, [], "{own_uri} {url}");
        }
        let mut notes = Vec::new();
        assert_eq!((server("v1", &[]).base_path("openapi.yaml", &mut notes), notes.len()), (Ok("/v1".to_owned()), 1));
    }

    #[test]
    fn servers_that_differ_are_told_apart() {
        assert_eq!(base_paths(&[], ""), None);
        let two = [server("https://a.example/v1", &[]), server("/v1/", &[])];
        assert_eq!(base_paths(&two.each_ref(), ""), Some((BasePaths::One("/v1".to_owned()), vec![])));
        let differing = base_paths(&[&server("/v1", &[]), &server("/{v}", &[])], "").unwrap().0;
        let BasePaths::Several(paths) = differing else { panic!("{differing:?}") };
        assert_eq!((paths[0].path.as_deref(), paths[1].path.as_deref()), (Some("/v1"), None));
    }

    #[test]
    fn base_path_of_swagger() {
        assert_eq!(swagger_base_path("/v2/"), Ok("/v2".to_owned()));
        assert_eq!(swagger_base_path("v2"), Ok("/v2".to_owned()));
        assert_eq!(swagger_base_path("/"), Ok(String::new()));
        assert!(swagger_base_path("/{v}").is_err());
        assert!(swagger_base_path("//v1").is_err());
    }
}
