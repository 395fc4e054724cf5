//! The outcome of a request.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::decision::DenialCode;
use crate::json::{self, FromJson, text};

/// What came of a request with a genuine token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// It was forwarded, or answered by the gate to the token's holder.
    Granted,
    /// It was refused.
    Denied(DenialCode),
}

/// How the origin answered a granted request: the first digit of the status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AnswerClass {
    /// 1xx: another protocol from here on.
    Informational,
    /// 2xx.
    Successful,
    /// 3xx.
    Redirection,
    /// 4xx.
    ClientError,
    /// 5xx.
    ServerError,
    /// It gave no answer that the client may get: it was unreachable or too slow, or its status is not one of HTTP.
    Failed,
}

/// The text is not an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is neither granted nor the code of a denial")]
pub struct UnknownOutcome;

impl Outcome {
    /// The word for a grant. No denial has this code.
    const GRANTED: &str = "granted";

    /// The word: `granted`, or the denial's code.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Granted => Self::GRANTED,
            Self::Denied(code) => code.as_str(),
        }
    }

    /// Reads a word.
    ///
    /// # Errors
    /// [`UnknownOutcome`] for any other text, as for a code that only a later release knows.
    pub fn parse(text: &str) -> Result<Self, UnknownOutcome> {
        if text == Self::GRANTED {
            return Ok(Self::Granted);
        }
        let code = DenialCode::ALL.iter().find(|code| code.as_str() == text);
        code.map(|code| Self::Denied(*code)).ok_or(UnknownOutcome)
    }
}

impl AnswerClass {
    /// All of them, in order.
    pub const ALL: [Self; 6] =
        [Self::Informational, Self::Successful, Self::Redirection, Self::ClientError, Self::ServerError, Self::Failed];

    /// As it is written: `2xx`; `failed` without an answer.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Informational => "1xx",
            Self::Successful => "2xx",
            Self::Redirection => "3xx",
            Self::ClientError => "4xx",
            Self::ServerError => "5xx",
            Self::Failed => "failed",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl Serialize for Outcome {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl FromJson for Outcome {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        text(value, Self::parse)
    }
}

impl Serialize for AnswerClass {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl FromJson for AnswerClass {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        json::word(value, &Self::ALL.map(|class| (class.as_str(), class)))
    }
}

#[cfg(test)]
impl schemars::JsonSchema for Outcome {
    fn inline_schema() -> bool {
        false
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Outcome".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let codes = DenialCode::ALL.iter().map(|code| code.as_str());
        let words: Vec<_> = [Self::GRANTED].into_iter().chain(codes).collect();
        schemars::json_schema!({ "enum": words })
    }
}

#[cfg(test)]
impl schemars::JsonSchema for AnswerClass {
    fn inline_schema() -> bool {
        false
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "AnswerClass".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let words = Self::ALL.map(Self::as_str);
        schemars::json_schema!({ "enum": words })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outcome_is_read_as_it_is_written() {
        let denied = DenialCode::ALL.iter().map(|code| Outcome::Denied(*code));
        for outcome in denied.chain([Outcome::Granted]) {
            assert_eq!(Outcome::parse(outcome.as_str()), Ok(outcome));
        }
        assert_eq!(Outcome::parse("2xx"), Err(UnknownOutcome));
    }
}
