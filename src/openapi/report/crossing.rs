//! Templates that both match some path.

use super::{Finding, Report};
use crate::order::sort;
use crate::policy::{Operation, Overlap, Segments};

/// How many pairs of templates are compared: all of 2,800 operations of one method and one length.
const MOST_PAIRS: usize = 4_000_000;
/// How many segments of them are compared: those of all these pairs, where templates have 25.
const MAX_SEGMENTS_COMPARED: usize = 100_000_000;
/// How many pairs are reported; there can be as many as there are pairs. With the two notices that pairs are left out they
/// are as many as a list of the report may have.
const MOST_FINDINGS: usize = 998;

impl Report {
    /// Reports the pairs of operations between which the leftmost literal decides, and those between which the router
    /// tolerance does.
    pub(in crate::openapi) fn overlaps(&mut self, operations: &[Operation]) {
        let (mut pairs, mut compared) = (0_usize, 0_usize);
        let sorted = by_length(operations);
        for alike in sorted.chunk_by(|(one, length, ..), (method, other, ..)| (one, length) == (method, other)) {
            for (index, (.., segments, operation)) in alike.iter().enumerate() {
                for (.., others, other) in alike.iter().skip(index.saturating_add(1)) {
                    pairs = pairs.saturating_add(1);
                    compared = compared.saturating_add(segments.count());
                    if pairs > MOST_PAIRS || compared > MAX_SEGMENTS_COMPARED {
                        let path = &operation.path;
                        let message =
                            format!("{path} and the templates after it were not compared: there are too many");
                        // Of no document: so it comes first, and stays where the list is cut.
                        return self.crossing.push(Finding::new("", "", "", &message));
                    }
                    if let Some(overlap) = segments.overlap(others) {
                        self.overlap(overlap, operation, other);
                    }
                }
            }
        }
    }

    fn overlap(&mut self, overlap: Overlap, one: &Operation, other: &Operation) {
        let found = match overlap {
            Overlap::Crosses => &mut self.crossing,
            Overlap::Narrower if !other.is_routed_exactly => &mut self.overlapping,
            _ => return,
        };
        if found.len() > MOST_FINDINGS {
            return;
        }
        let (winner, loser) = (one.path.to_string(), other.path.to_string());
        found.push(match (overlap, found.len() < MOST_FINDINGS) {
            (_, false) => Finding::of(one, "what it overlaps with, and what follows, is not told: there is too much"),
            (Overlap::Crosses, true) => {
                Finding::of(one, &format!("goes before {loser}, as at {}", common(&winner, &loser)))
            }
            (_, true) => {
                let common = common(&winner, &loser);
                Finding::of(other, &format!("what resembles {common} is judged as {winner} as well"))
            }
        });
    }
}

/// What both templates match: the literal segments of both.
fn common(one: &str, other: &str) -> String {
    let pairs = one.split('/').zip(other.split('/'));
    let segments = pairs.map(|(one, other)| if one.starts_with('{') { other } else { one });
    segments.collect::<Vec<_>>().join("/")
}

/// The operations, those together that could cross: those of one method and one length. Of two that do, the winner comes
/// first: at the first segment in which they differ, a literal is less than a parameter.
fn by_length(operations: &[Operation]) -> Vec<(&str, usize, Segments<'_>, &Operation)> {
    let mut sorted = Vec::with_capacity(operations.len());
    for operation in operations {
        let segments = operation.path.segments();
        sorted.push((operation.method.as_str(), segments.count(), segments, operation));
    }
    sort(&mut sorted);
    sorted
}
