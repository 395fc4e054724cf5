//! Revisions.

use serde::Serialize;

use tidegate::admin::AdminError;
use tidegate::json::{self, FromJson};

/// How often something has changed. A change says which revision it is based on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Rev(pub u64);

impl Rev {
    /// The revision after the next change.
    ///
    /// # Errors
    /// [`AdminError::Registry`] after the largest revision.
    pub fn next(self) -> Result<Self, AdminError> {
        self.0.checked_add(1).map(Self).ok_or_else(|| AdminError::Registry("a counter is full".to_owned()))
    }
}

impl FromJson for Rev {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        u64::from_json(value).map(Self)
    }
}
