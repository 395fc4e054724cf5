//! The end of an integration, its maximum lifetime, pauses, and the window of a rotation.

use std::rc::Rc;

use super::*;

cases! {
    an_end_is_set_moved_and_lifted
    what_has_ended_lives_again_by_no_change_but_a_new_token
    an_end_that_was_told_stays_though_the_clock_steps_back
    a_deadline_that_was_told_stays_though_the_clock_steps_back
    the_maximum_lifetime_is_for_new_ends_scopes_and_tokens
    pause_and_resume_are_said_once
    a_window_is_extended_within_30_days_of_its_start
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
