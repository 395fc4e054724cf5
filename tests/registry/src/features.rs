//! Labs.

use std::rc::Rc;

use registry::Storage;
use serde_json::{Value, json};
use tidegate::access::Feature;
use tidegate::admin::AdminError;
use tidegate::record::Level;

use crate::world::{With, World, based_on};

cases! {
    a_feature_begins_on_and_is_switched_for_each_level
    off_leaves_reading_and_revoking
    an_unknown_feature_is_none
}

const PATH: &str = "/features/private_integrations";

fn a_feature_begins_on_and_is_switched_for_each_level(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    assert_eq!(world.get("/features"), json!({ "private_integrations": { "agency": true, "sub_accounts": true } }));
    let off = world.ok("PATCH", PATH, json!({ "sub_accounts": false }), With::default()).body;
    assert_eq!(off, json!({ "private_integrations": { "agency": true, "sub_accounts": false } }));
    assert_eq!(world.get("/features"), off);
    let world = world.restarted();
    assert_eq!(world.get("/session")["features"], off);
    let of_agency = json!({ "name": "one", "owner": { "level": "agency", "id": "hq" }, "scopes": [] });
    assert!(world.ask("POST", "/integrations", of_agency, With::default()).is_ok());
    assert_eq!(world.get("/events?limit=3")["events"][2]["kind"], json!("feature.changed"));
}

fn off_leaves_reading_and_revoking(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let (id, other) = (world.create("one", &["contacts.readonly"]), world.create("two", &[]));
    world.ok("POST", &format!("/integrations/{id}/rotate"), json!({ "expire": "later" }), based_on(1));
    world.ok("PATCH", PATH, json!({ "sub_accounts": false }), With::default());
    let off = AdminError::FeatureOff(Feature::PrivateIntegrations, Level::SubAccount);
    let new = json!({ "name": "three", "owner": { "level": "sub_account", "id": "acme" }, "scopes": [] });
    let endpoint = json!({ "integration": id, "url": "https://hooks.example/in", "kinds": ["rotation.started"] });
    for (method, path, body) in [
        ("POST", "/integrations".to_owned(), new),
        ("PATCH", format!("/integrations/{id}"), json!({ "name": "x" })),
        ("POST", format!("/integrations/{id}/rotate"), json!({ "expire": "now" })),
        ("POST", format!("/integrations/{id}/rotation/cancel"), Value::Null),
        ("POST", format!("/integrations/{id}/test"), json!({ "is_own": true, "operation": "whoami" })),
        ("POST", "/endpoints".to_owned(), endpoint),
    ] {
        assert_eq!(world.ask(method, &path, body, based_on(2)).unwrap_err(), off, "{method} {path}");
    }
    assert_eq!(world.get("/integrations")["total"], json!(2));
    world.ok("POST", &format!("/integrations/{id}/rotation/finish"), Value::Null, based_on(2));
    world.ok("DELETE", &format!("/integrations/{other}"), Value::Null, based_on(1));
    world.ok("PATCH", PATH, json!({ "sub_accounts": true }), With::default());
    world.ok("PATCH", &format!("/integrations/{id}"), json!({ "name": "x" }), based_on(3));
}

fn an_unknown_feature_is_none(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let answer = world.ask("PATCH", "/features/flying", json!({ "agency": true }), With::default());
    assert_eq!(answer.unwrap_err(), AdminError::NoFeature);
    let wrong = world.ask("PATCH", PATH, json!({ "agency": "on" }), With::default()).unwrap_err();
    assert!(matches!(wrong, AdminError::Invalid { field, .. } if field == "agency"));
}
