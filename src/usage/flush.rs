//! What an isolate sends to a store: counts, and how many earlier ones were lost.

use serde::Serialize;

use super::{AnswerCount, OutcomeCount};
use crate::token::IntegrationId;

/// The version of the form.
pub const FLUSH_VERSION: u32 = 1;

/// The counts of one store's integrations, made by one isolate since it sent the last ones. Times are in milliseconds since the
/// Unix epoch, by the isolate's clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Flush {
    /// [`FLUSH_VERSION`].
    pub v: u32,
    /// The isolate: 32 hexadecimal digits that nobody else has.
    pub isolate: String,
    /// Counts what the isolate sends to this store, from 1 on. What is sent twice has one number.
    pub seq: u64,
    /// How many requests the isolate has lost so far of those that it counted for this store.
    pub lost: u64,
    /// When the isolate first counted anything.
    pub since_ms: u64,
    /// From when on it counted what this is.
    pub from_ms: u64,
    /// When this was made.
    pub made_at_ms: u64,
    /// The counts.
    pub tokens: Vec<FlushedToken>,
}

/// The counts of a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FlushedToken {
    /// The integration.
    pub integration: IntegrationId,
    /// The token's number; 0 for any that was none of the live ones.
    pub n: u32,
    /// Its first use in this flush.
    pub first_ms: u64,
    /// Its last use in this flush.
    pub last_ms: u64,
    /// Where it was used from, as the isolate last saw it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<UseOrigin>,
    /// Its counts.
    pub cells: Vec<FlushedCell>,
}

/// Where a request came from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct UseOrigin {
    /// The country.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// The number of the autonomous system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asn: Option<u32>,
    /// The `User-Agent`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// The client's address, or a pseudonym for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

/// The counts of a token for one operation in one minute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FlushedCell {
    /// The operation; [`OTHER`](super::OTHER) for what is not kept apart, empty where the policy has none.
    pub operation: String,
    /// The minute, counted from the Unix epoch.
    pub minute: u64,
    /// Requests by outcome.
    pub outcomes: Vec<OutcomeCount>,
    /// How the origin answered.
    pub answers: Vec<AnswerCount>,
}

crate::json_object!(Flush { v, isolate, seq, lost, since_ms, from_ms, made_at_ms, tokens });
crate::json_object!(FlushedToken { integration, n, first_ms, last_ms, origin: optional, cells });
crate::json_object!(UseOrigin { country: optional, asn: optional, user_agent: optional, address: optional });
crate::json_object!(FlushedCell { operation, minute, outcomes, answers });

impl UseOrigin {
    /// The longest `User-Agent` that is kept, in characters.
    pub const MAX_USER_AGENT: usize = 200;
    /// The longest of the other texts, in characters.
    const MAX_TEXT: usize = 64;

    /// The same, with no text longer than it may be.
    #[must_use]
    pub fn cut(self) -> Self {
        let cut = |text: Option<String>, most| text.map(|text| text.chars().take(most).collect());
        Self {
            country: cut(self.country, Self::MAX_TEXT),
            user_agent: cut(self.user_agent, Self::MAX_USER_AGENT),
            address: cut(self.address, Self::MAX_TEXT),
            ..self
        }
    }
}

impl Flush {
    /// How many requests it counts.
    pub fn requests(&self) -> u64 {
        self.tokens.iter().map(FlushedToken::requests).fold(0, u64::saturating_add)
    }
}

impl FlushedToken {
    /// How many requests it counts.
    pub fn requests(&self) -> u64 {
        let outcomes = self.cells.iter().flat_map(|cell| &cell.outcomes);
        outcomes.map(|count| count.requests).fold(0, u64::saturating_add)
    }
}
