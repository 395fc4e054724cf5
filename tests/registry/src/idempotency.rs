//! Idempotency keys.

use std::rc::Rc;

use registry::Storage;
use serde_json::{Value, json};
use tidegate::admin::AdminError;

use crate::world::{DAY, With, World, based_on};

cases! {
    a_repeated_creation_makes_nothing_more
    another_request_under_the_same_key_is_refused
    a_refused_request_leaves_its_key_free
    a_deleted_integration_is_null
    a_key_is_forgotten_after_a_day
    a_key_counts_only_where_a_token_is_minted
    a_key_is_its_senders_own
    what_was_made_is_shown_to_whom_may_see_it_still
}

fn body(name: &str) -> Value {
    json!({ "name": name, "owner": { "level": "sub_account", "id": "acme" }, "scopes": ["contacts.readonly"] })
}

const KEY: With<'static> = With { rev: None, known_rev: None, key: Some("key-0001") };

fn integrations(world: &World) -> Value {
    world.value("SELECT count(*) AS it FROM integrations")
}

fn a_repeated_creation_makes_nothing_more(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let made = world.ok("POST", "/integrations", body("one"), KEY).body;
    let again = world.ask("POST", "/integrations", body("one"), KEY).unwrap_err();
    assert_eq!(again, AdminError::AlreadyDone(made["integration"].clone()));
    assert_eq!(integrations(&world), json!(1));
    assert!(!again.to_string().contains(made["token"].as_str().unwrap()));
}

fn another_request_under_the_same_key_is_refused(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    world.ok("POST", "/integrations", body("one"), KEY);
    let other = world.ask("POST", "/integrations", body("two"), KEY).unwrap_err();
    assert!(matches!(&other, AdminError::Invalid { .. }), "{other:?}");
    assert_eq!(integrations(&world), json!(1));
}

fn a_refused_request_leaves_its_key_free(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let mut unknown = body("one");
    unknown["scopes"] = json!(["nobody.knows"]);
    world.ask("POST", "/integrations", unknown, KEY).unwrap_err();
    assert_eq!(world.ok("POST", "/integrations", body("one"), KEY).status, 201);
}

fn a_deleted_integration_is_null(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let made = world.ok("POST", "/integrations", body("one"), KEY).body;
    let id = made["integration"]["id"].as_str().unwrap();
    world.ok("DELETE", &format!("/integrations/{id}"), Value::Null, based_on(1));
    let again = world.ask("POST", "/integrations", body("one"), KEY).unwrap_err();
    assert_eq!(again, AdminError::AlreadyDone(Value::Null));
}

fn a_key_is_forgotten_after_a_day(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    world.ok("POST", "/integrations", body("one"), KEY);
    world.later(DAY - 1);
    world.ask("POST", "/integrations", body("one"), KEY).unwrap_err();
    world.later(1);
    world.ok("POST", "/integrations", body("one"), KEY);
    assert_eq!(integrations(&world), json!(2));
    assert_eq!(world.value("SELECT count(*) AS it FROM idempotency"), json!(1));
}

fn a_key_is_its_senders_own(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let made = ["ana@acme.example", "bo@acme.example"].map(|email| {
        world.add_person(json!({ "email": email, "role": "account_admin", "accounts": ["acme"] }));
        let session = world.sign_in(email).unwrap();
        world.as_credential(&session, || world.ok("POST", "/integrations", body("one"), KEY).status)
    });
    assert_eq!(made, [201, 201]);
    assert_eq!(world.ok("POST", "/integrations", body("one"), KEY).status, 201);
    assert_eq!(integrations(&world), json!(3));
}

fn what_was_made_is_shown_to_whom_may_see_it_still(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let person = json!({ "email": "ana@example.com", "role": "account_admin", "accounts": ["acme", "globex"] });
    let person = world.add_person(person);
    let session = world.sign_in("ana@example.com").unwrap();
    let create = || world.as_credential(&session, || world.ask("POST", "/integrations", body("one"), KEY));
    let made = create().unwrap().body;
    assert_eq!(create().unwrap_err(), AdminError::AlreadyDone(made["integration"].clone()));
    world.ok("PATCH", &format!("/people/{person}"), json!({ "accounts": ["globex"] }), based_on(1));
    assert_eq!(create().unwrap_err(), AdminError::AlreadyDone(Value::Null));
}

fn a_key_counts_only_where_a_token_is_minted(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let id = world.create("one", &[]);
    let with = |rev| With { rev: Some(rev), ..KEY };
    world.ok("PATCH", &format!("/integrations/{id}"), json!({ "name": "two" }), with(1));
    assert_eq!(world.value("SELECT count(*) AS it FROM idempotency"), json!(0));
    world.ok("POST", &format!("/integrations/{id}/rotate"), json!({ "expire": "now" }), with(2));
    let again = world.ask("POST", &format!("/integrations/{id}/rotate"), json!({ "expire": "now" }), with(2));
    assert!(matches!(again.unwrap_err(), AdminError::AlreadyDone(_)));
}
