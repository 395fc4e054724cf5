//! Why a body cannot be read.

use super::charset::NotUtf8;
use super::unencoded::Unencoded;

/// Why nothing can be told of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BodyFault {
    /// No `Content-Type` field says what it is.
    #[error("the body has no Content-Type; send application/json")]
    NoContentType,
    /// Neither JSON nor a form.
    #[error("the Content-Type of the body is neither JSON nor application/x-www-form-urlencoded")]
    MediaType,
    /// The origin would decode the same bytes to another text. In UTF-7 `+ACI-` is a quotation mark.
    #[error("the Content-Type names a charset other than UTF-8")]
    Charset,
    /// Compressed, or encoded in another way.
    #[error("the body has a Content-Encoding; send it without")]
    Encoded,
    /// Bytes that are not UTF-8.
    #[error(transparent)]
    NotUtf8(#[from] NotUtf8),
    /// The place at which it cannot be read as JSON. Half of a surrogate pair, a number beyond those of IEEE 754 and more than 127
    /// levels are JSON too, which some parsers refuse (RFC 8259 sections 6, 8.2 and 9).
    #[error("the body cannot be read as JSON: line {line}, column {column}")]
    NotJson {
        /// Where in the text.
        line: usize,
        /// Where in the line.
        column: usize,
    },
    /// JSON, and no object.
    #[error("the body is JSON, but not an object")]
    NotAnObject,
    /// A form to its `Content-Type`, and JSON or XML to its first character. curl's `-d` sends JSON so, unless it is told the type.
    #[error("the body begins with '{0}', but its Content-Type says that it is a form; send JSON as application/json")]
    NotAForm(char),
    /// A form in which something stands that forms encode.
    #[error("the form has {0}")]
    Unencoded(Unencoded),
}
