//! Whom an integration belongs to.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::json::{self, FromJson, MAX_EXACT_INTEGER, text, word};

/// The two levels that an integration can belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// The one top-level organisation.
    Agency,
    /// One of its tenants.
    SubAccount,
}

/// The id of an agency or sub-account in the origin's own terms: 1 to 64 RFC 3986 unreserved characters, `:` and `@`. Path
/// and query may percent-encode these two; values are compared after exactly one percent-decoding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(try_from = "String", into = "String")]
pub struct OwnerId(String);

/// The text is not an owner's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an owner's id is 1 to 64 letters, digits, '-', '.', '_', '~', ':' or '@', and not only dots")]
pub struct InvalidOwnerId;

/// Whom an integration belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Owner {
    /// Agency or sub-account.
    pub level: Level,
    /// Which one.
    pub id: OwnerId,
}

impl Level {
    /// The level as JSON and headers spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Agency => "agency",
            Self::SubAccount => "sub_account",
        }
    }
}

impl FromJson for Level {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        word(value, &[Self::Agency, Self::SubAccount].map(|level| (level.as_str(), level)))
    }
}

impl fmt::Display for Level {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl OwnerId {
    /// Reads an owner's id.
    ///
    /// # Errors
    /// [`InvalidOwnerId`] where some reader of a request could take it for another.
    pub fn parse(text: &str) -> Result<Self, InvalidOwnerId> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:@".contains(&byte);
        let usable = text.bytes().all(allowed) && text.bytes().any(|byte| byte != b'.');
        if usable && text.len() <= 64 { Ok(Self(text.to_owned())) } else { Err(InvalidOwnerId) }
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A whole number counts as its digits, as it does in the bodies of requests that the gate judges.
impl FromJson for OwnerId {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        match value {
            json::Value::Unsigned(number) if number > MAX_EXACT_INTEGER => Err(json::Error::new(format!(
                "a number beyond {MAX_EXACT_INTEGER} is not exact in JavaScript; send the id as a string"
            ))),
            json::Value::Unsigned(number) => Ok(Self(number.to_string())),
            _ => text(value, Self::parse),
        }
    }
}

crate::json_object!(Owner { level, id });

impl TryFrom<String> for OwnerId {
    type Error = InvalidOwnerId;

    fn try_from(text: String) -> Result<Self, InvalidOwnerId> {
        Self::parse(&text)
    }
}

impl From<OwnerId> for String {
    fn from(id: OwnerId) -> Self {
        id.0
    }
}
