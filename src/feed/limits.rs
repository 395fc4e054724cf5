//! The settings of freshness: how old the basis of a verdict may be, and what happens when that cannot be known.

use super::copy::{CLOCK_ALLOWANCE_MS, DUE_AFTER_MS};

/// The bounds of freshness.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// In milliseconds: no verdict rests on a copy of the feed that is older.
    pub max_staleness_ms: u64,
    /// In milliseconds: how long what was read serves while KV cannot be read.
    pub last_known_good_ms: u64,
    /// What happens while the bound cannot be kept.
    pub on_outage: OnOutage,
}

/// What becomes of requests while the registry cannot be reached, and the feed is too old.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnOutage {
    /// They are judged by what KV says, with its delay.
    Serve,
    /// They are refused.
    Deny,
}

/// The text is not one of the two words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be serve or deny")]
pub struct InvalidOnOutage;

/// The least staleness that a deployment can choose. Below this, a copy of the feed would expire before its replacement is
/// requested.
pub const MIN_STALENESS_SECONDS: u64 = (DUE_AFTER_MS + CLOCK_ALLOWANCE_MS).div_ceil(1000) + 1;

impl OnOutage {
    /// Reads `serve` or `deny`.
    ///
    /// # Errors
    /// [`InvalidOnOutage`] for anything else.
    pub fn parse(text: &str) -> Result<Self, InvalidOnOutage> {
        match text {
            "serve" => Ok(Self::Serve),
            "deny" => Ok(Self::Deny),
            _ => Err(InvalidOnOutage),
        }
    }
}
