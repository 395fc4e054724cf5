//! How complete a store's counts are, as far as it can know.

use serde::Serialize;

use super::Moment;

/// How complete a store's counts are. They are never too high; in a period that is not complete they may be too low.
///
/// One loss is not in `gaps`: the counts that an isolate has not yet sent when it ends, of 25 seconds at most. Rules that need complete
/// periods therefore also wait for a margin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Completeness {
    /// Since when the store has counted.
    pub since: Moment,
    /// When the store reported this.
    pub until: Moment,
    /// The periods in which requests are missing, or may be: in order, and apart from each other. One can begin before `since`, where an
    /// isolate lost requests before the store was made.
    pub gaps: Vec<Gap>,
}

/// A period in which something is missing, or may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Gap {
    /// Its first second.
    pub from: Moment,
    /// The first second after it.
    pub to: Moment,
    /// How many requests are known to be missing; 0 if that is not known.
    pub lost: u64,
}

crate::json_object!(Completeness { since, until, gaps });
crate::json_object!(Gap { from, to, lost });
