//! What in a document cannot be understood, or is read otherwise than it may be meant.

use serde::Serialize;

use crate::json::{self, FromJson, Object};

/// Something that cannot be understood, or that is noted, and where.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(in crate::openapi) struct Fault {
    pub path: String,
    pub method: String,
    pub what: String,
    /// What it is about, where the settings decide what becomes of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about: Option<About>,
}

/// What something noted is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", content = "name", rename_all = "snake_case")]
pub(in crate::openapi) enum About {
    /// The document's servers, whose place `base_path` takes.
    Servers,
    /// What an operation needs, which a rule can say in its place.
    Security,
    /// Tags that are not a list of texts.
    Tags,
    /// An extension that stands where nothing looks at it.
    Extension(String),
    /// An extension that is called as if it listed scopes, and does not.
    Scopes(String),
    /// A cookie, which is not compared.
    Cookie(String),
    /// A variable in the host of a server, which is not compared.
    HostVariable(String),
    /// A variable in the path of a server, of which only the default is read.
    PathVariable(String),
}

/// What is said of something, before it is known where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Said {
    pub what: String,
    pub about: Option<About>,
}

impl Said {
    pub fn about(about: About, what: String) -> Self {
        Self { what, about: Some(about) }
    }
}

impl From<String> for Said {
    fn from(what: String) -> Self {
        Self { what, about: None }
    }
}

impl Fault {
    pub(super) fn at(path: &str, method: &str, said: impl Into<Said>) -> Self {
        let Said { what, about } = said.into();
        Self { path: path.to_owned(), method: method.to_owned(), what, about }
    }
}

crate::json_object!(Fault { path, method, what, about: given });

impl FromJson for About {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        let mut fields = Object::of(value, &["kind", "name"])?;
        let (kind, name): (String, Option<String>) = (fields.required("kind")?, fields.given("name")?);
        match (kind.as_str(), name) {
            ("servers", None) => Ok(Self::Servers),
            ("security", None) => Ok(Self::Security),
            ("tags", None) => Ok(Self::Tags),
            ("extension", Some(name)) => Ok(Self::Extension(name)),
            ("scopes", Some(name)) => Ok(Self::Scopes(name)),
            ("cookie", Some(name)) => Ok(Self::Cookie(name)),
            ("host_variable", Some(name)) => Ok(Self::HostVariable(name)),
            ("path_variable", Some(name)) => Ok(Self::PathVariable(name)),
            _ => Err(json::Error::of("kind", "not a known kind, with a name where it has one")),
        }
    }
}

/// What was stored before version 5 says what it is about in its words alone.
pub(super) mod by_words {
    use super::{About, Fault};

    /// The same, with what it is about.
    pub(in crate::openapi::document) fn told(fault: Fault) -> Fault {
        let about = about(&fault);
        Fault { about, ..fault }
    }

    fn about(Fault { path, method, what, .. }: &Fault) -> Option<About> {
        let is_of_operations = !path.is_empty() || !method.is_empty();
        if !is_of_operations && what.ends_with("; base_path in the settings takes its place") {
            return Some(About::Servers);
        }
        if what.strip_prefix("security").is_some_and(|rest| rest.starts_with([':', '['])) {
            return Some(About::Security);
        }
        if what == "tags: not a list of strings; ignored" {
            return Some(About::Tags);
        }
        let extension = what.strip_suffix(", where nothing looks at it: scopes are those of operations");
        let extension = extension.and_then(|rest| rest.split_once(" stands ")).map(|(name, _)| name);
        let scopes = what.strip_suffix(" is not a list of scopes, and nothing looks at it");
        let cookie = what.strip_prefix("the cookie \"").and_then(|rest| rest.strip_suffix("\" is not compared"));
        let named = extension.map(|name| About::Extension(name.to_owned()));
        let named = named.or_else(|| scopes.map(|name| About::Scopes(name.to_owned())));
        named.or_else(|| cookie.map(|name| About::Cookie(name.to_owned()))).or_else(|| variable(what))
    }

    fn variable(what: &str) -> Option<About> {
        let (name, rest) = what.strip_prefix("the variable \"")?.split_once("\" of its server ")?;
        let of_path = "the path, where only its default is read; base_path in the settings takes another";
        let about = if rest.ends_with(of_path) { About::PathVariable } else { About::HostVariable };
        Some(about(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::Document;
    use super::*;

    /// What version 4 stored of each kind.
    fn each_kind() -> Vec<Fault> {
        let name = || "locationId".to_owned();
        [
            (About::Servers, "servers[0]: a string, where an object belongs; base_path in the settings takes its place"),
            (About::Security, "security[0].oauth: a string, where a list belongs"),
            (About::Security, "security: #/components/none leads nowhere"),
            (About::Tags, "tags: not a list of strings; ignored"),
            (About::Extension(name()), "locationId stands at the path, where nothing looks at it: scopes are those of operations"),
            (About::Scopes(name()), "locationId is not a list of scopes, and nothing looks at it"),
            (About::Cookie(name()), "the cookie \"locationId\" is not compared"),
            (
                About::HostVariable(name()),
                "the variable \"locationId\" of its server \"https://{locationId}.a\" stands in the host, which is not compared",
            ),
            (
                About::PathVariable(name()),
                "the variable \"locationId\" of its server \"/{locationId}\" stands in the path, where only its default is \
                 read; base_path in the settings takes another",
            ),
        ]
        .into_iter()
        .map(|(about, what)| Fault::at("", "", Said::about(about, what.to_owned())))
        .collect()
    }

    #[test]
    fn each_kind_is_stored_and_read_again() {
        let document = Document { faults: each_kind(), notes: each_kind(), ..Document::default() };
        let text = document.to_json();
        assert!(text.starts_with("{\"v\":5,"), "{text}");
        assert_eq!(Document::from_json(&text), Ok(document));
        for wrong in ["{\"kind\":\"other\"}", "{\"kind\":\"cookie\"}", "{\"kind\":\"tags\",\"name\":\"a\"}", "\"tags\""]
        {
            let text = text.replacen("{\"kind\":\"servers\"}", wrong, 1);
            assert!(Document::from_json(&text).is_err(), "{wrong}");
        }
    }

    #[test]
    fn before_version_5_the_words_say_what_it_is_about() {
        let stored = each_kind().into_iter().map(|fault| Fault { about: None, ..fault }).collect();
        let text = Document { notes: stored, ..Document::default() }.to_json();
        assert!(text.starts_with("{\"v\":2,"), "{text}");
        assert_eq!(Document::from_json(&text).unwrap().notes, each_kind());
        let others = [
            ("/a", "servers: it leads nowhere; base_path in the settings takes its place"),
            ("", "securitySchemes: of a wrong type"),
            ("", "it describes no operations"),
        ];
        for (path, what) in others {
            assert_eq!(by_words::told(Fault::at(path, "", what.to_owned())).about, None, "{what}");
        }
    }
}
