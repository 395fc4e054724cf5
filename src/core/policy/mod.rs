//! Step 4: the policy: every operation of the origin with what it requires. What is not in it is denied.

mod catalogue;
mod diff;
mod json;
mod operation;
mod order;
mod owner;
mod preview;
mod template;

use std::collections::BTreeMap;

use matchit::Router;

pub use catalogue::{Catalogue, CatalogueEntry, CatalogueOperation, ScopeAccess};
pub use diff::{Change, OwnerNamesChange, PolicyDiff, Reach};
pub use json::CorruptPolicy;
pub use operation::{Access, Alternative, Operation};
pub(in crate::core) use order::{set, sort, sort_and_dedup};
pub use owner::{Condition, OwnerError, OwnerName, OwnerNames, OwnerParameter, Place};
pub use preview::{PreviewedOperation, ScopeChange, ScopePreview};
pub use template::{InvalidTemplate, Template};

use super::request::{Method, Path, Request};

/// All operations, ready to be looked up. Deny by default.
#[derive(Clone)]
pub struct Policy {
    rev: u64,
    operations: Vec<Operation>,
    owner_names: OwnerNames,
    descriptions: BTreeMap<String, String>,
    routers: BTreeMap<Method, Router<usize>>,
}

/// Why a list of operations is no policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// Two operations of one method would answer the same paths.
    #[error("{method} {path} is described twice, the second time as {other}")]
    Clash {
        /// The title of the document that describes the second.
        document: String,
        /// The method of both.
        method: String,
        /// The template that came first.
        path: String,
        /// The template that came second.
        other: String,
    },
}

/// What a method and a path name.
#[derive(Debug, PartialEq, Eq)]
pub enum Lookup<'a> {
    /// An operation, with the values of its path parameters by name, in the path's spelling.
    Found(&'a Operation, Vec<(&'a str, String)>),
    /// The path is known, but only for these methods.
    OtherMethods(Vec<Method>),
    /// Nothing.
    Nothing,
}

impl Policy {
    /// Compiles operations. The order they come in does not matter.
    ///
    /// # Errors
    /// [`PolicyError`] where two of them cannot be told apart.
    pub fn new(rev: u64, mut operations: Vec<Operation>, owner_names: OwnerNames) -> Result<Self, PolicyError> {
        order::sort(&mut operations);
        let mut routers: BTreeMap<Method, Router<usize>> = BTreeMap::new();
        let mut routes: BTreeMap<(Method, String), Template> = BTreeMap::new();
        for (index, operation) in operations.iter().enumerate() {
            let clash = |other: &Template| PolicyError::Clash {
                document: operation.document.clone(),
                method: operation.method.as_str().to_owned(),
                path: other.to_string(),
                other: operation.path.to_string(),
            };
            let route = operation.path.route();
            if let Some(other) = routes.insert((operation.method.clone(), route.clone()), operation.path.clone()) {
                return Err(clash(&other));
            }
            let router = routers.entry(operation.method.clone()).or_default();
            router.insert(route, index).map_err(|_| clash(&operation.path))?;
        }
        Ok(Self { rev, operations, owner_names, descriptions: BTreeMap::new(), routers })
    }

    /// The same policy as a later revision.
    #[must_use]
    pub fn with_rev(self, rev: u64) -> Self {
        Self { rev, ..self }
    }

    /// The same policy, with what documents say of scopes; of two descriptions the first in order stays.
    #[must_use]
    pub fn with_descriptions<'a>(mut self, descriptions: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        for (scope, description) in descriptions.into_iter().filter(|(_, description)| !description.is_empty()) {
            let known = self.descriptions.entry(scope.to_owned()).or_insert_with(|| description.to_owned());
            if description < known.as_str() {
                *known = description.to_owned();
            }
        }
        self
    }

    /// Grows with every policy that is published.
    pub fn rev(&self) -> u64 {
        self.rev
    }

    /// All operations, in order.
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// The parameters that name an owner, by level.
    pub fn owner_names(&self) -> &OwnerNames {
        &self.owner_names
    }

    /// Whether the request's body must be read before it can be judged.
    pub fn reads_body<C>(&self, request: &Request<C>) -> bool {
        match self.lookup(request.method(), request.path()) {
            Lookup::Found(operation, _) => operation.access.reads_body(),
            Lookup::OtherMethods(_) | Lookup::Nothing => false,
        }
    }

    /// The operation that a method and a path name. Literal segments go before parameters, from the left.
    pub fn lookup(&self, method: &Method, path: &Path) -> Lookup<'_> {
        if let Some((operation, values)) = self.find(method, path) {
            let names = operation.path.parameters();
            return Lookup::Found(operation, names.zip(values).collect());
        }
        let others: Vec<_> = self.routers.keys().filter(|other| self.find(other, path).is_some()).cloned().collect();
        if others.is_empty() { Lookup::Nothing } else { Lookup::OtherMethods(others) }
    }

    fn find(&self, method: &Method, path: &Path) -> Option<(&Operation, Vec<String>)> {
        let found = self.routers.get(method)?.at(path.as_str()).ok()?;
        let values = found.params.iter().map(|(_, value)| value.to_owned()).collect();
        Some((self.operations.get(*found.value)?, values))
    }
}

impl std::fmt::Debug for Policy {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Policy {{ rev: {}, operations: {} }}", self.rev, self.operations.len())
    }
}

impl PartialEq for Policy {
    fn eq(&self, other: &Self) -> bool {
        self.rev == other.rev
            && self.operations == other.operations
            && self.owner_names == other.owner_names
            && self.descriptions == other.descriptions
    }
}
