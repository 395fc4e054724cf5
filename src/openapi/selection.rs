//! Which operations a setting is for: by method, by a glob of path templates, by tag, by `operationId`.

use serde::Serialize;

use super::document::Described;
use super::glob::Glob;
use crate::json::{self, FromJson, Object, text};
use crate::policy::Operation;
use crate::request::Method;

/// Operations, by what they have in common: all that is given must hold. As a string, `METHOD /glob`, `/glob` or an
/// `operationId`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(deny_unknown_fields, transform = or_text))]
pub struct Selection {
    /// One of these methods.
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "methods")]
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    pub method: Vec<Method>,
    /// A glob of path templates.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<Glob>,
    /// A tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// OpenAPI's `operationId`.
    #[serde(rename = "operationId", skip_serializing_if = "Option::is_none")]
    pub operation_id: Option<String>,
}

/// The schema of what is an object here, and may be given as a string.
#[cfg(test)]
fn or_text(schema: &mut schemars::Schema) {
    let description = schema.remove("description");
    *schema = schemars::json_schema!({ "description": description, "anyOf": [{ "type": "string" }, schema.clone()] });
}

/// What a [`Selection`] is held against.
#[derive(Clone, Copy)]
pub(super) struct Candidate<'a> {
    /// In upper case.
    pub method: &'a str,
    /// The path template with the base path.
    pub path: &'a str,
    pub tags: &'a [String],
    pub operation_id: Option<&'a str>,
}

impl Selection {
    /// Whether the setting is for it.
    pub(super) fn is_of(&self, candidate: Candidate<'_>) -> bool {
        let Self { method, path, tag, operation_id } = self;
        (method.is_empty() || method.iter().any(|method| method.as_str() == candidate.method))
            && operation_id.as_deref().is_none_or(|id| candidate.operation_id == Some(id))
            && tag.as_ref().is_none_or(|tag| candidate.tags.contains(tag))
            && path.as_ref().is_none_or(|path| path.matches(candidate.path))
    }

    /// Whether it is for every operation of a path template, known or not.
    pub(super) fn is_of_path(&self, template: &str) -> bool {
        let is_whole = self.method.is_empty() && self.tag.is_none() && self.operation_id.is_none();
        is_whole && self.path.as_ref().is_some_and(|path| path.matches(template))
    }

    /// Reads what a string says: `METHOD /glob`, `/glob` or an `operationId`.
    fn parse(text: &str) -> Result<Self, String> {
        let path = |text: &str| Glob::parse(text).map(Some).map_err(|error| error.to_string());
        let method = |text: &str| match Method::parse(text) {
            Method::Other(name) if !Method::is_name(&name) => {
                Err(format!("{text:?} is not a method, which is a name in capitals"))
            }
            method => Ok(vec![method]),
        };
        match text.split_once(' ') {
            Some((verb, rest)) if rest.starts_with('/') => {
                Ok(Self { method: method(verb)?, path: path(rest)?, ..Self::default() })
            }
            _ if text.starts_with('/') => Ok(Self { path: path(text)?, ..Self::default() }),
            _ if text.is_empty() => Err(EMPTY.to_owned()),
            _ => Ok(Self { operation_id: Some(text.to_owned()), ..Self::default() }),
        }
    }
}

const EMPTY: &str = "it names nothing, and would be for every operation; for these, give \"path\": \"/**\"";

impl<'a> Candidate<'a> {
    /// An operation of a document; `path` is its template with the base path.
    pub fn of(described: Described<'a>, path: &'a str, method: &'a str) -> Self {
        let operation = described.operation;
        Self { method, path, tags: &operation.tags, operation_id: operation.operation_id.as_deref() }
    }

    /// An operation that a rule wrote, or one of a document with its tags.
    pub fn with_tags(operation: &'a Operation, path: &'a str, tags: &'a [String]) -> Self {
        Self { method: operation.method.as_str(), path, tags, operation_id: operation.id.as_deref() }
    }
}

/// One method, or a list of them.
struct Methods(Vec<Method>);

impl FromJson for Methods {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        if value.text().is_some() {
            return Ok(Self(vec![Method::from_json(value)?]));
        }
        let methods = Vec::from_json(value)?;
        if methods.is_empty() { Err(json::Error::new("a list with no methods")) } else { Ok(Self(methods)) }
    }
}

impl FromJson for Selection {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        if value.text().is_some() {
            return text(value, Self::parse);
        }
        let mut fields = Object::of(value, &["method", "path", "tag", "operationId"])?;
        let selection = Self {
            method: fields.given("method")?.map(|Methods(methods)| methods).unwrap_or_default(),
            path: fields.given("path")?,
            tag: fields.given("tag")?,
            operation_id: fields.given("operationId")?,
        };
        if selection == Self::default() { Err(json::Error::new(EMPTY)) } else { Ok(selection) }
    }
}

fn methods<S: serde::Serializer>(methods: &[Method], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(methods.iter().map(Method::as_str))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selection_is_read_from_a_string_and_from_an_object() {
        let read = |json: &str| Selection::from_json(json::Value::parse(json).unwrap());
        assert_eq!(read(r#""GET /a/**""#), read(r#"{"method":"GET","path":"/a/**"}"#));
        assert_eq!(read(r#""/a""#), read(r#"{"path":"/a"}"#));
        assert_eq!(read(r#""listUsers""#), read(r#"{"operationId":"listUsers"}"#));
        assert_eq!(read(r#"{"method":"PUT"}"#), read(r#"{"method":["PUT"]}"#));
        for json in
            ["{}", "\"\"", r#"{"method":[]}"#, r#"{"method":"get"}"#, r#""Get /a""#, r#"{"path":null}"#, r#""GET /a?""#]
        {
            assert!(read(json).is_err(), "{json}");
        }
        let all = read(r#"{"method":["GET","HEAD"],"path":"/a/**","tag":"T","operationId":"o"}"#).unwrap();
        let written = serde_json::to_string(&all).unwrap();
        assert_eq!(read(&written).unwrap(), all);
    }
}
