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
        let mut budget = Budget::default();
        let sorted = by_length(operations);
        for alike in sorted.chunk_by(|(one, length, ..), (method, other, ..)| (one, length) == (method, other)) {
            for (index, one) in alike.iter().enumerate() {
                for other in alike.iter().skip(index.saturating_add(1)) {
                    if !self.compare(one, other, &mut budget) {
                        return;
                    }
                }
            }
        }
        // One of several segments overlaps with longer ones too.
        for one in sorted.iter().filter(|(_, _, segments, _)| segments.has_rest()) {
            for other in sorted.iter().filter(|(method, length, ..)| *method == one.0 && *length != one.1) {
                let is_twice = other.2.has_rest() && other.1 < one.1;
                if !is_twice && !self.compare(other, one, &mut budget) {
                    return;
                }
            }
        }
    }

    /// Compares two operations; whether there is budget for more.
    fn compare(&mut self, one: &Sorted<'_>, other: &Sorted<'_>, budget: &mut Budget) -> bool {
        let ((.., segments, operation), (.., others, other)) = (one, other);
        budget.pairs = budget.pairs.saturating_add(1);
        budget.segments = budget.segments.saturating_add(segments.count());
        if budget.pairs > MOST_PAIRS || budget.segments > MAX_SEGMENTS_COMPARED {
            let message =
                format!("{} and the templates after it were not compared: there are too many", operation.path);
            // Of no document: so it comes first, and stays where the list is cut.
            self.crossing.push(Finding::new("", "", "", &message));
            return false;
        }
        match segments.overlap(others) {
            Some(Overlap::Wider) => self.overlap(Overlap::Narrower, other, operation),
            Some(Overlap::Crosses) if segments > others => self.overlap(Overlap::Crosses, other, operation),
            Some(overlap) => self.overlap(overlap, operation, other),
            None => {}
        }
        true
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

/// What was compared so far.
#[derive(Default)]
struct Budget {
    pairs: usize,
    segments: usize,
}

/// Method, number of segments, segments, operation.
type Sorted<'a> = (&'a str, usize, Segments<'a>, &'a Operation);

/// What both templates match: the literal segments of both.
fn common(one: &str, other: &str) -> String {
    let is_rest = |text: &str| text.ends_with("...}");
    // Behind a parameter of several segments the other one goes on.
    if is_rest(one) || is_rest(other) {
        return if is_rest(one) { other.to_owned() } else { one.to_owned() };
    }
    let pairs = one.split('/').zip(other.split('/'));
    let segments = pairs.map(|(one, other)| if one.contains('{') { other } else { one });
    segments.collect::<Vec<_>>().join("/")
}

/// The operations, those together that could cross: those of one method and one length. Of two that do, the winner comes
/// first: at the first segment in which they differ, a literal is less than a parameter.
fn by_length(operations: &[Operation]) -> Vec<Sorted<'_>> {
    let mut sorted = Vec::with_capacity(operations.len());
    for operation in operations {
        let segments = operation.path.segments();
        sorted.push((operation.method.as_str(), segments.count(), segments, operation));
    }
    sort(&mut sorted);
    sorted
}
