//! The outbox: what KV is told, in which order, and when.

use std::rc::Rc;
use std::time::Duration;

use registry::{Answered, Share, Step, Storage};
use serde_json::{Value, json};

use crate::world::{DAY, Kv, START, With, World, based_on};

cases! {
    kv_is_told_the_newest_of_each_key
    a_key_that_kv_refuses_holds_nothing_back
    five_failures_end_a_drain
    a_put_that_failed_is_made_once_more_after_15_minutes
    a_put_without_an_answer_ends_the_drain
    no_second_drain_runs_beside_the_first
    a_drain_that_was_dropped_blocks_for_a_minute
    a_lease_from_before_the_clock_stepped_back_is_void
    a_drain_whose_lease_ran_out_leaves_that_of_the_next
    of_two_puts_of_a_key_neither_is_the_last
    a_change_during_a_put_is_put_next
    a_drain_pauses_after_five_puts_and_ends_with_its_share
    a_tombstone_goes_after_30_days
    the_alarm_is_due_when_there_is_something_to_do
    a_resync_writes_everything_afresh
    an_upgrade_with_another_key_writes_everything_afresh
    a_rewrite_goes_in_batches
    a_record_that_cannot_be_read_keeps_none_from_kv
    values_carry_a_mac
}

/// A token that was just made is to be rotated in 90 days.
const REMINDER: Duration = Duration::from_secs(90 * DAY);

fn due(world: &World) -> Option<Duration> {
    world.registry.due_in(world.now()).unwrap()
}

fn key(id: &str) -> String {
    format!("i:{id}")
}

fn published(world: &World, id: &str) -> Value {
    world.get(&format!("/integrations/{id}"))["published"].clone()
}

fn kv_is_told_the_newest_of_each_key(storage: Rc<dyn Storage>) {
    let (world, mut kv) = (World::with_demo(storage), Kv::default());
    world.later(1);
    let id = world.create("one", &[]);
    world.ok("PATCH", &format!("/integrations/{id}"), json!({ "name": "two" }), based_on(1));
    assert_eq!(published(&world, &id), json!(false));
    assert!(world.drain(&mut kv).is_empty());
    assert_eq!(kv.puts, ["policy".to_owned(), key(&id)]);
    assert_eq!(kv.rev(&key(&id)), Some(2));
    assert_eq!(published(&world, &id), json!(true));
    assert_eq!(world.value("SELECT count(*) AS it FROM outbox"), json!(0));
}

fn a_key_that_kv_refuses_holds_nothing_back(storage: Rc<dyn Storage>) {
    let (world, mut kv) = (World::with_demo(storage), Kv::default());
    let [one, two] = ["one", "two"].map(|name| world.create(name, &[]));
    kv.refused.insert(key(&one));
    assert_eq!(world.drain(&mut kv), [format!("i:{one} is refused")]);
    assert_eq!((kv.rev(&key(&one)), kv.rev(&key(&two))), (None, Some(1)));
    world.later(5);
    world.create("three", &[]);
    kv.puts.clear();
    world.drain(&mut kv);
    assert_eq!(kv.puts.last(), Some(&key(&one)), "what failed least often goes first");
}

fn five_failures_end_a_drain(storage: Rc<dyn Storage>) {
    let (world, mut kv) = (World::with_demo(storage), Kv::default());
    world.drain(&mut kv);
    let ids: Vec<_> = (0..8).map(|index| world.create(&format!("n{index}"), &[])).collect();
    kv.refused.extend(ids.iter().map(|id| key(id)));
    assert_eq!(world.drain(&mut kv).len(), 5);
}

fn a_put_that_failed_is_made_once_more_after_15_minutes(storage: Rc<dyn Storage>) {
    let (world, mut kv) = (World::with_demo(storage), Kv::default());
    let id = world.create("one", &[]);
    kv.refused.insert(key(&id));
    world.drain(&mut kv);
    kv.refused.clear();
    world.later(5);
    world.drain(&mut kv);
    assert_eq!(published(&world, &id), json!(true));
    assert_eq!(world.rows("SELECT tries, again_at FROM outbox"), [json!({ "tries": 0, "again_at": START + 5 + 900 })]);
    assert_eq!(due(&world), Some(Duration::from_secs(900)));
    kv.puts.clear();
    for (seconds, puts) in [(899, 0), (1, 1), (900, 1)] {
        world.later(seconds);
        world.drain(&mut kv);
        assert_eq!(kv.puts.len(), puts);
    }
    assert_eq!(due(&world), Some(REMINDER.saturating_sub(Duration::from_secs(5 + 1800))));
}

fn a_put_without_an_answer_ends_the_drain(storage: Rc<dyn Storage>) {
    let (world, mut kv) = (World::with_demo(storage), Kv::default());
    world.later(1);
    world.create("one", &[]);
    kv.silent.insert("policy".to_owned());
    assert_eq!(world.drain(&mut kv), ["no answer to the put of policy"]);
    assert_eq!(kv.puts.len(), 1);
}

fn no_second_drain_runs_beside_the_first(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let now_ms = world.now.get() * 1000;
    let drain = |now_ms| world.registry.drain(&world.settings, Share::OF_A_COMMAND, now_ms).unwrap();
    let mut first = drain(now_ms).unwrap();
    let Some(Step::Put(put)) = first.next(now_ms).unwrap() else { panic!("no put") };
    assert!(drain(now_ms).is_none());
    first.answered(*put, Answered::Taken, now_ms).unwrap();
    assert!(drain(now_ms).is_none());
    first.end(Ok(())).unwrap();
    assert!(drain(now_ms).is_some());
}

fn a_drain_that_was_dropped_blocks_for_a_minute(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let now_ms = world.now.get() * 1000;
    let drain = |now_ms| world.registry.drain(&world.settings, Share::OF_A_COMMAND, now_ms).unwrap();
    let mut dropped = drain(now_ms).unwrap();
    assert!(matches!(dropped.next(now_ms).unwrap(), Some(Step::Put(_))));
    drop(dropped);
    assert!(drain(now_ms + 59_999).is_none());
    assert!(drain(now_ms + 60_000).is_some());
}

fn a_lease_from_before_the_clock_stepped_back_is_void(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let now_ms = world.now.get() * 1000;
    let drain = |now_ms| world.registry.drain(&world.settings, Share::OF_A_COMMAND, now_ms).unwrap();
    let mut dropped = drain(now_ms).unwrap();
    assert!(matches!(dropped.next(now_ms).unwrap(), Some(Step::Put(_))));
    drop(dropped);
    assert!(drain(now_ms - 1).is_some());
}

fn a_drain_whose_lease_ran_out_leaves_that_of_the_next(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let now_ms = world.now.get() * 1000;
    let later_ms = now_ms + 60_000;
    let drain = |now_ms| world.registry.drain(&world.settings, Share::OF_A_COMMAND, now_ms).unwrap();
    let (mut first, mut ended) = (drain(now_ms).unwrap(), drain(now_ms).unwrap());
    assert!(first.next(now_ms).unwrap().is_none(), "the other one began later");
    let Some(Step::Put(put)) = ended.next(now_ms).unwrap() else { panic!("no put") };
    let mut second = drain(later_ms).unwrap();
    assert!(matches!(second.next(later_ms).unwrap(), Some(Step::Put(_))));
    ended.answered(*put, Answered::Nothing, later_ms).unwrap();
    ended.end(Ok(())).unwrap();
    assert!(drain(later_ms).is_none(), "the put of the second is under way");
    second.end(Ok(())).unwrap();
    assert!(drain(later_ms).is_some());
}

fn of_two_puts_of_a_key_neither_is_the_last(storage: Rc<dyn Storage>) {
    let (world, mut kv) = (World::with_demo(storage), Kv::default());
    world.drain(&mut kv);
    let id = world.create("one", &[]);
    let now_ms = world.now.get() * 1000;
    let drain = |now_ms| world.registry.drain(&world.settings, Share::OF_AN_ALARM, now_ms).unwrap().unwrap();
    let put = |drain: &mut registry::Drain<'_>| match drain.next(now_ms).unwrap() {
        Some(Step::Put(put)) => *put,
        _ => panic!("no put"),
    };
    let rows = || world.rows("SELECT rev, tries, again_at FROM outbox");
    let told = || world.value(&format!("SELECT told_at AS it FROM feed WHERE key = 'i:{id}'"));
    let mut first = drain(now_ms);
    let of_first = put(&mut first);
    let mut second = drain(now_ms - 1); // the clock stepped back
    let of_second = put(&mut second);
    assert_eq!((of_first.key(), of_second.key()), (key(&id).as_str(), key(&id).as_str()));
    first.answered(of_first, Answered::Taken, now_ms).unwrap();
    assert_eq!(rows(), [json!({ "rev": 1, "tries": 0, "again_at": START + 900 })], "the second may land later");
    assert_eq!(told(), Value::Null);
    world.ok("DELETE", &format!("/integrations/{id}"), Value::Null, based_on(1));
    assert!(first.next(now_ms).unwrap().is_none(), "it has lost its lease");
    let newer = put(&mut second);
    second.answered(newer, Answered::Taken, now_ms).unwrap();
    second.answered(of_second, Answered::Taken, now_ms).unwrap();
    assert_eq!(rows(), [json!({ "rev": 2, "tries": 0, "again_at": START + 900 })], "the tombstone is put once more");
}

fn a_change_during_a_put_is_put_next(storage: Rc<dyn Storage>) {
    let (world, mut kv) = (World::with_demo(storage), Kv::default());
    world.drain(&mut kv);
    let id = world.create("one", &[]);
    let now_ms = world.now.get() * 1000;
    let mut drain = world.registry.drain(&world.settings, Share::OF_AN_ALARM, now_ms).unwrap().unwrap();
    let Some(Step::Put(first)) = drain.next(now_ms).unwrap() else { panic!("no put") };
    world.ok("PATCH", &format!("/integrations/{id}"), json!({ "name": "two" }), based_on(1));
    drain.answered(*first, Answered::Taken, now_ms).unwrap();
    let Some(Step::Put(second)) = drain.next(now_ms).unwrap() else { panic!("no put") };
    assert!(second.value.as_str().contains("\"rev\":2"));
    assert_eq!(published(&world, &id), json!(false));
    drain.answered(*second, Answered::Taken, now_ms).unwrap();
    assert_eq!(published(&world, &id), json!(true));
}

fn a_drain_pauses_after_five_puts_and_ends_with_its_share(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    for index in 0..14 {
        world.create(&format!("n{index}"), &[]);
    }
    let now_ms = world.now.get() * 1000;
    let mut drain = world.registry.drain(&world.settings, Share::OF_A_COMMAND, now_ms).unwrap().unwrap();
    let mut steps = String::new();
    while let Some(step) = drain.next(now_ms).unwrap() {
        match step {
            Step::Pause(_) => steps.push('-'),
            Step::Fault(fault) => panic!("{fault}"),
            Step::Put(put) => {
                steps.push('p');
                drain.answered(*put, Answered::Taken, now_ms).unwrap();
            }
        }
    }
    assert_eq!(steps, "ppppp-ppppp");
    drain.end(Ok(())).unwrap();
    let mut late = world.registry.drain(&world.settings, Share::OF_A_COMMAND, now_ms).unwrap().unwrap();
    assert!(late.next(now_ms + Share::OF_A_COMMAND.time_ms).unwrap().is_none());
}

fn a_tombstone_goes_after_30_days(storage: Rc<dyn Storage>) {
    let (world, mut kv) = (World::with_demo(storage), Kv::default());
    let id = world.create("one", &[]);
    world.ok("DELETE", &format!("/integrations/{id}"), Value::Null, based_on(1));
    world.drain(&mut kv);
    let (value, ttl) = &kv.values[&key(&id)];
    assert!(value.contains("\"gone\":true"));
    assert_eq!(*ttl, Some(30 * 24 * 60 * 60));
    assert_eq!(kv.values["policy"].1, None);
}

fn the_alarm_is_due_when_there_is_something_to_do(storage: Rc<dyn Storage>) {
    let (world, mut kv) = (World::new(storage), Kv::default());
    assert_eq!(due(&world), None);
    world.ok("POST", "/sub-accounts", json!({ "id": "acme", "name": "Acme" }), With::default());
    assert_eq!(due(&world), Some(Duration::from_secs(401 * 24 * 60 * 60)), "its event goes then");
    world.create("one", &[]);
    assert_eq!(due(&world), Some(Duration::from_secs(5)));
    world.drain(&mut kv);
    assert_eq!(due(&world), Some(REMINDER));
}

fn a_resync_writes_everything_afresh(storage: Rc<dyn Storage>) {
    let (world, mut kv) = (World::with_demo(storage), Kv::default());
    let [one, two] = ["one", "two"].map(|name| world.create(name, &[]));
    world.ok("DELETE", &format!("/integrations/{two}"), Value::Null, based_on(1));
    world.drain(&mut kv);
    kv.values.clear();
    let begun = world.ok("POST", "/resync", Value::Null, With::default());
    assert_eq!((begun.status, begun.body), (202, json!({ "waiting": 3, "complete": false })));
    world.drain(&mut kv);
    assert_eq!(world.get("/resync"), json!({ "waiting": 0, "complete": true }));
    let revs = ["policy".to_owned(), key(&one), key(&two)].map(|key| kv.rev(&key));
    assert_eq!(revs, [Some(1), Some(1), Some(2)]);
}

fn an_upgrade_with_another_key_writes_everything_afresh(storage: Rc<dyn Storage>) {
    let (mut world, mut kv) = (World::with_demo(storage), Kv::default());
    let id = world.create("one", &[]);
    world.drain(&mut kv);
    let before = kv.values[&key(&id)].0.clone();
    let keys = "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI,AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE";
    world.settings.keys = Ok(tidegate::token::TokenKeys::parse(keys).unwrap());
    let world = world.restarted();
    assert_eq!(world.get("/resync"), json!({ "waiting": 2, "complete": false }));
    assert_eq!(due(&world), Some(Duration::ZERO));
    assert!(world.registry.alarm(world.now()).unwrap().is_empty());
    world.drain(&mut kv);
    assert_eq!(world.get("/resync"), json!({ "waiting": 0, "complete": true }));
    assert_ne!(kv.values[&key(&id)].0, before);
    let world = world.restarted();
    assert_eq!(due(&world), Some(REMINDER), "nothing is left to write");
}

fn a_rewrite_goes_in_batches(storage: Rc<dyn Storage>) {
    let (world, mut kv) = (World::with_demo(storage), Kv::default());
    for index in 0..502 {
        world.create(&format!("n{index}"), &[]);
    }
    for _ in 0..2 {
        world.drain(&mut kv);
    }
    assert_eq!(kv.values.len(), 503);
    kv.values.clear();
    world.ok("POST", "/resync", Value::Null, With::default());
    for left in [503, 3, 0] {
        assert_eq!(world.get("/resync")["waiting"], json!(left));
        world.drain(&mut kv);
        world.registry.alarm(world.now()).unwrap();
    }
    assert_eq!(kv.values.len(), 503);
    assert_eq!(world.get("/resync")["complete"], json!(true));
}

fn a_record_that_cannot_be_read_keeps_none_from_kv(storage: Rc<dyn Storage>) {
    let (world, mut kv) = (World::with_demo(storage), Kv::default());
    let [one, two] = ["one", "two"].map(|name| world.create(name, &[]));
    world.drain(&mut kv);
    kv.values.clear();
    let sql = format!("UPDATE integrations SET scopes = '?' WHERE id = '{one}'");
    world.storage.run(&sql, &[]).unwrap();
    world.ok("POST", "/resync", Value::Null, With::default());
    world.drain(&mut kv);
    assert_eq!((kv.rev(&key(&one)), kv.rev(&key(&two))), (None, Some(1)));
}

fn values_carry_a_mac(storage: Rc<dyn Storage>) {
    let (world, mut kv) = (World::with_demo(storage), Kv::default());
    let id = world.create("one", &[]);
    world.drain(&mut kv);
    let keys = world.settings.keys.as_ref().unwrap();
    let (value, _) = &kv.values[&key(&id)];
    assert!(keys.store().open(&key(&id), value).is_ok());
    assert!(keys.store().open("i:another", value).is_err());
}
