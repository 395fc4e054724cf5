//! The change feed.

use std::rc::Rc;

use registry::{Answered, Read, Share, Step, Storage};
use serde_json::{Value, json};

use crate::world::{Kv, World, based_on};

cases! {
    a_change_is_in_it_at_once
    it_forgets_what_kv_has_had_for_15_minutes
    it_keeps_what_kv_does_not_have
    it_keeps_a_change_though_kv_has_the_one_before
    it_keeps_a_change_that_was_made_during_a_put
    it_numbers_changes_and_says_what_is_missing
    it_lists_4000_and_says_up_to_where_others_are_missing
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

fn it_keeps_a_change_though_kv_has_the_one_before(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let id = world.create("one", &[]);
    let mut kv = Kv::default();
    world.drain(&mut kv);
    world.later(10 * 60);
    world.ok("PATCH", &format!("/integrations/{id}"), json!({ "name": "two" }), based_on(1));
    kv.refused.insert(format!("i:{id}"));
    world.drain(&mut kv);
    world.later(6 * 60);
    assert_eq!(feed(&world)["revs"][&id], json!(2), "16 minutes after the first put, which says nothing of the second");
}

fn it_keeps_a_change_that_was_made_during_a_put(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    world.drain(&mut Kv::default());
    let id = world.create("one", &[]);
    let now_ms = world.now.get() * 1000;
    let mut drain = world.registry.drain(&world.settings, Share::OF_AN_ALARM, now_ms).unwrap().unwrap();
    let Some(Step::Put(put)) = drain.next(now_ms).unwrap() else { panic!("no put") };
    world.ok("PATCH", &format!("/integrations/{id}"), json!({ "name": "two" }), based_on(1));
    drain.answered(*put, Answered::Taken, now_ms).unwrap();
    let kept = world.rows("SELECT rev, told_at FROM feed WHERE key LIKE 'i:%'");
    assert_eq!(kept, [json!({ "rev": 2, "told_at": null })]);
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

fn it_lists_4000_and_says_up_to_where_others_are_missing(storage: Rc<dyn Storage>) {
    let world = World::new(storage);
    let fill = "INSERT INTO feed (key, rev, seq)
        WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < 4000)
        SELECT 'i:' || printf('%016d', n), 1, n FROM counted";
    let one_more = "INSERT INTO feed (key, rev, seq) VALUES ('i:0000000000004001', 1, 4001)";
    for (sql, complete, floor) in [(fill, true, 0), (one_more, false, 1)] {
        world.storage.run(sql, &[]).unwrap();
        let feed = feed(&world);
        assert_eq!((&feed["complete"], &feed["floor"]), (&json!(complete), &json!(floor)));
        assert_eq!(feed["revs"].as_object().unwrap().len(), 4000);
    }
}
