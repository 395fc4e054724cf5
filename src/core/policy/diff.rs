//! What changes from one policy to another.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Operation, Policy};

/// Operations as `METHOD /template`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PolicyDiff {
    /// In the new policy only.
    pub added: Vec<String>,
    /// In the old policy only.
    pub removed: Vec<String>,
    /// In both, with other requirements.
    pub changed: Vec<String>,
}

impl Policy {
    /// What changes from `self` to `next`.
    pub fn diff(&self, next: &Self) -> PolicyDiff {
        let (before, after) = (self.by_name(), next.by_name());
        let only = |these: &BTreeMap<String, &Operation>, those: &BTreeMap<String, &Operation>| {
            these.keys().filter(|name| !those.contains_key(*name)).cloned().collect()
        };
        let differs = |(name, old): (&String, &&Operation)| {
            let new = after.get(name)?;
            (new.access != old.access).then(|| name.clone())
        };
        PolicyDiff {
            added: only(&after, &before),
            removed: only(&before, &after),
            changed: before.iter().filter_map(differs).collect(),
        }
    }

    fn by_name(&self) -> BTreeMap<String, &Operation> {
        let name = |operation: &Operation| format!("{} {}", operation.method.as_str(), operation.path);
        self.operations.iter().map(|operation| (name(operation), operation)).collect()
    }
}
