//! The catalogue of scopes: what each one opens.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Operation, Policy, sort_and_dedup};
use crate::core::record::Level;
use crate::core::scope::{Scope, ScopeSet};

/// All scopes that some operation needs, in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Catalogue(Vec<CatalogueEntry>);

/// One scope and what it is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CatalogueEntry {
    /// The scope.
    pub scope: Scope,
    /// What scopes of one subject share: the part before the first `.` or `/`.
    pub group: String,
    /// Whether it lets change something.
    pub access: ScopeAccess,
    /// What a document says of it, where one does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The operations that need it.
    pub operations: Vec<CatalogueOperation>,
}

/// Whether a scope lets change something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ScopeAccess {
    /// It only reads.
    Read,
    /// It changes.
    Write,
}

/// An operation as the catalogue names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CatalogueOperation {
    /// The method.
    pub method: String,
    /// The path template.
    pub path: String,
    /// OpenAPI's `summary`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// The levels for which the scope opens it.
    pub levels: Vec<Level>,
}

impl Policy {
    /// The catalogue of this policy's scopes.
    pub fn catalogue(&self) -> Catalogue {
        let mut scopes: BTreeMap<&Scope, Vec<(&Operation, Vec<Level>)>> = BTreeMap::new();
        for operation in &self.operations {
            let mut levels: BTreeMap<&Scope, Vec<Level>> = BTreeMap::new();
            for alternative in operation.access.alternatives() {
                for scope in alternative.scopes.iter() {
                    levels.entry(scope).or_default().push(alternative.level);
                }
            }
            for (scope, mut levels) in levels {
                sort_and_dedup(&mut levels);
                scopes.entry(scope).or_default().push((operation, levels));
            }
        }
        let entries = scopes.into_iter().map(|(scope, operations)| {
            let description = self.descriptions.get(scope.as_str()).cloned();
            CatalogueEntry { description, ..CatalogueEntry::new(scope, operations) }
        });
        Catalogue(entries.collect())
    }
}

impl Catalogue {
    /// The entries, in the scopes' order.
    pub fn entries(&self) -> &[CatalogueEntry] {
        &self.0
    }

    /// What of `scopes` no operation needs.
    pub fn unknown(&self, scopes: &ScopeSet) -> ScopeSet {
        let known: ScopeSet = self.0.iter().map(|entry| entry.scope.clone()).collect();
        scopes.without(&known)
    }
}

impl CatalogueEntry {
    fn new(scope: &Scope, operations: Vec<(&Operation, Vec<Level>)>) -> Self {
        let access = ScopeAccess::of(scope, operations.iter().map(|(operation, _)| *operation));
        let operations = operations.into_iter().map(|(operation, levels)| CatalogueOperation {
            method: operation.method.as_str().to_owned(),
            path: operation.path.to_string(),
            summary: operation.summary.clone(),
            levels,
        });
        let group = scope.group().to_owned();
        Self { scope: scope.clone(), group, access, description: None, operations: operations.collect() }
    }
}

impl ScopeAccess {
    /// By the scope's own ending, else by the methods of its operations.
    fn of<'a>(scope: &Scope, mut operations: impl Iterator<Item = &'a Operation>) -> Self {
        match scope.as_str().rsplit('.').next() {
            Some("readonly" | "read") => Self::Read,
            Some("write") => Self::Write,
            _ if operations.all(|operation| operation.method.is_safe()) => Self::Read,
            _ => Self::Write,
        }
    }
}
