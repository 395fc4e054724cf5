//! Answers of the admin API about use: counts in a range of time, in groups.

use serde::Serialize;

use super::{AnswerClass, Completeness, Moment, Outcome, TokenFacts};
use crate::json::json_words;
use crate::token::IntegrationId;

/// The longest range, in seconds: 400 days.
pub const MAX_RANGE_SECONDS: u64 = 400 * 24 * 60 * 60;

/// `GET /integrations/{id}/usage`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct IntegrationUsage {
    /// The integration.
    pub integration: IntegrationId,
    /// What was asked for.
    pub range: UsageRange,
    /// The counts.
    pub groups: Vec<UsageGroup>,
    /// Its tokens that were ever used, by number.
    pub tokens: Vec<TokenFacts>,
    /// How complete these counts are.
    pub completeness: Completeness,
}

/// `GET /usage`: of all integrations that one may see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct OverallUsage {
    /// What was asked for.
    pub range: UsageRange,
    /// The counts, the largest first: at most 1,000 groups.
    pub groups: Vec<UsageGroup>,
    /// How many groups there are.
    pub total: u64,
    /// How many of the 64 stores did not answer. Their counts are in no group.
    pub silent: u32,
    /// How complete these counts are, for all stores that answered.
    pub completeness: Option<Completeness>,
}

/// A range of time, and how its counts are grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct UsageRange {
    /// Its first moment: the beginning of the minute, hour or day that was asked for.
    pub from: Moment,
    /// The first moment after it.
    pub to: Moment,
    /// How the counts are grouped.
    pub by: Grouping,
    /// The length of the periods that the counts were kept by, in seconds: a minute, an hour or a day. `from` is the beginning of
    /// one.
    pub period_seconds: u64,
}

/// How counts are grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Grouping {
    /// By operation.
    Operation,
    /// By outcome.
    Outcome,
    /// By token.
    Token,
    /// By hour, or by the longer period that counts were kept by.
    Hour,
    /// By integration.
    Integration,
}

json_words!(Grouping {
    Operation = "operation",
    Outcome = "outcome",
    Token = "token",
    Hour = "hour",
    Integration = "integration",
});

impl Grouping {
    /// The word in queries and answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Operation => "operation",
            Self::Outcome => "outcome",
            Self::Token => "token",
            Self::Hour => "hour",
            Self::Integration => "integration",
        }
    }
}

/// The counts of a group. One of the first five fields says which: that of the range's grouping.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct UsageGroup {
    /// The operation, as in `GET /contacts/`; `other` for all that are not kept apart; empty where the policy has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The outcome.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// The number of the token; 0 for all genuine tokens that were none of the integration's live ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<u32>,
    /// The beginning of the period.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Moment>,
    /// The integration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub integration: Option<IntegrationId>,
    /// How many requests.
    pub requests: u64,
    /// How many of them had each outcome.
    pub outcomes: Vec<OutcomeCount>,
    /// How the origin answered the granted requests. Some have no answer yet, or the client disconnected first.
    pub answers: Vec<AnswerCount>,
    /// Requests of each of the range's days, from the first on, of an integration.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub days: Vec<u64>,
}

/// How many requests had an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct OutcomeCount {
    /// The outcome.
    pub outcome: Outcome,
    /// How many.
    pub requests: u64,
}

/// How many requests the origin answered in one way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct AnswerCount {
    /// The class.
    pub class: AnswerClass,
    /// How many.
    pub requests: u64,
}

crate::json_object!(IntegrationUsage { integration, range, groups, tokens, completeness });
crate::json_object!(OverallUsage { range, groups, total, silent, completeness: optional });
crate::json_object!(UsageRange { from, to, by, period_seconds });
crate::json_object!(UsageGroup {
    operation: optional,
    outcome: optional,
    token: optional,
    at: optional,
    integration: optional,
    requests,
    outcomes,
    answers,
    days: default,
});
crate::json_object!(OutcomeCount { outcome, requests });
crate::json_object!(AnswerCount { class, requests });
