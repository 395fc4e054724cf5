//! Integration ids: 80 random bits in lower-case Crockford base32.

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::encoding;
use crate::json::text;
use crate::json::{self, FromJson};

/// The public id of an integration: 16 characters. It may be logged.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(try_from = "String", into = "String")]
pub struct IntegrationId([u8; IntegrationId::LENGTH]);

/// The text is not an integration id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an integration id is 16 characters of 0-9, a-h, j, k, m, n, p-t, v-z")]
pub struct InvalidId;

impl IntegrationId {
    /// Length in characters.
    pub const LENGTH: usize = 16;

    /// The id of 80 random bits.
    pub fn from_entropy(bits: [u8; 10]) -> Self {
        // 80 bits are 16 digits.
        Self(encoding::encode_base32(&bits).as_bytes().try_into().unwrap_or_default())
    }

    /// Reads an id.
    ///
    /// # Errors
    /// [`InvalidId`] for anything but 16 characters of the alphabet.
    pub fn parse(text: &str) -> Result<Self, InvalidId> {
        let digits: [u8; Self::LENGTH] = text.as_bytes().try_into().map_err(|_| InvalidId)?;
        if digits.iter().all(|digit| encoding::is_base32_digit(*digit)) { Ok(Self(digits)) } else { Err(InvalidId) }
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The characters of the text.
    pub(crate) fn bytes(&self) -> &[u8; Self::LENGTH] {
        &self.0
    }
}

/// Makes a type of its own for the ids of one kind of thing, in the form of an integration's.
macro_rules! id_of_its_own {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
        #[serde(transparent)]
        pub struct $name($crate::token::IntegrationId);

        impl $name {
            /// The id of 80 random bits.
            pub fn from_entropy(bits: [u8; 10]) -> Self {
                Self($crate::token::IntegrationId::from_entropy(bits))
            }

            /// Reads an id.
            ///
            /// # Errors
            /// [`InvalidId`](crate::token::InvalidId).
            pub fn parse(text: &str) -> Result<Self, $crate::token::InvalidId> {
                $crate::token::IntegrationId::parse(text).map(Self)
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(self.as_str())
            }
        }

        impl $crate::json::FromJson for $name {
            fn from_json(value: $crate::json::Value) -> Result<Self, $crate::json::Error> {
                $crate::token::IntegrationId::from_json(value).map(Self)
            }
        }
    };
}
pub(crate) use id_of_its_own;

/// Never inlined: wherever ids are sorted, that would be kilobytes.
impl Ord for IntegrationId {
    #[inline(never)]
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}

impl PartialOrd for IntegrationId {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Debug for IntegrationId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("IntegrationId").field(&self.as_str()).finish()
    }
}

impl fmt::Display for IntegrationId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromJson for IntegrationId {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
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
        id.as_str().to_owned()
    }
}
