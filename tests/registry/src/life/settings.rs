//! The token rules.

use std::rc::Rc;

use super::*;

cases! {
    settings_are_changed_on_the_base_of_their_rev
    settings_that_are_out_of_bounds_are_refused
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
