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
    each_level_has_a_switch_of_its_own
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

fn each_level_has_a_switch_of_its_own(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let levels = [(Level::Agency, "hq"), (Level::SubAccount, "acme")];
    for (switch, off) in [
        (json!({ "agency": false }), vec![Level::Agency]),
        (json!({ "sub_accounts": false }), vec![Level::Agency, Level::SubAccount]),
        (json!({ "agency": true }), vec![Level::SubAccount]),
        (json!({ "sub_accounts": true }), vec![]),
    ] {
        world.ok("PATCH", PATH, switch.clone(), With::default());
        for (level, id) in levels {
            let new = json!({ "name": "one", "owner": { "level": level, "id": id }, "scopes": [] });
            let refusal = off.contains(&level).then_some(AdminError::FeatureOff(Feature::PrivateIntegrations, level));
            assert_eq!(world.ask("POST", "/integrations", new, With::default()).err(), refusal, "{switch} {level:?}");
        }
    }
}

fn off_leaves_reading_and_revoking(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let [id, other, finished, trimmed, gone, paused] =
        ["one", "two", "three", "four", "five", "six"].map(|name| world.create(name, &["contacts.readonly"]));
    for id in [&id, &finished] {
        world.ok("POST", &format!("/integrations/{id}/rotate"), json!({ "expire": "later" }), based_on(1));
    }
    world.ok("POST", &format!("/integrations/{finished}/rotation/finish"), Value::Null, based_on(2));
    world.ok("PATCH", &format!("/integrations/{trimmed}"), json!({ "scopes": [] }), based_on(1));
    world.ok("DELETE", &format!("/integrations/{gone}"), Value::Null, based_on(1));
    world.ok("POST", &format!("/integrations/{paused}/pause"), Value::Null, based_on(1));
    let off = AdminError::FeatureOff(Feature::PrivateIntegrations, Level::SubAccount);
    let of_integration =
        json!({ "integration": id, "url": "https://hooks.example/own", "kinds": ["rotation.started"] });
    let hook = format!("/endpoints/{}", made(&world, of_integration));
    let of_place =
        json!({ "place": "sub_account:acme", "url": "https://hooks.example/", "kinds": ["rotation.started"] });
    let of_place = format!("/endpoints/{}", made(&world, of_place));
    world.ok("PATCH", PATH, json!({ "sub_accounts": false }), With::default());
    let new = json!({ "name": "three", "owner": { "level": "sub_account", "id": "acme" }, "scopes": [] });
    let endpoint = json!({ "integration": id, "url": "https://hooks.example/in", "kinds": ["rotation.started"] });
    let of = |id: &str, what: &str| format!("/integrations/{id}{what}");
    for (method, path, body, rev) in [
        ("POST", "/integrations".to_owned(), new, 0),
        ("PATCH", of(&id, ""), json!({ "name": "x" }), 2),
        ("POST", of(&id, "/rotate"), json!({ "expire": "now" }), 2),
        ("POST", of(&id, "/rotation/cancel"), Value::Null, 2),
        ("POST", of(&id, "/rotation/extend"), json!({ "expires_at": "2026-12-08T00:00:00Z" }), 2),
        ("POST", of(&id, "/test"), json!({ "is_own": true, "operation": "whoami" }), 2),
        ("POST", of(&finished, "/undo"), Value::Null, 3),
        ("POST", of(&trimmed, "/undo"), Value::Null, 2),
        ("POST", of(&gone, "/undo"), Value::Null, 2),
        ("POST", of(&paused, "/resume"), Value::Null, 2),
        ("POST", "/endpoints".to_owned(), endpoint, 0),
        ("PATCH", hook.clone(), json!({ "kinds": ["rotation.started", "rotation.lapsed"] }), 1),
        ("PATCH", hook.clone(), json!({ "url": "https://hooks.example/other" }), 1),
        ("PATCH", hook.clone(), json!({ "description": "x" }), 1),
        ("POST", format!("{hook}/rotate"), json!({ "expire": "later" }), 1),
    ] {
        assert_eq!(world.ask(method, &path, body, based_on(rev)).unwrap_err(), off, "{method} {path}");
    }
    world.ok("PATCH", &hook, json!({ "enabled": false }), based_on(1));
    let enabled = world.ask("PATCH", &hook, json!({ "enabled": true }), based_on(2));
    assert_eq!(enabled.unwrap_err(), off);
    world.ok("DELETE", &hook, Value::Null, based_on(2));
    world.ok("PATCH", &of_place, json!({ "kinds": ["rotation.started", "rotation.lapsed"] }), based_on(1));
    assert_eq!(world.get("/integrations")["total"], json!(5));
    world.ok("POST", &of(&id, "/rotation/finish"), Value::Null, based_on(2));
    world.ok("POST", &of(&other, "/pause"), Value::Null, based_on(1));
    world.ok("DELETE", &of(&other, ""), Value::Null, based_on(2));
    world.ok("PATCH", PATH, json!({ "sub_accounts": true }), With::default());
    world.ok("PATCH", &format!("/integrations/{id}"), json!({ "name": "x" }), based_on(3));
}

/// Adds a webhook endpoint; gives its id.
fn made(world: &World, endpoint: Value) -> String {
    let made = world.ok("POST", "/endpoints", endpoint, With::default()).body;
    made["endpoint"]["id"].as_str().unwrap().to_owned()
}

fn an_unknown_feature_is_none(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let answer = world.ask("PATCH", "/features/flying", json!({ "agency": true }), With::default());
    assert_eq!(answer.unwrap_err(), AdminError::NoFeature);
    let wrong = world.ask("PATCH", PATH, json!({ "agency": "on" }), With::default()).unwrap_err();
    assert!(matches!(wrong, AdminError::Invalid { field, .. } if field == "agency"));
}
