//! The scopes of an integration that its recorded requests needed.

use serde::Serialize;

use super::{OTHER, OperationUse};
use crate::policy::{Alternative, Operation, Policy};
use crate::record::Level;
use crate::scope::ScopeSet;

/// How many partial choices are tried for the smallest set.
const MAX_TRIES: u32 = 20_000;

/// An integration's scopes, and what was recorded of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
pub struct ScopesInUse {
    /// The level that the integration belongs to.
    pub level: Level,
    /// Its scopes.
    pub scopes: ScopeSet,
    /// Those of them that it has had for less than 90 days.
    pub new_scopes: ScopeSet,
    /// What was recorded of it in the last 90 days.
    pub recorded: Vec<OperationUse>,
}

crate::json_object!(ScopesInUse { level, scopes, new_scopes: default, recorded });

/// What recorded requests say of an integration's scopes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ScopeUse {
    /// The scopes held for 90 days that no recorded request needed.
    pub unused: ScopeSet,
    /// The scopes held for less than that, of which the same is true so far.
    pub unused_so_far: ScopeSet,
    /// The smallest set of the integration's scopes with which every recorded request would have been granted.
    pub needed: ScopeSet,
    /// Whether no smaller one exists for certain: with very many operations that several scopes open, only a small one is found.
    pub is_smallest: bool,
    /// Of how many requests the operation is not known, since it is not kept apart; where there are any, nothing counts as unused.
    pub unattributed: u64,
}

/// The scopes that recorded requests needed, and those that they did not.
pub fn scope_use(policy: &Policy, held: &ScopesInUse) -> ScopeUse {
    let granted = || held.recorded.iter().filter(|one| one.requests > 0);
    let unattributed = granted().filter(|one| one.operation == OTHER).map(|one| one.requests);
    let unattributed = unattributed.fold(0, u64::saturating_add);
    let used = policy.operations().iter().filter(|operation| {
        let name = operation.name();
        granted().any(|one| one.operation == name)
    });
    let needs: Vec<Vec<&ScopeSet>> = used.flat_map(|operation| needs(operation, held)).collect();
    let mut opening = ScopeSet::default();
    opening.extend(needs.iter().flatten().flat_map(|scopes| scopes.iter().cloned()));
    let (needed, is_smallest) = smallest(&needs);
    if unattributed > 0 {
        let (unused, unused_so_far) = (ScopeSet::default(), ScopeSet::default());
        return ScopeUse { unused, unused_so_far, needed: held.scopes.clone(), is_smallest: false, unattributed };
    }
    let without = held.scopes.without(&opening);
    let unused = without.without(&held.new_scopes);
    ScopeUse { unused_so_far: without.without(&unused), unused, needed, is_smallest, unattributed }
}

/// What requests for an operation need: one entry of each list. Alternatives that take the owner from different places cannot replace
/// each other, since it is not recorded which one a request used.
fn needs<'a>(operation: &'a Operation, held: &ScopesInUse) -> Vec<Vec<&'a ScopeSet>> {
    let ways = operation.access.alternatives().iter().filter(|way| way.is_satisfied(held.level, &held.scopes));
    let mut needs: Vec<(&Alternative, Vec<&ScopeSet>)> = Vec::new();
    for way in ways {
        match needs.iter_mut().find(|(first, _)| first.owner == way.owner) {
            Some((_, alike)) => alike.push(&way.scopes),
            None => needs.push((way, vec![&way.scopes])),
        }
    }
    needs.into_iter().map(|(_, alike)| alike).collect()
}

/// The smallest set that covers one entry of each list, and whether all choices were tried.
fn smallest(needs: &[Vec<&ScopeSet>]) -> (ScopeSet, bool) {
    let forced = needs.iter().filter(|need| need.len() == 1).flatten();
    let start = forced.fold(ScopeSet::default(), |all, scopes| all.union(scopes));
    let open: Vec<_> = needs.iter().filter(|need| need.len() > 1).collect();
    let mut search = Search { open: &open, best: None, tries: 0 };
    search.go_on(0, start);
    let is_exhausted = search.tries < MAX_TRIES;
    (search.best.unwrap_or_default(), is_exhausted)
}

struct Search<'a> {
    open: &'a [&'a Vec<&'a ScopeSet>],
    best: Option<ScopeSet>,
    tries: u32,
}

impl Search<'_> {
    /// Chooses for the lists from `place` on, with what was chosen before. Of equal choices the one that adds least comes first, so that the
    /// first set found is a good one.
    fn go_on(&mut self, place: usize, chosen: ScopeSet) {
        self.tries = self.tries.saturating_add(1);
        if self.best.as_ref().is_some_and(|best| best.len() <= chosen.len() || self.tries > MAX_TRIES) {
            return;
        }
        let Some(need) = self.open.get(place) else {
            self.best = Some(chosen);
            return;
        };
        if need.iter().any(|scopes| chosen.covers(scopes)) {
            return self.go_on(place.saturating_add(1), chosen);
        }
        let mut ways: Vec<ScopeSet> = need.iter().map(|scopes| chosen.union(scopes)).collect();
        ways.sort_by_key(ScopeSet::len);
        for way in ways {
            self.go_on(place.saturating_add(1), way);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, from_value, json};

    use super::*;
    use crate::decision::Reach;
    use crate::policy::OwnerNames;

    fn policy(operations: &[(&str, &[&[&str]])]) -> Policy {
        let one = |(path, ways): &(&str, &[&[&str]])| {
            let ways: Vec<_> = ways.iter().map(|scopes| json!({ "level": "sub_account", "scopes": scopes })).collect();
            json!({ "path": path, "method": "GET", "access": { "any_of": ways } })
        };
        let operations: Vec<_> = operations.iter().map(one).collect();
        Policy::new(1, from_value(json!(operations)).unwrap(), OwnerNames::default()).unwrap()
    }

    fn scopes(scopes: &[&str]) -> ScopeSet {
        from_value(json!(scopes)).unwrap()
    }

    fn held(held: &[&str], new: &[&str], used: &[&str]) -> ScopesInUse {
        let recorded = used.iter().map(|name| OperationUse { operation: (*name).to_owned(), requests: 3 }).collect();
        ScopesInUse { level: Level::SubAccount, scopes: scopes(held), new_scopes: scopes(new), recorded }
    }

    const ALL: &[&str] = &["a.readonly", "a.write", "b.readonly", "b.write"];

    fn demo() -> Policy {
        policy(&[
            ("/a", &[&["a.readonly"], &["a.write"]]),
            ("/a2", &[&["a.write"]]),
            ("/b", &[&["b.readonly"], &["a.readonly"]]),
            ("/both", &[&["a.write", "b.write"]]),
        ])
    }

    fn told(policy: &Policy, held: &ScopesInUse) -> Value {
        json!(scope_use(policy, held))
    }

    #[test]
    fn what_no_recorded_request_needed_is_unused_once_it_was_held_for_90_days() {
        let answer = told(&demo(), &held(ALL, &["b.write"], &["GET /a2"]));
        assert_eq!(
            answer,
            json!({
                "unused": ["a.readonly", "b.readonly"], "unused_so_far": ["b.write"], "needed": ["a.write"],
                "is_smallest": true, "unattributed": 0
            })
        );
        let answer = told(&demo(), &held(ALL, &[], &["GET /both"]));
        assert_eq!(answer["unused"], json!(["a.readonly", "b.readonly"]));
        assert_eq!(told(&demo(), &held(ALL, &[], &[]))["unused"], json!(ALL));
    }

    #[test]
    fn the_smallest_set_takes_the_way_that_costs_least() {
        assert_eq!(told(&demo(), &held(ALL, &[], &["GET /a"]))["needed"].as_array().unwrap().len(), 1);
        assert_eq!(told(&demo(), &held(ALL, &[], &["GET /a", "GET /b"]))["needed"], json!(["a.readonly"]));
        let needed = told(&demo(), &held(ALL, &[], &["GET /a", "GET /a2", "GET /b"]));
        assert_eq!(needed["needed"].as_array().unwrap().len(), 2);
        assert_eq!(needed["unused"], json!(["b.write"]), "what some way needs is not called unused");
    }

    #[test]
    fn operations_that_are_not_kept_apart_leave_nothing_unused() {
        let mut held = held(ALL, &[], &["GET /a2", "other"]);
        let answer = told(&demo(), &held);
        assert_eq!((&answer["unused"], &answer["needed"]), (&json!([]), &json!(ALL)));
        assert_eq!((&answer["unattributed"], &answer["is_smallest"]), (&json!(3), &json!(false)));
        held.recorded.iter_mut().filter(|one| one.operation == "other").for_each(|one| one.requests = 0);
        assert_eq!(told(&demo(), &held)["unattributed"], json!(0));
    }

    #[test]
    fn ways_that_take_the_owner_from_different_places_are_both_kept() {
        let way = |scope: &str, owner: Value| json!({ "level": "sub_account", "scopes": [scope], "owner": owner });
        let place = json!([{ "in": "query", "name": "locationId" }]);
        let ways = json!({ "any_of": [way("a.readonly", place), way("b.readonly", json!([]))] });
        let operations = json!([{ "path": "/a", "method": "GET", "access": ways }]);
        let policy = Policy::new(1, from_value(operations).unwrap(), OwnerNames::default()).unwrap();
        let answer = told(&policy, &held(&["a.readonly", "b.readonly"], &[], &["GET /a"]));
        assert_eq!(answer["needed"], json!(["a.readonly", "b.readonly"]));
    }

    /// Small policies of every shape: the set is as small as the smallest that trying all subsets finds, and every operation that
    /// was recorded stays within reach, as `decide` says.
    #[test]
    fn the_smallest_set_is_that_of_trying_all_and_keeps_every_recorded_operation() {
        let ways: [&[&[&str]]; 6] = [
            &[&["a.readonly"], &["a.write"]],
            &[&["b.readonly"], &["a.write", "b.write"]],
            &[&["b.write"], &["a.readonly", "b.readonly"]],
            &[&["a.write"], &["b.readonly"], &["b.write"]],
            &[&["a.readonly", "a.write"], &["b.write"]],
            &[&["b.readonly"]],
        ];
        for chosen in 0_u32..64 {
            let used: Vec<(String, &[&[&str]])> = ways
                .iter()
                .enumerate()
                .filter(|(place, _)| chosen & (1 << place) != 0)
                .map(|(place, ways)| (format!("/{place}"), *ways))
                .collect();
            let listed: Vec<_> = used.iter().map(|(path, ways)| (path.as_str(), *ways)).collect();
            let policy = policy(&listed);
            let names: Vec<_> = policy.operations().iter().map(Operation::name).collect();
            let names: Vec<_> = names.iter().map(String::as_str).collect();
            let answer = scope_use(&policy, &held(ALL, &[], &names));
            let reach = Reach::of(&policy, Level::SubAccount);
            let keeps_all = |scopes: &ScopeSet| reach.with(scopes).into_iter().all(|is_reached| is_reached);
            let subsets = (0_u32..16).map(|chosen| {
                let some = ALL.iter().enumerate().filter(|(place, _)| chosen & (1 << place) != 0);
                scopes(&some.map(|(_, scope)| *scope).collect::<Vec<_>>())
            });
            let smallest = subsets.filter(keeps_all).map(|scopes| scopes.len()).min().unwrap();
            assert!(keeps_all(&answer.needed), "{chosen:b}");
            assert_eq!((answer.needed.len(), answer.is_smallest), (smallest, true), "{chosen:b}");
            assert!(keeps_all(&scopes(ALL).without(&answer.unused)), "{chosen:b}");
        }
    }
}
