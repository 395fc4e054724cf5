//! What an integration can and cannot do, for sentences. Every statement rests on operations that [`decide`] grants or refuses.
//!
//! [`decide`]: super::decide

mod area;

use serde::{Deserialize, Deserializer, Serialize};

use self::area::Areas;
use super::Reach;
use super::preview::access;
use crate::json::deserialize;
use crate::policy::{Catalogue, Operation, Policy, ScopeAccess};
use crate::record::Level;
use crate::request::Method;
use crate::scope::ScopeSet;

/// An integration's level and scopes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
pub struct Holder {
    /// The level that it belongs to.
    pub level: Level,
    /// What it holds.
    pub scopes: ScopeSet,
}

/// What an integration can and cannot do for its own owner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Abilities {
    /// What its scopes bring, by what they are about.
    pub by_scopes: Vec<Subject>,
    /// What every token of its level reaches, whatever its scopes.
    pub any_token: AnyToken,
    /// What it does not reach, by what it is about.
    pub not: Vec<OutOfReach>,
    /// The operations that name no owner.
    pub unnamed: Unnamed,
    /// The scopes that open nothing.
    pub unknown: ScopeSet,
}

/// What scopes of one group bring.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "AbilitiesOfScopes"))]
pub struct Subject {
    /// The scopes' group.
    pub group: String,
    /// The operations that scopes which only read bring.
    pub read: Vec<ShownOperation>,
    /// The other operations.
    pub write: Vec<ShownOperation>,
}

/// Operations that need no scope, and at most a token. Since no scope classifies them, their methods do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct AnyToken {
    /// By a safe method (RFC 9110 section 9.2.1).
    pub reads: Vec<ShownOperation>,
    /// By another method, `DELETE` aside.
    pub changes: Vec<ShownOperation>,
    /// By `DELETE`.
    pub deletes: Vec<ShownOperation>,
}

/// Operations of one group that are not reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct OutOfReach {
    /// The scopes' group.
    pub group: String,
    /// What may be said of them together.
    pub what: What,
    /// These.
    pub operations: Vec<ShownOperation>,
}

/// How much of a group is out of reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// All of it: no operation of the group is reached.
    Touch,
    /// All that changes something.
    Change,
    /// These operations, while others of their kind are reached.
    Some,
}

/// The operations at which a request need not name an owner, so that the gate compares none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Unnamed {
    /// How many operations are open to this level, with all scopes.
    pub open: usize,
    /// How many of them name no owner.
    pub operations: usize,
    /// Those that this integration reaches.
    pub reached: Vec<ShownOperation>,
}

/// An operation to be listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ShownOperation {
    /// The method.
    pub method: String,
    /// The path template.
    pub path: String,
    /// OpenAPI's `summary`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// Whether it changes something: by the kind of the scopes that open it, without scopes by its method.
    pub access: ScopeAccess,
    /// Whether anyone reaches it without a token.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub public: bool,
}

/// What `holder` can and cannot do by `policy`.
pub fn abilities(policy: &Policy, holder: &Holder) -> Abilities {
    let (catalogue, reach) = (policy.catalogue(), Reach::of(policy, holder.level));
    let (all, none) = (catalogue.scopes(), ScopeSet::default());
    let reached = reach.with(&holder.scopes);
    let (by_any, public, unnamed) = (reach.with(&none), reach.without_token(), reach.unnamed(&holder.scopes));
    let row = |place: usize, operation| {
        let is_in = |list: &[bool]| list.get(place).is_some_and(|is| *is);
        let (reached, by_any) = (is_in(&reached), is_in(&by_any));
        let held = reached.then_some(&holder.scopes);
        let access = if by_any { by_method(operation) } else { access(operation, holder.level, held, &catalogue) };
        let (groups, by) = (groups(operation, holder.level, None), groups(operation, holder.level, held));
        Row { operation, reached, by_any, public: is_in(&public), unnamed: is_in(&unnamed), access, groups, by }
    };
    let rows: Vec<_> = policy.operations().iter().enumerate().map(|(place, one)| row(place, one)).collect();
    let groups = all_groups(&catalogue);
    let areas = Areas::of(policy, holder.level);
    Abilities {
        by_scopes: groups.iter().filter_map(|group| by_scopes(group, &rows)).collect(),
        any_token: any_token(&rows),
        not: groups.iter().flat_map(|group| out_of_reach(group, &rows, &areas)).collect(),
        unnamed: Unnamed {
            open: count(&reach.with(&all)),
            operations: count(&reach.unnamed(&all)),
            reached: shown(&rows, |row| row.unnamed),
        },
        unknown: catalogue.unknown(&holder.scopes),
    }
}

/// One operation of the policy, with all that the sentences are made of.
struct Row<'a> {
    operation: &'a Operation,
    reached: bool,
    /// Reached without any scope.
    by_any: bool,
    /// Reached without a token.
    public: bool,
    /// Reached by a request that names no owner.
    unnamed: bool,
    access: ScopeAccess,
    /// The groups of all scopes that open it at this level.
    groups: Vec<&'a str>,
    /// Of reached operations: the scopes that open it and are held.
    by: Vec<&'a str>,
}

fn by_scopes(group: &str, rows: &[Row<'_>]) -> Option<Subject> {
    let list =
        |access| shown(rows, |row| row.reached && !row.by_any && row.by.contains(&group) && row.access == access);
    let (read, write) = (list(ScopeAccess::Read), list(ScopeAccess::Write));
    (!read.is_empty() || !write.is_empty()).then(|| Subject { group: group.to_owned(), read, write })
}

fn any_token(rows: &[Row<'_>]) -> AnyToken {
    let is_delete = |row: &Row<'_>| row.operation.method == Method::Delete;
    let list = |access, deletes| shown(rows, |row| row.by_any && row.access == access && is_delete(row) == deletes);
    AnyToken {
        reads: list(ScopeAccess::Read, false),
        changes: list(ScopeAccess::Write, false),
        deletes: list(ScopeAccess::Write, true),
    }
}

/// What is said of one group: that all of it is out of reach, or all that changes it, or else which operations are. What
/// comes near the group by its path counts as reached, so that nobody reads more into a sentence than is so.
fn out_of_reach(group: &str, rows: &[Row<'_>], areas: &Areas) -> Vec<OutOfReach> {
    let is_near = |row: &&Row<'_>| row.reached && (row.groups.contains(&group) || areas.is_near(row.operation, group));
    let near = || rows.iter().filter(is_near);
    let changes_near = near().any(|row| row.access == ScopeAccess::Write);
    let entry = |what, access: Option<ScopeAccess>| {
        let is_said = |row: &Row<'_>| {
            !row.reached && row.groups.contains(&group) && access.is_none_or(|access| row.access == access)
        };
        OutOfReach { group: group.to_owned(), what, operations: shown(rows, is_said) }
    };
    let mut said = match (near().next(), changes_near) {
        (None, _) => vec![entry(What::Touch, None)],
        (Some(_), true) => vec![entry(What::Some, None)],
        (Some(_), false) => {
            vec![entry(What::Change, Some(ScopeAccess::Write)), entry(What::Some, Some(ScopeAccess::Read))]
        }
    };
    said.retain(|entry| !entry.operations.is_empty());
    said
}

fn shown(rows: &[Row<'_>], is_shown: impl Fn(&Row<'_>) -> bool) -> Vec<ShownOperation> {
    let mut list = Vec::new();
    for row in rows {
        if is_shown(row) {
            list.push(row.show());
        }
    }
    list
}

impl Row<'_> {
    #[inline(never)]
    fn show(&self) -> ShownOperation {
        ShownOperation {
            method: self.operation.method.as_str().to_owned(),
            path: self.operation.path.to_string(),
            summary: self.operation.summary.clone(),
            access: self.access,
            public: self.public,
        }
    }
}

/// Classifies an operation that no scope opens, by its method.
fn by_method(operation: &Operation) -> ScopeAccess {
    if operation.method.is_safe() { ScopeAccess::Read } else { ScopeAccess::Write }
}

/// The groups of the scopes that an operation needs at this level: in all alternatives, or in those that `held` satisfies.
fn groups<'a>(operation: &'a Operation, level: Level, held: Option<&ScopeSet>) -> Vec<&'a str> {
    let mut found = Vec::new();
    for alternative in operation.access.alternatives() {
        if alternative.level == level && held.is_none_or(|held| held.covers(&alternative.scopes)) {
            found.extend(alternative.scopes.iter().map(|scope| scope.group()));
        }
    }
    found
}

/// The groups of all scopes, each of them once, in the scopes' order.
fn all_groups(catalogue: &Catalogue) -> Vec<&str> {
    let mut groups = Vec::new();
    for entry in catalogue.entries() {
        if !groups.contains(&entry.group.as_str()) {
            groups.push(entry.group.as_str());
        }
    }
    groups
}

fn count(list: &[bool]) -> usize {
    list.iter().filter(|is| **is).count()
}

crate::json_object!(Holder { level, scopes });

impl<'de> Deserialize<'de> for Holder {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize(deserializer)
    }
}
