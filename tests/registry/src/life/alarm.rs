//! The table of what is due, and the alarm that works it off.

use std::rc::Rc;

use super::*;

cases! {
    each_entry_fires_once_and_in_its_order
    a_change_of_the_reminder_reminds_nobody_twice
    rules_look_at_what_lives_for_so_long_alone
    a_late_alarm_catches_up
    an_end_is_announced_15_7_and_1_days_before
    a_late_notice_says_how_much_is_left
    an_old_token_that_is_still_used_is_told_of
    an_entry_that_cannot_be_carried_out_holds_back_no_other
    what_an_earlier_release_changed_is_scheduled
    ten_thousand_entries_of_an_hour_are_worked_off
}

fn each_entry_fires_once_and_in_its_order(storage: Rc<dyn Storage>) {
    let (world, mut kv) = (World::with_demo(storage), Kv::default());
    let id = world.create("one", BOTH);
    rotate(&world, &id);
    done(&world, &id, "", json!({ "expires_at": moment(START + 200 * DAY) }));
    world.drain(&mut kv);
    let next = || world.registry.due_in(world.now()).unwrap();
    let rev_before = rev(&world, &id);
    let mut told: Vec<&str> = Vec::new();
    for (delay, left) in [(4 * DAY, "3 days"), (2 * DAY, "1 day"), (DAY - 3600, "1 hour")] {
        assert_eq!(next(), Some(Duration::from_secs(delay)), "{left}");
        world.later(delay);
        assert_eq!((world.ring(), world.ring()), (1, 0), "{left}");
        assert_eq!(world.told(&id)[2..], told, "nothing is known of the old token's use");
    }
    for (delay, kind) in [
        (3600, "rotation.lapsed"),
        (83 * DAY, "rotation.due"),
        (80 * DAY, "integration.expiring"),
        (15 * DAY, "integration.expiring"),
        (8 * DAY, "integration.expiring"),
        (6 * DAY, "integration.expiring"),
        (DAY, "integration.expired"),
    ] {
        assert_eq!(next(), Some(Duration::from_secs(delay)), "{kind}");
        world.later(delay - 1);
        assert_eq!(world.ring(), 0, "{kind}");
        world.later(1);
        assert_eq!((world.ring(), world.ring()), (1, 0), "{kind}");
        told.push(kind);
        assert_eq!(world.told(&id)[2..], told);
    }
    assert_eq!(next(), Some(Duration::from_secs(201 * DAY)), "the first events are pruned then");
    assert_eq!(rev(&world, &id), rev_before, "no record changes");
    assert_eq!(
        last_detail(&world, "rotation.lapsed"),
        json!({ "n": 2, "ended": [1], "expires_at": moment(START + 7 * DAY) })
    );
    assert_eq!(last_detail(&world, "rotation.due"), json!({ "n": 2, "created_at": moment(START) }));
    assert_eq!(
        last_detail(&world, "integration.expired"),
        json!({ "expires_at": moment(START + 200 * DAY), "ended": [2] })
    );
    let actors = world.rows("SELECT DISTINCT actor FROM events WHERE kind IN ('rotation.due', 'integration.expired')");
    assert_eq!(actors, [json!({ "actor": "registry" })]);
}

fn a_change_of_the_reminder_reminds_nobody_twice(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let id = world.create("one", BOTH);
    let reminders = || world.told(&id).iter().filter(|kind| *kind == "rotation.due").count();
    let next = |days: Value| {
        settings(&world, json!({ "rotate_every_days": days })).unwrap();
        (due(&world, "rotation_due", &id), world.ring(), reminders())
    };
    assert_eq!(next(json!(30)), (json!(START + 30 * DAY), 0, 0));
    world.later(40 * DAY);
    assert_eq!((world.ring(), reminders()), (1, 1));
    assert_eq!(next(json!(20)), (Value::Null, 0, 1), "it was reminded of already");
    done(&world, &id, "", json!({ "name": "renamed" }));
    assert_eq!((world.ring(), reminders()), (0, 1));
    assert_eq!(next(Value::Null), (Value::Null, 0, 1));
    assert_eq!(next(json!(50)), (json!(START + 50 * DAY), 0, 1), "a time to come counts");
    world.later(10 * DAY);
    assert_eq!((world.ring(), reminders()), (1, 2));
    done(&world, &id, "/rotate", json!({ "expire": "now" }));
    assert_eq!(due(&world, "rotation_due", &id), json!(START + 100 * DAY));
    assert_eq!(next(Value::Null), (Value::Null, 0, 2), "nobody is reminded any more");
    assert_eq!(world.get(&path(&id))["rotation_due_at"], Value::Null);
}

fn rules_look_at_what_lives_for_so_long_alone(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let [lives, ends, gone, paused] = ["lives", "ends", "gone", "paused"].map(|name| world.create(name, BOTH));
    done(&world, &ends, "", json!({ "expires_at": moment(START + 60 * DAY) }));
    delete(&world, &gone);
    done(&world, &paused, "/pause", Value::Null);
    let at = |kind: &str| [&lives, &ends, &gone, &paused].map(|id| due(&world, kind, id));
    for (days, for_what_ends) in [(59, json!(START + 59 * DAY)), (60, Value::Null), (61, Value::Null)] {
        settings(&world, json!({ "rotate_every_days": days })).unwrap();
        let reminder = json!(START + days * DAY);
        assert_eq!(at("rotation_due"), [reminder.clone(), for_what_ends, Value::Null, reminder], "{days}");
    }
    settings(&world, json!({ "idle_days": 100 })).unwrap();
    let first = json!(START + 85 * DAY);
    assert_eq!(at("idle"), [first.clone(), first, Value::Null, Value::Null]);
}

fn a_late_alarm_catches_up(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let id = world.create("one", BOTH);
    done(&world, &id, "/rotate", json!({ "expire": "later", "window_seconds": 60 }));
    done(&world, &id, "", json!({ "expires_at": moment(START + 100 * DAY) }));
    let world = world.restarted();
    world.later(400 * DAY);
    assert_eq!(world.registry.due_in(world.now()).unwrap(), Some(Duration::ZERO));
    assert_eq!(world.ring(), 7);
    let expected = [
        "rotation.lapsed",
        "integration.expiring",
        "integration.expiring",
        "rotation.due",
        "integration.expiring",
        "integration.expiring",
        "integration.expired",
    ];
    assert_eq!(world.told(&id)[2..], expected);
    let world = world.restarted();
    assert_eq!(world.ring(), 0);
}

fn an_end_is_announced_15_7_and_1_days_before(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let id = world.create("one", BOTH);
    done(&world, &id, "", json!({ "expires_at": moment(START + 10 * DAY) }));
    let days = |world: &World| {
        let sql = "SELECT detail FROM events WHERE kind = 'integration.expiring' ORDER BY seq";
        let detail = |row: &Value| serde_json::from_str::<Value>(row["detail"].as_str().unwrap()).unwrap();
        world.rows(sql).iter().map(|row| detail(row)["days"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    world.ring();
    assert_eq!(days(&world), [10], "15 days before is over, and is not announced late");
    world.later(3 * DAY);
    world.ring();
    assert_eq!(days(&world), [10, 7]);
    // Another end begins anew, and the one day is told once.
    done(&world, &id, "", json!({ "expires_at": moment(START + 40 * DAY) }));
    for _ in 0..40 {
        world.later(DAY);
        world.ring();
    }
    assert_eq!(days(&world), [10, 7, 30, 15, 7, 1]);
}

fn a_late_notice_says_how_much_is_left(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let id = world.create("one", BOTH);
    done(&world, &id, "/rotate", json!({ "expire": "later", "window_seconds": 5 * DAY }));
    done(&world, &id, "", json!({ "expires_at": moment(START + 40 * DAY) }));
    world.storage.run(&format!("UPDATE tokens SET last_used_at = {}", START + 2 * DAY), &[]).unwrap();
    world.now.set(START + 2 * DAY + 60);
    world.ring();
    assert_eq!(last_detail(&world, "rotation.old_still_used")["seconds"], json!(3 * DAY - 60));
    world.now.set(START + 28 * DAY + 1);
    world.ring();
    assert_eq!(last_detail(&world, "integration.expiring")["days"], json!(12));
}

fn an_old_token_that_is_still_used_is_told_of(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let id = world.create("one", BOTH);
    rotate(&world, &id);
    let used = |at: u64| {
        let sql = format!("UPDATE tokens SET last_used_at = {at} WHERE integration = '{id}' AND n = 1");
        world.storage.run(&sql, &[]).unwrap();
    };
    used(START + 4 * DAY - 60);
    world.later(4 * DAY);
    world.ring();
    let expected = json!({
        "n": 2, "outgoing": 1, "expires_at": moment(START + 7 * DAY), "last_used_at": moment(START + 4 * DAY - 60),
        "seconds": 3 * DAY,
    });
    assert_eq!(last_detail(&world, "rotation.old_still_used"), expected);
    world.later(2 * DAY);
    world.ring();
    used(START + 7 * DAY - 7200);
    world.later(DAY - 3600);
    world.ring();
    world.later(3600);
    world.ring();
    let told = ["rotation.started", "rotation.old_still_used", "rotation.old_still_used", "rotation.lapsed"];
    assert_eq!(world.told(&id), told, "not a day before its end: then it was not used for a day");
    assert_eq!(last_detail(&world, "rotation.old_still_used")["seconds"], json!(3600));
}

fn an_entry_that_cannot_be_carried_out_holds_back_no_other(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let [broken, sound] = ["broken", "sound"].map(|name| world.create(name, BOTH));
    world.later(90 * DAY);
    let spoil = format!("UPDATE integrations SET scopes = '?' WHERE id = '{broken}'");
    world.storage.run(&spoil, &[]).unwrap();
    world.storage.run("INSERT INTO due VALUES ('expired', 'no id', 1, 1, 1, NULL)", &[]).unwrap();
    world.storage.run("INSERT INTO due VALUES ('of a later release', '040g2081040g2081', 1, 1, 1, NULL)", &[]).unwrap();
    let fired = world.registry.fire(50, world.now()).unwrap();
    assert_eq!((fired.entries, fired.faults.len()), (4, 2), "{:?}", fired.faults);
    assert_eq!(world.told(&sound), ["rotation.due"]);
    assert_eq!(world.registry.fire(50, world.now()).unwrap().entries, 0, "they wait");
    world.storage.run("UPDATE integrations SET scopes = '[]'", &[]).unwrap();
    world.later(300);
    world.registry.fire(50, world.now()).unwrap();
    assert_eq!(world.told(&broken), ["rotation.due"], "it was not lost");
}

fn what_an_earlier_release_changed_is_scheduled(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let [one, two] = ["one", "two"].map(|name| world.create(name, BOTH));
    // As the release before writes: without a word to the table `due`.
    world.storage.run("DELETE FROM due; UPDATE integrations SET rev = rev + 1, due_rev = 0", &[]).unwrap();
    let rotated = format!(
        "UPDATE tokens SET not_after = {} WHERE integration = '{one}';
        INSERT INTO tokens (integration, n, hash, created_at) VALUES ('{one}', 2, '{}', {START});
        UPDATE integrations SET last_n = 2 WHERE id = '{one}'",
        START + 600,
        "cd".repeat(24),
    );
    world.storage.run(&rotated, &[]).unwrap();
    world.storage.run(&format!("UPDATE integrations SET gone_at = 1 WHERE id = '{two}'"), &[]).unwrap();
    let world = world.restarted();
    assert_eq!(world.registry.due_in(world.now()).unwrap(), Some(Duration::ZERO));
    world.ring();
    assert_eq!(due(&world, "lapsed", &one), json!(START + 600));
    assert_eq!(due(&world, "rotation_due", &one), json!(START + 90 * DAY));
    assert_eq!(due(&world, "rotation_due", &two), Value::Null);
    world.storage.run("UPDATE tokens SET not_after = not_after + 600 WHERE not_after IS NOT NULL", &[]).unwrap();
    world.later(600);
    world.ring();
    assert!(world.told(&one).is_empty(), "the deadline is another one");
    world.later(600);
    world.ring();
    assert_eq!(world.told(&one), ["rotation.lapsed"]);
}

/// 20 alarms with 500 entries each. An alarm follows the one before at once, so that even at 15 seconds each it is 5 minutes.
fn ten_thousand_entries_of_an_hour_are_worked_off(storage: Rc<dyn Storage>) {
    let (world, mut kv) = (World::with_demo(storage), Kv::default());
    let first = world.create("first", BOTH);
    let copies = format!(
        "WITH RECURSIVE counted(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM counted WHERE i < 9999)
        INSERT INTO integrations (id, rev, level, owner_id, name, description, scopes, last_n, created_at, updated_at, due_rev)
        SELECT printf('9%015d', i), 1, 'sub_account', 'acme', 'n' || i, '', '[]', 1, {START}, {START}, 1 FROM counted;
        WITH RECURSIVE counted(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM counted WHERE i < 9999)
        INSERT INTO tokens (integration, n, hash, created_at)
        SELECT printf('9%015d', i), 1, (SELECT hash FROM tokens WHERE integration = '{first}'), {START} + i % 3600 FROM counted"
    );
    world.storage.run(&copies, &[]).unwrap();
    settings(&world, json!({ "rotate_every_days": 30 })).unwrap();
    assert_eq!(world.value("SELECT count(*) AS it FROM due WHERE next_at IS NOT NULL"), json!(10_000));
    world.drain(&mut kv);
    world.later(30 * DAY + 3600);
    let mut alarms = 0;
    while world.registry.due_in(world.now()).unwrap() == Some(Duration::ZERO) {
        let fired: u64 = (0..10).map(|_| world.registry.fire(50, world.now()).unwrap().entries).sum();
        assert_eq!(fired, 500);
        alarms += 1;
        world.later(15);
    }
    assert_eq!(alarms, 20);
    assert_eq!(world.value("SELECT count(*) AS it FROM events WHERE kind = 'rotation.due'"), json!(10_000));
    assert_eq!(
        world.value("SELECT count(DISTINCT integration) AS it FROM events WHERE kind = 'rotation.due'"),
        json!(10_000)
    );
}
