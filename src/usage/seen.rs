//! Which tokens of an integration are in use, since when, how often, and from where.

use serde::Serialize;

use super::Moment;

/// The recorded use of one token. Refused requests count too: somebody still has the token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct TokenFacts {
    /// Its number. 0 stands for all genuine tokens that were none of the integration's live ones when they were sent.
    pub n: u32,
    /// Its first use.
    pub first_use: Seen,
    /// Its last use.
    pub last_use: Seen,
    /// Its requests in the last 60 minutes.
    pub last_hour: u64,
    /// Its requests in the last 24 hours.
    pub last_day: u64,
    /// What it was used for in the last 24 hours, the most frequent first: at most 20.
    pub operations: Vec<OperationUse>,
    /// Where it was used from, the latest first: at most 8. Looked at once a minute and isolate, so one may be missing.
    pub sources: Vec<Source>,
}

/// A use of a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Seen {
    /// When.
    pub at: Moment,
    /// The country that the request came from, as ISO 3166-1 alpha-2; `T1` for Tor. As of at most one minute before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// The number of the autonomous system that it came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asn: Option<u32>,
    /// Its `User-Agent`, at most 200 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// The client's address: a pseudonym, which another month changes, unless `USAGE_ADDRESSES` is `clear`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

/// A network that a token was used from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Source {
    /// The country, as in [`Seen`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// The autonomous system, as in [`Seen`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asn: Option<u32>,
    /// When it was last seen.
    pub last_at: Moment,
}

/// The name of all operations that are not kept apart.
pub const OTHER: &str = "other";

/// How often a token was used for an operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct OperationUse {
    /// The operation, as in `GET /contacts/`; `other` for all that are not kept apart; empty where the policy has none.
    pub operation: String,
    /// How many requests.
    pub requests: u64,
}

crate::json_object!(TokenFacts { n, first_use, last_use, last_hour, last_day, operations, sources });
crate::json_object!(Seen { at, country: optional, asn: optional, user_agent: optional, address: optional });
crate::json_object!(Source { country: optional, asn: optional, last_at });
crate::json_object!(OperationUse { operation, requests });
