//! What other scopes would change for an integration: the operations that it gains and loses.

use serde::{Deserialize, Deserializer, Serialize};

use super::{Access, Operation, Policy};
use crate::core::record::Level;
use crate::core::request::json::deserialize;
use crate::core::request::{Fault, Fields, FromKept, Kept, sort};
use crate::core::scope::ScopeSet;

/// Scopes before and after, of an integration of one level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopeChange {
    /// The level that the integration belongs to.
    pub level: Level,
    /// Its scopes now; none for an integration that is still to be made.
    pub before: ScopeSet,
    /// Its scopes then.
    pub after: ScopeSet,
}

impl FromKept for ScopeChange {
    fn from_kept(value: Kept) -> Result<Self, Fault> {
        let mut fields = Fields::of(value, &["level", "before", "after"])?;
        Ok(Self {
            level: fields.required("level")?,
            before: fields.required("before")?,
            after: fields.required("after")?,
        })
    }
}

impl<'de> Deserialize<'de> for ScopeChange {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize(deserializer)
    }
}

/// What a change of scopes does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ScopePreview {
    /// The scopes that come.
    pub added: ScopeSet,
    /// The scopes that go.
    pub removed: ScopeSet,
    /// The operations that come within reach, in the policy's order.
    pub gained: Vec<PreviewedOperation>,
    /// The operations that go out of reach, in the policy's order.
    pub lost: Vec<PreviewedOperation>,
    /// How many operations are within reach before and after.
    pub kept: usize,
    /// How many operations are within reach after.
    pub reachable: usize,
    /// How many operations are open to this level with all scopes there are.
    pub operations: usize,
    /// The scopes, before or after, that no operation of the policy needs.
    pub unknown: ScopeSet,
}

/// An operation that comes or goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PreviewedOperation {
    /// The method.
    pub method: String,
    /// The path template.
    pub path: String,
    /// OpenAPI's `summary`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// Whether it may change something: its method is not safe (RFC 9110 section 9.2.1).
    pub writes: bool,
    /// The scopes that bring or take it.
    pub scopes: ScopeSet,
}

impl Policy {
    /// What `change` would let an integration do, and no longer do, for its own owner.
    pub fn preview(&self, change: &ScopeChange) -> ScopePreview {
        let ScopeChange { level, before, after } = change;
        let (added, removed) = (after.without(before), before.without(after));
        let mut all = before.clone();
        all.extend(after.iter().cloned());
        let unknown = self.catalogue().unknown(&all);
        let (mut gained, mut lost) = (Vec::new(), Vec::new());
        let (mut kept, mut operations) = (0_usize, 0_usize);
        for operation in &self.operations {
            let access = &operation.access;
            operations = operations.saturating_add(usize::from(access.is_open_to(*level)));
            match (access.is_open_with(*level, before), access.is_open_with(*level, after)) {
                (true, true) => kept = kept.saturating_add(1),
                (false, true) => {
                    gained.push(PreviewedOperation::new(operation, access.opened_by(*level, after, &added)))
                }
                (true, false) => {
                    lost.push(PreviewedOperation::new(operation, access.opened_by(*level, before, &removed)))
                }
                (false, false) => {}
            }
        }
        let reachable = kept.saturating_add(gained.len());
        ScopePreview { added, removed, gained, lost, kept, reachable, operations, unknown }
    }

    /// The operations that an integration of this level with these scopes can reach for its own owner, sorted.
    pub fn reachable(&self, level: Level, scopes: &ScopeSet) -> Vec<String> {
        let reached = self.operations.iter().filter(|operation| operation.access.is_open_with(level, scopes));
        let mut names: Vec<_> = reached.map(Operation::name).collect();
        sort(&mut names);
        names
    }
}

impl Access {
    /// Which of `some`, a part of `held`, the alternatives need that `held` satisfies.
    fn opened_by(&self, level: Level, held: &ScopeSet, some: &ScopeSet) -> ScopeSet {
        let satisfied = self.alternatives().iter().filter(|alternative| alternative.is_satisfied(level, held));
        let needed = satisfied.flat_map(|alternative| alternative.scopes.iter());
        needed.filter(|scope| some.contains(scope)).cloned().collect()
    }
}

impl PreviewedOperation {
    fn new(operation: &Operation, scopes: ScopeSet) -> Self {
        Self {
            method: operation.method.as_str().to_owned(),
            path: operation.path.to_string(),
            summary: operation.summary.clone(),
            writes: !operation.method.is_safe(),
            scopes,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, from_value, json};

    use super::*;
    use crate::core::policy::OwnerNames;

    fn policy() -> Policy {
        let tenant = |scopes: &[&str]| json!({ "level": "sub_account", "scopes": scopes });
        let agency = |scopes: &[&str]| json!({ "level": "agency", "scopes": scopes });
        let operations = json!([
            { "path": "/a", "method": "GET", "access": { "any_of": [tenant(&["a.readonly"])] } },
            { "path": "/a", "method": "POST", "summary": "Add", "access": { "any_of": [tenant(&["a.write"])] } },
            { "path": "/b", "method": "DELETE", "access": { "any_of": [tenant(&["a.write", "b.write"]), agency(&["b.write"])] } },
            { "path": "/either", "method": "GET", "access": { "any_of": [tenant(&["a.readonly"]), tenant(&["b.write"])] } },
            { "path": "/me", "method": "GET", "access": "authenticated" },
            { "path": "/closed", "method": "GET", "access": { "any_of": [] } },
            { "path": "/open", "method": "GET", "access": "public" }
        ]);
        Policy::new(1, from_value(operations).unwrap(), OwnerNames::default()).unwrap()
    }

    fn preview(level: &str, before: &[&str], after: &[&str]) -> Value {
        let change = json!({ "level": level, "before": before, "after": after });
        json!(policy().preview(&from_value(change).unwrap()))
    }

    #[test]
    fn what_comes_and_goes_names_the_scopes_that_bring_and_take_it() {
        assert_eq!(
            preview("sub_account", &["a.readonly"], &["a.write", "b.write"]),
            json!({
                "added": ["a.write", "b.write"],
                "removed": ["a.readonly"],
                "gained": [
                    { "method": "POST", "path": "/a", "summary": "Add", "writes": true, "scopes": ["a.write"] },
                    { "method": "DELETE", "path": "/b", "writes": true, "scopes": ["a.write", "b.write"] }
                ],
                "lost": [{ "method": "GET", "path": "/a", "writes": false, "scopes": ["a.readonly"] }],
                "kept": 3, "reachable": 5, "operations": 6, "unknown": []
            })
        );
    }

    #[test]
    fn only_the_scopes_that_change_are_named_and_only_this_level_counts() {
        let sub_account = preview("sub_account", &["a.write"], &["a.write", "b.write"]);
        assert_eq!(sub_account["gained"][0]["scopes"], json!(["b.write"]));
        let agency = preview("agency", &[], &["a.readonly", "a.write", "b.write"]);
        assert_eq!(agency["gained"].as_array().unwrap().len(), 1);
        assert_eq!(agency["gained"][0]["scopes"], json!(["b.write"]));
        assert_eq!((&agency["reachable"], &agency["operations"]), (&json!(3), &json!(3)));
    }

    #[test]
    fn unknown_scopes_are_reported_and_change_nothing() {
        let preview = preview("sub_account", &["old.scope"], &["new.scope"]);
        assert_eq!(preview["unknown"], json!(["new.scope", "old.scope"]));
        assert_eq!((&preview["gained"], &preview["lost"]), (&json!([]), &json!([])));
    }

    #[test]
    fn the_counts_are_those_of_the_names_within_reach() {
        let policy = policy();
        let every = [&[][..], &["a.readonly"], &["a.write"], &["b.write"], &["a.write", "b.write"]];
        for level in ["agency", "sub_account"] {
            for (before, after) in every.iter().flat_map(|before| every.iter().map(move |after| (before, after))) {
                let change: ScopeChange =
                    from_value(json!({ "level": level, "before": before, "after": after })).unwrap();
                let (old, new) =
                    (policy.reachable(change.level, &change.before), policy.reachable(change.level, &change.after));
                let preview = policy.preview(&change);
                assert_eq!((preview.reachable, preview.kept), (new.len(), new.len() - preview.gained.len()));
                assert_eq!(old.len(), preview.kept + preview.lost.len());
            }
        }
    }
}
