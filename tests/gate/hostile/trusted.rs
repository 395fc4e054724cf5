//! Rows 17, 19, 23, 24 and 27: nobody is believed for what they say of themselves, and no answer says more than it must.

use std::rc::Rc;

use tidegate::admin::{AdminError, Command, Description, IncomingRequest, Name};
use tidegate::decision::Denial;
use tidegate::record::Record;
use tidegate::reply::{Realm, answer};
use tidegate::rotation::Rotation;

use super::super::support::{NOW, at, integration_id, live_token};
use super::super::world::World;

/// The verdict on what needs a token, from a client that has none but claims something.
fn code_of_claim(method: &str, target: &str, name: &str, value: &str) -> &'static str {
    World::new().judge(method, target, None, &[(name, value)]).unwrap_err().code().as_str()
}

#[test]
fn class_17_internal_control_headers_open_nothing() {
    for (name, value) in [
        ("x-middleware-subrequest", "src/middleware:src/middleware:src/middleware"),
        ("x-middleware-next", "1"),
        ("cf-worker", "gate.example"),
        ("x-tidegate-internal", "1"),
        ("x-inject-panic", "1"),
        ("x-forwarded-user", "admin"),
    ] {
        assert_eq!(code_of_claim("GET", "/contacts/c1", name, value), "no_credential", "{name}");
    }
}

#[test]
fn class_19_neither_user_agents_nor_health_checks_are_exempt() {
    for agent in ["kube-probe/1.30", "GoogleHC/1.0", "ELB-HealthChecker/2.0", ""] {
        assert_eq!(code_of_claim("GET", "/me", "user-agent", agent), "no_credential", "{agent}");
    }
    for target in ["/healthz", "/ping", "/readyz", "/.well-known/health", "/_tidegate/healthz", "/status/live"] {
        assert_eq!(code_of_claim("GET", target, "x-health-check", "1"), "no_credential", "{target}");
        assert_eq!(World::new().code("GET", target, "tenant"), "unknown_operation", "{target}");
    }
}

#[test]
fn class_23_known_and_unknown_tokens_are_told_the_same() {
    let world = World::new();
    let told = |denial: &Denial| answer(denial, &Realm::default());
    let mut answers = Vec::new();
    for token in ["tenant, revoked", "outgoing, first second after", "deleted", "unknown", "forged"] {
        for target in ["/me", "/contacts/c1", "/nowhere", "/users/u1"] {
            answers.push(told(&world.judge("GET", target, Some(&world.tokens[token]), &[]).unwrap_err()));
        }
    }
    answers.push(told(&world.judge("GET", "/me", Some("Bearer pit_nonsense"), &[]).unwrap_err()));
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    // A forged one ends before the record is asked for: without any, nothing changes.
    let mut empty = World::new();
    empty.records.clear();
    let of = |world: &World| world.judge("GET", "/me", Some(&world.tokens["forged"]), &[]).unwrap_err();
    assert_eq!(of(&empty), of(&world));
}

#[test]
fn class_24_the_record_at_hand_counts_and_its_window_to_the_second() {
    let mut world = World::new();
    assert_eq!(world.code("GET", "/me", "tenant"), "allowed");
    let Some(Record::Live(live)) = world.records.get_mut(&integration_id(1)) else { panic!("not there") };
    let live = Rc::make_mut(live);
    live.tokens = Rotation::Rotating { outgoing: live_token(1, 1), until: at(NOW + 5), incoming: live_token(1, 2) };
    for (now, code) in [(NOW + 4, "allowed"), (NOW + 5, "dead_token"), (NOW + 4, "allowed")] {
        world.now = now;
        assert_eq!(world.code("GET", "/me", "tenant"), code, "{now}");
    }
    world.records.insert(integration_id(1), Record::Gone { id: integration_id(1), rev: 9 });
    assert_eq!(world.code("GET", "/me", "tenant"), "deleted_integration");
}

#[test]
fn class_27_an_admins_body_is_what_it_says_and_a_change_names_its_revision() {
    let parse = |path, if_match, body| {
        let request = IncomingRequest { method: "POST", path, query: None, if_match, if_none_match: None, body };
        Command::parse(request).map(|_| ())
    };
    let rotate = format!("/integrations/{}/rotate", integration_id(1));
    assert_eq!(parse(&rotate, None, r#"{"expire":"now"}"#), Err(AdminError::NeedsRev));
    assert!(parse(&rotate, Some("\"1\""), r#"{"expire":"now"}"#).is_ok());
    // What a form of another page could send is not JSON, and JSON may say nothing that is not known.
    for body in ["expire=now", "{\"expire\":\"now\"}=", "", "[]", r#"{"expire":"now","admin":true}"#] {
        assert!(parse(&rotate, Some("\"1\""), body).is_err(), "{body}");
    }
    // A name is data, with markup or without; nothing that could end a header field or a log line is one.
    assert_eq!(Name::try_from("Cafe\u{301}".to_owned()).unwrap().as_str(), "Caf\u{e9}");
    let description = |text: &str| Description::try_from(text.to_owned());
    assert_eq!(description("Cafe\u{301}\n").unwrap().as_str(), "Caf\u{e9}\n");
    assert!(description("a\u{2066}b").is_err() && description("a\n\u{200b}").is_err());
    let name = "<script>alert(\"x\")</script>";
    assert_eq!(Name::try_from(name.to_owned()).unwrap().as_str(), name);
    for name in ["a\r\nSet-Cookie: x", "a\u{0}", "a\u{1b}[2J", " a", "", "\u{200b}", "abc\u{202e}fdp.exe", "\u{200d}"] {
        assert!(Name::try_from(name.to_owned()).is_err(), "{name:?}");
    }
}
