//! One segment of a template: a literal, or parameters with literals around them, as in `{id}`, `{id}:cancel`,
//! `Customers('{id}')` and `{base}...{head}`. The last one may stand for all that follows: `{path...}`.

use std::borrow::Cow;
use std::cmp::Reverse;

/// What stands for any parameter in a shape. No segment of a path can be this.
pub(super) const PARAMETER: &str = "{}";
/// What stands in a shape for a parameter of several segments.
pub(super) const REST: &str = "{...}";
/// How the name of a parameter of several segments ends.
pub(super) const REST_MARK: &str = "...";

/// What a segment consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// No parameter.
    Literal,
    /// Parameters and literals.
    Pattern,
    /// One parameter.
    Parameter,
    /// One parameter that stands for this segment and all that follow.
    Rest,
}

/// A part of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    Literal(&'a str),
    /// Its name.
    Parameter(&'a str),
}

/// What `segment`, of a template or of a shape, consists of.
pub(super) fn kind(segment: &str) -> Kind {
    if !segment.contains('{') {
        return Kind::Literal;
    }
    match whole_parameter(segment) {
        Some(name) if name.ends_with(REST_MARK) => Kind::Rest,
        Some(_) => Kind::Parameter,
        None => Kind::Pattern,
    }
}

/// The parts of a segment, from the left.
pub(super) fn pieces(segment: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = segment;
    std::iter::from_fn(move || {
        let (piece, after) = match rest.strip_prefix('{').and_then(|inside| inside.split_once('}')) {
            Some((name, after)) => (Piece::Parameter(name.strip_suffix(REST_MARK).unwrap_or(name)), after),
            None => {
                let brace = rest.char_indices().skip(1).find(|(_, letter)| *letter == '{');
                let (literal, after) = rest.split_at_checked(brace.map_or(rest.len(), |(at, _)| at))?;
                (Piece::Literal(literal), after)
            }
        };
        let is_last = rest.is_empty();
        rest = after;
        (!is_last).then_some(piece)
    })
}

/// A segment without its parameters' names, which do not tell two segments apart.
pub(super) fn shape(segment: &str) -> Cow<'_, str> {
    match kind(segment) {
        Kind::Literal => Cow::Borrowed(segment),
        Kind::Parameter => Cow::Borrowed(PARAMETER),
        Kind::Rest => Cow::Borrowed(REST),
        Kind::Pattern => {
            let piece = |piece| if let Piece::Literal(text) = piece { text } else { PARAMETER };
            Cow::Owned(pieces(segment).map(piece).collect())
        }
    }
}

/// Of two patterns that match a segment, the one with the lesser rank counts: with more literal bytes, then with fewer
/// parameters.
pub(super) fn rank(pattern: &str) -> (Reverse<usize>, usize, Cow<'_, str>) {
    let (mut bytes, mut parameters) = (0_usize, 0_usize);
    for piece in pieces(pattern) {
        match piece {
            Piece::Literal(text) => bytes = bytes.saturating_add(text.len()),
            Piece::Parameter(_) => parameters = parameters.saturating_add(1),
        }
    }
    (Reverse(bytes), parameters, shape(pattern))
}

/// The literals of a segment: before, between and after its parameters; empty where there is none.
pub(super) fn literals(segment: &str) -> Vec<&str> {
    let mut literals = vec![""];
    for piece in pieces(segment) {
        match piece {
            Piece::Literal(text) => {
                if let Some(last) = literals.last_mut() {
                    *last = text;
                }
            }
            Piece::Parameter(_) => literals.push(""),
        }
    }
    literals
}

/// The one spelling in which percent-encodings are compared: hexadecimal digits in upper case (RFC 3986 section 6.2.2.1).
pub(super) fn canonical(segment: &str) -> Cow<'_, str> {
    if !segment.contains('%') {
        return Cow::Borrowed(segment);
    }
    let mut digits = 0_usize;
    let upper = segment.chars().map(|letter| {
        let is_digit = digits > 0;
        digits = if letter == '%' { 2 } else { digits.saturating_sub(1) };
        if is_digit { letter.to_ascii_uppercase() } else { letter }
    });
    Cow::Owned(upper.collect())
}

/// Whether `segment` of a path, in its [`canonical`] spelling, is one of `pattern`.
pub(super) fn is_match(pattern: &str, segment: &str) -> bool {
    leftmost(&literals(pattern), segment).is_some()
}

/// What each parameter of `pattern` stands for in `segment`, which it matches; `None` where that can be told in two ways.
pub(super) fn values<'a>(pattern: &str, segment: &'a str) -> Vec<Option<&'a str>> {
    let canonical = canonical(segment);
    let literals = literals(pattern);
    let (first, last) = (leftmost(&literals, &canonical), rightmost(&literals, &canonical));
    let pairs = first.unwrap_or_default().into_iter().zip(last.unwrap_or_default());
    pairs.map(|(one, other)| if one == other { segment.get(one.0..one.1) } else { None }).collect()
}

/// Where the parameters stand, each as far to the left as can be.
fn leftmost(literals: &[&str], segment: &str) -> Option<Vec<(usize, usize)>> {
    let (first, others) = literals.split_first()?;
    let (last, between) = others.split_last()?;
    let end = end(last, segment)?;
    let mut at = segment.starts_with(first).then_some(first.len())?;
    let mut places = Vec::with_capacity(others.len());
    for literal in between {
        let start = (at.checked_add(1)?..end).find(|start| stands(literal, segment, *start))?;
        places.push((at, start));
        at = start.checked_add(literal.len())?;
    }
    places.push((at, end));
    (at < end).then_some(places)
}

/// As [`leftmost`], each as far to the right.
fn rightmost(literals: &[&str], segment: &str) -> Option<Vec<(usize, usize)>> {
    let (first, others) = literals.split_first()?;
    let (last, between) = others.split_last()?;
    let mut end = end(last, segment)?;
    let start = segment.starts_with(first).then_some(first.len())?;
    let mut places = Vec::with_capacity(others.len());
    for literal in between.iter().rev() {
        let latest = end.checked_sub(literal.len())?;
        let at = (start..latest).rev().find(|at| stands(literal, segment, *at))?;
        places.push((at.checked_add(literal.len())?, end));
        end = at;
    }
    places.push((start, end));
    places.reverse();
    (start < end).then_some(places)
}

/// Where the last literal begins, which ends the segment.
fn end(last: &str, segment: &str) -> Option<usize> {
    let at = segment.len().checked_sub(last.len())?;
    stands(last, segment, at).then_some(at)
}

/// Whether `literal` stands at `at`, and not within a percent-encoded byte.
fn stands(literal: &str, segment: &str, at: usize) -> bool {
    let before = segment.as_bytes().get(at.saturating_sub(2)..at).unwrap_or_default();
    !before.contains(&b'%') && segment.get(at..).is_some_and(|rest| rest.starts_with(literal))
}

/// The name of the parameter that is all of the segment.
fn whole_parameter(segment: &str) -> Option<&str> {
    let name = segment.strip_prefix('{')?.strip_suffix('}')?;
    (!name.contains(['{', '}'])).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_and_shapes() {
        for (segment, expected, shaped) in [
            ("a", Kind::Literal, "a"),
            ("", Kind::Literal, ""),
            ("{a}", Kind::Parameter, "{}"),
            ("{a...}", Kind::Rest, "{...}"),
            ("{a}:b", Kind::Pattern, "{}:b"),
            ("{a}.{b}", Kind::Pattern, "{}.{}"),
            ("x('{a}',{b})", Kind::Pattern, "x('{}',{})"),
        ] {
            assert_eq!((kind(segment), &*shape(segment)), (expected, shaped));
            assert_eq!((kind(shaped), &*shape(shaped)), (expected, shaped));
        }
    }

    #[test]
    fn a_segment_is_split_where_it_can_be_in_one_way() {
        let split = |pattern, segment| is_match(pattern, segment).then(|| values(pattern, segment));
        assert_eq!(split("{a}:b", "x:b:b"), Some(vec![Some("x:b")]));
        assert_eq!(split("{a}...{b}", "v1.0...v1.1"), Some(vec![Some("v1.0"), Some("v1.1")]));
        assert_eq!(split("{a}...{b}", "x....y"), Some(vec![None, None]));
        assert_eq!(split("{a}-{b}-{c}", "1-2-3-4"), Some(vec![None, None, None]));
        assert_eq!(split("f({a},{b})", "f(1,2)"), Some(vec![Some("1"), Some("2")]));
        for (pattern, segment) in [
            ("{a}:b", ":b"),
            ("{a}...{b}", "x..."),
            ("{a}.csv", ".csv"),
            ("a{x}b", "ab"),
            ("{a}:b", "x:B"),
            ("{a}0", "x%20"),
            ("{a}2{b}", "x%2By"),
        ] {
            assert_eq!(split(pattern, segment), None, "{pattern} {segment}");
        }
        assert_eq!(split("{a}222", "x%22222"), Some(vec![Some("x%22")]));
        assert_eq!(split("{a}%C3%A9", &canonical("x%c3%a9")), Some(vec![Some("x")]));
    }
}
