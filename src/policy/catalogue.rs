//! The catalogue of scopes: what each one opens.

use serde::Serialize;

use super::{Alternative, Operation, Policy};
use crate::order::sort_and_dedup;
use crate::record::Level;
use crate::request::Method;
use crate::scope::{Scope, ScopeSet};

/// All scopes that some operation needs, in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline))]
#[serde(transparent)]
pub struct Catalogue(Vec<CatalogueEntry>);

/// One scope and what it is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CatalogueEntry {
    /// The scope.
    pub scope: Scope,
    /// The group of scopes for one subject: the part before the first `.` or `/`.
    pub group: String,
    /// The name that documents give the group, if it is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Whether it allows changes.
    pub access: ScopeAccess,
    /// The description of a document, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The operations that need it.
    pub operations: Vec<CatalogueOperation>,
}

/// Whether a scope allows changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ScopeAccess {
    /// It allows reading only.
    Read,
    /// It allows changes.
    Write,
}

/// An operation as the catalogue names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
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
        let mut needs = Vec::new();
        for (place, operation) in self.operations.iter().enumerate() {
            for alternative in operation.access.alternatives() {
                needs.extend(alternative.scopes.iter().map(|scope| (scope, place, alternative.level)));
            }
        }
        sort_and_dedup(&mut needs);
        let entries = needs.chunk_by(|(one, ..), (other, ..)| one == other).filter_map(|needs| {
            let (scope, ..) = needs.first()?;
            let description = self.labels.descriptions.get(scope.as_str()).cloned();
            let title = self.labels.groups.get(scope.group()).cloned();
            Some(CatalogueEntry { description, title, ..CatalogueEntry::new(scope, self.opened(needs)) })
        });
        Catalogue(entries.collect())
    }

    /// The operations that need one scope, each with the levels for which it does.
    fn opened(&self, needs: &[(&Scope, usize, Level)]) -> Vec<(&Operation, Vec<Level>)> {
        let by_operation = needs.chunk_by(|(_, one, _), (_, other, _)| one == other);
        let opened = by_operation.filter_map(|needs| {
            let (_, place, _) = needs.first()?;
            Some((self.operations.get(*place)?, needs.iter().map(|(.., level)| *level).collect()))
        });
        opened.collect()
    }
}

impl Catalogue {
    /// The entries, in the scopes' order.
    pub fn entries(&self) -> &[CatalogueEntry] {
        &self.0
    }

    /// All scopes that open something.
    pub fn scopes(&self) -> ScopeSet {
        self.0.iter().map(|entry| entry.scope.clone()).collect()
    }

    /// Whether `scope` allows changes; `None` if no operation needs it.
    pub fn access(&self, scope: &Scope) -> Option<ScopeAccess> {
        let place = self.0.binary_search_by(|entry| entry.scope.cmp(scope)).ok()?;
        self.0.get(place).map(|entry| entry.access)
    }

    /// The scopes among `scopes` that no operation needs.
    pub fn unknown(&self, scopes: &ScopeSet) -> ScopeSet {
        scopes.without(&self.scopes())
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
        Self { scope: scope.clone(), group, title: None, access, description: None, operations: operations.collect() }
    }
}

impl ScopeAccess {
    /// By the scope's own ending, else by the methods of its operations. Some reads are sent by `POST`, as a search is. What
    /// opens a `PUT`, `PATCH` or `DELETE` without the help of another scope changes something, whatever it is called.
    fn of<'a>(scope: &Scope, mut operations: impl Iterator<Item = &'a Operation>) -> Self {
        let reads = match ending(scope) {
            Some("readonly" | "read") => operations.all(|operation| may_read(operation, scope)),
            Some("write") => false,
            _ => operations.all(|operation| operation.method.is_safe()),
        };
        if reads { Self::Read } else { Self::Write }
    }
}

/// Whether `scope`, which its name calls a read scope, may do nothing but read in `operation`.
fn may_read(operation: &Operation, scope: &Scope) -> bool {
    let only_reads = |alternative: &Alternative| {
        alternative.scopes.iter().all(|one| matches!(ending(one), Some("readonly" | "read")))
    };
    let mut opened = operation.access.alternatives().iter().filter(|alternative| alternative.scopes.contains(scope));
    operation.method.is_safe() || operation.method == Method::Post || !opened.any(only_reads)
}

fn ending(scope: &Scope) -> Option<&str> {
    scope.as_str().rsplit('.').next()
}
