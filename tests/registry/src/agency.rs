//! The agency.

use std::rc::Rc;

use registry::Storage;
use serde_json::{Value, json};
use tidegate::admin::AdminError;

use crate::world::{With, World, based_on};

cases! {
    it_is_set_and_changed
    its_first_integration_sets_it
    its_id_stays_while_integrations_belong_to_it
    a_stale_change_is_refused
}

fn integration(id: &str) -> Value {
    json!({ "name": "ours", "owner": { "level": "agency", "id": id }, "scopes": [] })
}

fn it_is_set_and_changed(storage: Rc<dyn Storage>) {
    let world = World::new(storage);
    assert_eq!(world.get("/agency"), json!({ "id": null, "name": null, "rev": 0, "integrations": 0 }));
    let set = world.ok("PUT", "/agency", json!({ "id": "x", "name": "X" }), based_on(0));
    assert_eq!((set.rev, set.body), (Some(1), json!({ "id": "x", "name": "X", "rev": 1, "integrations": 0 })));
    world.ok("PUT", "/agency", json!({ "id": "y" }), based_on(1));
    assert_eq!(world.get("/agency"), json!({ "id": "y", "name": null, "rev": 2, "integrations": 0 }));
    let same = world.ok("PUT", "/agency", json!({ "id": "y" }), based_on(2));
    assert_eq!(same.rev, Some(2));
    assert_eq!(world.value("SELECT count(*) AS it FROM agency"), json!(1));
    let kinds = world.rows("SELECT kind FROM events ORDER BY seq");
    assert_eq!(kinds, [json!({ "kind": "agency.set" }), json!({ "kind": "agency.changed" })]);
}

fn its_first_integration_sets_it(storage: Rc<dyn Storage>) {
    let world = World::new(storage);
    world.ok("POST", "/integrations", integration("x"), With::default());
    assert_eq!(world.get("/agency"), json!({ "id": "x", "name": null, "rev": 1, "integrations": 1 }));
    let other = world.ask("POST", "/integrations", integration("y"), With::default()).unwrap_err();
    assert!(matches!(&other, AdminError::Invalid { .. }), "{other:?}");
    assert_eq!(world.value("SELECT count(*) AS it FROM integrations"), json!(1));
}

fn its_id_stays_while_integrations_belong_to_it(storage: Rc<dyn Storage>) {
    let world = World::new(storage);
    let made = world.ok("POST", "/integrations", integration("x"), With::default()).body;
    let change = |rev| world.ask("PUT", "/agency", json!({ "id": "y" }), based_on(rev));
    assert_eq!(change(1).unwrap_err(), AdminError::AgencyInUse(1));
    world.ok("PUT", "/agency", json!({ "id": "x", "name": "named" }), based_on(1));
    let id = made["integration"]["id"].as_str().unwrap();
    world.ok("DELETE", &format!("/integrations/{id}"), Value::Null, based_on(1));
    assert_eq!(change(2).unwrap().rev, Some(3));
}

fn a_stale_change_is_refused(storage: Rc<dyn Storage>) {
    let world = World::new(storage);
    let stale = world.ask("PUT", "/agency", json!({ "id": "x" }), based_on(3)).unwrap_err();
    assert_eq!(stale, AdminError::Stale(json!({ "id": null, "name": null, "rev": 0, "integrations": 0 })));
    assert_eq!(world.value("SELECT count(*) AS it FROM events"), json!(0));
}
