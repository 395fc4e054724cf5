//! A moment as the admin API writes it.

use serde::{Serialize, Serializer};

use crate::json::{self, FromJson, text};
use crate::time::Timestamp;

/// A moment in RFC 3339, as in `2026-11-29T12:00:00Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Moment(#[cfg_attr(test, schemars(with = "String"))] pub Timestamp);

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl FromJson for Moment {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        text(value, Timestamp::from_rfc3339).map(Self)
    }
}
