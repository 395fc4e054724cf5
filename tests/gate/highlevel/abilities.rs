//! What the page says of a real API's tokens, against verdicts on requests that are made of the raw documents.

use std::collections::BTreeMap;

use tidegate::decision::{Holder, Reach, abilities};
use tidegate::policy::{Operation, Policy};
use tidegate::record::Level;
use tidegate::request::{Method, Request};
use tidegate::scope::{Scope, ScopeSet};

use super::super::policy::abilities::{assert_not_denied, can};
use super::raw::{Raw, operations};
use super::{OWN, compiled, texts, verdict};

/// Some scopes alone, each group, all but some group, all and none.
fn held_by(policy: &Policy) -> Vec<ScopeSet> {
    let all: Vec<Scope> = policy.catalogue().entries().iter().map(|entry| entry.scope.clone()).collect();
    let mut groups: BTreeMap<&str, Vec<Scope>> = BTreeMap::new();
    for scope in &all {
        groups.entry(scope.group()).or_default().push(scope.clone());
    }
    let everything: ScopeSet = all.iter().cloned().collect();
    let of_groups: Vec<ScopeSet> = groups.into_values().map(|scopes| scopes.into_iter().collect()).collect();
    let but_one = of_groups.iter().step_by(5).map(|group| everything.without(group));
    let mut sets: Vec<_> =
        all.iter().step_by(6).map(|scope| [scope.clone()].into_iter().collect()).chain(but_one).collect();
    sets.extend(of_groups.iter().cloned().chain([everything.clone(), ScopeSet::default()]));
    sets
}

fn find<'a>(policy: &'a Policy, raw: &Raw, level: Level) -> &'a Operation {
    let request = Request::<()>::with_credential(&raw.method, &raw.sent(level, OWN).target, None).unwrap();
    policy.operation(&Method::parse(&raw.method), request.path()).unwrap()
}

#[test]
fn no_sentence_denies_what_a_token_reaches() {
    let Some(texts) = texts() else { return };
    let policy = compiled(&texts).policy.unwrap();
    let raw = operations(&texts);
    let (mut reached, mut sentences) = (0, 0);
    for level in [Level::SubAccount, Level::Agency] {
        // The agency has few operations.
        for scopes in held_by(&policy).into_iter().step_by(if level == Level::Agency { 9 } else { 2 }) {
            let said = abilities(&policy, &Holder { level, scopes: scopes.clone() });
            let can = can(&said);
            let mut granted = Vec::new();
            for raw in
                raw.iter().filter(|raw| verdict(&policy, &raw.method, &raw.sent(level, OWN), level, &scopes).is_ok())
            {
                let operation = find(&policy, raw, level);
                assert_not_denied(&said, operation, level);
                granted.push(operation.name());
            }
            granted.sort();
            assert_eq!(can, granted, "{scopes}");
            (reached, sentences) = (reached + granted.len(), sentences + said.not.len());
        }
    }
    println!("{reached} verdicts, {sentences} sentences");
    assert!(reached > 5_000 && sentences > 500, "{reached} {sentences}");
}

#[test]
fn what_any_token_can_do_and_what_names_no_owner() {
    let Some(texts) = texts() else { return };
    let policy = compiled(&texts).policy.unwrap();
    let none = Holder { level: Level::SubAccount, scopes: ScopeSet::default() };
    let said = abilities(&policy, &none);
    let any = &said.any_token;
    assert_eq!(any.reads.len() + any.changes.len() + any.deletes.len(), 97);
    assert_eq!(any.changes.len() + any.deletes.len(), 58);
    // The report's 109th declares its owner in a multipart body alone, and such a body is refused.
    assert_eq!(said.unnamed.operations, 108);
    let reach = Reach::of(&policy, Level::SubAccount).with(&policy.catalogue().scopes());
    assert_eq!(
        reach.into_iter().filter(|is_reached| *is_reached).count(),
        policy.reachable(Level::SubAccount, &policy.catalogue().scopes()).len()
    );
}
