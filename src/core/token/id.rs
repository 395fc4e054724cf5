//! Integration ids: 80 random bits in lower-case Crockford base32.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::bits::BASE32;
use crate::core::request::json::text;
use crate::core::request::{Fault, FromKept, Kept};

/// The public id of an integration: 16 characters. It may be logged.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct IntegrationId(String);

/// The text is no integration id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an integration id is 16 characters of 0-9, a-h, j, k, m, n, p-t, v-z")]
pub struct InvalidId;

impl IntegrationId {
    /// Length in characters.
    pub const LENGTH: usize = 16;

    /// The id of 80 random bits.
    pub fn from_entropy(bits: [u8; 10]) -> Self {
        Self(BASE32.encode(&bits))
    }

    /// Reads an id.
    ///
    /// # Errors
    /// [`InvalidId`] for anything but 16 characters of the alphabet.
    pub fn parse(text: &str) -> Result<Self, InvalidId> {
        let decoded = BASE32.decode(text).ok_or(InvalidId)?;
        if text.len() == Self::LENGTH && decoded.len() == 10 { Ok(Self(text.to_owned())) } else { Err(InvalidId) }
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for IntegrationId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl FromKept for IntegrationId {
    fn from_kept(value: Kept) -> Result<Self, Fault> {
        text(value, Self::parse)
    }
}

impl TryFrom<String> for IntegrationId {
    type Error = InvalidId;

    fn try_from(text: String) -> Result<Self, InvalidId> {
        Self::parse(&text)
    }
}

impl From<IntegrationId> for String {
    fn from(id: IntegrationId) -> Self {
        id.0
    }
}
