//! Whether a request names its integration's own owner wherever anybody could look for one.

use super::{Alternative, Case, Integration, Operation, OwnerName, body, query};

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

/// Whether some reader takes `given` for `name`.
pub fn could_be(given: &str, name: &str) -> bool {
    let until = |text: &str, ends: &[char]| text.split(ends).next().unwrap().to_owned();
    let cut_at_nul = until(given, &['[', '\0']);
    let without_nul = until(&given.replace('\0', ""), &['[']);
    let wanted = letters(&until(name, &['[', '\0']));
    letters(&cut_at_nul) == wanted || (given.contains('\0') && letters(&without_nul) == wanted)
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

pub fn names_own(
    case: &Case,
    operation: &Operation,
    way: &Alternative,
    who: &Integration,
    path: &str,
    query: &str,
) -> bool {
    let Some(found) = find(case, operation, way, path, query) else { return false };
    let declared: Vec<&Found> = found
        .iter()
        .filter(|found| way.owner.iter().any(|(place, name)| place == found.place && name == found.name))
        .collect();
    declared.iter().all(|found| found.id.is_some())
        && (way.owner.is_empty() || !declared.is_empty())
        && found.iter().all(|found| found.id.as_ref().is_none_or(|id| *id == who.owner))
}

/// Every owner that is named; `None` where it is unclear which.
fn find<'a>(
    case: &'a Case,
    operation: &Operation,
    way: &'a Alternative,
    path: &str,
    query: &str,
) -> Option<Vec<Found<'a>>> {
    let names: Vec<&OwnerName> = case.owner_names.iter().filter(|name| name.level == way.level).collect();
    let mut found = among("query", &names, |name, names| query::said(query, name, names))?;
    if way.owner.iter().any(|(place, _)| place == "body") {
        let names: Vec<&OwnerName> = names.into_iter().filter(|name| name.body).collect();
        found.extend(among("body", &names, |name, names| body::said(&case.sent, name, names))?);
    }
    for (place, name) in &way.owner {
        let value = match place.as_str() {
            "path" => in_path(&operation.template, path, name),
            "header" => case.sent.header(name),
            _ => None,
        };
        match value {
            Some(value) if value.contains(',') => return None,
            Some(value) => found.push(Found { place, name, id: Some(value.to_owned()) }),
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
                Said::One(value) => value.eq_ignore_ascii_case(wanted),
            },
        };
        found.push(Found { place, name: &name.name, id: counts.then_some(id) });
    }
    Some(found)
}

/// The segment that stands where the template has `{name}`.
fn in_path<'a>(template: &str, path: &'a str, name: &str) -> Option<&'a str> {
    let parameter = format!("{{{name}}}");
    template.split('/').zip(path.split('/')).find(|(segment, _)| *segment == parameter).map(|(_, value)| value)
}
