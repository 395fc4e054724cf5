//! Sessions of the admin page.

use std::rc::Rc;

use registry::{Credential, Storage, find_session};
use serde_json::{Value, json};
use tidegate::admin::AdminError;
use tidegate::token::verify_key;

use crate::world::{With, World, settings};

cases! {
    one_begins_with_a_cookie_and_lasts_12_hours
    a_persons_lasts_12_hours_too
    signing_out_ends_it
    a_key_has_no_session_to_end
    an_unknown_one_may_not_ask
    those_that_ended_are_forgotten
    only_the_digest_is_kept
}

/// Signs in; gives the session, as the gate finds it in the cookie.
fn sign_in(world: &World) -> Credential {
    let answer = world.ok("POST", "/session", json!({ "key": "" }), With::default());
    assert_eq!(answer.status, 204);
    let cookie = answer.cookie.unwrap();
    for attribute in ["Path=/", "Max-Age=43200", "HttpOnly", "Secure", "SameSite=Strict"] {
        assert!(cookie.split("; ").any(|found| found == attribute), "{attribute}");
    }
    let settings = settings();
    let pair = cookie.split(';').next().unwrap();
    find_session(pair, &settings.keys.unwrap(), settings.owner_key.as_ref().ok()).unwrap()
}

fn one_begins_with_a_cookie_and_lasts_12_hours(storage: Rc<dyn Storage>) {
    let world = World::new(storage);
    *world.credential.borrow_mut() = sign_in(&world);
    let shown = world.get("/session");
    assert_eq!(shown["expires_at"], json!("2026-11-28T12:00:00Z"));
    world.later(12 * 60 * 60 - 1);
    assert_eq!(world.get("/session"), shown);
    world.later(1);
    let ended = world.ask("GET", "/session", Value::Null, With::default());
    assert_eq!(ended.unwrap_err(), AdminError::NotSignedIn);
}

fn a_persons_lasts_12_hours_too(storage: Rc<dyn Storage>) {
    let world = World::with_demo(storage);
    for email in ["ana@example.com", "bo@example.com"] {
        world.add_person(json!({ "email": email, "role": "auditor" }));
    }
    let session = world.sign_in("ana@example.com").unwrap();
    sign_in(&world);
    let ask = || world.as_credential(&session, || world.ask("GET", "/session", Value::Null, With::default()));
    world.later(12 * 60 * 60 - 1);
    assert_eq!(ask().unwrap().body["expires_at"], json!("2026-11-28T12:00:00Z"));
    assert_eq!(world.get("/sessions")["total"], json!(2));
    world.later(1);
    assert_eq!(ask().unwrap_err(), AdminError::NotSignedIn);
    assert_eq!(world.get("/sessions"), json!({ "sessions": [], "cursor": null, "total": 0 }));
    world.sign_in("bo@example.com").unwrap();
    let kept = ["sessions", "person_sessions"].map(|table| world.value(&format!("SELECT count(*) AS it FROM {table}")));
    assert_eq!(kept, [json!(0), json!(1)], "those that ended are forgotten");
}

fn signing_out_ends_it(storage: Rc<dyn Storage>) {
    let world = World::new(storage);
    *world.credential.borrow_mut() = sign_in(&world);
    let out = world.ok("DELETE", "/session", Value::Null, With::default());
    assert!(out.cookie.unwrap().contains("Max-Age=0"));
    let ended = world.ask("GET", "/agency", Value::Null, With::default());
    assert_eq!(ended.unwrap_err(), AdminError::NotSignedIn);
    let kinds = world.rows("SELECT kind FROM events ORDER BY seq");
    assert_eq!(kinds, [json!({ "kind": "owner_key.used" }), json!({ "kind": "session.ended" })]);
}

fn a_key_has_no_session_to_end(storage: Rc<dyn Storage>) {
    let world = World::new(storage);
    let permissions = json!([{ "verb": "usage.view", "place": "agency" }]);
    let new = json!({ "name": "CI", "permissions": permissions, "expires_at": "2027-01-01T00:00:00Z" });
    let made = world.ok("POST", "/keys", new, With::default()).body;
    let key = verify_key(settings().keys.as_ref().unwrap(), made["token"].as_str().unwrap()).unwrap();
    for credential in [Credential::Key(key), Credential::OwnerKey] {
        let out = world.as_credential(&credential, || world.ok("DELETE", "/session", Value::Null, With::default()));
        assert!(out.cookie.unwrap().contains("Max-Age=0"));
    }
    assert_eq!(world.rows("SELECT kind FROM events"), [json!({ "kind": "key.created" })]);
}

fn an_unknown_one_may_not_ask(storage: Rc<dyn Storage>) {
    let world = World::new(storage);
    sign_in(&world);
    for session in [
        Credential::Session("00".repeat(32)),
        Credential::Session(String::new()),
        Credential::PersonSession("00".repeat(32)),
    ] {
        *world.credential.borrow_mut() = session;
        let refused = world.ask("GET", "/agency", Value::Null, With::default());
        assert_eq!(refused.unwrap_err(), AdminError::NotSignedIn);
    }
}

fn those_that_ended_are_forgotten(storage: Rc<dyn Storage>) {
    let world = World::new(storage);
    sign_in(&world);
    world.later(11 * 60 * 60);
    sign_in(&world);
    assert_eq!(world.value("SELECT count(*) AS it FROM sessions"), json!(2));
    world.later(60 * 60);
    sign_in(&world);
    assert_eq!(world.value("SELECT count(*) AS it FROM sessions"), json!(2));
}

fn only_the_digest_is_kept(storage: Rc<dyn Storage>) {
    let world = World::new(storage);
    let answer = world.ok("POST", "/session", json!({ "key": "" }), With::default());
    let cookie = answer.cookie.unwrap();
    let id = cookie.split(['=', '.']).nth(1).unwrap();
    assert_eq!(id.len(), 43);
    let kept = json!([world.rows("SELECT * FROM sessions"), world.rows("SELECT * FROM events")]).to_string();
    assert!(!kept.contains(id));
}
