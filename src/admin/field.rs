//! Texts that people type.

use serde::Serialize;

use super::AdminError;
use crate::json::{self, FromJson};
use crate::text::{composed, has_controls, is_seen};
use crate::time::Timestamp;

/// A name: 1 to 100 characters in normalization form C, none of them invisible, no white space at its ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(into = "String")]
pub struct Name(String);

/// A description: at most 1,000 characters in normalization form C, none of them invisible but line ends and tabs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(into = "String")]
pub struct Description(String);

/// A text as it was stored: it was checked when it was typed, maybe by the rules of an older release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Stored<T>(pub T);

/// A moment in RFC 3339, as clients write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment(pub Timestamp);

/// What a client calls a request by which it can repeat it: 1 to 64 visible ASCII characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey(String);

/// The text is not a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a name is 1 to 100 characters, without control and invisible characters, and without white space at its ends")]
pub struct InvalidName;

/// The text is not a description.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a description is at most 1000 characters, without control and invisible characters but line ends and tabs")]
pub struct InvalidDescription;

impl IdempotencyKey {
    /// Reads the `Idempotency-Key` header field.
    ///
    /// # Errors
    /// [`AdminError::Invalid`] that names it.
    pub fn parse(text: &str) -> Result<Self, AdminError> {
        if (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Ok(Self(text.to_owned()));
        }
        Err(AdminError::invalid("Idempotency-Key", "it must be 1 to 64 visible ASCII characters"))
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Name {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Description {
    /// The description as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Name {
    type Error = InvalidName;

    fn try_from(text: String) -> Result<Self, InvalidName> {
        let text = composed(&text);
        let usable = !text.chars().any(char::is_control) && text.trim() == text && is_seen(&text);
        if usable && (1..=100).contains(&text.chars().count()) { Ok(Self(text)) } else { Err(InvalidName) }
    }
}

impl TryFrom<String> for Description {
    type Error = InvalidDescription;

    fn try_from(text: String) -> Result<Self, InvalidDescription> {
        let text = composed(&text);
        let usable = !has_controls(&text) && is_seen(&text);
        if usable && text.chars().count() <= 1000 { Ok(Self(text)) } else { Err(InvalidDescription) }
    }
}

impl FromJson for Moment {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        Timestamp::from_rfc3339(&String::from_json(value)?).map(Self).map_err(json::Error::new)
    }
}

impl FromJson for Name {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        Self::try_from(String::from_json(value)?).map_err(json::Error::new)
    }
}

impl FromJson for Description {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        Self::try_from(String::from_json(value)?).map_err(json::Error::new)
    }
}

impl FromJson for Stored<Name> {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        String::from_json(value).map(|text| Self(Name(text)))
    }
}

impl FromJson for Stored<Description> {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        String::from_json(value).map(|text| Self(Description(text)))
    }
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.0
    }
}

impl From<Description> for String {
    fn from(description: Description) -> Self {
        description.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_idempotency_key_is_short_and_visible() {
        for key in ["k", "\"8e03978e-40d5-43dd-bc93-6894a57f9324\"", &"~".repeat(64)] {
            assert_eq!(IdempotencyKey::parse(key).unwrap().as_str(), key);
        }
        for key in ["", " ", "a b", "a, b", "\u{e9}", "a\tb", "\u{7f}", &"k".repeat(65)] {
            let error = IdempotencyKey::parse(key).unwrap_err();
            assert!(matches!(error, AdminError::Invalid { field, .. } if field == "Idempotency-Key"), "{key:?}");
        }
    }
}
