//! Sub-accounts.

use std::rc::Rc;

use registry::Storage;
use serde_json::{Value, json};
use tidegate::access::Verb;
use tidegate::admin::AdminError;

use crate::world::{With, World, based_on};

cases! {
    one_is_added_renamed_and_listed
    an_id_is_used_once
    a_stale_name_is_refused_with_the_present_state
    the_same_name_again_changes_nothing
    pages_follow_each_other
    integrations_are_counted
    whoever_sees_anything_of_an_account_finds_it
}

fn add(world: &World, id: &str, name: &str) -> u16 {
    world.ok("POST", "/sub-accounts", json!({ "id": id, "name": name }), With::default()).status
}

fn one_is_added_renamed_and_listed(storage: Rc<dyn Storage>) {
    let world = World::new(storage);
    let added = world.ok("POST", "/sub-accounts", json!({ "id": "a", "name": "Ähre" }), With::default());
    assert_eq!((added.status, added.rev), (201, Some(1)));
    let renamed = world.ok("PATCH", "/sub-accounts/a", json!({ "name": "Öse" }), based_on(1));
    assert_eq!((renamed.status, renamed.rev, &renamed.body["name"]), (200, Some(2), &json!("Öse")));
    let expected = json!({
        "agency": null, "cursor": null, "total": 1,
        "sub_accounts": [{ "id": "a", "rev": 2, "name": "Öse", "integrations": 0 }],
    });
    assert_eq!(world.get("/sub-accounts"), expected);
    let row = json!({ "name": "Öse", "folded_name": "öse", "rev": 2 });
    assert_eq!(world.rows("SELECT name, folded_name, rev FROM sub_accounts"), [row]);
    let kinds = world.rows("SELECT kind FROM events ORDER BY seq");
    assert_eq!(kinds, [json!({ "kind": "sub_account.added" }), json!({ "kind": "sub_account.renamed" })]);
}

fn an_id_is_used_once(storage: Rc<dyn Storage>) {
    let world = World::new(storage);
    add(&world, "a", "One");
    let again = world.ask("POST", "/sub-accounts", json!({ "id": "a", "name": "Two" }), With::default());
    assert_eq!(again.unwrap_err(), AdminError::Exists("id"));
    assert_eq!(world.value("SELECT name AS it FROM sub_accounts"), json!("One"));
    assert_eq!(world.value("SELECT count(*) AS it FROM events"), json!(1));
}

fn a_stale_name_is_refused_with_the_present_state(storage: Rc<dyn Storage>) {
    let world = World::new(storage);
    add(&world, "a", "One");
    let stale = world.ask("PATCH", "/sub-accounts/a", json!({ "name": "Two" }), based_on(7));
    let current = json!({ "id": "a", "rev": 1, "name": "One", "integrations": 0 });
    assert_eq!(stale.unwrap_err(), AdminError::Stale(current));
    let unknown = world.ask("PATCH", "/sub-accounts/b", json!({ "name": "Two" }), based_on(1));
    assert_eq!(unknown.unwrap_err(), AdminError::NoSubAccount);
}

fn the_same_name_again_changes_nothing(storage: Rc<dyn Storage>) {
    let world = World::new(storage);
    add(&world, "a", "One");
    let same = world.ok("PATCH", "/sub-accounts/a", json!({ "name": "One" }), based_on(1));
    assert_eq!((same.status, same.rev), (200, Some(1)));
    assert_eq!(world.value("SELECT count(*) AS it FROM events"), json!(1));
}

fn pages_follow_each_other(storage: Rc<dyn Storage>) {
    let world = World::new(storage);
    for id in ["c", "a", "e", "b", "d"] {
        add(&world, id, id);
    }
    let (mut seen, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let after = cursor.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
        let page = world.get(&format!("/sub-accounts?limit=2{after}"));
        assert_eq!(page["total"], json!(5));
        seen.extend(page["sub_accounts"].as_array().unwrap().iter().map(|one| one["id"].clone()));
        let Value::String(next) = &page["cursor"] else { break };
        cursor = Some(next.clone());
    }
    assert_eq!(seen, [json!("a"), json!("b"), json!("c"), json!("d"), json!("e")]);
}

fn integrations_are_counted(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let id = world.create("one", &["contacts.readonly"]);
    world.create("two", &["contacts.readonly"]);
    let count = |world: &World| world.get("/sub-accounts")["sub_accounts"][0]["integrations"].clone();
    assert_eq!(count(&world), json!(2));
    world.ok("DELETE", &format!("/integrations/{id}"), Value::Null, based_on(1));
    assert_eq!(count(&world), json!(1));
}

fn whoever_sees_anything_of_an_account_finds_it(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    for verb in Verb::ALL.iter().filter(|verb| verb.is_view()) {
        let email = format!("{verb}@acme.example");
        let permissions = json!([{ "verb": verb, "place": "sub_account:acme" }]);
        world.add_person(
            json!({ "email": email, "role": "account_viewer", "accounts": ["acme"], "permissions": permissions }),
        );
        let session = world.sign_in(&email).unwrap();
        let listed = world.as_credential(&session, || world.get("/sub-accounts"));
        assert_eq!((&listed["total"], &listed["sub_accounts"][0]["id"]), (&json!(1), &json!("acme")), "{verb}");
    }
}
