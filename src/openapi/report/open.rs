//! What holders of tokens may do without being limited by a scope or an owner.

use serde::{Deserialize, Serialize};

use super::{Finding, Report};
use crate::order::sorted;
use crate::policy::{Access, Operation, OwnerName, Policy};
use crate::record::Level;
use crate::request::Method;

/// How many operations of each kind need no scope, by the level whose integrations they are open to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Unscoped {
    /// Open to every integration of the agency.
    pub agency: Kinds,
    /// Open to every integration of a sub-account.
    pub sub_account: Kinds,
}

/// How many operations read, change and delete, by their methods.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Kinds {
    /// `GET` and the other safe methods (RFC 9110 section 9.2.1).
    pub reads: usize,
    /// All other methods but `DELETE`.
    pub changes: usize,
    /// `DELETE`.
    pub deletes: usize,
}

impl Kinds {
    /// All of them.
    pub fn total(self) -> usize {
        self.reads.saturating_add(self.changes).saturating_add(self.deletes)
    }

    fn add(&mut self, method: &Method) {
        let count = match method {
            Method::Delete => &mut self.deletes,
            method if method.is_safe() => &mut self.reads,
            _ => &mut self.changes,
        };
        *count = count.saturating_add(1);
    }
}

impl Report {
    /// Reports the operations that need no scope, and those at which no owner is compared.
    pub(super) fn open_to_tokens(&mut self, policy: &Policy) {
        let names = policy.owner_names().of(Level::SubAccount);
        for operation in policy.operations() {
            let levels: Vec<Level> = [Level::Agency, Level::SubAccount]
                .into_iter()
                .filter(|level| operation.access != Access::Public && needs_no_scope(&operation.access, *level))
                .collect();
            for level in &levels {
                match level {
                    Level::Agency => self.unscoped.agency.add(&operation.method),
                    Level::SubAccount => self.unscoped.sub_account.add(&operation.method),
                }
            }
            if let Some(message) = open_to(&levels, &operation.access) {
                self.needs_no_scope.push(Finding::of(operation, &message));
            }
            if names_no_sub_account(operation, names) {
                self.names_no_owner.push(Finding::of(operation, "nothing in the request names the sub-account"));
            } else if self.unread_only.contains(&operation.name()) {
                let message = "only a body that is not read names the sub-account";
                self.names_no_owner.push(Finding::of(operation, message));
            }
        }
    }
}

fn needs_no_scope(access: &Access, level: Level) -> bool {
    let of_level = |alternatives: &[_]| {
        alternatives.iter().any(|one: &crate::policy::Alternative| one.level == level && one.scopes.is_empty())
    };
    *access == Access::Authenticated || of_level(access.alternatives())
}

/// To whom it is open without a scope, and which scopes that makes superfluous.
fn open_to(levels: &[Level], access: &Access) -> Option<String> {
    let whose = match levels {
        [] => return None,
        [Level::Agency] => "every integration of the agency",
        [Level::SubAccount] => "every integration of a sub-account",
        _ => "every integration",
    };
    let beside = access.alternatives().iter().filter(|alternative| levels.contains(&alternative.level));
    let superfluous = sorted(beside.flat_map(|alternative| alternative.scopes.iter().map(|scope| scope.as_str())));
    let (what, are) = (superfluous.join(", "), if superfluous.len() == 1 { "is" } else { "are" });
    let tail = if what.is_empty() { what } else { format!("; beside that, {what} {are} superfluous") };
    Some(format!("open to {whose}, whatever its scopes{tail}"))
}

/// Whether a sub-account's integration can call it by some alternative without naming a sub-account.
fn names_no_sub_account(operation: &Operation, names: &[OwnerName]) -> bool {
    match &operation.access {
        Access::Public => false,
        // Its places are those of both levels.
        Access::Authenticated => !operation.owner.iter().any(|place| names.iter().any(|name| name.binds(place))),
        Access::AnyOf(alternatives) => alternatives
            .iter()
            .any(|alternative| alternative.level == Level::SubAccount && alternative.owner.is_empty()),
    }
}
