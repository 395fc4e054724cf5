//! Texts that tolerant software treats as equal: routers of origins, and readers that trim what they read.

mod letters;

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use self::letters::{folded, is_invisible, is_like, roughly};

/// Whether a router could take `segment`, of a path as it was sent, for `literal`.
///
/// Routers ignore case (Express, ASP.NET), drop what stands at the ends (white space, invisible characters, punctuation),
/// split off one extension (Rails) or several (Spring's suffix patterns), and take `+` for a space (Sinatra).
pub(crate) fn may_route_as(segment: &str, literal: &str) -> bool {
    let (segment, literal) = (decode_segment(segment), decode_segment(literal));
    is_routed_as(&segment, &literal)
        || roughly(&[&segment, &literal]).is_some_and(|rough| match rough.as_slice() {
            [segment, literal] => is_routed_as(segment, literal),
            _ => false,
        })
}

fn is_routed_as(segment: &str, literal: &str) -> bool {
    let (inner, wanted) = (inner(segment), inner(literal));
    if wanted.is_empty() {
        let stem = segment.rsplit_once('.').map(|(stem, _)| stem);
        let mut readings = [Some(segment), stem].into_iter().flatten();
        return readings.any(|reading| reading.trim_matches(is_droppable) == literal);
    }
    let (stem, wanted_stem) = (stem(inner), stem(wanted));
    let (stem, wanted_stem) = (stem.unwrap_or(inner), wanted_stem.unwrap_or(wanted));
    is_like(inner, wanted)
        || is_like(stem, wanted)
        || is_like(inner, wanted_stem)
        || is_like(stem, wanted_stem)
        || is_like(begun(inner, wanted), wanted)
}

/// The longest extension where there are several. Spring takes longer ones too, but then `me.smith@example.com` would be `me`.
const LONGEST_EXTENSION: usize = 5;

/// What stands before the extensions of a segment, where the literal is taken to have none: up to as many dots as it has itself.
fn begun<'a>(segment: &'a str, literal: &str) -> &'a str {
    let is_extension = |text: &str| {
        (1..=LONGEST_EXTENSION).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    let dots = literal.matches('.').count();
    let split = segment.match_indices('.').nth(dots).and_then(|(end, _)| segment.split_at_checked(end));
    match split {
        Some((stem, extensions)) if extensions.split('.').skip(1).all(is_extension) => inner(stem),
        _ => segment,
    }
}

/// How many extensions are split off where a parameter can have dots too.
const MAX_EXTENSIONS: usize = 4;

/// Whether a router could take `segment`, of a path as it was sent, for one that has these literals before, between and after
/// parameters: as they are decoded, without case, whatever stands at the ends, and with an extension or without.
pub(crate) fn may_route_as_pattern(segment: &str, literals: &[&str]) -> bool {
    let decoded: Vec<_> = [segment].iter().chain(literals).map(|text| decode_segment(text)).collect();
    let decoded: Vec<&str> = decoded.iter().map(AsRef::as_ref).collect();
    let is_routed =
        |texts: &[&str]| texts.split_first().is_some_and(|(segment, literals)| is_routed_as_pattern(segment, literals));
    is_routed(&decoded)
        || roughly(&decoded).is_some_and(|rough| is_routed(&rough.iter().map(String::as_str).collect::<Vec<_>>()))
}

fn is_routed_as_pattern(segment: &str, literals: &[&str]) -> bool {
    let (visible, inner) = (segment.trim_matches(is_invisible), inner(segment));
    let readings = [Some(segment), Some(visible), Some(inner), stem(inner)].into_iter().flatten();
    let stems = segment.rmatch_indices('.').take(MAX_EXTENSIONS).filter_map(|(end, _)| segment.get(..end));
    let readings: Vec<String> = readings.chain(stems).map(folded).collect();
    let wanted: Vec<String> = literals.iter().map(|literal| folded(literal)).collect();
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

fn is_droppable(letter: char) -> bool {
    is_invisible(letter) || letter == '.'
}

/// Whether a router could take `segment` for nothing at all. Punctuation but dots is an id to all of them: `-`, `_`.
pub(crate) fn may_be_dropped(segment: &str) -> bool {
    decode_segment(segment).chars().all(is_droppable)
}

/// Whether a reader that trims values and ignores case could take `value` for `wanted`.
pub(crate) fn may_be_value(value: &str, wanted: &str) -> bool {
    is_like(inner(value), inner(wanted))
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
            "export.json.gz",
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
        for (segment, literal) in [("me.smith@example.com", "me"), ("search.example.com", "search")] {
            assert!(!may_route_as(segment, literal), "{segment}");
        }
        for segment in ["exports", "ex.port", "expor", "x-export", "export-7", "ve9EPM428h8vShlRW1KT", "e%20xport"] {
            assert!(!may_route_as(segment, "export"), "{segment}");
        }
        assert!(may_route_as("-%20", "-") && may_route_as("-.json", "-") && !may_route_as("_", "-"));
    }

    #[test]
    fn what_a_router_could_take_for_a_literal_beside_a_parameter() {
        let cancel = ["", ":cancel"];
        for segment in [
            "x:cancel",
            "x%3Acancel",
            "x:CANCEL",
            "x:cancel%20",
            "x:cancel.json",
            "x:cancel.json.gz",
            "x:cancel!",
            "-:cancel",
        ] {
            assert!(may_route_as_pattern(segment, &cancel), "{segment}");
        }
        for segment in ["x:cancelled", "cancel", ":cancel", "xcancel", "x:can%20cel"] {
            assert!(!may_route_as_pattern(segment, &cancel), "{segment}");
        }
        assert!(may_route_as_pattern("F(%27a%27,2)", &["f('", "',", ")"]));
        assert!(may_route_as_pattern("%40joe", &["@", ""]) && !may_route_as_pattern("joe", &["@", ""]));
        assert!(may_route_as_pattern("CAF%C3%89-1", &["caf%C3%A9-", ""]));
        assert!(may_route_as_pattern("cafe%CC%81-1", &["caf%C3%A9-", ""]));
        assert!(!may_route_as_pattern("cafe%CC%81-1", &["cafe-", ""]));
    }

    #[test]
    fn spellings_of_one_letter_are_one() {
        for (segment, literal) in [
            ("CAF%C3%89", "caf%C3%A9"),
            // Composed and decomposed.
            ("cafe%CC%81", "caf%C3%A9"),
            ("CAFE%CC%81.json", "caf%C3%A9"),
            ("caf%C3%A9", "cafe%CC%81"),
            // JavaScript's own lower case of a capital sigma depends on where it stands.
            ("%CE%9F%CE%94%CE%8C%CE%A3", "%CE%BF%CE%B4%CF%8C%CF%82"),
            ("%CE%BF%CE%B4%CF%8C%CF%83", "%CE%BF%CE%B4%CF%8C%CF%82"),
            // The micro sign, a capital sharp s, a capital dotted i and a dotless one, signs for Kelvin and ångström.
            ("%C2%B5g", "%CE%BCg"),
            ("STRA%E1%BA%9EE", "stra%C3%9Fe"),
            ("STRASSE", "stra%C3%9Fe"),
            ("%C4%B0nfo", "info"),
            ("%C4%B1nfo", "info"),
            ("%E2%84%AAeys", "keys"),
            ("%E2%84%ABr", "%C3%A5r"),
            // What has no width, within the word.
            ("ex%E2%80%8Bport", "export"),
            ("ex%C2%ADport.json", "export"),
            // Sinatra reads a space of a route so.
            ("all+items", "all%20items"),
        ] {
            assert!(may_route_as(segment, literal), "{segment} {literal}");
        }
        for (segment, literal) in [("cafe", "caf%C3%A9"), ("ex%20port", "export"), ("allitems", "all%20items")] {
            assert!(!may_route_as(segment, literal), "{segment} {literal}");
        }
    }

    #[test]
    fn letters_of_one_capital_are_one() {
        let mut by_capital = std::collections::BTreeMap::<String, Vec<char>>::new();
        for letter in char::MIN..='\u{1ffff}' {
            by_capital.entry(letter.to_uppercase().to_string()).or_default().push(letter);
        }
        for letters in by_capital.values().filter(|letters| letters.len() > 1) {
            for letter in letters {
                assert_eq!(folded(&letter.to_string()), folded(&letters[0].to_string()), "{letters:?}");
            }
        }
    }

    #[test]
    fn what_a_router_could_drop() {
        assert!(["%20", "%E2%80%8B", "...", ".%20"].into_iter().all(may_be_dropped));
        assert!(!["a", "%C3%A9", "0", "-", "_"].into_iter().any(may_be_dropped));
    }
}
