//! The text of a document, in JSON or YAML.

use super::{InvalidDocument, MAX_BYTES, yaml};
use crate::json::{self, Misread, Sink, Value};

/// A text without its byte order mark.
#[derive(Clone, Copy)]
pub(super) enum Text<'a> {
    Json(&'a str),
    Yaml(&'a str),
}

impl<'a> Text<'a> {
    /// What starts with `{` is JSON.
    pub fn of(text: &'a str) -> Self {
        let text = without_mark(text);
        let is_json = text.trim_start_matches([' ', '\n', '\r', '\t']).starts_with('{');
        if is_json { Self::Json(text) } else { Self::Yaml(text) }
    }

    /// A text in JSON, whatever it starts with.
    pub fn json(text: &'a str) -> Self {
        Self::Json(without_mark(text))
    }

    /// Reads it, and tells what in it is of a wrong type.
    ///
    /// # Errors
    /// What is neither JSON nor YAML, with line and column.
    pub fn read(self, into: &mut dyn Sink) -> Result<Vec<Misread>, String> {
        match self {
            Self::Json(text) => {
                let mut json = serde_json::Deserializer::from_str(text);
                // What stands behind the value would say something else than it.
                let misread = json::read(&mut json, into).and_then(|misread| json.end().map(|()| misread));
                misread.map_err(|error| told(&error))
            }
            Self::Yaml(text) => json::read(yaml::parse(text)?, into).map_err(|error| error.to_string()),
        }
    }
}

/// What serde_json says. What a sink says of the whole document has no place in a line.
fn told(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    match text.strip_suffix(&place) {
        Some(what) if error.is_data() => what.to_owned(),
        _ => format!("as JSON, which it is since it begins with a brace, it is malformed: {text}"),
    }
}

/// A document in YAML.
///
/// # Errors
/// [`InvalidDocument`] where it is too long, or no YAML that JSON has something for.
pub(super) fn parse_yaml(text: &str) -> Result<Value<'static>, InvalidDocument> {
    bounded(text.len())?;
    yaml::parse(without_mark(text)).map_err(InvalidDocument::Malformed)
}

/// Checks the length of a text.
///
/// # Errors
/// [`InvalidDocument::TooLong`].
pub(super) fn bounded(length: usize) -> Result<(), InvalidDocument> {
    if length > MAX_BYTES { Err(InvalidDocument::TooLong) } else { Ok(()) }
}

fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}
