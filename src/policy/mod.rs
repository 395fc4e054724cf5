//! Step 4: the policy lists every operation of the origin with what it requires. Anything else is denied.

mod catalogue;
mod cors;
mod diff;
mod event_type;
mod head;
mod json;
mod labels;
mod latest;
mod operation;
mod overlap;
mod own_request;
mod owner;
mod owner_check;
mod parts;
mod restrict;
mod routes;
mod sections;
mod segment;
mod sharing;
mod signed;
mod stored;
mod template;
mod templates;

pub use catalogue::{Catalogue, CatalogueEntry, CatalogueOperation, ScopeAccess};
pub use cors::{Cors, FieldName, WebOrigin};
pub use diff::{Change, CorsChange, Handling, HeadChange, OwnerNamesChange, OwnerPlacesChange, PolicyDiff, Reach};
pub use event_type::{
    EventAccess, EventType, EventTypeChanges, InvalidEventType, MAX_EVENT_TYPE_BYTES, MAX_EVENT_TYPES, OWN_KINDS,
    allows, heard,
};
pub use head::HeadRequests;
pub use json::{CorruptPolicy, MAX_BYTES, MAX_PATHS_BYTES, MAX_VERSION_BYTES, MAX_WHOLE_BYTES};
pub use operation::{Access, Alternative, Operation};
pub use overlap::{Overlap, Segments};
pub use owner::{Condition, OwnerName, OwnerNames, OwnerParameter, OwnerPlaces, Place};
pub use owner_check::{OwnerCheck, OwnerError, Presence};
pub use parts::{MAX_PART_BYTES, Part, PartDigest, Parted};
pub use stored::StoredPolicy;
pub use template::{InvalidTemplate, Template};

use self::labels::Labels;
use self::routes::Routes;
use super::order::{sort, sort_and_dedup, sorted};
use super::record::Level;
use super::request::{Method, Path};
use super::scope::ScopeSet;

/// The key of the policy in KV.
pub const POLICY_KEY: &str = "policy";

/// All operations, ready to be looked up. Deny by default.
#[derive(Clone)]
pub struct Policy {
    rev: u64,
    operations: Vec<Operation>,
    owner_names: OwnerNames,
    head: HeadRequests,
    cors: Option<Cors>,
    labels: Labels,
    /// Finds operations by path; in the order of `operations`.
    routes: Routes,
}

/// The parts of a request that a verdict needs in addition to path and query.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct OwnerFields<'a> {
    /// The header fields that may name the owner.
    pub headers: Vec<&'a str>,
    /// Whether the body may name the owner.
    pub body: bool,
}

/// Why a list of operations is not a policy.
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
    path: &'a Path,
}

impl Policy {
    /// Compiles operations. The order they come in does not matter.
    ///
    /// # Errors
    /// [`PolicyError`] where two of them cannot be told apart.
    pub fn new(rev: u64, mut operations: Vec<Operation>, owner_names: OwnerNames) -> Result<Self, PolicyError> {
        sort(&mut operations);
        tell_apart(&operations)?;
        let routes = Routes::of(operations.len());
        let (head, cors, labels) = (HeadRequests::default(), None, Labels::default());
        Ok(Self { rev, operations, owner_names, head, cors, labels, routes })
    }

    /// The same policy as a later revision.
    #[must_use]
    pub fn with_rev(self, rev: u64) -> Self {
        Self { rev, ..self }
    }

    /// The same policy, with another way for `HEAD` to find its operation.
    #[must_use]
    pub fn with_head(self, head: HeadRequests) -> Self {
        Self { head, ..self }
    }

    /// The same policy, with other origins whose scripts may call the API from a browser.
    #[must_use]
    pub fn with_cors(self, cors: Option<Cors>) -> Self {
        Self { cors, ..self }
    }

    /// Grows with every policy that is published.
    pub fn rev(&self) -> u64 {
        self.rev
    }

    /// All operations, in order.
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// How many bytes the paths of all operations have together.
    pub fn paths_bytes(&self) -> usize {
        self.operations.iter().map(|operation| operation.path.as_str().len()).fold(0, usize::saturating_add)
    }

    /// The parameters that name an owner, by level.
    pub fn owner_names(&self) -> &OwnerNames {
        &self.owner_names
    }

    /// How `HEAD` finds its operation.
    pub fn head(&self) -> HeadRequests {
        self.head
    }

    /// Which other origins' scripts may call the API; `None` where CORS is off.
    pub fn cors(&self) -> Option<&Cors> {
        self.cors.as_ref()
    }

    /// The operation that a method and a path name. From the left, literal segments go before those with a parameter and
    /// literals, these before a parameter, and this before a parameter of several segments.
    pub fn lookup<'a>(&'a self, method: &Method, path: &'a Path) -> Lookup<'a> {
        if let Some(operation) = self.operation(method, path) {
            return Lookup::Found(operation, PathParameters::of(operation, path));
        }
        let others = self.methods(path);
        if others.is_empty() { Lookup::Nothing } else { Lookup::OtherMethods(others) }
    }

    /// As [`lookup`](Self::lookup), where nothing more is asked.
    pub fn operation(&self, method: &Method, path: &Path) -> Option<&Operation> {
        let mut found = None;
        self.each_match(path, &mut |alike| {
            let of = |method: &Method| alike.iter().find(|operation| operation.method == *method);
            found = of(method).or_else(|| of(self.head.stand_in(method)?));
            found.is_some()
        });
        found
    }

    /// The operations that a tolerant router could take the path for, where it is one of `operation`: a parameter's value
    /// resembles a literal that stands in its place elsewhere.
    pub fn alike(&self, operation: &Operation, method: &Method, path: &Path) -> Vec<&Operation> {
        let mut found = Vec::new();
        if operation.is_routed_exactly || !operation.path.has_parameters() {
            return found;
        }
        let template = |place: usize| Some(self.operations.get(place)?.path.as_str());
        // A handler of GET answers HEAD too.
        let is_meant = |other: &&Operation| {
            (other.method == *method || (*method == Method::Head && other.method == Method::Get)) && *other != operation
        };
        let mut take = |places| found.extend(self.operations.get(places).into_iter().flatten().filter(is_meant));
        _ = self.routes.alike(&template, operation.path.as_str(), path.as_str(), &mut take);
        found
    }

    /// The operations that an integration of this level with these scopes can reach for its own owner, sorted. A test holds it
    /// to what `decide` grants; it has more only where a `GET` would have to name its owner in a body.
    pub fn reachable(&self, level: Level, scopes: &ScopeSet) -> Vec<String> {
        let reached = self.operations.iter().filter(|operation| operation.access.is_open_with(level, scopes));
        sorted(reached.map(Operation::name))
    }

    /// The methods for which a path is known, sorted.
    pub fn methods(&self, path: &Path) -> Vec<Method> {
        let mut methods = Vec::new();
        self.each_match(path, &mut |alike| {
            methods.extend(alike.iter().map(|operation| operation.method.clone()));
            false
        });
        if methods.iter().any(|method| self.head.stand_in(&Method::Head) == Some(method)) {
            methods.push(Method::Head);
        }
        sort_and_dedup(&mut methods);
        methods
    }

    /// Offers `take` the operations whose template matches, those of one shape at a time, until it takes some.
    fn each_match<'a>(&'a self, path: &Path, take: &mut dyn FnMut(&'a [Operation]) -> bool) {
        let template = |place: usize| Some(self.operations.get(place)?.path.as_str());
        let mut take = |places| self.operations.get(places).is_some_and(&mut *take);
        // They are in order since `new`; where they were not, nothing would be found, which denies.
        _ = self.routes.find(&template, path.as_str(), &mut take);
    }
}

impl<'a> PathParameters<'a> {
    /// The values that `operation` takes from `path`.
    pub fn of(operation: &'a Operation, path: &'a Path) -> Self {
        Self { template: &operation.path, path }
    }

    /// Names and values, from the left; no value where it can be read in two ways: `{base}...{head}` of `a....b`.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, Option<&'a str>)> {
        self.template.values(self.path).into_iter()
    }

    /// The value of the parameter `name`, where the path has it; `Some(None)` where it can be read in two ways.
    pub fn value(&self, name: &str) -> Option<Option<&'a str>> {
        self.iter().find(|(given, _)| *given == name).map(|(_, value)| value)
    }
}

/// That no two operations of one method have one shape. Those of one shape stand together, and there are few methods, so it is
/// soon told.
fn tell_apart(operations: &[Operation]) -> Result<(), PolicyError> {
    for alike in operations.chunk_by(|one, other| one.path.is_like(&other.path)) {
        for (index, second) in alike.iter().enumerate() {
            if let Some(first) = alike.iter().take(index).find(|first| first.method == second.method) {
                return Err(PolicyError::Clash {
                    document: second.document.clone(),
                    method: second.method.as_str().to_owned(),
                    path: first.path.to_string(),
                    other: second.path.to_string(),
                });
            }
        }
    }
    Ok(())
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
            && self.head == other.head
            && self.cors == other.cors
            && self.labels == other.labels
    }
}
