//! The policy's JSON form, as KV and registry keep it.

use std::collections::BTreeMap;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

use super::{Operation, OwnerNames, Policy, PolicyError};

/// The version of the policy's form that this code writes and reads.
pub const VERSION: u32 = 1;

/// A stored policy that cannot be trusted: a fault of the store, never a verdict.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CorruptPolicy {
    /// Not JSON, or not a policy's JSON. Holds no content of the policy.
    #[error("malformed at line {line}, column {column}")]
    Malformed {
        /// Where in the text.
        line: usize,
        /// Where in the line.
        column: usize,
    },
    /// Of a version that this code does not know.
    #[error("version {0}")]
    Version(u32),
    /// Operations that cannot be told apart.
    #[error("{0}")]
    Operations(#[from] PolicyError),
}

#[derive(Deserialize)]
struct Versioned {
    v: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    v: u32,
    rev: u64,
    operations: Vec<Operation>,
    owner_parameters: OwnerNames,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    descriptions: BTreeMap<String, String>,
}

impl Policy {
    /// Reads a stored policy.
    ///
    /// # Errors
    /// [`CorruptPolicy`] for all but a policy of this version.
    pub fn from_json(text: &str) -> Result<Self, CorruptPolicy> {
        let Versioned { v } = parse(text)?;
        if v != VERSION {
            return Err(CorruptPolicy::Version(v));
        }
        Ok(parse::<Stored>(text)?.into_policy()?)
    }

    /// Reads a stored policy whose text has been taken apart already.
    ///
    /// # Errors
    /// What is wrong, for all but a policy of this version.
    pub fn from_value<'de, D: Deserializer<'de> + Clone>(value: D) -> Result<Self, D::Error> {
        let Versioned { v } = Versioned::deserialize(value.clone())?;
        if v != VERSION {
            return Err(Error::custom(CorruptPolicy::Version(v)));
        }
        Stored::deserialize(value)?.into_policy().map_err(Error::custom)
    }

    /// The text that KV and registry keep.
    pub fn to_json(&self) -> String {
        let stored = Stored {
            v: VERSION,
            rev: self.rev,
            operations: self.operations.clone(),
            owner_parameters: self.owner_names.clone(),
            descriptions: self.descriptions.clone(),
        };
        // Nothing in it can fail to serialise; an empty text would be a corrupt policy, which denies.
        serde_json::to_string(&stored).unwrap_or_default()
    }
}

impl Stored {
    fn into_policy(self) -> Result<Policy, PolicyError> {
        let Self { rev, operations, owner_parameters, descriptions, .. } = self;
        Ok(Policy { descriptions, ..Policy::new(rev, operations, owner_parameters)? })
    }
}

fn parse<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, CorruptPolicy> {
    serde_json::from_str(text).map_err(|error| CorruptPolicy::Malformed { line: error.line(), column: error.column() })
}
