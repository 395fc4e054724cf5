//! The bodies of the admin API. Unknown fields are refused; an error names its field.

use super::AdminError;
use crate::gate::Reading;
use crate::json::{self, FromJson};
use crate::request::into_utf8;

/// Reads a body into its type.
pub(super) fn parse<T: FromJson>(body: &str) -> Result<T, AdminError> {
    made("", json::Value::parse(without_mark(body)).map_err(|error| malformed(&error))?)
}

/// The text of a body.
///
/// # Errors
/// [`AdminError::NotUtf8`]
pub fn text(bytes: Vec<u8>) -> Result<String, AdminError> {
    Ok(into_utf8(bytes)?)
}

/// The text of a body of at most `limit` bytes, as it was read.
pub(super) fn text_of(body: Reading, limit: usize) -> Result<String, AdminError> {
    match body {
        Reading::Bytes(bytes) => text(bytes),
        Reading::Nothing => Ok(String::new()),
        Reading::TooLong => Err(AdminError::TooLarge(limit)),
        Reading::TooSlow => Err(AdminError::TooSlow),
        Reading::Failed(_) | Reading::Response { .. } | Reading::Verified(_) => {
            Err(AdminError::Malformed { line: 1, column: 1 })
        }
    }
}

/// A body without the byte order mark that some systems write before UTF-8 (RFC 8259 section 8.1 lets a reader ignore it).
pub(super) fn without_mark(body: &str) -> &str {
    body.strip_prefix('\u{feff}').unwrap_or(body)
}

pub(super) fn malformed(error: &serde_json::Error) -> AdminError {
    AdminError::Malformed { line: error.line(), column: error.column() }
}

/// Makes a `T` from the value at `place` in the body.
pub(super) fn made<T: FromJson>(place: &str, value: json::Value) -> Result<T, AdminError> {
    T::from_json(value).map_err(|fault| {
        let json::Error { place: inner, what } = fault;
        let field = match (place, inner.as_str()) {
            ("", "") => "body".to_owned(),
            ("", only) | (only, "") => only.to_owned(),
            (place, inner) => format!("{place}.{inner}"),
        };
        AdminError::invalid(&field, what)
    })
}
