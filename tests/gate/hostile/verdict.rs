//! Rows 20, 21, 22 and 26: methods, stale verdicts, failing stores, deadlines.

use std::rc::Rc;

use tidegate::decision::{Denial, authenticate};
use tidegate::policy::Policy;
use tidegate::record::Record;
use tidegate::rotation::{Event, LiveToken, Rotation, Window};
use tidegate::token::{Authentic, TokenKeys};

use super::super::support::{NOW, at, integration_id, live_token, minted, scopes, verified};
use super::super::world::World;

#[test]
fn class_20_methods_are_what_was_sent() {
    let world = World::new();
    for method in ["get", "Get", "HEAD", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "GET ", " GET", "", "GE\u{0}T", "é"]
    {
        assert_eq!(world.code(method, "/contacts/c1", "tenant"), "method_not_allowed", "{method:?}");
    }
    let token = Some(world.tokens["tenant"].as_str());
    for name in ["X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method"] {
        let denial = world.judge("DELETE", "/contacts/c1", token, &[(name, "GET")]).unwrap_err();
        assert_eq!(denial.code().as_str(), "method_not_allowed", "{name}");
    }
    assert_eq!(world.code("DELETE", "/contacts/c1?_method=GET", "tenant"), "method_not_allowed");
}

#[test]
fn class_20_a_405_names_the_methods_there_are() {
    let world = World::new();
    let denial = world.judge("PATCH", "/contacts/", Some(&world.tokens["tenant"]), &[]).unwrap_err();
    let Denial::OtherMethods(mut methods) = denial else { panic!("{denial}") };
    methods.sort();
    assert_eq!(methods.iter().map(|method| method.as_str()).collect::<Vec<_>>(), ["GET", "POST"]);
}

#[test]
fn class_21_every_verdict_is_made_anew() {
    let mut world = World::new();
    for (held, code) in [("contacts.readonly", "allowed"), ("", "missing_scopes"), ("contacts.readonly", "allowed")] {
        let Some(Record::Live(live)) = world.records.get_mut(&integration_id(1)) else { panic!("not there") };
        let live = Rc::make_mut(live);
        live.scopes = scopes(held);
        assert_eq!(world.code("GET", "/contacts/c1", "tenant"), code);
        assert_eq!(world.code("GET", "/export/", "tenant"), "missing_scopes");
    }
}

#[test]
fn class_22_what_is_corrupt_is_an_error_and_no_record() {
    for text in ["", "{}", "null", "{\"v\":2}", "not JSON"] {
        assert!(Record::from_json(&integration_id(1), &Authentic::from_registry(text.to_owned())).is_err(), "{text}");
        assert!(Policy::from_json(text).is_err(), "{text}");
    }
    for text in ["", ",", "AAAA", "not base64url!"] {
        assert!(TokenKeys::parse(text).is_err(), "{text}");
    }
}

#[test]
fn class_22_another_integrations_record_is_no_record() {
    let presented = verified(&minted(1, 1).0).unwrap();
    let world = World::new();
    for id in [2, 5] {
        let record = world.records.get(&integration_id(id));
        assert!(record.is_some());
        assert_eq!(authenticate(&presented, record, at(NOW)), Err(Denial::UnknownToken), "{id}");
    }
    assert_eq!(authenticate(&presented, None, at(NOW)), Err(Denial::UnknownToken));
}

#[test]
fn class_26_a_deadline_is_neither_revived_nor_extended() {
    let over = || Rotation::Rotating { outgoing: token(1), until: at(NOW), incoming: token(2) };
    for event in [Event::Cancel, Event::Finish] {
        assert!(over().apply(event, at(NOW)).is_err());
    }
    let again = over().apply(Event::RotateLater(token(3), Window::SHORTEST), at(NOW)).unwrap();
    assert_eq!(again.find(&token(1).hash, at(NOW)), None);
    assert_eq!(again.outgoing().map(|(outgoing, _)| outgoing.n), Some(2));
}

fn token(n: u8) -> LiveToken {
    live_token(1, n)
}
