//! What changes from one policy to another: as operations, and as what each level's integrations notice.

mod handling;
mod text;

use serde::Serialize;

pub use self::handling::Handling;
use super::{Access, Cors, HeadRequests, Operation, OwnerNames, OwnerPlaces, Policy};
use crate::order::sort;
use crate::record::Level;
use crate::request::Method;

/// The changed operations, as `METHOD /template` and by who can reach them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PolicyDiff {
    /// In the new policy only.
    pub added: Vec<String>,
    /// In the old policy only.
    pub removed: Vec<String>,
    /// In both, with other requirements.
    pub changed: Vec<String>,
    /// The changed operations of which requests are judged otherwise, whoever asks.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub handling: Vec<Handling>,
    /// What changes for requests without a token.
    pub without_token: Reach,
    /// What changes for a sub-account's integrations.
    pub sub_account: Reach,
    /// What changes for the agency's integrations.
    pub agency: Reach,
    /// The parameters that name an owner, if they change: this affects every operation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner_parameters: Option<OwnerNamesChange>,
    /// How `HEAD` finds its operation, if that changes: this affects every operation of `GET`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head: Option<HeadChange>,
    /// The web origins whose scripts may call the API from a browser, if they change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cors: Option<CorsChange>,
}

/// What changes for one kind of caller.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "PolicyReach"))]
pub struct Reach {
    /// Out of reach before.
    pub reachable: Vec<Change>,
    /// Within reach before.
    pub unreachable: Vec<Change>,
    /// Within reach before and after, with other requirements.
    pub changed: Vec<Change>,
}

/// What one operation needs of one kind of caller, before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "PolicyChange"))]
pub struct Change {
    /// The method.
    pub method: String,
    /// The path template: the new one, if there is one.
    pub path: String,
    /// What it needed; null if it was not in the policy.
    pub before: Option<Access>,
    /// What it needs; null if it is no longer in the policy.
    pub after: Option<Access>,
    /// Where a request with a token names its owner, where no alternative says so, if that changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<OwnerPlacesChange>,
}

/// Where a request names its owner, before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct OwnerPlacesChange {
    /// In the old policy.
    pub before: OwnerPlaces,
    /// In the new policy.
    pub after: OwnerPlaces,
}

/// The parameters that name an owner, before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct OwnerNamesChange {
    /// In the old policy.
    pub before: OwnerNames,
    /// In the new policy.
    pub after: OwnerNames,
}

/// How `HEAD` finds its operation, before and after.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct HeadChange {
    /// In the old policy.
    pub before: HeadRequests,
    /// In the new policy.
    pub after: HeadRequests,
}

/// The web origins whose scripts may call the API, before and after; null if there are none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CorsChange {
    /// In the old policy.
    pub before: Option<Cors>,
    /// In the new policy.
    pub after: Option<Cors>,
}

/// An operation in the old policy, in the new one, or in both. The names of path parameters do not tell two apart.
type Pair<'a> = (Option<&'a Operation>, Option<&'a Operation>);

impl Policy {
    /// What changes from `self` to `next`.
    pub fn diff(&self, next: &Self) -> PolicyDiff {
        let mut routes: Vec<Route<'_>> = self.operations.iter().map(|old| route(old, false)).collect();
        routes.extend(next.operations.iter().map(|new| route(new, true)));
        sort(&mut routes);
        let mut diff = PolicyDiff::default();
        for pair in routes.chunk_by(|(one, other, ..), (path, method, ..)| (one, other) == (path, method)) {
            let of = |policy| pair.iter().find(|(_, _, is_new, _)| *is_new == policy).map(|(.., operation)| *operation);
            diff.add((of(false), of(true)));
        }
        if self.owner_names != next.owner_names {
            let (before, after) = (self.owner_names.clone(), next.owner_names.clone());
            diff.owner_parameters = Some(OwnerNamesChange { before, after });
        }
        let (before, after) = (self.head, next.head);
        diff.head = (before != after).then_some(HeadChange { before, after });
        if self.cors != next.cors {
            diff.cors = Some(CorsChange { before: self.cors.clone(), after: next.cors.clone() });
        }
        diff
    }
}

/// The shape of an operation's template, its method, whether it belongs to the new policy, and the operation.
type Route<'a> = (String, &'a Method, bool, &'a Operation);

fn route(operation: &Operation, is_new: bool) -> Route<'_> {
    (operation.path.shape(), &operation.method, is_new, operation)
}

impl PolicyDiff {
    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn add(&mut self, pair: Pair<'_>) {
        match pair {
            (None, Some(new)) => self.added.push(new.name()),
            (Some(old), None) => self.removed.push(old.name()),
            (Some(old), Some(new)) => {
                let handling = Handling::of(old, new);
                if old.access == new.access && old.owner == new.owner && handling.is_none() {
                    return;
                }
                self.changed.push(new.name());
                self.handling.extend(handling);
            }
            (None, None) => return,
        }
        self.without_token.add(pair, None);
        self.sub_account.add(pair, Some(Level::SubAccount));
        self.agency.add(pair, Some(Level::Agency));
    }
}

impl Reach {
    /// Adds a pair to the list where it belongs. Requests without a token have no level.
    fn add(&mut self, (old, new): Pair<'_>, level: Option<Level>) {
        let Some(operation) = new.or(old) else { return };
        let seen = |operation: Option<&Operation>| operation.map(|operation| operation.access.seen_by(level));
        let (before, after) = (seen(old), seen(new));
        // Without a token there is no owner to compare.
        let owner = old.zip(new).filter(|_| level.is_some()).and_then(|(old, new)| owner_change(old, new));
        let open = |access: &Option<Access>| access.as_ref().is_some_and(|access| *access != Access::AnyOf(Vec::new()));
        let list = match (open(&before), open(&after)) {
            (false, true) => &mut self.reachable,
            (true, false) => &mut self.unreachable,
            (true, true) if before != after || owner.is_some() => &mut self.changed,
            _ => return,
        };
        let (method, path) = (operation.method.as_str().to_owned(), operation.path.to_string());
        list.push(Change { method, path, before, after, owner });
    }
}

fn owner_change(old: &Operation, new: &Operation) -> Option<OwnerPlacesChange> {
    let change = || OwnerPlacesChange { before: old.owner.clone(), after: new.owner.clone() };
    (old.owner != new.owner).then(change)
}

impl Access {
    /// The requirements as a caller of `level`, or one without a token, sees them.
    fn seen_by(&self, level: Option<Level>) -> Self {
        match self {
            Self::Public => Self::Public,
            Self::Authenticated if level.is_some() => Self::Authenticated,
            Self::Authenticated => Self::AnyOf(Vec::new()),
            Self::AnyOf(alternatives) => {
                Self::AnyOf(alternatives.iter().filter(|one| Some(one.level) == level).cloned().collect())
            }
        }
    }
}
