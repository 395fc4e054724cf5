//! Texts that tolerant software takes for one: routers of origins, and readers that trim what they read.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use super::name::ascii_in;

/// Whether a router could take `segment`, of a path as it was sent, for `literal`.
///
/// Routers ignore case (Express, ASP.NET), drop what stands at the ends (white space, invisible characters, punctuation)
/// and split off one extension (Rails, Spring).
pub(crate) fn may_route_as(segment: &str, literal: &str) -> bool {
    let (segment, literal) = (decode_segment(segment), decode_segment(literal));
    let (inner, wanted) = (inner(&segment), inner(&literal));
    if wanted.is_empty() {
        return segment.trim_matches(is_invisible) == literal;
    }
    let is_like = |one: &str, other: &str| letters(one).eq(letters(other));
    let (stem, wanted_stem) = (stem(inner), stem(wanted));
    let (stem, wanted_stem) = (stem.unwrap_or(inner), wanted_stem.unwrap_or(wanted));
    is_like(inner, wanted) || is_like(stem, wanted) || is_like(inner, wanted_stem) || is_like(stem, wanted_stem)
}

/// Whether a router could take `segment`, of a path as it was sent, for one that has these literals before, between and after
/// parameters: as they are decoded, without case, whatever stands at the ends, and with an extension or without.
pub(crate) fn may_route_as_pattern(segment: &str, literals: &[&str]) -> bool {
    let segment = decode_segment(segment);
    let (visible, inner) = (segment.trim_matches(is_invisible), inner(&segment));
    let readings =
        [Some(&*segment), Some(visible), Some(inner), stem(inner), segment.rsplit_once('.').map(|(stem, _)| stem)];
    let readings: Vec<String> = readings.into_iter().flatten().map(folded).collect();
    let wanted: Vec<String> = literals.iter().map(|literal| folded(&decode_segment(literal))).collect();
    let mut trimmed = wanted.clone();
    let is_mark = |letter: char| !letter.is_alphanumeric();
    // Leading and trailing characters that are neither letters nor digits were trimmed from the readings.
    if let Some(first) = trimmed.first_mut() {
        *first = first.trim_start_matches(is_mark).to_owned();
    }
    if let Some(last) = trimmed.last_mut() {
        *last = last.trim_end_matches(is_mark).to_owned();
    }
    let is_told_apart = trimmed.iter().any(|literal| !literal.is_empty());
    readings.iter().any(|reading| stand_in(&wanted, reading) || (is_told_apart && stand_in(&trimmed, reading)))
}

/// Whether the literals stand in `text` in their order, the first at its start, the last at its end, with something between each
/// two of them.
fn stand_in(literals: &[String], text: &str) -> bool {
    let Some((first, others)) = literals.split_first() else { return false };
    let Some((last, between)) = others.split_last() else { return text == first };
    let inside = text.strip_prefix(first.as_str()).and_then(|rest| rest.strip_suffix(last.as_str()));
    let mut rest = inside;
    for literal in between {
        let after_one = rest.and_then(|rest| rest.chars().next().and_then(|letter| rest.get(letter.len_utf8()..)));
        rest = after_one.and_then(|rest| rest.split_once(literal.as_str())).map(|(_, after)| after);
    }
    rest.is_some_and(|rest| !rest.is_empty())
}

fn folded(text: &str) -> String {
    letters(text).collect()
}

/// Whether a router could take `segment` for nothing at all. Punctuation but dots is an id to all of them: `-`, `_`.
pub(crate) fn may_be_dropped(segment: &str) -> bool {
    decode_segment(segment).chars().all(|letter| is_invisible(letter) || letter == '.')
}

/// Whether a reader that trims values and ignores case could take `value` for `wanted`.
pub(crate) fn may_be_value(value: &str, wanted: &str) -> bool {
    letters(inner(value)).eq(letters(inner(wanted)))
}

/// A segment of a path, percent-decoded once.
pub(crate) fn decode_segment(segment: &str) -> Cow<'_, str> {
    if segment.contains('%') { percent_decode_str(segment).decode_utf8_lossy() } else { Cow::Borrowed(segment) }
}

/// The text without leading and trailing characters that are neither letters nor digits.
fn inner(text: &str) -> &str {
    text.trim_matches(|letter: char| !letter.is_alphanumeric() || is_invisible(letter))
}

/// What stands before the extension, where there is one.
fn stem(text: &str) -> Option<&str> {
    text.rsplit_once('.').map(|(stem, _)| inner(stem)).filter(|stem| !stem.is_empty())
}

/// White space, control characters, and what Unicode lets a display leave out (`Default_Ignorable_Code_Point`). Four of
/// these are letters by their category.
fn is_invisible(letter: char) -> bool {
    letter.is_whitespace()
        || letter.is_control()
        || matches!(
            letter,
            '\u{ad}'
                | '\u{34f}'
                | '\u{61c}'
                | '\u{115f}'..='\u{1160}'
                | '\u{17b4}'..='\u{17b5}'
                | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}'
                | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{3164}'
                | '\u{fe00}'..='\u{fe0f}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff0}'..='\u{fff8}'
                | '\u{1bca0}'..='\u{1bca3}'
                | '\u{1d173}'..='\u{1d17a}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

/// The letters without case.
fn letters(text: &str) -> impl Iterator<Item = char> {
    text.chars().flat_map(|letter| {
        let ascii = if letter.is_ascii() { "" } else { ascii_in(letter) };
        let other = (ascii.is_empty()).then(|| letter.to_lowercase());
        ascii.chars().chain(other.into_iter().flatten())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_router_could_take_for_a_literal() {
        for segment in [
            "export",
            "Export",
            "EXPORT",
            "export.json",
            "export.",
            "export%20",
            "%20export",
            "export%E2%80%8B",
            "export%E3%85%A4",
            "_export",
            "Export.json%20",
            "%C2%A0export!",
        ] {
            assert!(may_route_as(segment, "export"), "{segment}");
        }
        assert!(may_route_as("%C5%BFearch", "search") && may_route_as("me", "@me") && may_route_as("v1.0", "v1"));
        for segment in ["exports", "ex.port", "expor", "x-export", "export-7", "ve9EPM428h8vShlRW1KT", "e%20xport"] {
            assert!(!may_route_as(segment, "export"), "{segment}");
        }
        assert!(may_route_as("-%20", "-") && !may_route_as("_", "-"));
    }

    #[test]
    fn what_a_router_could_take_for_a_literal_beside_a_parameter() {
        let cancel = ["", ":cancel"];
        for segment in ["x:cancel", "x%3Acancel", "x:CANCEL", "x:cancel%20", "x:cancel.json", "x:cancel!", "-:cancel"] {
            assert!(may_route_as_pattern(segment, &cancel), "{segment}");
        }
        for segment in ["x:cancelled", "cancel", ":cancel", "xcancel", "x:can%20cel"] {
            assert!(!may_route_as_pattern(segment, &cancel), "{segment}");
        }
        assert!(may_route_as_pattern("F(%27a%27,2)", &["f('", "',", ")"]));
        assert!(may_route_as_pattern("%40joe", &["@", ""]) && !may_route_as_pattern("joe", &["@", ""]));
        assert!(may_route_as_pattern("CAF%C3%89-1", &["caf%C3%A9-", ""]));
        assert!(may_route_as("CAF%C3%89", "caf%C3%A9"));
    }

    #[test]
    fn what_a_router_could_drop() {
        assert!(["%20", "%E2%80%8B", "...", ".%20"].into_iter().all(may_be_dropped));
        assert!(!["a", "%C3%A9", "0", "-", "_"].into_iter().any(may_be_dropped));
    }
}
