//! What other scopes would change for an integration: the operations that it gains and loses.

use serde::{Deserialize, Deserializer, Serialize};

use super::Reach;
use crate::json::deserialize;
use crate::policy::{Alternative, Catalogue, EventType, Operation, Policy, ScopeAccess};
use crate::record::Level;
use crate::scope::ScopeSet;

/// Scopes before and after, of an integration of one level.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
pub struct ScopeChange {
    /// The level that the integration belongs to.
    pub level: Level,
    /// Its scopes now; none for an integration that is still to be made.
    pub before: ScopeSet,
    /// Its scopes then.
    pub after: ScopeSet,
    /// The types of the API's own events.
    pub event_types: Vec<EventType>,
}

crate::json_object!(ScopeChange { level, before, after, event_types: default });

impl<'de> Deserialize<'de> for ScopeChange {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize(deserializer)
    }
}

/// What a change of scopes does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
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
    /// The types of events that it would receive, and does not receive now.
    pub gained_events: Vec<String>,
    /// The types of events that it receives now, and would not receive any more.
    pub lost_events: Vec<String>,
}

/// An operation that comes or goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PreviewedOperation {
    /// The method.
    pub method: String,
    /// The path template.
    pub path: String,
    /// OpenAPI's `summary`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// Whether it changes something, by the kind of the scopes that open it.
    pub access: ScopeAccess,
    /// The scopes that bring or take it.
    pub scopes: ScopeSet,
}

/// What `change` would let an integration do, and no longer do, for its own owner: the operations for which [`decide`] would
/// give another verdict.
///
/// [`decide`]: super::decide
pub fn preview(policy: &Policy, change: &ScopeChange) -> ScopePreview {
    let ScopeChange { level, before, after, event_types } = change;
    let (added, removed) = (after.without(before), before.without(after));
    let (catalogue, reach) = (policy.catalogue(), Reach::of(policy, *level));
    let mut all = before.clone();
    all.extend(after.iter().cloned());
    let (old, new) = (reach.with(before), reach.with(after));
    let (mut gained, mut lost, mut kept) = (Vec::new(), Vec::new(), 0_usize);
    for (operation, reached) in policy.operations().iter().zip(old.into_iter().zip(new)) {
        let moved = |held, some| PreviewedOperation::new(operation, *level, held, some, &catalogue);
        match reached {
            (true, true) => kept = kept.saturating_add(1),
            (false, true) => gained.push(moved(after, &added)),
            (true, false) => lost.push(moved(before, &removed)),
            (false, false) => {}
        }
    }
    ScopePreview {
        kept,
        reachable: kept.saturating_add(gained.len()),
        operations: reach.with(&catalogue.scopes()).into_iter().filter(|is_reached| *is_reached).count(),
        unknown: catalogue.unknown(&all),
        added,
        removed,
        gained,
        lost,
        gained_events: heard_only_with(event_types, *level, after, before),
        lost_events: heard_only_with(event_types, *level, before, after),
    }
}

/// The names of the types of events that are received with `some` scopes and not with the others.
fn heard_only_with(types: &[EventType], level: Level, some: &ScopeSet, others: &ScopeSet) -> Vec<String> {
    let moved = types.iter().filter(|event| event.allows(level, some) && !event.allows(level, others));
    moved.map(|event| event.name.clone()).collect()
}

impl PreviewedOperation {
    fn new(operation: &Operation, level: Level, held: &ScopeSet, some: &ScopeSet, catalogue: &Catalogue) -> Self {
        let alternatives = operation.access.alternatives().iter();
        let satisfied = alternatives.filter(|alternative| alternative.is_satisfied(level, held));
        let needed = satisfied.flat_map(|alternative| alternative.scopes.iter());
        Self {
            method: operation.method.as_str().to_owned(),
            path: operation.path.to_string(),
            summary: operation.summary.clone(),
            access: access(operation, level, Some(held), catalogue),
            scopes: needed.filter(|scope| some.contains(scope)).cloned().collect(),
        }
    }
}

/// Whether an operation counts as a change for an integration of `level`: where scopes that only read open it, it is a read,
/// whatever its method. With `held`, only alternatives that these scopes satisfy count.
pub(super) fn access(
    operation: &Operation,
    level: Level,
    held: Option<&ScopeSet>,
    catalogue: &Catalogue,
) -> ScopeAccess {
    let only_reads = |alternative: &&Alternative| {
        alternative.scopes.iter().all(|scope| catalogue.access(scope) == Some(ScopeAccess::Read))
    };
    let mut ways = operation.access.alternatives().iter().filter(|alternative| alternative.level == level);
    let is_way = |way: &&Alternative| !way.scopes.is_empty() && held.is_none_or(|held| held.covers(&way.scopes));
    if ways.any(|way| is_way(&way) && only_reads(&way)) { ScopeAccess::Read } else { ScopeAccess::Write }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, from_value, json};

    use super::*;
    use crate::policy::OwnerNames;

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
        json!(super::preview(&policy(), &from_value(change).unwrap()))
    }

    #[test]
    fn types_of_events_come_and_go() {
        let event = |name: &str, scopes: &[&str]| json!({ "type": name, "any_of": [{ "level": "sub_account", "scopes": scopes }] });
        let change = json!({
            "level": "sub_account", "before": ["a.readonly"], "after": ["b.write"],
            "event_types": [event("a.made", &["a.readonly"]), event("b.made", &["b.write"]), event("both", &[]),
                event("neither", &["a.readonly", "b.write"])],
        });
        let found = super::preview(&policy(), &from_value(change).unwrap());
        assert_eq!((found.gained_events, found.lost_events), (vec!["b.made".to_owned()], vec!["a.made".to_owned()]));
    }

    #[test]
    fn what_comes_and_goes_names_the_scopes_that_bring_and_take_it() {
        assert_eq!(
            preview("sub_account", &["a.readonly"], &["a.write", "b.write"]),
            json!({
                "added": ["a.write", "b.write"],
                "removed": ["a.readonly"],
                "gained": [
                    { "method": "POST", "path": "/a", "summary": "Add", "access": "write", "scopes": ["a.write"] },
                    { "method": "DELETE", "path": "/b", "access": "write", "scopes": ["a.write", "b.write"] }
                ],
                "lost": [{ "method": "GET", "path": "/a", "access": "read", "scopes": ["a.readonly"] }],
                "kept": 3, "reachable": 5, "operations": 6, "unknown": [], "gained_events": [], "lost_events": []
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
                let preview = super::preview(&policy, &change);
                assert_eq!((preview.reachable, preview.kept), (new.len(), new.len() - preview.gained.len()));
                assert_eq!(old.len(), preview.kept + preview.lost.len());
            }
        }
    }
}
