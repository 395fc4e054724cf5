//! How two path templates relate: which paths both match, and which of the two wins.

use std::borrow::Cow;
use std::cmp::Reverse;

use super::segment::{self, Kind};

/// The segments of a template.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub struct Segments<'a>(Vec<Segment<'a>>);

/// Templates win in this order.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Segment<'a> {
    Literal(&'a str),
    Pattern((Reverse<usize>, usize, Cow<'a, str>)),
    Parameter,
    Rest,
}

/// How two templates overlap that match a common path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overlap {
    /// Each has a literal where the other has a parameter: the leftmost literal decides.
    Crosses,
    /// The first has literals where the second has parameters.
    Narrower,
    /// The second has literals where the first has parameters.
    Wider,
    /// They differ only in the names of parameters.
    Same,
}

impl<'a> Segments<'a> {
    /// From the segments of a template, as they are written.
    pub(super) fn of(segments: impl Iterator<Item = &'a str>) -> Self {
        Self(segments.map(Segment::of).collect())
    }

    /// How many there are. Templates of different lengths never match the same path, unless one [has a rest](Self::has_rest).
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Whether the last one stands for all that follow.
    pub fn has_rest(&self) -> bool {
        self.0.last() == Some(&Segment::Rest)
    }

    /// How the two overlap; `None` if they match no common path.
    pub fn overlap(&self, other: &Self) -> Option<Overlap> {
        if self.0.len() != other.0.len() && !self.has_rest() && !other.has_rest() {
            return None;
        }
        let (mut narrower, mut wider) = (false, false);
        let (mut segments, mut others) = (self.0.iter(), other.0.iter());
        loop {
            let (one, other) = match (segments.next(), others.next()) {
                (None, None) => break,
                (Some(Segment::Rest), None) | (None, Some(Segment::Rest)) => return None,
                (Some(one), Some(other)) => (one, other),
                _ => return None,
            };
            if !one.overlaps(other) {
                return None;
            }
            narrower |= one.is_narrower(other);
            wider |= other.is_narrower(one);
            if (one == &Segment::Rest) != (other == &Segment::Rest) {
                break;
            }
        }
        Some(match (narrower, wider) {
            (true, true) => Overlap::Crosses,
            (true, false) => Overlap::Narrower,
            (false, true) => Overlap::Wider,
            (false, false) => Overlap::Same,
        })
    }
}

impl<'a> Segment<'a> {
    fn of(text: &'a str) -> Self {
        match segment::kind(text) {
            Kind::Literal => Self::Literal(text),
            Kind::Pattern => Self::Pattern(segment::rank(text)),
            Kind::Parameter => Self::Parameter,
            Kind::Rest => Self::Rest,
        }
    }

    /// Whether both match some segment of a path. A parameter is never empty. Two patterns count as overlapping unless their beginnings
    /// or ends contradict each other.
    fn overlaps(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Literal(one), Self::Literal(other)) => one == other,
            (Self::Pattern((.., pattern)), Self::Literal(text))
            | (Self::Literal(text), Self::Pattern((.., pattern))) => segment::is_match(pattern, text),
            (Self::Literal(text), _) | (_, Self::Literal(text)) => !text.is_empty(),
            (Self::Pattern((.., one)), Self::Pattern((.., other))) => {
                let (one, other) = (segment::literals(one), segment::literals(other));
                let starts = one.first().zip(other.first());
                let ends = one.last().zip(other.last());
                starts.is_none_or(|(one, other)| one.starts_with(other) || other.starts_with(one))
                    && ends.is_none_or(|(one, other)| one.ends_with(other) || other.ends_with(one))
            }
            _ => true,
        }
    }

    /// Whether it matches fewer segments than `other`, which overlaps it.
    fn is_narrower(&self, other: &Self) -> bool {
        let order = |segment: &Self| match segment {
            Self::Literal(_) => 0,
            Self::Pattern(_) => 1,
            Self::Parameter => 2,
            Self::Rest => 3,
        };
        match (self, other) {
            (Self::Pattern(one), Self::Pattern(other)) => one != other,
            _ => order(self) < order(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Template;
    use super::*;

    #[test]
    fn crossing_is_found() {
        let overlap = |a, b| Template::parse(a).unwrap().segments().overlap(&Template::parse(b).unwrap().segments());
        let crosses = |a, b| overlap(a, b) == Some(Overlap::Crosses);
        assert!(crosses("/c/{id}/slots", "/c/resources/{type}"));
        assert!(!crosses("/c/{id}/slots", "/c/resources/slots"));
        assert!(!crosses("/c/{id}/", "/c/resources/{type}"));
        assert_eq!(overlap("/c/{id}", "/c/x"), Some(Overlap::Wider));
        assert_eq!(overlap("/c/x", "/c/{id}"), Some(Overlap::Narrower));
        assert_eq!(overlap("/c/{id}", "/c/{x}"), Some(Overlap::Same));
        assert_eq!(overlap("/c/{id}", "/d/{id}"), None);
        assert_eq!(overlap("/c/{id}:x", "/c/{id}"), Some(Overlap::Narrower));
        assert_eq!(overlap("/c/{id}:x", "/c/a:x"), Some(Overlap::Wider));
        assert_eq!(overlap("/c/{id}:x", "/c/{id}:y"), None);
        assert!(crosses("/c/a{id}", "/c/{id}b"));
        assert_eq!(overlap("/c/{id}/x", "/c/{rest...}"), Some(Overlap::Narrower));
        assert_eq!(overlap("/c/{rest...}", "/c"), None);
        assert!(crosses("/c/{id}/x", "/c/y/{rest...}"));
    }
}
