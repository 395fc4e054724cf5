//! The life of an integration: its end, pause, reminders, undo, and the table of what is due.

use std::rc::Rc;
use std::time::Duration;

use registry::{Read, Storage};
use serde_json::{Value, json};
use tidegate::admin::{AdminError, NotUndone};
use tidegate::rotation::Conflict;
use tidegate::time::Timestamp;

use crate::world::{DAY, Kv, START, With, World, based_on};

cases! {
    an_end_is_set_moved_and_lifted
    what_has_ended_lives_again_by_no_change_but_a_new_token
    an_end_that_was_told_stays_though_the_clock_steps_back
    a_deadline_that_was_told_stays_though_the_clock_steps_back
    the_maximum_lifetime_is_for_new_ends_scopes_and_tokens
    pause_and_resume_are_said_once
    a_window_is_extended_within_30_days_of_its_start
    an_early_end_of_a_rotation_is_undone
    a_removal_of_scopes_is_undone
    a_deletion_is_undone_less_what_has_ended
    an_undo_is_refused_too_late_or_after_another_change
    an_undo_that_was_over_stays_over_though_the_clock_steps_back
    a_leaked_token_is_never_given_back
    the_rules_say_what_can_be_undone
    an_agencys_integration_comes_back_to_the_same_agency_only
    settings_are_changed_on_the_base_of_their_rev
    settings_that_are_out_of_bounds_are_refused
    each_entry_fires_once_and_in_its_order
    a_change_of_the_reminder_reminds_nobody_twice
    a_late_alarm_catches_up
    an_end_is_announced_15_7_and_1_days_before
    an_old_token_that_is_still_used_is_told_of
    an_entry_that_cannot_be_carried_out_holds_back_no_other
    what_an_earlier_release_changed_is_scheduled
    ten_thousand_entries_of_an_hour_are_worked_off
    the_last_four_characters_of_a_token_are_shown
    the_strip_counts_what_its_filters_list
    what_kv_gets_is_the_lowest_version
}

const BOTH: &[&str] = &["contacts.readonly", "contacts.write"];

fn path(id: &str) -> String {
    format!("/integrations/{id}")
}

fn moment(seconds: u64) -> String {
    Timestamp::from_seconds(seconds).to_string()
}

/// Changes an integration, based on its present revision.
fn act(world: &World, id: &str, what: &str, body: Value) -> Result<Value, AdminError> {
    let method = if what.is_empty() { "PATCH" } else { "POST" };
    world.ask(method, &format!("{}{what}", path(id)), body, based_on(rev(world, id))).map(|answer| answer.body)
}

fn rev(world: &World, id: &str) -> u64 {
    world.value(&format!("SELECT rev AS it FROM integrations WHERE id = '{id}'")).as_u64().unwrap()
}

fn done(world: &World, id: &str, what: &str, body: Value) -> Value {
    act(world, id, what, body).unwrap_or_else(|error| panic!("{what}: {error:?}"))
}

fn rotate(world: &World, id: &str) -> Value {
    done(world, id, "/rotate", json!({ "expire": "later" }))
}

fn delete(world: &World, id: &str) -> u64 {
    let answer = world.ok("DELETE", &path(id), Value::Null, based_on(rev(world, id)));
    assert_eq!((answer.status, answer.rev), (204, Some(rev(world, id))));
    rev(world, id)
}

fn undo(world: &World, id: &str) -> Result<Value, AdminError> {
    act(world, id, "/undo", Value::Null)
}

fn field(outcome: Result<Value, AdminError>) -> String {
    match outcome {
        Err(AdminError::Invalid { field, .. }) => field,
        other => panic!("{other:?}"),
    }
}

fn due(world: &World, kind: &str, id: &str) -> Value {
    let sql =
        format!("SELECT at AS it FROM due WHERE kind = '{kind}' AND integration = '{id}' AND next_at IS NOT NULL");
    world.rows(&sql).first().map_or(Value::Null, |row| row["it"].clone())
}

fn settings(world: &World, change: Value) -> Result<Value, AdminError> {
    let rev = world.get("/settings")["rev"].as_u64().unwrap();
    world.ask("PATCH", "/settings", change, based_on(rev)).map(|answer| answer.body)
}

fn record(world: &World, id: &str) -> Value {
    world.read(&Read::from_path(&format!("/records/{id}")).unwrap()).unwrap()
}

fn last_detail(world: &World, kind: &str) -> Value {
    let sql = format!("SELECT detail AS it FROM events WHERE kind = '{kind}' ORDER BY seq DESC LIMIT 1");
    serde_json::from_str(world.value(&sql).as_str().unwrap()).unwrap()
}

fn an_end_is_set_moved_and_lifted(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let owner = json!({ "level": "sub_account", "id": "acme" });
    let body = |end: Value| json!({ "name": "one", "owner": owner, "scopes": [], "expires_at": end });
    let create = |end: Value| world.ask("POST", "/integrations", body(end), With::default()).map(|made| made.body);
    for end in
        [json!(moment(START)), json!(moment(START - 1)), json!("1970-01-01T00:00:00Z"), json!("tomorrow"), json!(5)]
    {
        assert_eq!(field(create(end.clone())), "expires_at", "{end}");
    }
    let made = create(json!("2027-01-07T00:00:00+02:00")).unwrap()["integration"].clone();
    let id = made["id"].as_str().unwrap().to_owned();
    assert_eq!((&made["expires_at"], &made["status"]), (&json!("2027-01-06T22:00:00Z"), &json!("active")));
    assert_eq!(due(&world, "expired", &id), json!(START + 39 * DAY + 22 * 3600));
    assert_eq!(due(&world, "expiring", &id), json!(START + 9 * DAY + 22 * 3600));
    assert_eq!(record(&world, &id)["expires_at"], json!(START + 39 * DAY + 22 * 3600));
    let end = moment(START + DAY);
    assert_eq!(field(act(&world, &id, "", json!({ "expires_at": moment(START) }))), "expires_at");
    assert_eq!(done(&world, &id, "", json!({ "expires_at": end }))["expires_at"], json!(end));
    assert_eq!(last_detail(&world, "integration.edited")["expires_at"]["to"], json!(end));
    let lifted = done(&world, &id, "", json!({ "expires_at": null }));
    assert_eq!((&lifted["expires_at"], due(&world, "expired", &id)), (&Value::Null, Value::Null));
    assert_eq!(due(&world, "expiring", &id), Value::Null);
}

fn what_has_ended_lives_again_by_no_change_but_a_new_token(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let id = world.create("one", BOTH);
    rotate(&world, &id);
    done(&world, &id, "", json!({ "expires_at": moment(START + DAY) }));
    world.later(DAY);
    assert_eq!(world.get(&path(&id))["status"], json!("ended"));
    for (what, body) in [
        ("", json!({ "expires_at": null })),
        ("", json!({ "name": "x", "expires_at": moment(START + 9 * DAY) })),
        ("/rotate", json!({ "expire": "now" })),
        ("/rotate", json!({ "expire": "later", "expires_at": moment(START + 9 * DAY) })),
        ("/rotation/cancel", Value::Null),
        ("/rotation/finish", Value::Null),
        ("/rotation/extend", json!({ "expires_at": moment(START + 9 * DAY) })),
    ] {
        assert_eq!(act(&world, &id, what, body.clone()), Err(AdminError::Ended), "{what} {body}");
    }
    done(&world, &id, "", json!({ "name": "ended", "expires_at": moment(START + DAY) }));
    done(&world, &id, "/pause", Value::Null);
    assert_eq!(world.get(&path(&id))["status"], json!("ended"));
    done(&world, &id, "/resume", Value::Null);
    assert_eq!(
        field(act(&world, &id, "/rotate", json!({ "expire": "now", "expires_at": moment(START + DAY) }))),
        "expires_at"
    );
    let renewed = done(&world, &id, "/rotate", json!({ "expire": "now", "expires_at": moment(START + 9 * DAY) }));
    let tokens = renewed["integration"]["tokens"].as_array().unwrap();
    assert_eq!((tokens.len(), &tokens[0]["n"], &renewed["integration"]["status"]), (1, &json!(3), &json!("active")));
    assert_eq!(last_detail(&world, "rotation.started")["integration_expires_at"]["from"], json!(moment(START + DAY)));
}

fn an_end_that_was_told_stays_though_the_clock_steps_back(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let id = world.create("one", BOTH);
    done(&world, &id, "", json!({ "expires_at": moment(START + DAY) }));
    world.later(DAY);
    world.ring();
    world.now.set(START + DAY - 5);
    assert_eq!(act(&world, &id, "", json!({ "expires_at": null })), Err(AdminError::Ended));
    done(&world, &id, "", json!({ "name": "renamed" }));
}

fn a_deadline_that_was_told_stays_though_the_clock_steps_back(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let id = world.create("one", BOTH);
    done(&world, &id, "/rotate", json!({ "expire": "later", "window_seconds": 60 }));
    world.later(60);
    world.ring();
    world.now.set(START + 59);
    let cancelled = act(&world, &id, "/rotation/cancel", Value::Null);
    assert_eq!(cancelled, Err(AdminError::Conflict(Conflict::Completed)), "its token would live again");
}

fn the_maximum_lifetime_is_for_new_ends_scopes_and_tokens(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let [old, rotating] = ["old", "rotating"].map(|name| world.create(name, BOTH));
    rotate(&world, &rotating);
    settings(&world, json!({ "max_lifetime_days": 30 })).unwrap();
    let late = json!(moment(START + 30 * DAY + 1));
    let in_time = json!(moment(START + 30 * DAY));
    let owner = json!({ "level": "sub_account", "id": "acme" });
    let create = |end: &Value| {
        let body = json!({ "name": "new", "owner": owner, "scopes": [], "expires_at": end });
        world.ask("POST", "/integrations", body, With::default()).map(|made| made.body)
    };
    assert_eq!((field(create(&Value::Null)), field(create(&late))), ("expires_at".to_owned(), "expires_at".to_owned()));
    create(&in_time).unwrap();
    for (id, what, body) in [
        (&old, "", json!({ "scopes": [] })),
        (&old, "", json!({ "expires_at": late })),
        (&old, "/rotate", json!({ "expire": "now" })),
        (&old, "/rotate", json!({ "expire": "later", "expires_at": late })),
        (&rotating, "/rotation/extend", json!({ "expires_at": moment(START + 20 * DAY) })),
    ] {
        assert_eq!(field(act(&world, id, what, body.clone())), "expires_at", "{what} {body}");
    }
    for (id, what, body) in [
        (&old, "", json!({ "name": "renamed", "description": "as it was" })),
        (&old, "/pause", Value::Null),
        (&old, "/resume", Value::Null),
        (&rotating, "/rotation/finish", Value::Null),
        (&rotating, "/undo", Value::Null),
        (&rotating, "/rotation/cancel", Value::Null),
        (&old, "/rotate", json!({ "expire": "now", "expires_at": in_time })),
        (&old, "", json!({ "scopes": [] })),
    ] {
        done(&world, id, what, body);
    }
    delete(&world, &rotating);
    undo(&world, &rotating).unwrap();
}

fn pause_and_resume_are_said_once(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let id = world.create("one", BOTH);
    for (what, paused, rev) in
        [("/pause", true, 2), ("/pause", true, 2), ("/resume", false, 3), ("/resume", false, 3), ("/pause", true, 4)]
    {
        let after = done(&world, &id, what, Value::Null);
        assert_eq!((&after["paused"], &after["rev"]), (&json!(paused), &json!(rev)), "{what}");
        assert_eq!(record(&world, &id)["paused"], if paused { json!(true) } else { Value::Null });
    }
    assert_eq!(world.told(&id), ["integration.paused", "integration.resumed", "integration.paused"]);
    assert_eq!(last_detail(&world, "integration.resumed"), json!({ "paused": { "from": true, "to": false } }));
    let stale = world.ask("POST", &format!("{}/resume", path(&id)), Value::Null, based_on(3)).unwrap_err();
    assert!(matches!(stale, AdminError::Stale(_)));
}

fn a_window_is_extended_within_30_days_of_its_start(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let id = world.create("one", BOTH);
    let extend = |until: u64| act(&world, &id, "/rotation/extend", json!({ "expires_at": moment(until) }));
    assert_eq!(extend(START + DAY), Err(AdminError::Conflict(Conflict::Completed)));
    world.later(100);
    rotate(&world, &id);
    world.later(6 * DAY);
    for until in [START, START + 100 + 7 * DAY, START + 101 + 30 * DAY] {
        assert_eq!(field(extend(until)), "expires_at", "{until}");
    }
    let generation = "SELECT generation AS it FROM due WHERE kind = 'lapsed'";
    assert_eq!(world.value(generation), json!(1));
    let extended = extend(START + 100 + 30 * DAY).unwrap();
    assert_eq!(extended["tokens"][1]["expires_at"], json!(moment(START + 100 + 30 * DAY)));
    assert_eq!((world.value(generation), due(&world, "lapsed", &id)), (json!(2), json!(START + 100 + 30 * DAY)));
    let expected = json!({
        "n": 2, "outgoing": 1,
        "expires_at": { "from": moment(START + 100 + 7 * DAY), "to": moment(START + 100 + 30 * DAY) },
    });
    assert_eq!(last_detail(&world, "rotation.extended"), expected);
    world.later(24 * DAY);
    assert_eq!(
        extend(START + 200 + 30 * DAY),
        Err(AdminError::Conflict(Conflict::Completed)),
        "nothing dead is revived"
    );
}

fn an_early_end_of_a_rotation_is_undone(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let id = world.create("one", BOTH);
    rotate(&world, &id);
    let before = record(&world, &id);
    let finished = done(&world, &id, "/rotation/finish", Value::Null);
    assert_eq!(finished["undo"], json!({ "what": "finish", "until": moment(START + 1800) }));
    let listed = world.get("/integrations");
    assert_eq!(listed["integrations"][0], world.get(&path(&id)), "a list shows what the integration shows");
    world.later(1799);
    let undone = undo(&world, &id).unwrap();
    assert_eq!((&undone["state"], &undone["rev"]), (&json!("rotating"), &json!(4)));
    assert_eq!(record(&world, &id)["tokens"], before["tokens"], "the same hashes and deadline");
    assert_eq!(undone["undo"], Value::Null);
    let expected = json!({ "undone": "finish", "n": 2, "outgoing": 1, "expires_at": moment(START + 7 * DAY) });
    assert_eq!(last_detail(&world, "integration.restored"), expected);
    assert_eq!(due(&world, "lapsed", &id), json!(START + 7 * DAY));
    assert_eq!(undo(&world, &id), Err(NotUndone::NotTheLast.into()));

    let short = world.create("short", BOTH);
    done(&world, &short, "/rotate", json!({ "expire": "later", "window_seconds": 60 }));
    done(&world, &short, "/rotation/finish", json!({ "leaked": false }));
    world.later(60);
    assert_eq!(undo(&world, &short), Err(NotUndone::Ended.into()), "its deadline has passed");
}

fn a_removal_of_scopes_is_undone(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let id = world.create("one", BOTH);
    let edit = json!({ "name": "two", "scopes": ["contacts.readonly", "locations.readonly"] });
    assert_eq!(done(&world, &id, "", edit)["undo"]["what"], json!("scopes"));
    let undone = undo(&world, &id).unwrap();
    assert_eq!(undone["scopes"], json!(["contacts.readonly", "contacts.write", "locations.readonly"]));
    assert_eq!(undone["name"], json!("two"), "what was taken comes back, and nothing else changes");
    done(&world, &id, "", json!({ "scopes": [] }));
    let added = done(&world, &id, "", json!({ "scopes": BOTH }));
    assert_eq!(added["undo"], Value::Null, "nothing was taken");
}

fn a_deletion_is_undone_less_what_has_ended(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let id = world.create("one", BOTH);
    done(&world, &id, "/rotate", json!({ "expire": "later", "window_seconds": 600 }));
    done(&world, &id, "", json!({ "expires_at": moment(START + 1200) }));
    let before = record(&world, &id);
    delete(&world, &id);
    assert_eq!(world.rows("SELECT kind FROM due WHERE next_at IS NOT NULL"), [json!({ "kind": "undo_over" })]);
    let listed = world.get("/lifecycle")["deleted"].clone();
    assert_eq!(
        (&listed[0]["id"], &listed[0]["rev"], &listed[0]["undo_until"]),
        (&json!(id), &json!(4), &json!(moment(START + 1800)))
    );
    assert_eq!(undo(&world, &id).unwrap()["state"], json!("rotating"));
    let after = record(&world, &id);
    assert_eq!(
        (&after["tokens"], &after["expires_at"], &after["rev"]),
        (&before["tokens"], &before["expires_at"], &json!(5))
    );
    assert_eq!(world.get("/integrations")["total"], json!(1));
    assert_eq!(world.get("/lifecycle")["deleted"], json!([]));

    delete(&world, &id);
    world.later(700);
    let undone = undo(&world, &id).unwrap();
    assert_eq!((&undone["state"], undone["tokens"].as_array().unwrap().len()), (&json!("steady"), 1));
    assert_eq!(last_detail(&world, "integration.restored")["tokens"], json!([2]));
    delete(&world, &id);
    world.later(700);
    assert_eq!(undo(&world, &id).unwrap()["status"], json!("ended"), "its end passed meanwhile");
    world.ring();
    assert_eq!(world.told(&id).last().unwrap(), "integration.expired");
}

fn an_undo_is_refused_too_late_or_after_another_change(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let [late, changed, gone] = ["late", "changed", "gone"].map(|name| {
        let id = world.create(name, BOTH);
        rotate(&world, &id);
        done(&world, &id, "/rotation/finish", Value::Null);
        id
    });
    done(&world, &changed, "", json!({ "name": "renamed" }));
    assert_eq!(undo(&world, &changed), Err(NotUndone::NotTheLast.into()));
    let stale = world.ask("POST", &format!("{}/undo", path(&changed)), Value::Null, based_on(3)).unwrap_err();
    assert!(matches!(stale, AdminError::Stale(_)));
    delete(&world, &gone);
    let stale = world.ask("POST", &format!("{}/undo", path(&gone)), Value::Null, based_on(3)).unwrap_err();
    assert_eq!(stale, AdminError::Stale(Value::Null));
    world.later(1800);
    assert_eq!(undo(&world, &late), Err(NotUndone::Over.into()), "judged by the clock, without an alarm");
    world.ring();
    assert_eq!(undo(&world, &late), Err(NotUndone::Over.into()));
    assert_eq!(undo(&world, &gone), Err(NotUndone::Over.into()));
    let never = world.ask("POST", "/integrations/040g2081040g2081/undo", Value::Null, based_on(1)).unwrap_err();
    assert_eq!(never, AdminError::NoIntegration);
}

fn an_undo_that_was_over_stays_over_though_the_clock_steps_back(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let id = world.create("one", BOTH);
    delete(&world, &id);
    world.later(1800);
    world.ring();
    world.now.set(START + 1700);
    assert_eq!(undo(&world, &id), Err(NotUndone::Over.into()));
    assert_eq!(world.get("/lifecycle")["deleted"], json!([]));
}

fn a_leaked_token_is_never_given_back(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let id = world.create("one", BOTH);
    rotate(&world, &id);
    let finished = done(&world, &id, "/rotation/finish", json!({ "leaked": true }));
    assert_eq!(finished["undo"], Value::Null);
    assert_eq!(last_detail(&world, "rotation.finished"), json!({ "n": 2, "ended": [1], "leaked": true }));
    assert_eq!(undo(&world, &id), Err(NotUndone::Leaked.into()));
    done(&world, &id, "/rotate", json!({ "expire": "now", "leaked": true }));
    assert_eq!(last_detail(&world, "rotation.started")["leaked"], json!(true));
    assert_eq!(undo(&world, &id), Err(NotUndone::NotTheLast.into()), "there is no undo after rotate and expire now");
    assert_eq!(field(act(&world, &id, "/rotate", json!({ "expire": "later", "leaked": true }))), "leaked");
}

fn the_rules_say_what_can_be_undone(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let [finished, trimmed, deleted] = ["finished", "trimmed", "deleted"].map(|name| world.create(name, BOTH));
    rotate(&world, &finished);
    done(&world, &finished, "/rotation/finish", Value::Null);
    done(&world, &trimmed, "", json!({ "scopes": [] }));
    delete(&world, &deleted);
    settings(&world, json!({ "undo": { "finish": false, "delete": false } })).unwrap();
    assert_eq!(undo(&world, &finished), Err(NotUndone::NotAllowed.into()));
    assert_eq!(undo(&world, &deleted), Err(NotUndone::NotAllowed.into()));
    assert_eq!(world.get(&path(&finished))["undo"], Value::Null);
    assert_eq!(world.get("/lifecycle")["deleted"], json!([]));
    undo(&world, &trimmed).unwrap();
    settings(&world, json!({ "undo": { "finish": true, "delete": true, "scopes": false } })).unwrap();
    undo(&world, &finished).unwrap();
    undo(&world, &deleted).unwrap();
}

fn an_agencys_integration_comes_back_to_the_same_agency_only(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let ours = json!({ "name": "ours", "owner": { "level": "agency", "id": "us" }, "scopes": [] });
    let made = world.ok("POST", "/integrations", ours, With::default());
    let id = made.body["integration"]["id"].as_str().unwrap().to_owned();
    delete(&world, &id);
    world.ok("PUT", "/agency", json!({ "id": "others" }), based_on(1));
    assert_eq!(undo(&world, &id), Err(NotUndone::OtherAgency.into()));
    world.ok("PUT", "/agency", json!({ "id": "us" }), based_on(2));
    undo(&world, &id).unwrap();
}

fn settings_are_changed_on_the_base_of_their_rev(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let undo = json!({ "finish": true, "delete": true, "scopes": true });
    let first = json!({ "max_lifetime_days": null, "rotate_every_days": 90, "undo": undo, "idle_days": null, "idle_action": "pause", "rev": 0 });
    assert_eq!(world.get("/settings"), first);
    let change = |rev, body| world.ask("PATCH", "/settings", body, based_on(rev));
    let same = change(0, json!({ "rotate_every_days": 90 })).unwrap();
    assert_eq!((same.rev, same.body), (Some(0), first.clone()));
    let changed = change(0, json!({ "max_lifetime_days": 366, "undo": { "scopes": false } })).unwrap();
    assert_eq!(changed.rev, Some(1));
    let undo = json!({ "finish": true, "delete": true, "scopes": false });
    let second = json!({ "max_lifetime_days": 366, "rotate_every_days": 90, "undo": undo, "idle_days": null, "idle_action": "pause", "rev": 1 });
    assert_eq!((&changed.body, world.get("/settings")), (&second, second.clone()));
    let stale = change(0, json!({ "rotate_every_days": null })).unwrap_err();
    assert_eq!(stale, AdminError::Stale(second));
    let none = change(1, json!({ "max_lifetime_days": null, "rotate_every_days": null })).unwrap().body;
    assert_eq!((&none["max_lifetime_days"], &none["rotate_every_days"]), (&Value::Null, &Value::Null));
    assert_eq!(world.value("SELECT count(*) AS it FROM events WHERE kind = 'settings.changed'"), json!(2));
    assert_eq!(last_detail(&world, "settings.changed")["max_lifetime_days"], json!({ "from": 366, "to": null }));
    assert_eq!(world.restarted().get("/settings")["rev"], json!(2));
}

fn settings_that_are_out_of_bounds_are_refused(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    for (body, expected) in [
        (json!({ "max_lifetime_days": 0 }), "max_lifetime_days"),
        (json!({ "max_lifetime_days": 11 * 365 }), "max_lifetime_days"),
        (json!({ "max_lifetime_days": 3651 }), "max_lifetime_days"),
        (json!({ "max_lifetime_days": -1 }), "max_lifetime_days"),
        (json!({ "max_lifetime_days": "30" }), "max_lifetime_days"),
        (json!({ "max_lifetime_days": 1.5 }), "max_lifetime_days"),
        (json!({ "max_lifetime_days": u64::MAX }), "max_lifetime_days"),
        (json!({ "rotate_every_days": 0 }), "rotate_every_days"),
        (json!({ "rotate_every_days": 4_294_967_297_u64 }), "rotate_every_days"),
        (json!({ "undo": { "finish": 1 } }), "undo.finish"),
        (json!({ "undo": { "pause": true } }), "undo.pause"),
        (json!({ "undo": null }), "undo"),
        (json!({ "idle_hours": 30 }), "idle_hours"),
        (json!({}), "max_lifetime_days"),
    ] {
        assert_eq!(field(settings(&world, body.clone())), expected, "{body}");
    }
    for days in [1, 3650] {
        settings(&world, json!({ "max_lifetime_days": days, "rotate_every_days": days })).unwrap();
    }
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
    assert_eq!(days(&world), [30], "15 days before is over, and is not announced late");
    world.later(3 * DAY);
    world.ring();
    assert_eq!(days(&world), [30, 7]);
    // Another end begins anew, and the one day is told once.
    done(&world, &id, "", json!({ "expires_at": moment(START + 40 * DAY) }));
    for _ in 0..40 {
        world.later(DAY);
        world.ring();
    }
    assert_eq!(days(&world), [30, 7, 30, 15, 7, 1]);
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

fn the_last_four_characters_of_a_token_are_shown(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let body = json!({ "name": "one", "owner": { "level": "sub_account", "id": "acme" }, "scopes": [] });
    let made = world.ok("POST", "/integrations", body, With::default()).body;
    let four = |made: &Value| {
        let token = made["token"].as_str().unwrap();
        token.get(token.len() - 4..).unwrap().to_owned()
    };
    let id = made["integration"]["id"].as_str().unwrap().to_owned();
    let second = rotate(&world, &id);
    let tokens = second["integration"]["tokens"].clone();
    assert_eq!((&tokens[0]["last_four"], &tokens[1]["last_four"]), (&json!(four(&second)), &json!(four(&made))));
    let listed = world.get("/integrations")["integrations"][0]["tokens"].clone();
    assert_eq!(listed, tokens);
    let events = world.get(&format!("{}/events", path(&id)));
    assert_eq!(events["last_fours"], json!({ "1": four(&made), "2": four(&second) }));
    assert!(!record(&world, &id).to_string().contains("last_four"), "SQLite only");
    world.storage.run("UPDATE tokens SET last_four = NULL", &[]).unwrap();
    assert!(world.get(&path(&id))["tokens"][0].get("last_four").is_none(), "tokens of before have none");
}

fn the_strip_counts_what_its_filters_list(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    world.create("old", BOTH);
    world.later(91 * DAY);
    for (name, window, end) in
        [("young", None, None), ("soon", Some(6 * DAY), None), ("later", Some(8 * DAY), None), ("ends", None, Some(29))]
    {
        let id = world.create(name, BOTH);
        if let Some(window) = window {
            done(&world, &id, "/rotate", json!({ "expire": "later", "window_seconds": window }));
        }
        if let Some(days) = end {
            done(&world, &id, "", json!({ "expires_at": moment(world.now.get() + days * DAY) }));
        }
    }
    let gone = world.create("gone", BOTH);
    done(&world, &gone, "", json!({ "expires_at": moment(world.now.get() + DAY) }));
    delete(&world, &gone);
    let strip = world.get("/lifecycle");
    for (name, filter, expected) in [
        ("old_tokens", "token_created_before", vec!["old"]),
        ("rotations_ending", "rotation_ends_before", vec!["soon"]),
        ("ending", "ends_before", vec!["ends"]),
    ] {
        let listed = world.get(&format!("/integrations?{filter}={}", strip[name]["before"]));
        let names: Vec<_> =
            listed["integrations"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
        assert_eq!((names, &strip[name]["count"]), (expected.clone(), &json!(expected.len())), "{name}");
    }
    settings(&world, json!({ "rotate_every_days": 365 })).unwrap();
    assert_eq!(world.get("/lifecycle")["old_tokens"]["count"], json!(0), "by the rules");
}

fn what_kv_gets_is_the_lowest_version(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let id = world.create("one", BOTH);
    let version = || (record(&world, &id)["v"].clone(), world.value("SELECT record_version AS it FROM integrations"));
    assert_eq!(version(), (json!(1), json!(1)));
    done(&world, &id, "/pause", Value::Null);
    assert_eq!(version(), (json!(2), json!(2)));
    done(&world, &id, "/resume", Value::Null);
    assert_eq!(version(), (json!(1), json!(1)));
    done(&world, &id, "", json!({ "expires_at": moment(START + DAY) }));
    assert_eq!(version(), (json!(2), json!(2)));
}
