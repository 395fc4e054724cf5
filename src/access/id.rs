//! Ids of people and of automation keys: 80 random bits, as integrations have them, and told apart by their types.

use std::fmt;

use serde::Serialize;

use crate::json::{self, FromJson};
pub use crate::token::KeyId;
use crate::token::{IntegrationId, InvalidId};

/// A person's id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct PersonId(IntegrationId);

impl PersonId {
    /// The id of 80 random bits.
    pub fn from_entropy(bits: [u8; 10]) -> Self {
        Self(IntegrationId::from_entropy(bits))
    }

    /// Reads an id.
    ///
    /// # Errors
    /// [`InvalidId`].
    pub fn parse(text: &str) -> Result<Self, InvalidId> {
        IntegrationId::parse(text).map(Self)
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Display for PersonId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromJson for PersonId {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        IntegrationId::from_json(value).map(Self)
    }
}
