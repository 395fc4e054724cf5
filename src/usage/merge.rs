//! Merges the counts of several stores into one answer.

use std::cmp::Reverse;

use super::{AnswerCount, Completeness, Gap, OutcomeCount, OverallUsage, UsageGroup, UsageRange};
use crate::order::sorted;

/// The most groups of an answer.
pub const MAX_GROUPS: usize = 1_000;

impl OverallUsage {
    /// What the stores that answered have, and how many did not.
    pub fn of(range: UsageRange, answers: Vec<Self>, silent: u32) -> Self {
        let mut groups: Vec<UsageGroup> = Vec::new();
        let mut completeness: Option<Completeness> = None;
        let mut all: Vec<UsageGroup> = Vec::new();
        for answer in answers {
            all.extend(answer.groups);
            completeness = match (completeness, answer.completeness) {
                (Some(one), Some(other)) => Some(one.and(other)),
                (one, other) => one.or(other),
            };
        }
        let key = |(group, at): (&UsageGroup, usize)| (group.operation.clone(), group.integration.clone(), at);
        for (.., at) in sorted(all.iter().zip(0..).map(key)) {
            let Some(group) = all.get_mut(at).map(std::mem::take) else { continue };
            match groups.last_mut().filter(|last| last.is_alike(&group)) {
                Some(last) => last.add(&group),
                None => groups.push(group),
            }
        }
        let total = u64::try_from(groups.len()).unwrap_or(u64::MAX);
        let groups = largest(groups);
        Self { range, groups, total, silent, completeness }
    }
}

/// The largest groups, in order.
pub fn largest(mut groups: Vec<UsageGroup>) -> Vec<UsageGroup> {
    let order = sorted(groups.iter().zip(0_usize..).map(|(group, at)| (Reverse(group.requests), at)));
    let largest = order.into_iter().take(MAX_GROUPS);
    largest.filter_map(|(_, at)| groups.get_mut(at).map(std::mem::take)).collect()
}

impl UsageGroup {
    fn is_alike(&self, other: &Self) -> bool {
        self.operation == other.operation && self.integration == other.integration
    }

    fn add(&mut self, other: &Self) {
        self.requests = self.requests.saturating_add(other.requests);
        for OutcomeCount { outcome, requests } in &other.outcomes {
            match self.outcomes.iter_mut().find(|known| known.outcome == *outcome) {
                Some(known) => known.requests = known.requests.saturating_add(*requests),
                None => self.outcomes.push(OutcomeCount { outcome: *outcome, requests: *requests }),
            }
        }
        for AnswerCount { class, requests } in &other.answers {
            match self.answers.iter_mut().find(|known| known.class == *class) {
                Some(known) => known.requests = known.requests.saturating_add(*requests),
                None => self.answers.push(AnswerCount { class: *class, requests: *requests }),
            }
        }
    }
}

impl Completeness {
    /// Sorts gaps, and merges those that overlap.
    pub fn new(since: super::Moment, until: super::Moment, gaps: impl IntoIterator<Item = Gap>) -> Self {
        let mut joined: Vec<Gap> = Vec::new();
        let in_order = sorted(gaps.into_iter().zip(0_usize..).map(|(gap, at)| (gap.from, gap.to, at, gap.lost)));
        for (from, to, _, lost) in in_order {
            match joined.last_mut().filter(|last| from <= last.to) {
                Some(last) => {
                    last.to = last.to.max(to);
                    last.lost = last.lost.saturating_add(lost);
                }
                None => joined.push(Gap { from, to, lost }),
            }
        }
        Self { since, until, gaps: joined }
    }

    /// Both together: what either misses is missing.
    #[must_use]
    fn and(self, other: Self) -> Self {
        let gaps = self.gaps.into_iter().chain(other.gaps);
        Self::new(self.since.max(other.since), self.until.min(other.until), gaps)
    }
}
