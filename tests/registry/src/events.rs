//! Audit events.

use std::rc::Rc;

use registry::{Credential, Storage};
use serde_json::{Value, json};

use crate::world::{START, World, based_on};

cases! {
    every_change_of_an_integration_writes_one
    pages_go_from_the_newest_to_the_oldest
    a_cursor_beyond_any_number_begins_at_the_newest
    no_event_holds_a_token_or_its_hash
    an_event_names_who_asked
}

fn kinds(events: &Value) -> Vec<&str> {
    events["events"].as_array().unwrap().iter().map(|event| event["kind"].as_str().unwrap()).collect()
}

fn changed(world: &World) -> String {
    let id = world.create("one", &["contacts.readonly"]);
    let path = format!("/integrations/{id}");
    world.ok("PATCH", &path, json!({ "name": "two" }), based_on(1));
    world.ok("POST", &format!("{path}/rotate"), json!({ "expire": "later" }), based_on(2));
    world.ok("POST", &format!("{path}/rotation/cancel"), Value::Null, based_on(3));
    world.ok("DELETE", &path, Value::Null, based_on(4));
    id
}

const ALL: [&str; 5] =
    ["integration.deleted", "rotation.cancelled", "rotation.started", "integration.edited", "integration.created"];

fn every_change_of_an_integration_writes_one(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let id = changed(&world);
    let events = world.get(&format!("/integrations/{id}/events"));
    assert_eq!(kinds(&events), ALL);
    assert_eq!((&events["cursor"], &events["total"]), (&json!(null), &json!(5)));
    assert_eq!(events["events"][3]["detail"]["name"], json!({ "from": "one", "to": "two" }));
    assert_eq!(world.value("SELECT min(at) AS it FROM events"), json!(START));
}

fn pages_go_from_the_newest_to_the_oldest(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let path = format!("/integrations/{}/events?limit=2", changed(&world));
    let first = world.get(&path);
    let second = world.get(&format!("{path}&cursor={}", first["cursor"].as_str().unwrap()));
    let third = world.get(&format!("{path}&cursor={}", second["cursor"].as_str().unwrap()));
    assert_eq!([kinds(&first), kinds(&second), kinds(&third)].concat(), ALL);
    assert_eq!(third["cursor"], Value::Null);
}

fn a_cursor_beyond_any_number_begins_at_the_newest(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let id = changed(&world);
    for cursor in [u64::MAX, (1 << 53) + 1, (1 << 53) - 1] {
        assert_eq!(kinds(&world.get(&format!("/integrations/{id}/events?cursor={cursor}"))), ALL, "{cursor}");
    }
}

fn no_event_holds_a_token_or_its_hash(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    changed(&world);
    let details: Vec<_> = world.rows("SELECT detail FROM events").iter().map(Value::to_string).collect();
    let hashes = world.rows("SELECT hash FROM tokens");
    assert_eq!(hashes.len(), 2);
    for hash in hashes {
        let hash = hash["hash"].as_str().unwrap().to_owned();
        assert!(details.iter().all(|detail| !detail.contains(&hash) && !detail.contains("pit_")));
    }
}

fn an_event_names_who_asked(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let digest = "0123456789abcdef".repeat(4);
    let sql = "INSERT INTO sessions (digest, created_at, ends_at) VALUES (?, 0, ?)";
    let ends = registry::Parameter::Number(START + 60);
    world.storage.run(sql, &[digest.as_str().into(), ends]).unwrap();
    *world.credential.borrow_mut() = Credential::Session(digest);
    let id = world.create("one", &[]);
    let events = world.get(&format!("/integrations/{id}/events"));
    assert_eq!(events["events"][0]["actor"], json!("owner-key"));
}
