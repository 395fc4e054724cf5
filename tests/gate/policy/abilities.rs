//! What the page says that an integration can and cannot do, against verdicts on requests of all kinds.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Value, from_value, json};
use tidegate::decision::{Abilities, Holder, Reach, ShownOperation, What, abilities};
use tidegate::policy::{Operation, OwnerNames, Policy};
use tidegate::record::Level;
use tidegate::request::{Method, Path};
use tidegate::scope::ScopeSet;

use super::super::support::scopes;
use super::properties::{documents, operations, policy, sent, verdict};

fn holder(level: Level, held: &[&str]) -> Holder {
    Holder { level, scopes: scopes(&held.join(" ")) }
}

pub fn names(operations: &[ShownOperation]) -> Vec<String> {
    operations.iter().map(|one| format!("{} {}", one.method, one.path)).collect()
}

/// All that is said to be reached.
pub fn can(said: &Abilities) -> Vec<String> {
    let by_scopes = said.by_scopes.iter().flat_map(|subject| [&subject.read, &subject.write]);
    let any = [&said.any_token.reads, &said.any_token.changes, &said.any_token.deletes];
    let mut all: Vec<_> = by_scopes.chain(any).flat_map(|operations| names(operations)).collect();
    all.sort();
    all.dedup();
    all
}

/// The groups of the scopes that open `operation` at `level`.
fn groups(operation: &Operation, level: Level) -> Vec<&str> {
    let ways = operation.access.alternatives().iter().filter(|way| way.level == level);
    ways.flat_map(|way| way.scopes.iter()).map(|scope| scope.group()).collect()
}

/// Panics where a sentence says "cannot" of `operation`, which is reached.
pub fn assert_not_denied(said: &Abilities, operation: &Operation, level: Level) {
    let name = operation.name();
    for not in &said.not {
        assert!(!names(&not.operations).contains(&name), "{name}: listed under {not:?}");
        let is_of_group = groups(operation, level).contains(&not.group.as_str())
            || operation.path.to_string().split('/').any(|segment| segment == not.group);
        let by_any = [&said.any_token.changes, &said.any_token.deletes].iter().any(|list| names(list).contains(&name));
        let changes = by_any || said.by_scopes.iter().any(|subject| names(&subject.write).contains(&name));
        match not.what {
            What::Touch => assert!(!is_of_group, "{name}: cannot touch {}", not.group),
            What::Change => assert!(!is_of_group || !changes, "{name}: cannot change {}", not.group),
            What::Some => {}
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_sentence_denies_what_is_reached(
        operations in operations(),
        requests in prop::collection::vec(sent(), 32),
        level in select(&[Level::Agency, Level::SubAccount, Level::SubAccount]),
        held in subsequence(&["a", "b", "c"], 0..=3),
    ) {
        let policy = policy(&documents(&operations));
        let said = abilities(&policy, &holder(level, &held));
        let can = can(&said);
        for sent in requests.iter().filter(|sent| verdict(&policy, sent, Some((level, &held)))) {
            let path = Path::parse(sent.path).unwrap();
            let operation = policy.operation(&Method::parse(&sent.method.to_uppercase()), &path).unwrap();
            prop_assert!(can.contains(&operation.name()), "{} is not said to be reached", operation.name());
            assert_not_denied(&said, operation, level);
            if verdict(&policy, sent, None) {
                let open = names(&[&said.any_token.reads[..], &said.any_token.changes, &said.any_token.deletes].concat());
                prop_assert!(open.contains(&operation.name()));
            }
        }
    }

    /// The impact of a policy and its differences are worked out from what operations need, without requests.
    #[test]
    fn what_decide_grants_is_what_the_operations_need(
        operations in operations(),
        level in select(&[Level::Agency, Level::SubAccount]),
        held in subsequence(&["a", "b", "c"], 0..=3),
    ) {
        let policy = policy(&documents(&operations));
        let reached = Reach::of(&policy, level).with(&scopes(&held.join(" ")));
        let reached = policy.operations().iter().zip(reached).filter(|(_, is_reached)| *is_reached);
        let mut reached: Vec<_> = reached.map(|(operation, _)| operation.name()).collect();
        reached.sort();
        let needed = policy.reachable(level, &scopes(&held.join(" ")));
        prop_assert!(reached.iter().all(|name| needed.contains(name)), "{reached:?} {needed:?}");
        // No GET can name its owner in a body, where an operation asks for that.
        let more: Vec<_> = needed.iter().filter(|name| !reached.contains(name)).collect();
        let is_body_of_get = |one: &&Operation| one.method.is_safe() && one.reads_body();
        let bodies: Vec<_> = policy.operations().iter().filter(is_body_of_get).map(Operation::name).collect();
        prop_assert!(more.iter().all(|name| bodies.contains(name)), "{more:?}");
    }
}

fn toy() -> Policy {
    let tenant = |scopes: &[&str]| json!({ "level": "sub_account", "scopes": scopes });
    let named = |scopes: &[&str], place: &str| json!({ "any_of": [{ "level": "sub_account", "scopes": scopes, "owner": [{ "name": "locationId", "in": place }] }] });
    let operation =
        |method: &str, path: &str, access: Value| json!({ "method": method, "path": path, "access": access });
    let operations = json!([
        operation("GET", "/v1/contacts/{id}", json!({ "any_of": [tenant(&["contacts.readonly"])] })),
        operation("POST", "/v1/contacts/search", named(&["contacts.readonly"], "body")),
        operation("PUT", "/v1/contacts/{id}", json!({ "any_of": [tenant(&["contacts.write"])] })),
        operation("GET", "/v1/calendars/", named(&["calendars.readonly"], "query")),
        operation("POST", "/v1/calendars/", named(&["calendars.write"], "header")),
        operation("DELETE", "/v1/calendars/{id}", json!({ "any_of": [tenant(&[])] })),
        operation("GET", "/v1/notes/{locationId}", named(&["notes.readonly"], "path")),
        operation("GET", "/v1/notes/{locationId}/all", named(&["notes.readonly", "contacts.readonly"], "path")),
        operation("GET", "/v1/me", json!("authenticated")),
        operation("GET", "/v1/status", json!("public")),
        operation(
            "GET",
            "/v1/companies",
            json!({ "any_of": [{ "level": "agency", "scopes": ["companies.readonly"] }] })
        )
    ]);
    let owners: OwnerNames = from_value(json!({ "sub_account": [{ "name": "locationId", "body": true }] })).unwrap();
    Policy::new(1, from_value(operations).unwrap(), owners).unwrap()
}

#[test]
fn the_three_blocks_of_a_small_policy() {
    let said = json!(abilities(&toy(), &holder(Level::SubAccount, &["contacts.readonly", "old.scope"])));
    let list = |value: &Value| -> Vec<String> {
        value
            .as_array()
            .unwrap()
            .iter()
            .map(|one| format!("{} {}", one["method"], one["path"]).replace('"', ""))
            .collect()
    };
    let [subject] = said["by_scopes"].as_array().unwrap().as_slice() else { panic!("{said}") };
    assert_eq!(subject["group"], "contacts");
    assert_eq!(list(&subject["read"]), ["POST /v1/contacts/search", "GET /v1/contacts/{id}"]);
    assert_eq!(subject["write"], json!([]));
    assert_eq!(list(&said["any_token"]["reads"]), ["GET /v1/me", "GET /v1/status"]);
    assert_eq!(
        (&said["any_token"]["reads"][1]["public"], &said["any_token"]["reads"][0]["public"]),
        (&json!(true), &Value::Null)
    );
    assert_eq!(list(&said["any_token"]["deletes"]), ["DELETE /v1/calendars/{id}"]);
    let not: Vec<_> = said["not"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["group"].as_str().unwrap(), one["what"].as_str().unwrap(), list(&one["operations"])))
        .collect();
    // A token without scopes may delete calendars: so nobody says that calendars cannot be changed.
    let expected = [
        ("calendars", "some", vec!["GET /v1/calendars/", "POST /v1/calendars/"]),
        ("contacts", "change", vec!["PUT /v1/contacts/{id}"]),
        ("contacts", "some", vec!["GET /v1/notes/{locationId}/all"]),
        ("notes", "touch", vec!["GET /v1/notes/{locationId}", "GET /v1/notes/{locationId}/all"]),
    ];
    assert_eq!(json!(not), json!(expected));
    // Two contacts' operations by id, the deletion, and what needs no scope.
    assert_eq!(said["unnamed"]["operations"], 5);
    assert_eq!(
        list(&said["unnamed"]["reached"]),
        ["DELETE /v1/calendars/{id}", "GET /v1/contacts/{id}", "GET /v1/me", "GET /v1/status"]
    );
    assert_eq!(said["unknown"], json!(["old.scope"]));
}

#[test]
fn a_scope_that_deletes_is_no_read_scope_whatever_it_is_called() {
    let way = |scopes: &[&str]| json!({ "any_of": [{ "level": "sub_account", "scopes": scopes }] });
    let operations = json!([
        { "method": "DELETE", "path": "/a/{id}", "access": way(&["a.readonly"]) },
        { "method": "POST", "path": "/b/search", "access": way(&["b.readonly"]) },
        { "method": "PUT", "path": "/b/{id}", "access": way(&["b.readonly", "b.write"]) }
    ]);
    let policy = Policy::new(1, from_value(operations).unwrap(), OwnerNames::default()).unwrap();
    let kinds: Vec<_> = policy.catalogue().entries().iter().map(|entry| json!([entry.scope, entry.access])).collect();
    assert_eq!(json!(kinds), json!([["a.readonly", "write"], ["b.readonly", "read"], ["b.write", "write"]]));
    let said = abilities(&policy, &holder(Level::SubAccount, &["a.readonly", "b.readonly"]));
    assert_eq!((said.by_scopes[0].read.len(), said.by_scopes[0].write.len()), (0, 1));
    assert_eq!((said.by_scopes[1].read.len(), said.by_scopes[1].write.len()), (1, 0));
    assert_eq!(ScopeSet::default(), said.unknown);
}
