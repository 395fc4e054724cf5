//! Undo: what can be put back, and what cannot.

use std::rc::Rc;

use super::*;

cases! {
    an_early_end_of_a_rotation_is_undone
    a_removal_of_scopes_is_undone
    a_deletion_is_undone_less_what_has_ended
    an_undo_is_refused_too_late_or_after_another_change
    an_undo_that_was_over_stays_over_though_the_clock_steps_back
    a_leaked_token_is_never_given_back
    the_rules_say_what_can_be_undone
    an_agencys_integration_comes_back_to_the_same_agency_only
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
