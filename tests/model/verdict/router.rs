//! Which other templates a tolerant router could take a path for: the design, section 8, segment by segment.

use super::query::percent_decoded;

/// Unicode's Default_Ignorable_Code_Point, first and last.
const IGNORABLE: [(u32, u32); 17] = [
    (0xad, 0xad),
    (0x34f, 0x34f),
    (0x61c, 0x61c),
    (0x115f, 0x1160),
    (0x17b4, 0x17b5),
    (0x180b, 0x180f),
    (0x200b, 0x200f),
    (0x202a, 0x202e),
    (0x2060, 0x206f),
    (0x3164, 0x3164),
    (0xfe00, 0xfe0f),
    (0xfeff, 0xfeff),
    (0xffa0, 0xffa0),
    (0xfff0, 0xfff8),
    (0x1bca0, 0x1bca3),
    (0x1d173, 0x1d17a),
    (0xe0000, 0xe0fff),
];

fn is_invisible(letter: char) -> bool {
    let is_ignorable = IGNORABLE.iter().any(|(first, last)| (*first..=*last).contains(&u32::from(letter)));
    is_ignorable || letter.is_whitespace() || letter.is_control()
}

pub fn decoded(segment: &str) -> String {
    String::from_utf8_lossy(&percent_decoded(segment)).into_owned()
}

/// Without what is no letter and no digit at the ends.
pub fn inner(text: &str) -> &str {
    text.trim_matches(|letter: char| !letter.is_alphanumeric() || is_invisible(letter))
}

/// Without case. Of a letter that becomes several, ASCII is what counts.
pub fn folded(text: &str) -> String {
    let fold = |letter: char| {
        let all: String = letter.to_uppercase().flat_map(char::to_lowercase).collect();
        let ascii: String = all.chars().filter(char::is_ascii_alphanumeric).collect();
        if letter.is_ascii() || ascii.is_empty() { letter.to_lowercase().collect() } else { ascii }
    };
    text.chars().map(fold).collect()
}

/// Without an extension too, where there is one.
fn forms(text: &str) -> Vec<String> {
    let inner = inner(text);
    let stem = inner.rsplit_once('.').map(|(stem, _)| self::inner(stem)).filter(|stem| !stem.is_empty());
    [Some(inner), stem].into_iter().flatten().map(folded).collect()
}

/// Whether a router could take a segment of a path for a literal.
pub fn may_route(segment: &str, literal: &str) -> bool {
    let segment = decoded(segment);
    if inner(literal).is_empty() {
        return segment.trim_matches(is_invisible) == literal;
    }
    let literals = forms(literal);
    forms(&segment).iter().any(|form| literals.contains(form))
}

/// Whether a router could take `path`, which is one of `template`, for one of `other`: at the first segment in which the
/// templates differ, a literal stands in the place of a parameter, and the value resembles it.
pub fn resembles(path: &str, template: &str, other: &str) -> bool {
    fn cut(text: &str) -> Vec<&str> {
        text.strip_suffix('/').unwrap_or(text).split('/').collect()
    }
    let path = if template.ends_with('/') { path.strip_suffix('/').unwrap_or(path) } else { path };
    let (template, other, path): (Vec<&str>, Vec<&str>, Vec<&str>) =
        (cut(template), cut(other), path.split('/').collect());
    let is_parameter = |segment: &str| segment.starts_with('{');
    let is_same = |at: &usize| match (template.get(*at), other.get(*at)) {
        (Some(one), Some(other)) => one == other || (is_parameter(one) && is_parameter(other)),
        _ => false,
    };
    let Some(at) = (0..template.len()).find(|at| !is_same(at)) else { return false };
    if !is_parameter(template[at]) {
        return false;
    }
    if other.len() == at {
        return at + 1 == template.len()
            && decoded(path[at]).trim_matches(|letter| is_invisible(letter) || letter == '.').is_empty();
    }
    let after = |at: usize| match (template[at], other[at]) {
        (_, other) if is_parameter(other) => true,
        (one, other) if is_parameter(one) => may_route(path[at], other),
        (one, other) => one == other,
    };
    other.len() == template.len()
        && !is_parameter(other[at])
        && may_route(path[at], other[at])
        && (at + 1..template.len()).all(after)
}
