//! Moments in time. The rules read no clock: the current time is an argument.

use std::fmt;

use ::time::OffsetDateTime;
use ::time::format_description::well_known::Rfc3339;
use serde::{Deserialize, Serialize};

use super::json::{self, FromJson};

/// A moment, in whole seconds since the Unix epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline))]
#[serde(transparent)]
pub struct Timestamp(u64);

/// The text is not a moment in RFC 3339.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it must be a moment in RFC 3339, as in 2027-01-31T12:00:00Z")]
pub struct InvalidMoment;

impl Timestamp {
    /// The last moment that RFC 3339 can express in UTC: 9999-12-31T23:59:59Z.
    pub const LAST_OF_RFC3339: Self = Self(253_402_300_799);

    /// The moment this many seconds after the Unix epoch.
    pub const fn from_seconds(seconds: u64) -> Self {
        Self(seconds)
    }

    /// Seconds since the Unix epoch.
    pub const fn seconds(self) -> u64 {
        self.0
    }

    /// Reads RFC 3339, with any offset from UTC. A fraction of a second is cut off.
    ///
    /// # Errors
    /// [`InvalidMoment`] for anything else, and for a moment that is not from the Unix epoch to the year 9999 in UTC.
    pub fn from_rfc3339(text: &str) -> Result<Self, InvalidMoment> {
        let moment = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| InvalidMoment)?;
        let moment = u64::try_from(moment.unix_timestamp()).map(Self).map_err(|_| InvalidMoment)?;
        if moment <= Self::LAST_OF_RFC3339 { Ok(moment) } else { Err(InvalidMoment) }
    }

    /// The moment this many seconds earlier; the Unix epoch where that would be before it.
    #[must_use]
    pub const fn before(self, seconds: u64) -> Self {
        Self(self.0.saturating_sub(seconds))
    }

    /// The moment this many seconds later.
    #[must_use]
    pub const fn after(self, seconds: u64) -> Self {
        Self(self.0.saturating_add(seconds))
    }
}

/// Seconds since the Unix epoch.
impl FromJson for Timestamp {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        u64::from_json(value).map(Self)
    }
}

/// RFC 3339 in UTC, `2026-11-22T06:00:00Z`; a moment after the year 9999 as its seconds.
impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = i64::try_from(self.0)
            .ok()
            .and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok())
            .and_then(|moment| moment.format(&Rfc3339).ok());
        match text {
            Some(text) => formatter.write_str(&text),
            None => write!(formatter, "{}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_can_be_written() {
        for text in ["9999-12-31T23:59:59Z", "9999-12-31T23:59:59.9Z", "9999-12-31T22:59:59-01:00"] {
            assert_eq!(Timestamp::from_rfc3339(text), Ok(Timestamp::LAST_OF_RFC3339), "{text}");
        }
        assert_eq!(Timestamp::LAST_OF_RFC3339.to_string(), "9999-12-31T23:59:59Z");
        assert_eq!(Timestamp::from_rfc3339("1970-01-01T01:00:00+01:00"), Ok(Timestamp::from_seconds(0)));
        for text in ["9999-12-31T23:59:59-00:01", "9999-12-31T23:59:59-01:00", "1970-01-01T00:00:00+00:01"] {
            assert_eq!(Timestamp::from_rfc3339(text), Err(InvalidMoment), "{text}");
        }
    }
}
