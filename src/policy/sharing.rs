//! Which templates share a path, or have paths that a tolerant router could take for each other's.

use crate::request::{may_be_dropped, may_route_as};

/// Whether some path matches both templates. A segment with a parameter, which is never empty, is taken to match whatever is
/// not empty.
pub(super) fn overlap(one: &str, other: &str) -> bool {
    let (mut segments, mut others) = (segments_in_bytes(one), segments_in_bytes(other));
    let is_open = |segment: &[u8]| segment.contains(&b'{');
    let is_rest = |segment: &[u8]| segment.ends_with(b"...}");
    loop {
        match (segments.next(), others.next()) {
            (None, None) => return true,
            (Some(segment), Some(other)) => {
                let is_same = segment == other
                    || (is_open(segment) && !other.is_empty())
                    || (is_open(other) && !segment.is_empty());
                if !is_same {
                    return false;
                }
                if is_rest(segment) || is_rest(other) {
                    return true;
                }
            }
            _ => return false,
        }
    }
}

/// Whether a path of `template` may be one of `other` to a router that drops a slash at the end, or a value with nothing in
/// it, or takes two literals for one. A template without parameters is no exception: its path may be one of a wider template as
/// well, which has the method that is asked for.
pub(super) fn may_resemble(template: &str, other: &str) -> bool {
    let (template, other) = (without_slash(template), without_slash(other));
    let is_parent =
        |(parent, last): (&str, &str)| (last.contains('{') || may_be_dropped(last)) && overlap_loosely(parent, other);
    overlap_loosely(template, other) || template.rsplit_once('/').is_some_and(is_parent)
}

/// Most templates differ in the first letters and digits: no path is of both, and no router takes it for the other.
pub(super) fn may_begin_alike(template: &str, other: &str) -> bool {
    let is_open = |byte: u8| !byte.is_ascii_alphanumeric();
    let starts = template.bytes().zip(other.bytes()).skip(1);
    let mut starts = starts.take_while(|(one, other)| !is_open(*one) && !is_open(*other));
    starts.all(|(one, other)| one.eq_ignore_ascii_case(&other))
}

fn without_slash(template: &str) -> &str {
    template.strip_suffix('/').unwrap_or(template)
}

fn overlap_loosely(one: &str, other: &str) -> bool {
    let is_rest = |segment: &str| segment.ends_with("...}");
    let mut others = other.split('/');
    for segment in one.split('/') {
        // A value of several segments can end with nothing that counts.
        let Some(other) = others.next() else { return is_rest(segment) };
        let is_alike = || is_same_start(segment, other) && may_route_as(segment, other);
        if segment != other && !segment.contains('{') && !other.contains('{') && !is_alike() {
            return false;
        }
        if is_rest(segment) || is_rest(other) {
            return true;
        }
    }
    others.next().is_none_or(is_rest)
}

/// Whether the first bytes that differ are not both letters or digits, or stand in an extension or after an encoded character. Most
/// literals are told apart so.
fn is_same_start(one: &str, other: &str) -> bool {
    let mut pairs = one.bytes().zip(other.bytes());
    let mut is_unsure = false;
    let differing = pairs.find(|(one, other)| {
        is_unsure |= matches!(*one, b'.' | b'%');
        !one.eq_ignore_ascii_case(other)
    });
    is_unsure || differing.is_none_or(|(one, other)| !one.is_ascii_alphanumeric() || !other.is_ascii_alphanumeric())
}

/// That takes a third of what a split by a character takes.
fn segments_in_bytes(template: &str) -> impl Iterator<Item = &[u8]> {
    template.as_bytes().split(|byte| *byte == b'/')
}
