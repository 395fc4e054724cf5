//! The parts of an OpenAPI 3 document that a policy is made of.

mod objects;
mod resolve;
mod server;
mod yaml;

use std::collections::BTreeSet;

use serde::Deserializer;

use super::settings::Settings;
use crate::core::request::{Kept, json};

use self::objects::{Components, Info, MaybeReference, PathItem, Paths, object};
pub(super) use self::objects::{OperationObject, Parameter, Security};
use self::resolve::JsonBody;
pub(super) use self::resolve::TOO_LARGE;
use self::server::Server;

/// The longest document, in bytes.
pub const MAX_BYTES: usize = 16 * 1024 * 1024;

/// An OpenAPI 3.0 or 3.1 document.
#[derive(Clone, Debug, Default)]
pub struct Document {
    openapi: String,
    info: Info,
    servers: Vec<Server>,
    security: Option<Security>,
    paths: Paths,
    components: Components,
    base_path: String,
    name: Option<String>,
}

object!(Document, "an OpenAPI document",
    "openapi", "!" => openapi; "info" => info; "servers" => servers; "security" => security; "paths" => paths;
    "components" => components);

/// Why a text is no usable OpenAPI document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidDocument {
    /// Longer than `MAX_BYTES`.
    #[error("it is longer than {MAX_BYTES} bytes")]
    TooLong,
    /// Not JSON or YAML, or not an OpenAPI document; tells the place in the text.
    #[error("{0}")]
    Malformed(String),
    /// Not of OpenAPI 3.0 or 3.1.
    #[error("openapi is {0:?}; Tidegate reads 3.0 and 3.1")]
    Version(String),
    /// The servers' addresses have different paths before the operations' own.
    #[error("its servers have different base paths: {0} and {1}")]
    Servers(String, String),
}

impl Document {
    /// Reads a document in JSON or YAML. What starts with `{` is JSON.
    ///
    /// # Errors
    /// [`InvalidDocument`] where it is none, or its paths cannot be told from it.
    pub fn parse(text: &str) -> Result<Self, InvalidDocument> {
        if text.strip_prefix('\u{feff}').unwrap_or(text).trim_start_matches([' ', '\n', '\r', '\t']).starts_with('{') {
            Self::parse_json(text)
        } else {
            read(parse_yaml(text)?)?.checked()
        }
    }

    /// Reads a document in JSON, or what [`yaml_to_json`] made of one.
    ///
    /// # Errors
    /// As [`Document::parse`].
    pub fn parse_json(text: &str) -> Result<Self, InvalidDocument> {
        if let Some(converted) = text.strip_prefix(RECORD_SEPARATOR) {
            let value = rejoined(converted).map_err(|error| InvalidDocument::Malformed(error.to_string()))?;
            return read(value)?.checked(); // no errors with places in a text that nobody wrote
        }
        read(&mut serde_json::Deserializer::from_str(bounded(text)?))?.checked()
    }

    fn checked(self) -> Result<Self, InvalidDocument> {
        if !self.openapi.starts_with("3.0.") && !self.openapi.starts_with("3.1.") {
            return Err(InvalidDocument::Version(self.openapi));
        }
        let base_path = server::shared_base_path(&self.servers)?;
        Ok(Self { base_path, ..self })
    }

    /// The same document under a name of its own, as reports are to call it: its file's, say.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        Self { name: Some(name.to_owned()), ..self }
    }

    /// What reports call it: its name, else its title.
    pub fn title(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.info.title)
    }

    /// The operations, in the order of paths.
    pub(super) fn operations(&self) -> impl Iterator<Item = Described<'_>> {
        self.paths.0.iter().flat_map(move |(path, item)| {
            item.operations().into_iter().filter_map(move |(method, operation)| {
                Some(Described { document: self, item, path, method, operation: operation? })
            })
        })
    }

    /// The path items that stand elsewhere, as `$ref`: they are not followed, and so must be reported.
    pub(super) fn references_to_path_items(&self) -> impl Iterator<Item = (&str, &str)> {
        self.paths.0.iter().filter_map(|(path, item)| Some((path.as_str(), item.reference.as_deref()?)))
    }

    /// The scopes that its security schemes declare, and what it says of each.
    pub(super) fn scope_descriptions(&self) -> impl Iterator<Item = (&str, &str)> {
        let flows = self.components.security_schemes.values().flat_map(|scheme| scheme.flows.values());
        flows.flat_map(|flow| flow.scopes.iter()).map(|(scope, description)| (scope.as_str(), description.as_str()))
    }

    /// Every scope that it names, wherever it does.
    pub(super) fn named_scopes<'a>(&'a self, settings: &'a Settings) -> impl Iterator<Item = &'a str> {
        let needed = self.operations().flat_map(|described| described.security().into_iter().flatten());
        let needed = needed.flat_map(|requirement| requirement.values().flatten()).map(String::as_str);
        let extension = settings.scope_extension.as_deref();
        let extended = self.operations().filter_map(move |described| described.extension(extension?)?.items());
        let extended = extended.flatten().filter_map(Kept::text);
        let declared = self.scope_descriptions().map(|(scope, _)| scope);
        needed.chain(extended).chain(declared)
    }

    /// Whether it declares the security scheme `name`.
    pub(super) fn declares_scheme(&self, name: &str) -> bool {
        self.components.security_schemes.contains_key(name)
    }
}

/// Stands before each part of what was YAML, as before the texts in a sequence of JSON texts (RFC 7464).
const RECORD_SEPARATOR: char = '\u{1e}';

/// A document in YAML as [`Document::parse_json`] takes it: for where there is no reader of YAML.
///
/// # Errors
/// [`InvalidDocument`] where it is too long, or no YAML that JSON has something for.
pub fn yaml_to_json(text: &str) -> Result<String, InvalidDocument> {
    let parts = match parse_yaml(text)? {
        // In parts, as YAML may lie one level deeper than serde_json reads.
        Kept::Object(entries) if !entries.is_empty() => {
            entries.into_iter().flat_map(|(key, value)| [Kept::Text(key), value]).collect()
        }
        other => vec![other],
    };
    let mut json = String::new();
    for part in parts {
        json.push(RECORD_SEPARATOR);
        part.write(&mut json);
    }
    Ok(json)
}

fn rejoined(converted: &str) -> Result<Kept<'_>, serde_json::Error> {
    let mut parts = converted.split(RECORD_SEPARATOR).map(Kept::parse);
    let mut entries = Vec::new();
    while let Some(key) = parts.next() {
        match (key?, parts.next()) {
            (Kept::Text(key), Some(value)) => entries.push((key, value?)),
            (whole, _) => return Ok(whole),
        }
    }
    Ok(Kept::Object(entries))
}

fn parse_yaml(text: &str) -> Result<Kept<'static>, InvalidDocument> {
    yaml::parse(bounded(text)?).map_err(InvalidDocument::Malformed)
}

/// The text without its byte order mark.
fn bounded(text: &str) -> Result<&str, InvalidDocument> {
    if text.len() > MAX_BYTES {
        return Err(InvalidDocument::TooLong);
    }
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// Reads a document, or tells the place in it that cannot be read.
fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Document, InvalidDocument> {
    let mut document = Document::default();
    match json::read(deserializer, &mut document) {
        Ok(()) => Ok(document),
        Err((place, what)) if place.is_empty() => Err(InvalidDocument::Malformed(what.to_string())),
        Err((place, what)) => Err(InvalidDocument::Malformed(format!("{place}: {what}"))),
    }
}

impl PathItem {
    fn operations(&self) -> [(&'static str, Option<&OperationObject>); 8] {
        [
            ("get", self.get.as_ref()),
            ("put", self.put.as_ref()),
            ("post", self.post.as_ref()),
            ("delete", self.delete.as_ref()),
            ("options", self.options.as_ref()),
            ("head", self.head.as_ref()),
            ("patch", self.patch.as_ref()),
            ("trace", self.trace.as_ref()),
        ]
    }
}

/// An operation with the places around it that bear on it.
pub(super) struct Described<'a> {
    pub document: &'a Document,
    pub path: &'a str,
    pub method: &'static str,
    pub operation: &'a OperationObject,
    item: &'a PathItem,
}

impl<'a> Described<'a> {
    /// Its path template with the document's base path before it.
    pub fn full_path(&self) -> String {
        format!("{}{}", self.document.base_path, self.path)
    }

    /// What the operation says of security, else what the document says for all.
    pub fn security(&self) -> Option<&'a Security> {
        self.operation.security.as_ref().or(self.document.security.as_ref())
    }

    /// The value of one of its extensions (`x-…`).
    pub fn extension(&self, name: &str) -> Option<&'a Kept<'static>> {
        self.operation.extensions.get(name)
    }

    /// The operation's parameters and those of its path.
    pub fn parameters(&self) -> impl Iterator<Item = &'a Parameter> {
        let components = &self.document.components;
        self.own_and_shared().filter_map(|parameter| resolve::parameter(components, parameter))
    }

    /// The references among its parameters that lead nowhere in its document.
    pub fn dangling(&self) -> impl Iterator<Item = &'a str> {
        let components = &self.document.components;
        self.own_and_shared().filter_map(|parameter| match parameter {
            MaybeReference::Reference { reference } if resolve::parameter(components, parameter).is_none() => {
                Some(reference.as_str())
            }
            _ => None,
        })
    }

    /// The properties of its JSON body, as far as its document tells them.
    pub fn body_properties(&self) -> BTreeSet<&'a str> {
        self.json_body().properties
    }

    /// The references in its JSON body that lead nowhere in its document: behind them could be more properties.
    pub fn dangling_in_body(&self) -> BTreeSet<&'a str> {
        self.json_body().dangling
    }

    fn json_body(&self) -> JsonBody<'a> {
        let body = self.operation.request_body.as_ref();
        body.map(|body| resolve::json_body(&self.document.components, body)).unwrap_or_default()
    }

    fn own_and_shared(&self) -> impl Iterator<Item = &'a MaybeReference<Parameter>> {
        self.operation.parameters.iter().chain(&self.item.parameters)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_yaml_is_read_as_yaml_is() {
        let deep = |levels: usize| {
            let (open, close) = ("[".repeat(levels), "]".repeat(levels));
            format!("openapi: 3.1.0\npaths: {{}}\nx-deep: {open}{close}\n")
        };
        for text in [
            "openapi: 3.0.1\ninfo: {title: é\u{1}}\npaths: {}\n",
            "openapi: 3.1\n",
            "[a]",
            "a",
            "{}",
            "openapi: 3.1.0\npaths: 5\n",
            &deep(127),
            &deep(128),
        ] {
            let told = |read: Result<Document, InvalidDocument>| format!("{read:?}");
            let converted = yaml_to_json(text).and_then(|json| Document::parse_json(&json));
            // `{}` is JSON: asked of the loader of YAML itself.
            let direct = parse_yaml(text).and_then(read).and_then(Document::checked);
            assert_eq!(told(converted), told(direct), "{text}");
        }
        assert!(yaml_to_json(&deep(127)).is_ok() && yaml_to_json(&deep(128)).is_err());
    }
}
