//! Operations that belong to the subject of a group of scopes by their paths, although they need none of these scopes.

use crate::policy::{Operation, Policy};
use crate::record::Level;

/// Where the operations of each group of scopes stand.
pub struct Areas {
    /// How many leading segments all paths share.
    shared: usize,
    /// A group, and the first word of a path that an operation of it has.
    of_groups: Vec<(String, String)>,
}

impl Areas {
    /// Of the operations that are open to `level`.
    pub fn of(policy: &Policy, level: Level) -> Self {
        let paths: Vec<Vec<String>> = policy.operations().iter().map(segments).collect();
        let shared = paths.split_first().map_or(0, |(first, others)| {
            let is_shared = |place: &usize| others.iter().all(|path| path.get(*place) == first.get(*place));
            (0..first.len()).take_while(is_shared).count()
        });
        let mut areas = Self { shared, of_groups: Vec::new() };
        for operation in policy.operations() {
            let ways = operation.access.alternatives().iter().filter(|alternative| alternative.level == level);
            for scope in ways.flat_map(|alternative| alternative.scopes.iter()) {
                let entry = areas.area(operation).map(|area| (scope.group().to_owned(), area));
                areas.of_groups.extend(entry.filter(|entry| !areas.of_groups.contains(entry)));
            }
        }
        areas
    }

    /// Whether the path of `operation` has the group's name in it, or begins as that of an operation of the group does.
    pub fn is_near(&self, operation: &Operation, group: &str) -> bool {
        let group_word = word(group);
        let area = self.area(operation);
        segments(operation).iter().any(|segment| word(segment) == group_word)
            || self.of_groups.iter().any(|(one, of)| one == group && Some(of) == area.as_ref())
    }

    /// The first segment by which operations differ.
    fn area(&self, operation: &Operation) -> Option<String> {
        let own = segments(operation).into_iter().skip(self.shared);
        own.filter(|segment| !segment.contains('{') && !is_version(segment)).map(|segment| word(&segment)).next()
    }
}

fn segments(operation: &Operation) -> Vec<String> {
    operation.path.to_string().split('/').filter(|segment| !segment.is_empty()).map(str::to_owned).collect()
}

/// `api`, `v1`, `2.0`.
fn is_version(segment: &str) -> bool {
    let number = segment.strip_prefix('v').unwrap_or(segment);
    segment == "api" || (!number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'))
}

/// Letters and digits alone, in lower case and the singular: `customFields` is `custom-field`.
fn word(text: &str) -> String {
    let word: String = text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    word.strip_suffix('s').map_or(word.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_versions() {
        assert_eq!(
            (word("customFields"), word("custom-field"), word("s")),
            ("customfield".into(), "customfield".into(), String::new())
        );
        assert_eq!(["v1", "2.0", "api", "v", "vat", "a1"].map(is_version), [true, true, true, false, false, false]);
    }
}
