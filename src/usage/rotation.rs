//! How far a rotation has come: the new token was made, the new token was used, the old token is quiet.

use serde::Serialize;

use super::{Moment, OldToken, QuietReason, SafeToExpire, UsageFacts, safe_to_expire};
use crate::time::Timestamp;

/// A rotation that is under way, as the registry knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnderWay {
    /// The number of the old token.
    pub outgoing: u32,
    /// When the old token was made.
    pub outgoing_made: Timestamp,
    /// The number of the new token.
    pub incoming: u32,
    /// When the new token was made: the rotation began.
    pub began: Timestamp,
    /// When the new token was first used, as far as the registry knows.
    pub first_used_at: Option<Timestamp>,
    /// From when on the gate counts the integration's requests.
    pub counted_from: Timestamp,
}

/// `GET /integrations/{id}/rotation`: the three steps of a rotation, and whether it can be finished.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RotationProgress {
    /// The number of the old token.
    pub outgoing: u32,
    /// The number of the new token.
    pub incoming: u32,
    /// The first step: when the new token was made.
    pub new_made_at: Moment,
    /// The second step: when the new token was first used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_used_at: Option<Moment>,
    /// The third step: since when the old token is quiet, so that it can be ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old_quiet_since: Option<Moment>,
    /// When the old token was last used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old_used_at: Option<Moment>,
    /// Whether the old token can be ended, and why.
    pub safe_to_expire: SafeToExpire,
}

impl UnderWay {
    /// How far it has come at `now`; `facts` are missing where the usage store did not answer.
    pub fn progress(&self, facts: Option<&UsageFacts>, now: Timestamp) -> RotationProgress {
        let Self { outgoing, outgoing_made, incoming, began, first_used_at, counted_from } = *self;
        let facts = facts.map(|facts| facts.counted_from(counted_from));
        let facts = facts.as_ref();
        let old = facts.map(|facts| facts.old_token(outgoing, outgoing_made));
        let safe_to_expire = match (facts, &old) {
            (Some(facts), Some(old)) => safe_to_expire(old, &facts.observed(now), now),
            _ => SafeToExpire::unknown(QuietReason::NoAnswer),
        };
        let old_used_at = old.and_then(|OldToken { last_used_at, .. }| last_used_at);
        let new_used_at = facts.and_then(|facts| facts.first_use_of(incoming)).or(first_used_at);
        let quiet_since = old_used_at.unwrap_or(outgoing_made).max(began);
        RotationProgress {
            outgoing,
            incoming,
            new_made_at: Moment(began),
            new_used_at: new_used_at.map(Moment),
            old_quiet_since: safe_to_expire.safe.then_some(Moment(quiet_since)),
            old_used_at: old_used_at.map(Moment),
            safe_to_expire,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage::TokenUsed;

    const DAY: u64 = 24 * 60 * 60;

    fn at(days: u64) -> Timestamp {
        Timestamp::from_seconds(days.saturating_mul(DAY))
    }

    #[test]
    fn the_steps_are_taken_one_after_the_other() {
        let under_way = UnderWay {
            outgoing: 1,
            outgoing_made: at(10),
            incoming: 2,
            began: at(100),
            first_used_at: None,
            counted_from: at(10),
        };
        let facts = |last_use: &[(u32, u64, u64)]| UsageFacts {
            from: at(10),
            requests: 900,
            largest_gap: 60,
            store_since: at(20),
            complete_since: Some(at(0)),
            tokens: last_use
                .iter()
                .map(|(n, first, last)| TokenUsed { n: *n, first: at(*first), last: at(*last) })
                .collect(),
        };
        let steps = |facts: Option<&UsageFacts>, now| {
            let progress = under_way.progress(facts, at(now));
            assert_eq!(progress.new_made_at, Moment(at(100)));
            let day = |moment: Option<Moment>| moment.map(|Moment(at)| at.seconds() / DAY);
            let quiet = progress.safe_to_expire.reason;
            (day(progress.new_used_at), day(progress.old_quiet_since), day(progress.old_used_at), quiet.as_str())
        };
        assert_eq!(steps(None, 101), (None, None, None, "no-answer"));
        assert_eq!(steps(Some(&facts(&[(1, 10, 100)])), 100), (None, None, Some(100), "still-used"));
        let both = facts(&[(1, 10, 102), (2, 101, 103)]);
        assert_eq!(steps(Some(&both), 102), (Some(101), None, Some(102), "still-used"));
        assert_eq!(steps(Some(&both), 103), (Some(101), Some(102), Some(102), "quiet"));
        assert_eq!(steps(Some(&facts(&[(2, 101, 103)])), 103), (Some(101), Some(100), None, "never-used"));
        let new_store = UsageFacts { store_since: at(103), ..both.clone() };
        assert_eq!(steps(Some(&new_store), 103), (Some(101), None, Some(102), "incomplete"));
        assert_eq!(steps(Some(&new_store), 104), (Some(101), Some(102), Some(102), "quiet"));
        let counted_late = UnderWay { counted_from: at(11), ..under_way };
        assert_eq!(counted_late.progress(Some(&both), at(103)).safe_to_expire.reason.as_str(), "incomplete");
        let known = UnderWay { first_used_at: Some(at(101)), ..under_way };
        assert_eq!(
            known.progress(None, at(102)).new_used_at,
            Some(Moment(at(101))),
            "what the registry knows is told all the same"
        );
    }
}
