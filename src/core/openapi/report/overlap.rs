//! Templates that differ in one having a parameter where the other has a literal: `/users/{id}` and `/users/export`.

use super::crossing::{by_length, common};
use super::{Finding, Report};
use crate::core::policy::Operation;

/// How many pairs of templates are looked at.
const MAX_PAIRS: usize = 4_000_000;
/// How many pairs are reported; there can be as many as there are pairs.
const MAX_FINDINGS: usize = 1_000;

impl Report {
    /// Reports the pairs of operations of one method between which the router tolerance has to choose.
    pub(super) fn overlaps(&mut self, operations: &[Operation]) {
        let mut pairs = 0_usize;
        let sorted = by_length(operations);
        for alike in sorted.chunk_by(|(one, length, ..), (method, other, ..)| (one, length) == (method, other)) {
            for (index, (.., segments, operation)) in alike.iter().enumerate() {
                for (.., others, other) in alike.iter().skip(index.saturating_add(1)) {
                    pairs = pairs.saturating_add(1);
                    if pairs > MAX_PAIRS || self.overlapping.len() >= MAX_FINDINGS {
                        let message = "it and what follows were not compared: there are too many";
                        return self.overlapping.push(Finding::of(operation, message));
                    }
                    if segments.narrows(others) {
                        let (literal, with_parameter) = (operation.path.to_string(), other.path.to_string());
                        let alike = common(&literal, &with_parameter);
                        let message = format!("what resembles {alike} is judged as {literal} as well");
                        self.overlapping.push(Finding::of(other, &message));
                    }
                }
            }
        }
    }
}
