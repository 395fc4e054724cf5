//! A second matcher of templates: all ways to split a segment are tried, and all templates are compared.

use std::cmp::Reverse;

/// How much a segment of a template says: of two that match, the greater one counts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Says {
    Anything,
    OneSegment,
    /// How many bytes are fixed, how many are not, and how it is written without names.
    Some(usize, Reverse<usize>, Reverse<String>),
    Literal,
}

/// A template on a path: what it says of each segment, and its parameters with all their possible values.
pub struct Matched<'a> {
    pub says: Vec<Says>,
    pub values: Vec<(&'a str, Vec<&'a str>)>,
}

/// `None` where `template` does not match `path`.
pub fn matched<'a>(template: &'a str, path: &'a str) -> Option<Matched<'a>> {
    let segments: Vec<&str> = template.split('/').skip(1).collect();
    let mut rest = path.strip_prefix('/');
    let mut found = Matched { says: Vec::new(), values: Vec::new() };
    for segment in segments {
        let all = rest?;
        let (value, after) = all.split_once('/').map_or((all, None), |(value, after)| (value, Some(after)));
        if let Some(name) = segment.strip_prefix('{').and_then(|name| name.strip_suffix("...}")) {
            found.says.push(Says::Anything);
            found.values.push((name, vec![all]));
            return (!value.is_empty()).then_some(found);
        }
        let (fixed, names) = pieces(segment);
        let splits = splits(&fixed, value);
        if splits.is_empty() {
            return None;
        }
        for (place, name) in names.iter().enumerate() {
            let mut values: Vec<&str> = splits.iter().map(|split| split[place]).collect();
            values.sort_unstable();
            values.dedup();
            found.values.push((name, values));
        }
        found.says.push(match (names.len(), fixed.concat().len()) {
            (0, _) => Says::Literal,
            (1, 0) => Says::OneSegment,
            (count, bytes) => Says::Some(bytes, Reverse(count), Reverse(fixed.join("{}"))),
        });
        rest = after;
    }
    rest.is_none().then_some(found)
}

/// What is fixed before, between and after the parameters, and their names.
pub fn pieces(segment: &str) -> (Vec<&str>, Vec<&str>) {
    let mut parts = segment.split('{');
    let (mut fixed, mut names) = (vec![parts.next().unwrap()], Vec::new());
    for part in parts {
        let (name, after) = part.split_once('}').unwrap();
        names.push(name);
        fixed.push(after);
    }
    (fixed, names)
}

/// All ways in which something can stand between each two of `fixed`, the whole being `text`.
pub fn splits<'a>(fixed: &[&str], text: &'a str) -> Vec<Vec<&'a str>> {
    let Some(text) = without_start(fixed[0], text) else { return Vec::new() };
    if fixed.len() == 1 {
        return if text.is_empty() { vec![Vec::new()] } else { Vec::new() };
    }
    let ends = (1..=text.len()).filter(|end| !text[..*end].ends_with('%') && !text[..end - 1].ends_with('%'));
    ends.flat_map(|end| {
        let others = splits(&fixed[1..], &text[end..]);
        others.into_iter().map(move |others| [vec![&text[..end]], others].concat())
    })
    .collect()
}

/// Percent-encodings are compared without case.
fn without_start<'a>(fixed: &str, text: &'a str) -> Option<&'a str> {
    let start = text.get(..fixed.len())?;
    let pairs = fixed.bytes().zip(start.bytes()).enumerate();
    let mut is_same = pairs.map(|(at, (one, other))| {
        let in_encoding = fixed[..at].bytes().rev().take(2).any(|byte| byte == b'%');
        one == other || (in_encoding && one.eq_ignore_ascii_case(&other))
    });
    is_same.all(|same| same).then(|| &text[fixed.len()..])
}
