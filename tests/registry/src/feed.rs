//! The change feed.

use std::rc::Rc;

use registry::{Read, Storage};
use serde_json::{Value, json};

use crate::world::{Kv, World, based_on};

cases! {
    a_change_is_in_it_at_once
    it_forgets_what_kv_has_had_for_15_minutes
    it_keeps_what_kv_does_not_have
    it_numbers_changes_and_says_what_is_missing
}

fn feed(world: &World) -> Value {
    world.read(&Read::Feed).unwrap()
}

fn a_change_is_in_it_at_once(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let id = world.create("one", &["contacts.readonly"]);
    assert_eq!(
        world.rows("SELECT rev, told_at FROM feed WHERE key LIKE 'i:%'"),
        [json!({ "rev": 1, "told_at": null })]
    );
    world.ok("PATCH", &format!("/integrations/{id}"), json!({ "name": "two" }), based_on(1));
    let feed = feed(&world).to_string();
    assert!(feed.contains(&id), "{feed}");
    assert_eq!(world.value("SELECT rev AS it FROM feed WHERE key LIKE 'i:%'"), json!(2));
}

fn it_forgets_what_kv_has_had_for_15_minutes(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    world.create("one", &[]);
    world.drain(&mut Kv::default());
    for (seconds, left) in [(15 * 60 - 1, 2), (1, 0)] {
        world.later(seconds);
        feed(&world);
        assert_eq!(world.value("SELECT count(*) AS it FROM feed"), json!(left));
    }
    assert_eq!(world.value("SELECT floor AS it FROM feed_state"), json!(2));
}

fn it_keeps_what_kv_does_not_have(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let id = world.create("one", &[]);
    let mut kv = Kv::default();
    kv.refused.insert(format!("i:{id}"));
    world.drain(&mut kv);
    world.later(7 * 24 * 60 * 60);
    let feed = feed(&world).to_string();
    assert!(feed.contains(&id), "{feed}");
}

fn it_numbers_changes_and_says_what_is_missing(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let [one, two] = ["one", "two"].map(|name| world.create(name, &[]));
    world.ok("PATCH", &format!("/integrations/{one}"), json!({ "name": "changed" }), based_on(1));
    let order = world.rows("SELECT key FROM feed ORDER BY seq");
    assert_eq!(
        order,
        [json!({ "key": "policy" }), json!({ "key": format!("i:{two}") }), json!({ "key": format!("i:{one}") })]
    );
    assert_eq!(world.rows("SELECT seq, floor FROM feed_state"), [json!({ "seq": 4, "floor": 0 })]);
}
