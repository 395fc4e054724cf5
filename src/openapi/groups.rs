//! What people call the groups of scopes, of tags and of documents' titles. Where it is not clear, a group keeps its own name.

use super::derive::words;
use super::document::Described;
use crate::json::Map;
use crate::order::{sort_and_dedup, sorted};
use crate::policy::Operation;
use crate::scope::Scope;

/// The longest title of a group, in characters.
const MAX_TITLE: usize = 80;
/// How many tags of an operation are looked at.
const MAX_TAGS: usize = 5;

/// The operations that need scopes of each group, as documents describe them.
#[derive(Default)]
pub(super) struct Groups<'a>(Map<Vec<Described<'a>>>);

impl<'a> Groups<'a> {
    /// Adds an operation to the groups of the scopes that it needs.
    pub fn add(&mut self, operation: &Operation, described: Described<'a>) {
        let scopes = operation.access.alternatives().iter().flat_map(|alternative| alternative.scopes.iter());
        let mut groups = sorted(scopes.map(Scope::group));
        groups.dedup();
        for group in groups {
            match self.0.get_mut(group) {
                Some(operations) => operations.push(described),
                None => _ = self.0.insert(group.to_owned(), vec![described]),
            }
        }
    }

    /// The titles, by the groups that have one; no two groups have the same.
    pub fn titles(&self) -> Map<String> {
        let mut shared = Vec::new();
        for (group, operations) in self.0.iter() {
            shared.extend(operations.iter().map(|described| (described.document.own_title(), group.as_str())));
        }
        sort_and_dedup(&mut shared);
        let are_several = shared.iter().any(|(title, _)| Some(title) != shared.first().map(|(first, _)| first));
        let is_alone = |title: &str| {
            let first = shared.partition_point(|(other, _)| *other < title);
            shared.get(first.saturating_add(1)).is_none_or(|(other, _)| *other != title)
        };
        let mut titles = Map::default();
        let mut counts: Map<usize> = Map::default();
        for (group, operations) in self.0.iter() {
            let document = operations.first().map_or("", |described| described.document.own_title());
            let is_of_one = operations.iter().all(|described| described.document.own_title() == document);
            let title = match (are_several && is_of_one).then(|| readable(without_api(document))) {
                Some(document_title) if is_alone(document) => document_title,
                Some(document_title) => {
                    of_tags(group, operations).and_then(|tag| Some(format!("{}: {tag}", document_title?)))
                }
                None => of_tags(group, operations),
            };
            let title = title.filter(|title| title.chars().count() <= MAX_TITLE).unwrap_or_else(|| spelled(group));
            let key = words(&title).join(" ");
            let count = counts.get(&key).map_or(1, |count| count.saturating_add(1));
            counts.insert(key, count);
            titles.insert(group.clone(), title);
        }
        let mut kept = Map::default();
        for (group, title) in titles.iter() {
            if *title != spelled(group) && counts.get(&words(title).join(" ")) == Some(&1) {
                kept.insert(group.clone(), title.clone());
            }
        }
        kept
    }
}

/// What the tags say: one that is spelled as the group is, else one that all its operations have.
fn of_tags(group: &str, operations: &[Described<'_>]) -> Option<String> {
    let group: String = letters(group).collect();
    let mut of_all: Option<Vec<&str>> = None;
    let mut alike = Vec::new();
    for Described { document, operation } in operations {
        let tags = operation.tags.get(..MAX_TAGS).unwrap_or(&operation.tags);
        for tag in tags {
            let title = document.tag_title(tag);
            if letters(tag).eq(group.chars()) || letters(title).eq(group.chars()) {
                alike.push(title);
            }
        }
        match &mut of_all {
            Some(common) => common.retain(|one| tags.iter().any(|tag| document.tag_title(tag) == *one)),
            None => of_all = Some(tags.iter().map(|tag| document.tag_title(tag)).collect()),
        }
    }
    let of_all = of_all.unwrap_or_default();
    alike.iter().min().or_else(|| of_all.iter().min()).and_then(|title| readable(title))
}

/// The letters and digits of a text, small: texts that have the same differ in spelling alone.
fn letters(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase)
}

/// "Contacts API" as "Contacts".
fn without_api(title: &str) -> &str {
    let title = title.trim();
    let stem = [" API", " APIs", " api"].iter().find_map(|ending| title.strip_suffix(ending));
    stem.map_or(title, str::trim_end)
}

/// It with a capital at its start; `None` for what only programs read, as `custom_fields` is.
fn readable(text: &str) -> Option<String> {
    let is_phrase = text.contains(' ') || !text.contains('-');
    let is_name = text.chars().any(char::is_alphanumeric) && !text.contains(char::is_control);
    (is_name && is_phrase && !text.contains('_')).then(|| capitalized(text))
}

/// A group as it is shown without a title.
fn spelled(group: &str) -> String {
    capitalized(&words(group).join(" "))
}

fn capitalized(text: &str) -> String {
    let mut text = text.to_owned();
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}
