//! A copy of the feed that an isolate holds: its age, and what follows when another copy arrives.

use std::collections::BTreeMap;

use super::{Feed, Limits, MOST_ENTRIES, Minimum};
use crate::token::IntegrationId;

/// After how long a newer copy is asked for, in milliseconds.
pub const DUE_AFTER_MS: u64 = 5_000;
/// How much the clocks of two machines may differ, or one may step back unnoticed, in milliseconds. Every copy counts as older
/// than it looks by this much.
pub const CLOCK_ALLOWANCE_MS: u64 = 1_000;

/// How many integrations are known whose revisions have no room in a copy.
const MOST_PUSHED_OUT: usize = 4 * MOST_ENTRIES;

/// A copy of the feed, and the moment from which its age counts: it was made at that moment or later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedCopy {
    feed: Feed,
    as_of_ms: u64,
    /// The revisions that earlier copies listed and this one does not, for lack of room. KV may still be behind them.
    pushed_out: BTreeMap<IntegrationId, u64>,
}

/// What another copy of the feed means for what is in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Continuity {
    /// It lists every change since the copy before, or nothing new.
    Complete,
    /// There may be changes that neither copy lists: nothing that is remembered can be trusted any more.
    Gap,
}

impl FeedCopy {
    /// A copy that was asked of the registry at `asked_at_ms`, by the clock that will judge its age.
    pub fn asked(feed: Feed, asked_at_ms: u64) -> Self {
        Self { feed, as_of_ms: asked_at_ms, pushed_out: BTreeMap::new() }
    }

    /// A copy that another machine asked for at `asked_at_ms` by its own clock. Its age counts from the earlier of that
    /// and the registry's own word; `None` where a clock is so far ahead of `now_ms` that neither means anything.
    pub fn shared(feed: Feed, asked_at_ms: u64, now_ms: u64) -> Option<Self> {
        let latest = now_ms.saturating_add(CLOCK_ALLOWANCE_MS);
        let plausible = feed.made_at_ms <= latest && asked_at_ms <= latest;
        let as_of_ms = feed.made_at_ms.min(asked_at_ms);
        plausible.then_some(Self { feed, as_of_ms, pushed_out: BTreeMap::new() })
    }

    /// The copy.
    pub fn feed(&self) -> &Feed {
        &self.feed
    }

    /// What it and the copies before it say of an integration.
    pub fn of_integration(&self, id: &IntegrationId) -> Minimum {
        let listed = self.feed.of_integration(id);
        Minimum { rev: listed.rev.or_else(|| self.pushed_out.get(id).copied()), ..listed }
    }

    /// How old it looks; `None` where the clock has stepped back behind it.
    pub fn age_ms(&self, now_ms: u64) -> Option<u64> {
        let ahead = self.as_of_ms > now_ms.saturating_add(CLOCK_ALLOWANCE_MS);
        (!ahead).then(|| now_ms.saturating_sub(self.as_of_ms))
    }

    /// Whether a newer one should be asked for.
    pub fn is_due(&self, now_ms: u64) -> bool {
        self.age_ms(now_ms).is_none_or(|age| age >= DUE_AFTER_MS)
    }

    /// Whether a verdict may rest on it.
    pub fn is_fresh(&self, now_ms: u64, limits: &Limits) -> bool {
        let age = self.age_ms(now_ms).and_then(|age| age.checked_add(CLOCK_ALLOWANCE_MS));
        age.is_some_and(|age| age <= limits.max_staleness_ms)
    }

    /// Takes another copy, in any order, and returns what it means. A copy from the future is not taken: it would never age. That
    /// happens when the clock steps back while the copy is on its way.
    pub fn see(&mut self, other: Self, now_ms: u64) -> Continuity {
        if other.age_ms(now_ms).is_none() {
            return Continuity::Complete;
        }
        let later_ms = self.age_ms(now_ms).map_or(other.as_of_ms, |_| self.as_of_ms.max(other.as_of_ms));
        let (known, new) = (&self.feed, &other.feed);
        let is_older = new.seq < known.seq && new.made_at_ms <= known.made_at_ms;
        if is_older || (new.seq == known.seq && new.floor < known.floor) {
            // What is known covers it, and so reaches to where it was made.
            self.as_of_ms = later_ms;
            return Continuity::Complete;
        }
        let went_back = new.seq < known.seq;
        let skips = new.floor > known.seq;
        let as_of_ms = if new.seq == known.seq { later_ms } else { other.as_of_ms };
        let pushed_out = if went_back { BTreeMap::new() } else { self.pushed_out_by(new) };
        *self = Self { as_of_ms, pushed_out, ..other };
        if went_back || skips { Continuity::Gap } else { Continuity::Complete }
    }

    /// What has no room in a newer copy. What a complete one does not list, KV has had for long.
    fn pushed_out_by(&self, new: &Feed) -> BTreeMap<IntegrationId, u64> {
        if new.complete {
            return BTreeMap::new();
        }
        let known = self.feed.revs.iter().chain(&self.pushed_out);
        let missing = known.filter(|(id, _)| !new.revs.contains_key(*id));
        missing.take(MOST_PUSHED_OUT).map(|(id, rev)| (id.clone(), *rev)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::Limits;
    use super::super::OnOutage;
    use super::super::tests::{feed, id};
    use super::*;

    const LIMITS: Limits = Limits { max_staleness_ms: 10_000, last_known_good_ms: 0, on_outage: OnOutage::Deny };

    const LATER: u64 = 110_000;

    fn copy(seq: u64, floor: u64, at_ms: u64) -> FeedCopy {
        FeedCopy::asked(feed(seq, floor, at_ms, &[]), at_ms)
    }

    #[test]
    fn a_copy_ages_from_when_it_was_asked_for() {
        let copy = FeedCopy::asked(feed(1, 0, 107_000, &[]), 100_000);
        assert_eq!([100_000, 104_999, 105_000].map(|now| copy.is_due(now)), [false, false, true]);
        assert_eq!([100_000, 109_000, 109_001].map(|now| copy.is_fresh(now, &LIMITS)), [true, true, false]);
    }

    #[test]
    fn a_shared_copy_ages_from_the_earlier_of_two_clocks() {
        let age =
            |made, asked| FeedCopy::shared(feed(1, 0, made, &[]), asked, 100_000).map(|copy| copy.age_ms(100_000));
        assert_eq!(age(97_000, 96_000), Some(Some(4_000)));
        assert_eq!(age(95_000, 96_000), Some(Some(5_000)));
        assert_eq!(age(101_000, 101_000), Some(Some(0)));
        assert_eq!([age(101_001, 96_000), age(96_000, 101_001)], [None, None]);
    }

    #[test]
    fn a_copy_from_the_future_is_not_fresh() {
        let copy = copy(1, 0, 100_000);
        assert!(copy.is_fresh(99_000, &LIMITS));
        assert!(!copy.is_fresh(98_999, &LIMITS) && copy.is_due(98_999));
    }

    #[test]
    fn the_next_copy_takes_the_place_of_the_last() {
        let mut known = copy(5, 2, 100_000);
        assert_eq!(known.see(copy(7, 5, 105_000), LATER), Continuity::Complete);
        assert_eq!(known, copy(7, 5, 105_000));
    }

    #[test]
    fn what_a_full_copy_has_no_room_for_stays_known_until_a_complete_one_comes() {
        let asked = |seq, revs: &[(u8, u64)], complete, at_ms| {
            FeedCopy::asked(Feed { complete, ..feed(seq, 2, at_ms, revs) }, at_ms)
        };
        let rev = |known: &FeedCopy, number| known.of_integration(&id(number)).rev;
        let mut known = asked(5, &[(1, 3), (2, 7)], true, 100_000);
        for (seq, at_ms) in [(8, 101_000), (9, 102_000)] {
            known.see(asked(seq, &[(2, 8), (3, 1)], false, at_ms), LATER);
            assert_eq!([1, 2, 3, 4].map(|number| rev(&known, number)), [Some(3), Some(8), Some(1), None]);
            // It may have changed since, and been pushed out again: that is no certain revision.
            assert!(!known.of_integration(&id(1)).certain && known.of_integration(&id(2)).certain);
        }
        let mut complete = known.clone();
        complete.see(asked(10, &[(3, 1)], true, 103_000), LATER);
        assert_eq!([1, 2, 3].map(|number| rev(&complete, number)), [None, None, Some(1)]);
        // A sequence that went back is another registry's, or a restored one's.
        known.see(asked(4, &[], false, 103_000), LATER);
        assert_eq!(rev(&known, 1), None);
    }

    #[test]
    fn a_copy_that_skips_breaks_the_line() {
        let mut known = copy(5, 2, 100_000);
        assert_eq!(known.see(copy(9, 6, 105_000), LATER), Continuity::Gap);
        assert_eq!(known, copy(9, 6, 105_000));
    }

    #[test]
    fn a_sequence_that_went_back_breaks_the_line() {
        let mut known = copy(5, 2, 100_000);
        assert_eq!(known.see(copy(4, 0, 105_000), LATER), Continuity::Gap);
        assert_eq!(known, copy(4, 0, 105_000));
    }

    #[test]
    fn a_copy_made_before_the_last_changes_nothing_but_its_age() {
        let mut known = FeedCopy::asked(feed(5, 2, 104_000, &[(1, 3)]), 100_000);
        assert_eq!(known.see(copy(4, 2, 103_000), LATER), Continuity::Complete);
        assert_eq!(known, FeedCopy::asked(feed(5, 2, 104_000, &[(1, 3)]), 103_000));
        assert_eq!(known.see(copy(4, 2, 99_000), LATER), Continuity::Complete);
        assert_eq!(known.age_ms(103_000), Some(0));
    }

    #[test]
    fn nothing_new_makes_it_younger_and_never_older() {
        let mut known = copy(5, 2, 100_000);
        assert_eq!(known.see(copy(5, 2, 105_000), LATER), Continuity::Complete);
        assert_eq!(known.age_ms(105_000), Some(0));
        assert_eq!(known.see(copy(5, 2, 101_000), LATER), Continuity::Complete);
        assert_eq!(known.age_ms(105_000), Some(0));
        assert_eq!(known.see(copy(5, 5, 106_000), LATER), Continuity::Complete);
        assert_eq!(known.feed().floor, 5);
    }

    #[test]
    fn after_a_step_back_of_the_clock_no_copy_stays_in_the_future() {
        let mut known = copy(5, 2, 98_000);
        for (seq, floor) in [(4, 2), (5, 2), (7, 2), (9, 6)] {
            assert_eq!(known.see(copy(seq, floor, 101_001), 100_000), Continuity::Complete);
            assert_eq!(known, copy(5, 2, 98_000));
        }
        let mut ahead = copy(5, 2, 105_000);
        assert_eq!(ahead.see(copy(5, 2, 100_000), 100_000), Continuity::Complete);
        assert_eq!(ahead.age_ms(100_000), Some(0));
    }

    #[test]
    fn a_registry_whose_clock_fell_behind_is_still_heard() {
        let mut known = copy(5, 2, 100_000);
        let behind = FeedCopy::asked(feed(6, 2, 90_000, &[(1, 3)]), 105_000);
        assert_eq!(known.see(behind.clone(), LATER), Continuity::Complete);
        assert_eq!(known, behind);
    }
}
