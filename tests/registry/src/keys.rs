//! Automation keys.

use std::rc::Rc;

use registry::{Credential, Head, Storage};
use serde_json::{Value, json};
use tidegate::admin::{AdminError, MAX_POLICY_BYTES};
use tidegate::token::{TokenKeys, verify_key};

use crate::world::{Answer, DAY, With, World, based_on};

cases! {
    a_key_is_shown_once_and_does_what_it_may
    a_key_ends_on_the_second
    a_rotation_overlaps
    a_deleted_key_is_dead_and_keeps_its_name
    bad_input_names_the_field_and_changes_nothing
    a_key_makes_no_key_that_outlives_or_exceeds_it
    a_key_gives_nothing_to_one_that_outlives_it
    no_key_changes_what_it_may_do_itself
    nobody_turns_changes_or_ends_a_key_that_may_more
    the_last_use_is_noted
    a_bound_of_scopes_holds
    no_body_is_read_of_a_key_that_may_not_send_it
}

/// Makes a key; gives its id and what the gate makes of its text.
fn make(world: &World, permissions: Value, expires_at: &str) -> (String, Credential) {
    let body = json!({ "name": "CI", "permissions": permissions, "expires_at": expires_at });
    let made = world.ok("POST", "/keys", body, With::default());
    assert_eq!(made.status, 201);
    (made.body["key"]["id"].as_str().unwrap().to_owned(), presented(world, &made.body))
}

fn presented(world: &World, body: &Value) -> Credential {
    let keys: &TokenKeys = world.settings.keys.as_ref().unwrap();
    Credential::Key(verify_key(keys, body["token"].as_str().unwrap()).unwrap())
}

fn at(verb: &str, place: &str) -> Value {
    json!([{ "verb": verb, "place": place }])
}

const LATER: &str = "2027-01-01T00:00:00Z";

fn ask(world: &World, key: &Credential, target: &str) -> Result<Answer, AdminError> {
    world.as_credential(key, || world.ask("GET", target, Value::Null, With::default()))
}

fn a_key_is_shown_once_and_does_what_it_may(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let (id, key) = make(&world, at("policy.publish", "agency"), LATER);
    let shown = world.get(&format!("/keys/{id}"));
    assert!(shown.get("token").is_none() && !shown.to_string().contains("hash"));
    assert!(ask(&world, &key, "/policy").is_ok(), "publish implies view");
    let session = ask(&world, &key, "/session").unwrap().body;
    assert_eq!((&session["actor"], &session["person"]), (&json!(format!("key:{id}")), &Value::Null));
    assert!(matches!(ask(&world, &key, "/integrations").unwrap_err(), AdminError::Forbidden { .. }));
    let Credential::Key(other) = &key else { panic!() };
    let wrong = Credential::Key(tidegate::token::PresentedKey {
        hash: tidegate::token::TokenHash::try_from("ab".repeat(24)).unwrap(),
        ..other.clone()
    });
    assert_eq!(ask(&world, &wrong, "/policy").unwrap_err(), AdminError::WrongKey);
}

fn a_key_ends_on_the_second(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let (id, key) = make(&world, at("policy.view", "agency"), "2026-11-29T00:00:00Z");
    world.later(DAY - 1);
    assert!(ask(&world, &key, "/policy").is_ok());
    world.later(1);
    assert_eq!(ask(&world, &key, "/policy").unwrap_err(), AdminError::WrongKey);
    let path = format!("/keys/{id}");
    let revived = world.ask("PATCH", &path, json!({ "expires_at": LATER }), based_on(1)).unwrap_err();
    assert!(matches!(revived, AdminError::Invalid { field, .. } if field == "expires_at"));
    let same = json!({ "name": "Ended", "expires_at": "2026-11-29T00:00:00Z" });
    assert_eq!(world.ok("PATCH", &path, same, based_on(1)).body["state"], "expired");
    assert_eq!(ask(&world, &key, "/policy").unwrap_err(), AdminError::WrongKey);
}

fn a_rotation_overlaps(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let (id, first) = make(&world, at("policy.view", "agency"), LATER);
    let path = format!("/keys/{id}");
    let rotated =
        world.ok("POST", &format!("{path}/rotate"), json!({ "expire": "later", "window_seconds": 60 }), based_on(1));
    let second = presented(&world, &rotated.body);
    assert_eq!(rotated.body["key"]["state"], json!("rotating"));
    assert!(ask(&world, &first, "/policy").is_ok() && ask(&world, &second, "/policy").is_ok());
    let again = world.ask("POST", &format!("{path}/rotate"), json!({ "expire": "later" }), based_on(2));
    assert!(matches!(again.unwrap_err(), AdminError::Conflict(_)));
    world.later(60);
    assert!(ask(&world, &first, "/policy").is_err() && ask(&world, &second, "/policy").is_ok());
    let rotated = world.ok("POST", &format!("{path}/rotate"), json!({ "expire": "later" }), based_on(2));
    let third = presented(&world, &rotated.body);
    world.ok("POST", &format!("{path}/rotation/cancel"), Value::Null, based_on(3));
    assert!(ask(&world, &second, "/policy").is_ok() && ask(&world, &third, "/policy").is_err());
    let made = json!([{ "n": 2, "use": "current", "created_at": "2026-11-28T00:00:00Z" }]);
    assert_eq!(world.get(&path)["tokens"], made, "not when the cancelled one was made");
    let rotated = world.ok("POST", &format!("{path}/rotate"), json!({ "expire": "later" }), based_on(4));
    let fourth = presented(&world, &rotated.body);
    world.ok("POST", &format!("{path}/rotation/finish"), Value::Null, based_on(5));
    assert!(ask(&world, &second, "/policy").is_err() && ask(&world, &fourth, "/policy").is_ok());
    let now = world.ok("POST", &format!("{path}/rotate"), json!({ "expire": "now" }), based_on(6));
    let fifth = presented(&world, &now.body);
    assert!(ask(&world, &fourth, "/policy").is_err() && ask(&world, &fifth, "/policy").is_ok());
    assert_eq!(now.body["key"]["tokens"], json!([{ "n": 5, "use": "current", "created_at": "2026-11-28T00:01:00Z" }]));
}

fn a_deleted_key_is_dead_and_keeps_its_name(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let (id, key) = make(&world, at("integrations.manage", "sub_accounts"), LATER);
    let integration = world.as_credential(&key, || world.create("one", &[]));
    world.ok("DELETE", &format!("/keys/{id}"), Value::Null, based_on(1));
    assert_eq!(ask(&world, &key, "/integrations").unwrap_err(), AdminError::WrongKey);
    assert_eq!(world.get("/keys")["total"], json!(0));
    let event = world.get(&format!("/integrations/{integration}/events"))["events"][0].clone();
    assert_eq!((&event["actor"], &event["actor_name"]), (&json!(format!("key:{id}")), &json!("CI")));
}

fn bad_input_names_the_field_and_changes_nothing(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let (id, _) = make(&world, at("policy.view", "agency"), LATER);
    let before = (world.rows("SELECT * FROM automation_keys"), world.value("SELECT count(*) AS it FROM events"));
    let new = |permissions: Value, end: &str| json!({ "name": "CI", "permissions": permissions, "expires_at": end });
    for (body, expected) in [
        (new(at("policy.view", "agency"), "2027-11-29T00:00:01Z"), "expires_at"),
        (new(at("policy.view", "agency"), "2026-11-28T00:00:00Z"), "expires_at"),
        (new(at("policy.view", "agency"), "tomorrow"), "expires_at"),
        (new(at("policy.view", "agency"), "1969-12-31T23:59:59Z"), "expires_at"),
        (json!({ "name": "CI", "permissions": at("policy.view", "agency") }), "expires_at"),
        (new(json!([]), LATER), "permissions"),
        (new(at("policy.view", "sub_account:nobody"), LATER), "permissions"),
        (new(at("fly", "agency"), LATER), "permissions[0].verb"),
        (json!({ "name": " ", "permissions": at("policy.view", "agency"), "expires_at": LATER }), "name"),
    ] {
        match world.ask("POST", "/keys", body.clone(), With::default()).unwrap_err() {
            AdminError::Invalid { field, .. } => assert_eq!(field, expected, "{body}"),
            other => panic!("{body}: {other:?}"),
        }
    }
    let path = format!("/keys/{id}");
    assert!(matches!(
        world.ask("PATCH", &path, json!({ "name": "X" }), based_on(9)).unwrap_err(),
        AdminError::Stale(_)
    ));
    let too_late = world.ask("PATCH", &path, json!({ "expires_at": "2028-01-01T00:00:00Z" }), based_on(1));
    assert!(matches!(too_late.unwrap_err(), AdminError::Invalid { .. }));
    for permissions in [json!([]), at("policy.view", "sub_account:nobody")] {
        let refused = world.ask("PATCH", &path, json!({ "permissions": permissions }), based_on(1)).unwrap_err();
        assert!(matches!(&refused, AdminError::Invalid { field, .. } if field == "permissions"), "{refused:?}");
    }
    assert_eq!((world.rows("SELECT * FROM automation_keys"), world.value("SELECT count(*) AS it FROM events")), before);
    let last_moment = new(at("policy.view", "agency"), "2027-11-29T00:00:00Z");
    assert!(world.ask("POST", "/keys", last_moment, With::default()).is_ok(), "366 days from now");
}

fn a_key_makes_no_key_that_outlives_or_exceeds_it(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let own = json!([{ "verb": "keys.manage", "place": "agency" }, { "verb": "policy.view", "place": "agency" }]);
    let (_, key) = make(&world, own, LATER);
    let create = |permissions: Value, end: &str| {
        let body = json!({ "name": "CI", "permissions": permissions, "expires_at": end });
        world.as_credential(&key, || world.ask("POST", "/keys", body, With::default()))
    };
    assert!(create(at("policy.view", "agency"), LATER).is_ok());
    let later = create(at("policy.view", "agency"), "2027-01-01T00:00:01Z").unwrap_err();
    assert!(matches!(later, AdminError::Invalid { field, .. } if field == "expires_at"));
    let more = create(at("policy.publish", "agency"), LATER).unwrap_err();
    assert!(matches!(more, AdminError::BeyondOwn { field: "permissions", .. }));
    assert_eq!(create(at("policy.view", "sub_account:acme"), LATER).unwrap_err(), AdminError::NoOwner("permissions"));
    assert_eq!(create(at("policy.view", "sub_account:nobody"), LATER).unwrap_err(), AdminError::NoOwner("permissions"));
}

fn a_key_gives_nothing_to_one_that_outlives_it(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let own = json!([
        { "verb": "keys.manage", "place": "agency" },
        { "verb": "policy.view", "place": "agency" },
        { "verb": "audit.view", "place": "agency" },
    ]);
    let (_, short) = make(&world, own, "2026-12-01T00:00:00Z");
    let (id, _) = make(&world, at("policy.view", "agency"), LATER);
    let path = format!("/keys/{id}");
    let ask = |method: &str, path: &str, body: Value, rev: u64| {
        world.as_credential(&short, || world.ask(method, path, body, based_on(rev)))
    };
    for (method, path, body) in [
        ("POST", format!("{path}/rotate"), json!({ "expire": "later" })),
        ("POST", format!("{path}/rotate"), json!({ "expire": "now" })),
        ("PATCH", path.clone(), json!({ "permissions": at("audit.view", "agency") })),
        ("PATCH", path.clone(), json!({ "grantable": ["contacts.*"] })),
    ] {
        let refused = ask(method, &path, body.clone(), 1).unwrap_err();
        assert!(matches!(refused, AdminError::BeyondOwn { field: "expires_at", .. }), "{body}: {refused:?}");
    }
    assert!(ask("PATCH", &path, json!({ "name": "Renamed" }), 1).is_ok(), "a name gives nothing");
    let sooner = json!({ "expires_at": "2026-12-01T00:00:00Z", "permissions": at("audit.view", "agency") });
    assert!(ask("PATCH", &path, sooner, 2).is_ok());
    assert!(ask("POST", &format!("{path}/rotate"), json!({ "expire": "now" }), 3).is_ok());
}

fn no_key_changes_what_it_may_do_itself(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let own = json!([{ "verb": "keys.manage", "place": "agency" }, { "verb": "policy.view", "place": "agency" }]);
    let (id, key) = make(&world, own, LATER);
    let path = format!("/keys/{id}");
    let edit = |body: Value| world.as_credential(&key, || world.ask("PATCH", &path, body, based_on(1)));
    assert_eq!(edit(json!({ "permissions": at("keys.manage", "agency") })).unwrap_err(), AdminError::OwnPermissions);
    assert_eq!(edit(json!({ "grantable": [] })).unwrap_err(), AdminError::OwnPermissions);
    let rotated = world.as_credential(&key, || {
        world.ask("POST", &format!("{path}/rotate"), json!({ "expire": "later" }), based_on(1))
    });
    assert!(rotated.is_ok(), "its own text it may change");
}

fn nobody_turns_changes_or_ends_a_key_that_may_more(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let own = json!([{ "verb": "keys.manage", "place": "agency" }, { "verb": "policy.view", "place": "agency" }]);
    let (_, key) = make(&world, own.clone(), LATER);
    let (more, _) = make(&world, at("settings.manage", "agency"), LATER);
    let (less, _) = make(&world, at("policy.view", "agency"), LATER);
    let ask = |who: &Credential, method: &str, path: &str, body: &Value, rev: u64| {
        world.as_credential(who, || world.ask(method, &format!("/keys/{path}"), body.clone(), based_on(rev)))
    };
    let refused = |method: &str, path: &str, body: Value, rev: u64| {
        let before = world.rows("SELECT * FROM automation_keys");
        let error = ask(&key, method, path, &body, rev).unwrap_err();
        assert!(
            matches!(error, AdminError::BeyondOwn { field: "permissions", .. }),
            "{method} {path} {body}: {error:?}"
        );
        assert_eq!(world.rows("SELECT * FROM automation_keys"), before);
    };
    refused("POST", &format!("{more}/rotate"), json!({ "expire": "now" }), 1);
    refused("POST", &format!("{more}/rotate"), json!({ "expire": "later" }), 1);
    refused("PATCH", &more, json!({ "name": "Renamed" }), 1);
    refused("PATCH", &more, json!({ "permissions": at("policy.view", "agency") }), 1);
    refused("PATCH", &less, json!({ "permissions": at("settings.manage", "agency") }), 1);
    refused("DELETE", &more, Value::Null, 1);
    world.ok("POST", &format!("/keys/{more}/rotate"), json!({ "expire": "later" }), based_on(1));
    refused("POST", &format!("{more}/rotation/cancel"), Value::Null, 2);
    refused("POST", &format!("{more}/rotation/finish"), Value::Null, 2);

    let bounded = json!({ "name": "CI", "permissions": own, "expires_at": LATER, "grantable": ["contacts.*"] });
    let bounded = presented(&world, &world.ok("POST", "/keys", bounded, With::default()).body);
    let turn = json!({ "expire": "now" });
    let wider = ask(&bounded, "POST", &format!("{less}/rotate"), &turn, 1).unwrap_err();
    assert!(matches!(wider, AdminError::BeyondOwn { field: "grantable", .. }), "{wider:?}");
    assert!(ask(&key, "POST", &format!("{less}/rotate"), &turn, 1).is_ok());
    assert!(ask(&key, "DELETE", &less, &Value::Null, 2).is_ok());
}

fn the_last_use_is_noted(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let (id, key) = make(&world, at("policy.view", "agency"), LATER);
    let used = |world: &World| world.get(&format!("/keys/{id}"))["last_used_at"].clone();
    assert_eq!(used(&world), Value::Null);
    ask(&world, &key, "/policy").unwrap();
    assert_eq!(used(&world), json!("2026-11-28T00:00:00Z"));
    world.later(599);
    ask(&world, &key, "/policy").unwrap();
    assert_eq!(used(&world), json!("2026-11-28T00:00:00Z"));
    world.later(1);
    ask(&world, &key, "/policy").unwrap();
    assert_eq!(used(&world), json!("2026-11-28T00:10:00Z"));
}

fn a_bound_of_scopes_holds(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let body = json!({
        "name": "CI", "permissions": at("integrations.manage", "sub_accounts"), "expires_at": LATER,
        "grantable": ["contacts.*"],
    });
    let made = world.ok("POST", "/keys", body, With::default()).body;
    let key = presented(&world, &made);
    let (one, two) = (world.create("one", &["locations.readonly"]), world.create("two", &["contacts.readonly"]));
    let edit = |id: &str, scopes: Value, rev| {
        world.as_credential(&key, || {
            world.ask("PATCH", &format!("/integrations/{id}"), json!({ "scopes": scopes }), based_on(rev))
        })
    };
    let beyond = edit(&two, json!(["contacts.readonly", "locations.readonly"]), 1).unwrap_err();
    assert!(matches!(beyond, AdminError::BeyondOwn { field: "scopes", .. }), "{beyond:?}");
    assert!(edit(&one, json!(["locations.readonly", "contacts.write"]), 1).is_ok(), "what is there already stays");
    assert!(edit(&one, json!([]), 2).is_ok(), "to remove needs no right to add");
    let undo = |id: &str, rev| {
        let path = format!("/integrations/{id}/undo");
        world.as_credential(&key, || world.ask("POST", &path, Value::Null, based_on(rev)))
    };
    let beyond = undo(&one, 3).unwrap_err();
    assert!(matches!(beyond, AdminError::BeyondOwn { field: "scopes", .. }), "{beyond:?}");
    world.ok("PATCH", &format!("/integrations/{two}"), json!({ "scopes": [] }), based_on(1));
    assert!(undo(&two, 2).is_ok(), "what it can add, it can give back");
    let new =
        json!({ "name": "three", "owner": { "level": "sub_account", "id": "acme" }, "scopes": ["locations.readonly"] });
    let beyond = world.as_credential(&key, || world.ask("POST", "/integrations", new, With::default())).unwrap_err();
    assert!(matches!(beyond, AdminError::BeyondOwn { field: "scopes", .. }));
}

fn no_body_is_read_of_a_key_that_may_not_send_it(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    let publishes = at("policy.publish", "agency");
    let (deleted_id, deleted) = make(&world, publishes.clone(), LATER);
    let (_, ended) = make(&world, publishes.clone(), "2026-11-29T00:00:00Z");
    let (viewer_id, viewer) = make(&world, at("policy.view", "agency"), LATER);
    let (_, publisher) = make(&world, publishes, LATER);
    world.ok("DELETE", &format!("/keys/{deleted_id}"), Value::Null, based_on(1));
    world.later(DAY);
    let before_its_body = |key: &Credential| {
        let head =
            Head { method: "PUT".to_owned(), target: "/policy".to_owned(), actor: key.to_header(), ..Head::default() };
        world.registry.accept(head, world.now()).map(|accepted| accepted.max_body())
    };
    assert_eq!(before_its_body(&deleted).unwrap_err(), AdminError::WrongKey);
    assert_eq!(before_its_body(&ended).unwrap_err(), AdminError::WrongKey);
    assert!(matches!(before_its_body(&viewer).unwrap_err(), AdminError::Forbidden { .. }));
    assert_eq!(before_its_body(&publisher).unwrap(), Some(MAX_POLICY_BYTES));
    assert_eq!(world.get(&format!("/keys/{viewer_id}"))["last_used_at"], Value::Null, "what was refused is no use");
}
