//! Templates that both match some path.

use super::{Finding, Report};
use crate::core::policy::{Operation, Segments};
use crate::core::request::sort;

/// How many pairs of templates are compared: all of 2,800 operations of one method and one length.
const MOST_PAIRS: usize = 4_000_000;
/// How many pairs are reported; there can be as many as there are pairs.
const MOST_FINDINGS: usize = 1_000;

impl Report {
    /// Reports the pairs of operations between which only the leftmost literal decides.
    pub(in crate::core::openapi) fn crossings(&mut self, operations: &[Operation]) {
        let mut pairs = 0_usize;
        let sorted = by_length(operations);
        for alike in sorted.chunk_by(|(one, length, ..), (method, other, ..)| (one, length) == (method, other)) {
            for (index, (.., segments, operation)) in alike.iter().enumerate() {
                for (.., others, other) in alike.iter().skip(index.saturating_add(1)) {
                    pairs = pairs.saturating_add(1);
                    if pairs > MOST_PAIRS || self.crossing.len() >= MOST_FINDINGS {
                        return self
                            .crossing
                            .push(Finding::of(operation, "it and what follows were not compared: there are too many"));
                    }
                    if segments.crosses(others) {
                        let (winner, loser) = (operation.path.to_string(), other.path.to_string());
                        let message = format!("goes before {loser}, as at {}", common(&winner, &loser));
                        self.crossing.push(Finding::of(operation, &message));
                    }
                }
            }
        }
    }
}

/// What both templates match: the literal segments of both.
pub(super) fn common(one: &str, other: &str) -> String {
    let pairs = one.split('/').zip(other.split('/'));
    let segments = pairs.map(|(one, other)| if one.starts_with('{') { other } else { one });
    segments.collect::<Vec<_>>().join("/")
}

/// The operations, those together that could cross: those of one method and one length. Of two that do, the winner comes
/// first: at the first segment in which they differ, a literal is less than a parameter.
pub(super) fn by_length(operations: &[Operation]) -> Vec<(&str, usize, Segments<'_>, &Operation)> {
    let mut sorted = Vec::with_capacity(operations.len());
    for operation in operations {
        let segments = operation.path.segments();
        sorted.push((operation.method.as_str(), segments.count(), segments, operation));
    }
    sort(&mut sorted);
    sorted
}
