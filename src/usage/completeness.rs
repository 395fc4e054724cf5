//! How much of the truth a store has, as far as it can know.

use serde::Serialize;

use super::Moment;
use crate::time::Timestamp;

/// How much of the truth a store has. Counts are never above the truth; where a period is not complete, they may be below it.
///
/// What an isolate that ends had not sent yet, 25 seconds at the most, is missed without a word: whoever decides on complete
/// periods leaves a margin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Completeness {
    /// Since when the store has counted.
    pub since: Moment,
    /// When it told this.
    pub until: Moment,
    /// The periods between the two in which something is missing, or may be: in order, and apart from each other.
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
    /// How many requests are known to be missing; 0 where nobody knows.
    pub lost: u64,
}

crate::json_object!(Completeness { since, until, gaps });
crate::json_object!(Gap { from, to, lost });

impl Completeness {
    /// Whether nothing is known to be missing from `from` up to now.
    pub fn holds_since(&self, from: Timestamp) -> bool {
        self.complete_since() <= from
    }

    /// The earliest moment since which nothing is known to be missing.
    pub fn complete_since(&self) -> Timestamp {
        let ends = self.gaps.iter().map(|gap| gap.to.0);
        ends.fold(self.since.0, Ord::max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(seconds: u64) -> Moment {
        Moment(Timestamp::from_seconds(seconds))
    }

    #[test]
    fn a_period_is_complete_from_the_last_gap_on() {
        let at = Timestamp::from_seconds;
        let mut completeness = Completeness { since: moment(100), until: moment(900), gaps: Vec::new() };
        assert!(completeness.holds_since(at(100)));
        assert!(!completeness.holds_since(at(99)));
        completeness.gaps = vec![Gap { from: moment(200), to: moment(300), lost: 0 }];
        assert!(!completeness.holds_since(at(100)));
        assert!(!completeness.holds_since(at(299)));
        assert!(completeness.holds_since(at(300)));
        assert_eq!(completeness.complete_since(), at(300));
    }
}
