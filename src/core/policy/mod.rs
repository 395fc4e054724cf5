//! Step 4: the policy: every operation of the origin with what it requires. What is not in it is denied.

mod catalogue;
mod diff;
mod json;
mod operation;
mod owner;
mod preview;
mod template;

use matchit::{Match, Params, Router};

pub use catalogue::{Catalogue, CatalogueEntry, CatalogueOperation, ScopeAccess};
pub use diff::{Change, OwnerNamesChange, PolicyDiff, Reach};
pub use json::CorruptPolicy;
pub use operation::{Access, Alternative, Operation};
pub use owner::{Condition, OwnerError, OwnerName, OwnerNames, OwnerParameter, Place};
pub use preview::{PreviewedOperation, ScopeChange, ScopePreview};
pub use template::{InvalidTemplate, Segments, Template};

use super::request::{Map, Method, Path, Request, sort};

/// All operations, ready to be looked up. Deny by default.
#[derive(Clone)]
pub struct Policy {
    rev: u64,
    operations: Vec<Operation>,
    owner_names: OwnerNames,
    descriptions: Map<String>,
    /// In the order of methods.
    routers: Vec<(Method, Router<usize>)>,
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
    /// An operation, with the values of its path parameters.
    Found(&'a Operation, PathParameters<'a>),
    /// The path is known, but only for these methods.
    OtherMethods(Vec<Method>),
    /// Nothing.
    Nothing,
}

/// The values of an operation's path parameters, in the path's spelling.
#[derive(Debug, PartialEq, Eq)]
pub struct PathParameters<'a> {
    template: &'a Template,
    values: Params<'a, 'a>,
}

impl Policy {
    /// Compiles operations. The order they come in does not matter.
    ///
    /// # Errors
    /// [`PolicyError`] where two of them cannot be told apart.
    pub fn new(rev: u64, mut operations: Vec<Operation>, owner_names: OwnerNames) -> Result<Self, PolicyError> {
        sort(&mut operations);
        let mut routers: Vec<(Method, Router<usize>)> = Vec::new();
        for (index, operation) in operations.iter().enumerate() {
            add(&mut routers, &operation.method, operation.path.route(), index)
                .ok_or_else(|| clash(operation, &operations))?;
        }
        Ok(Self { rev, operations, owner_names, descriptions: Map::default(), routers })
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
            if self.descriptions.get(scope).is_none_or(|known| description < known.as_str()) {
                self.descriptions.insert(scope.to_owned(), description.to_owned());
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
        self.operation(request.method(), request.path()).is_some_and(|operation| operation.access.reads_body())
    }

    /// The operation that a method and a path name. Literal segments go before parameters, from the left.
    pub fn lookup<'a>(&'a self, method: &Method, path: &'a Path) -> Lookup<'a> {
        if let Some((operation, found)) = self.find(method, path) {
            return Lookup::Found(operation, PathParameters { template: &operation.path, values: found.params });
        }
        let methods = self.routers.iter().map(|(method, _)| method);
        let others: Vec<_> = methods.filter(|other| self.operation(other, path).is_some()).cloned().collect();
        if others.is_empty() { Lookup::Nothing } else { Lookup::OtherMethods(others) }
    }

    /// As [`lookup`](Self::lookup), where nothing more is asked.
    pub fn operation(&self, method: &Method, path: &Path) -> Option<&Operation> {
        self.find(method, path).map(|(operation, _)| operation)
    }

    fn find<'a, 'p>(&'a self, method: &Method, path: &'p Path) -> Option<(&'a Operation, Match<'a, 'p, &'a usize>)> {
        let (_, router) = self.routers.iter().find(|(known, _)| known == method)?;
        let found = router.at(path.as_str()).ok()?;
        Some((self.operations.get(*found.value)?, found))
    }
}

impl<'a> PathParameters<'a> {
    /// Names and values, from the left.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let values = self.values.iter().map(|(_, value)| value);
        self.template.parameters().zip(values)
    }

    /// The value of the parameter `name`.
    pub fn value(&self, name: &str) -> Option<&'a str> {
        self.iter().find(|(given, _)| *given == name).map(|(_, value)| value)
    }
}

/// That the router has a place for `operation` no more: one of `operations` took it.
fn clash(operation: &Operation, operations: &[Operation]) -> PolicyError {
    let route = operation.path.route();
    let is_same = |other: &&Operation| other.method == operation.method && other.path.route() == route;
    let first = operations.iter().find(is_same).unwrap_or(operation);
    PolicyError::Clash {
        document: operation.document.clone(),
        method: operation.method.as_str().to_owned(),
        path: first.path.to_string(),
        other: operation.path.to_string(),
    }
}

/// Adds a route to its method's router, which is made where there is none yet.
fn add(routers: &mut Vec<(Method, Router<usize>)>, method: &Method, route: String, index: usize) -> Option<()> {
    if let Some((_, router)) = routers.iter_mut().find(|(known, _)| known == method) {
        return router.insert(route, index).ok();
    }
    let mut router = Router::new();
    router.insert(route, index).ok()?;
    routers.insert(routers.partition_point(|(known, _)| known < method), (method.clone(), router));
    Some(())
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
