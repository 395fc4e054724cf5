//! Use: the registry says who may ask, and the usage stores have the counts.

use crate::admin::AdminError;
use crate::admin::query::Parameters;
use crate::time::Timestamp;
use crate::token::IntegrationId;
use crate::usage::{Grouping, UsageRange};

/// Use.
#[derive(Debug)]
#[expect(missing_docs, reason = "each is a row of ROUTES")]
pub enum UsageCommand {
    OfIntegration(IntegrationId, AskedRange),
    Overall(AskedRange),
    Forget(IntegrationId),
}

/// The range of a request, and how counts are grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AskedRange {
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    by: Grouping,
}

const PARAMETERS: [&str; 3] = ["from", "to", "by"];

impl AskedRange {
    /// Of one integration: by operation, unless the query says otherwise.
    pub(in crate::admin) fn of_integration(query: Option<&str>) -> Result<Self, AdminError> {
        let all = [Grouping::Operation, Grouping::Outcome, Grouping::Token, Grouping::Hour];
        Self::parse(query, &all, "it must be operation, outcome, token or hour")
    }

    /// Of all: by integration, unless the query says otherwise.
    pub(in crate::admin) fn overall(query: Option<&str>) -> Result<Self, AdminError> {
        Self::parse(query, &[Grouping::Integration, Grouping::Operation], "it must be integration or operation")
    }

    fn parse(query: Option<&str>, groupings: &[Grouping], which: &'static str) -> Result<Self, AdminError> {
        let given = Parameters::parse(query, &PARAMETERS)?;
        let grouping = |text: &str| groupings.iter().copied().find(|by| by.as_str() == text).ok_or(which);
        let default = groupings.first().copied().unwrap_or(Grouping::Operation);
        Ok(Self {
            from: given.read("from", Timestamp::from_rfc3339)?,
            to: given.read("to", Timestamp::from_rfc3339)?,
            by: given.read("by", grouping)?.unwrap_or(default),
        })
    }

    /// The range at `now`.
    ///
    /// # Errors
    /// [`AdminError::Invalid`], which names `to`.
    pub fn at(self, now: Timestamp) -> Result<UsageRange, AdminError> {
        UsageRange::new(self.from, self.to, self.by, now).map_err(|error| AdminError::invalid("to", error))
    }
}
