//! The texts of a policy that people read. No verdict rests on them.

use std::collections::BTreeSet;

use super::{Operation, Policy};
use crate::json::Map;
use crate::record::Level;
use crate::scope::ScopeSet;

/// The names and descriptions that documents give.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Labels {
    /// Descriptions of scopes.
    pub descriptions: Map<String>,
    /// Names of groups of scopes, if they differ from the group's own name.
    pub groups: Map<String>,
    /// The address of further documentation, by the title of the document.
    pub documentation: Map<String>,
}

impl Policy {
    /// The same policy with descriptions of scopes. Of two descriptions, the first in order stays.
    #[must_use]
    pub fn with_descriptions<'a>(mut self, descriptions: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        add(&mut self.labels.descriptions, descriptions);
        self
    }

    /// The same policy with names of the groups of its scopes.
    #[must_use]
    pub fn with_groups(mut self, groups: Map<String>) -> Self {
        self.labels.groups = groups;
        self
    }

    /// The same policy with the address of each document's documentation, by its title. Of two addresses, the first in order stays.
    #[must_use]
    pub fn with_documentation<'a>(mut self, addresses: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        add(&mut self.labels.documentation, addresses);
        self
    }

    /// The documentation of the operations that an integration of `level` can use by its `scopes`: titles of documents and
    /// addresses, in the order of the titles.
    pub fn documentation(&self, level: Level, scopes: &ScopeSet) -> Vec<(&str, &str)> {
        let is_opened = |operation: &&Operation| {
            let mut alternatives = operation.access.alternatives().iter();
            alternatives.any(|alternative| alternative.is_satisfied(level, scopes))
        };
        let opened = self.operations.iter().filter(is_opened).map(|operation| operation.document.as_str());
        let opened: BTreeSet<&str> = opened.collect();
        let all = self.labels.documentation.iter().map(|(title, address)| (title.as_str(), address.as_str()));
        all.filter(|(title, _)| opened.contains(title)).collect()
    }
}

fn add<'a>(labels: &mut Map<String>, given: impl IntoIterator<Item = (&'a str, &'a str)>) {
    for (name, label) in given.into_iter().filter(|(_, label)| !label.is_empty()) {
        if labels.get(name).is_none_or(|known| label < known.as_str()) {
            labels.insert(name.to_owned(), label.to_owned());
        }
    }
}

/// The prefixes of groups and of titles in the one map that a policy's text has for labels. No scope has a space (RFC 6749 section
/// 3.3), so a release that only knows descriptions of scopes never looks these up.
const GROUP: &str = "group ";
const DOCUMENT: &str = "document ";

impl Labels {
    /// All labels in one map, as a policy's text has them.
    pub fn written(&self) -> Map<String> {
        let mut all = self.descriptions.clone();
        for (before, labels) in [(GROUP, &self.groups), (DOCUMENT, &self.documentation)] {
            for (name, label) in labels.iter() {
                all.insert(format!("{before}{name}"), label.clone());
            }
        }
        all
    }

    /// Reads a map that [`written`](Self::written) made.
    pub fn read(all: &Map<String>) -> Self {
        let mut labels = Self::default();
        for (name, label) in all.iter() {
            let (of, name) = match (name.strip_prefix(GROUP), name.strip_prefix(DOCUMENT)) {
                (Some(group), _) => (&mut labels.groups, group),
                (_, Some(title)) => (&mut labels.documentation, title),
                _ => (&mut labels.descriptions, name.as_str()),
            };
            of.insert(name.to_owned(), label.clone());
        }
        labels
    }

    /// Only the labels of these scopes, groups and documents.
    pub fn only(&self, scopes: &[&str], groups: &[&str], documents: &[&str]) -> Self {
        Self {
            descriptions: among(&self.descriptions, scopes),
            groups: among(&self.groups, groups),
            documentation: among(&self.documentation, documents),
        }
    }
}

/// The labels with these names, which are sorted.
fn among(labels: &Map<String>, names: &[&str]) -> Map<String> {
    let mut kept = Map::default();
    for (name, label) in labels.iter().filter(|(name, _)| names.binary_search(&name.as_str()).is_ok()) {
        kept.insert(name.clone(), label.clone());
    }
    kept
}
