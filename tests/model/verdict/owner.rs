//! Whether a request names its integration's own owner wherever anybody could look for one.

use super::naive::{pieces, splits};
use super::router::decoded;
use super::{Case, Integration, Operation, OwnerName, body, query};

/// What a place says of a name.
#[derive(Debug, PartialEq, Eq)]
pub enum Said {
    Nothing,
    One(String),
    /// Readers may differ.
    Unclear,
}

impl Said {
    /// Of every value that some reader finds under the name; `None` is one that cannot be an id, or under another spelling.
    pub fn of(values: Vec<Option<String>>) -> Self {
        match values.as_slice() {
            [] => Self::Nothing,
            [Some(value)] => Self::One(value.clone()),
            _ => Self::Unclear,
        }
    }
}

/// Whether some reader takes `given` for `name`: any stretch of what stands between brackets, dots and NULs.
pub fn could_be(given: &str, name: &str) -> bool {
    let twice = twice_decoded(given);
    [given, &twice].into_iter().any(|given| given == name || has_stretch(given, &letters(name)))
}

fn has_stretch(given: &str, name: &str) -> bool {
    let parts: Vec<String> = given.split(['[', ']', '.', '\0']).map(letters).filter(|part| !part.is_empty()).collect();
    let stretches = (0..parts.len()).flat_map(|from| (from + 1..=parts.len()).map(move |to| (from, to)));
    (name.is_empty() && parts.is_empty())
        || stretches.map(|(from, to)| parts[from..to].concat()).any(|part| part == name)
}

/// `%uXXXX`, then `%XX`.
fn twice_decoded(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let mut wide = String::new();
    let mut at = 0;
    while at < letters.len() {
        let code: Option<String> = (letters[at..].starts_with(&['%', 'u']))
            .then(|| letters.get(at + 2..at + 6))
            .flatten()
            .map(|digits| digits.iter().collect());
        let signed = code.as_ref().is_some_and(|code| code.starts_with('+'));
        match code.filter(|_| !signed).and_then(|code| u32::from_str_radix(&code, 16).ok()).and_then(char::from_u32) {
            Some(letter) => {
                wide.push(letter);
                at += 6;
            }
            None => {
                wide.push(letters[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&query::percent_decoded(&wide)).into_owned()
}

/// The letters and digits, without case: as widely as Unicode has it.
fn letters(text: &str) -> String {
    let folded = text.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase);
    folded.filter(char::is_ascii_alphanumeric).collect()
}

/// Where an owner's id was found, and which; `None` where the condition of its name does not hold.
struct Found<'a> {
    place: &'a str,
    name: &'a str,
    id: Option<String>,
}

/// `places` are where the operation names its owner; `required`: whether one of them must be filled.
pub fn names_own(
    case: &Case,
    operation: &Operation,
    places: &[(String, String)],
    required: bool,
    who: &Integration,
    (path, query): (&str, &str),
) -> bool {
    let in_body = places.iter().any(|(place, _)| place == "body");
    let unread = in_body && body::is_multipart(&case.sent);
    if unread && !operation.multipart_unchecked {
        return false;
    }
    let reads_body = in_body && !unread;
    let Some(found) = find(case, operation, places, reads_body, &who.level, path, query) else { return false };
    let declared: Vec<&Found> = found
        .iter()
        .filter(|found| places.iter().any(|(place, name)| place == found.place && name == found.name))
        .collect();
    declared.iter().all(|found| found.id.is_some())
        && (places.is_empty() || !declared.is_empty() || !required || unread)
        && found.iter().all(|found| found.id.as_ref().is_none_or(|id| *id == who.owner))
}

/// Every owner that is named; `None` where it is unclear which.
fn find<'a>(
    case: &'a Case,
    operation: &Operation,
    places: &'a [(String, String)],
    reads_body: bool,
    level: &str,
    path: &str,
    query: &str,
) -> Option<Vec<Found<'a>>> {
    let names: Vec<&OwnerName> = case.owner_names.iter().filter(|name| name.level == level).collect();
    let mut found = among("query", &names, |name, names| query::said(query, name, names))?;
    if reads_body {
        let names: Vec<&OwnerName> = names.into_iter().filter(|name| name.body).collect();
        found.extend(among("body", &names, |name, names| body::said(&case.sent, name, names))?);
    }
    for (place, name) in places {
        let value = match place.as_str() {
            "path" => match readings(&operation.template, path, name).as_slice() {
                [] => None,
                [value] => Some(decoded(value)),
                _ => return None,
            },
            "header" => case.sent.header(name).map(str::to_owned),
            _ => None,
        };
        match value {
            Some(value) if value.contains(',') => return None,
            Some(value) => found.push(Found { place, name, id: Some(value) }),
            None => {}
        }
    }
    Some(found)
}

fn among<'a>(place: &'a str, names: &[&'a OwnerName], said: impl Fn(&str, &[&str]) -> Said) -> Option<Vec<Found<'a>>> {
    let all: Vec<&str> = names.iter().map(|name| name.name.as_str()).collect();
    let mut found = Vec::new();
    for name in names {
        let id = match said(&name.name, &all) {
            Said::Nothing => continue,
            Said::Unclear => return None,
            Said::One(id) => id,
        };
        let counts = match &name.when {
            None => true,
            Some((other, wanted)) => match said(other, &[other]) {
                Said::Nothing => true,
                Said::Unclear => return None,
                Said::One(value) if value.eq_ignore_ascii_case(wanted) => true,
                Said::One(value) if is_nearly(&value, wanted) => return None,
                Said::One(_) => false,
            },
        };
        found.push(Found { place, name: &name.name, id: counts.then_some(id) });
    }
    Some(found)
}

/// Whether a reader that trims and ignores case takes `value` for `wanted`, or for nothing.
fn is_nearly(value: &str, wanted: &str) -> bool {
    let inner = super::router::inner(value);
    inner.is_empty() || super::router::folded(inner) == super::router::folded(super::router::inner(wanted))
}

/// All values that the parameter `name` can have, whether or not the rest of the template matches.
fn readings<'a>(template: &str, path: &'a str, name: &str) -> Vec<&'a str> {
    let mut rest = path.strip_prefix('/');
    for segment in template.split('/').skip(1) {
        let Some(all) = rest else { break };
        let (value, after) = all.split_once('/').map_or((all, None), |(value, after)| (value, Some(after)));
        if segment == format!("{{{name}...}}") {
            return vec![all];
        }
        let (fixed, names) = pieces(segment);
        if let Some(place) = names.iter().position(|one| *one == name) {
            let mut values: Vec<&str> = splits(&fixed, value).iter().map(|split| split[place]).collect();
            values.sort_unstable();
            values.dedup();
            return values;
        }
        rest = after;
    }
    Vec::new()
}
