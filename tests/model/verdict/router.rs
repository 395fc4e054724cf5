//! The other templates that a tolerant router could take a path for, segment by segment.

use super::naive::{pieces, splits};
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

/// Without leading and trailing characters that are neither letters nor digits.
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
    let (segment, literal) = (decoded(segment), decoded(literal));
    let literal = literal.as_str();
    if inner(literal).is_empty() {
        return segment.trim_matches(is_invisible) == literal;
    }
    let literals = forms(literal);
    // As many dots as the literal has; what follows the next one is dropped if all of it looks like extensions.
    let dots = inner(literal).matches('.').count();
    let parts: Vec<&str> = inner(&segment).split('.').collect();
    let (begun, extensions) = parts.split_at(parts.len().min(dots + 1));
    let is_extension =
        |text: &&str| text.len() <= 5 && !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric());
    forms(&segment).iter().any(|form| literals.contains(form))
        || (extensions.iter().all(is_extension) && folded(inner(&begun.join("."))) == folded(inner(literal)))
}

/// Whether a router could take a segment of a path for one of a template's with literals and parameters.
fn may_route_pattern(segment: &str, pattern: &str) -> bool {
    let (literals, _) = pieces(pattern);
    let literals: Vec<String> = literals.iter().map(|literal| folded(&decoded(literal))).collect();
    let is_mark = |letter: char| !letter.is_alphanumeric();
    let mut trimmed = literals.clone();
    trimmed[0] = trimmed[0].trim_start_matches(is_mark).to_owned();
    let last = trimmed.len() - 1;
    trimmed[last] = trimmed[last].trim_end_matches(is_mark).to_owned();
    let all = decoded(segment);
    let mut readings = vec![folded(&all), folded(all.trim_matches(is_invisible))];
    readings.extend(forms(&all));
    readings.extend(all.rmatch_indices('.').take(4).map(|(end, _)| folded(&all[..end])));
    let stands = |literals: &[String], reading: &String| {
        // One letter is not part of another here: split it letter by letter.
        has_split(literals, reading)
    };
    let says_something = trimmed.iter().any(|literal| !literal.is_empty());
    readings.iter().any(|reading| stands(&literals, reading) || (says_something && stands(&trimmed, reading)))
}

/// Whether something stands between each two of `literals` in `text`, which is nothing else.
fn has_split(literals: &[String], text: &str) -> bool {
    let Some(rest) = text.strip_prefix(literals[0].as_str()) else { return false };
    if literals.len() == 1 {
        return rest.is_empty();
    }
    let mut ends = rest.char_indices().skip(1).map(|(at, _)| at).chain([rest.len()]);
    !rest.is_empty() && ends.any(|end| has_split(&literals[1..], &rest[end..]))
}

/// Whether a router could take `path`, which is one of `template`, for one of `other`: at the first segment in which the
/// templates differ, a literal stands in the place of a parameter, and the value resembles it.
pub fn resembles(path: &str, template: &str, other: &str) -> bool {
    fn cut(text: &str) -> Vec<&str> {
        text.strip_suffix('/').unwrap_or(text).split('/').collect()
    }
    let path = if template.ends_with('/') { path.strip_suffix('/').unwrap_or(path) } else { path };
    let (mut template, other, path): (Vec<&str>, Vec<&str>, Vec<&str>) =
        (cut(template), cut(other), path.split('/').collect());
    let is_rest = |segment: &str| segment.ends_with("...}");
    let is_parameter = |segment: &str| segment.starts_with('{') && segment.find('}') == Some(segment.len() - 1);
    let is_literal = |segment: &str| !segment.contains('{');
    let rest = template.last().copied().filter(|last| is_rest(last));
    if rest.is_some() {
        // As many parameters as it stands for.
        template.pop();
        template.resize(path.len(), "{}");
    }
    let shape = |segment: &str| pieces(segment).0.join("{}");
    let is_same = |at: &usize| match (template.get(*at), other.get(*at)) {
        (Some(one), Some(other)) if is_rest(one) || is_rest(other) => false,
        (Some(one), Some(other)) => shape(one) == shape(other),
        _ => false,
    };
    let Some(at) = (0..template.len()).find(|at| !is_same(at)) else { return false };
    if is_literal(template[at]) {
        return false;
    }
    let dropped = |value: &str| decoded(value).trim_matches(|letter| is_invisible(letter) || letter == '.').is_empty();
    if other.len() == at {
        let is_last = at + 1 == template.len() || (path.len() == at + 2 && path[at + 1].is_empty());
        return is_last && dropped(path[at]);
    }
    let may = |value: &str, wanted: &str| match is_literal(wanted) {
        true => may_route(value, wanted),
        false => may_route_pattern(value, wanted),
    };
    let says_less = !is_parameter(template[at]) && !splits(&pieces(other[at]).0, &shape(template[at])).is_empty();
    if is_parameter(other[at]) || is_rest(other[at]) || says_less || !may(path[at], other[at]) {
        return false;
    }
    let path_end = if path.last() == Some(&"") { path.len() - 1 } else { path.len() };
    let template_end = template.len().min(path_end.max(at + 1));
    for place in at + 1..template_end {
        let Some(wanted) = other.get(place) else { return false };
        let fits = match (template[place], *wanted) {
            (_, wanted) if is_rest(wanted) => return true,
            (_, wanted) if is_parameter(wanted) => true,
            (one, wanted) if is_literal(one) && is_literal(wanted) => one == wanted,
            (one, wanted) if is_literal(one) => !splits(&pieces(wanted).0, one).is_empty(),
            (_, wanted) => may(path[place], wanted),
        };
        if !fits {
            return false;
        }
    }
    other.len() == template_end
}
