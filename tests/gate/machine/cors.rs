//! CORS: preflights are answered and not forwarded, and answers carry what other origins' scripts need to read them.

use serde_json::json;
use tidegate::forward::AnswerCors;
use tidegate::gate::{Answer, Memory, Step};
use tidegate::openapi::{Document, Settings, compile};
use tidegate::policy::{Cors, Policy};

use super::super::world::{World, document, policy, settings};
use super::drive::{Sent, drive, memory as new_memory};

const APP: &str = "https://app.example";

/// The world's policy, with scripts of two origins.
fn policy_with_cors() -> Policy {
    let mut settings = serde_json::to_value(settings()).unwrap();
    settings["cors"] = json!({
        "origins": [APP, "http://localhost:5173"], "max_age_seconds": 300, "allow_headers": ["X-Api-Version", "content-type"],
        "expose_headers": ["X-Total-Count"],
    });
    let settings: Settings = serde_json::from_value(settings).unwrap();
    compile(&[Document::parse(&document().to_string()).unwrap()], &settings).policy.unwrap().with_rev(1)
}

fn preflight<'a>(target: &'a str, fields: &'a [(&'a str, &'a str)]) -> Sent<'a> {
    Sent { method: "OPTIONS", target, authorization: None, fields, body: b"" }
}

fn answered(world: &World, memory: &mut Memory, sent: Sent<'_>) -> Answer {
    match drive(world, memory, sent) {
        Step::Answer(answer) => answer,
        step => panic!("{} {}: {step:?}", sent.method, sent.target),
    }
}

fn field<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    let mut values = answer.fields.iter().filter(|(given, _)| given.eq_ignore_ascii_case(name));
    let value = values.next().map(|(_, value)| value.as_str());
    assert!(values.next().is_none(), "{name} twice");
    value
}

fn granted(step: Step) -> Option<AnswerCors> {
    match step {
        Step::Forward(forward) => forward.how.cors.clone(),
        step => panic!("{step:?}"),
    }
}

#[test]
fn a_preflight_for_a_known_path_is_answered_without_a_token_and_not_forwarded() {
    let world = World::with_policy(policy_with_cors());
    let asks = [("Origin", APP), ("Access-Control-Request-Method", "POST")];
    // Cold, and then from memory.
    let mut memory = new_memory(&world.keys);
    for _ in 0..2 {
        let answer = answered(&world, &mut memory, preflight("/contacts/", &asks));
        assert_eq!((answer.status, &answer.body), (204, &None));
        for (name, value) in [
            ("Access-Control-Allow-Origin", APP),
            ("Access-Control-Allow-Methods", "GET, POST"),
            ("Access-Control-Allow-Headers", "Authorization, Content-Type, If-Match, Idempotency-Key, x-api-version"),
            ("Access-Control-Max-Age", "300"),
            ("Vary", "Origin"),
            ("Cache-Control", "no-store"),
        ] {
            assert_eq!(field(&answer, name), Some(value), "{name}");
        }
        assert_eq!(field(&answer, "Access-Control-Allow-Credentials"), None);
    }
    // The methods are the path's, whatever is asked for; a public operation and one that nobody may use are no exception.
    for (target, methods) in
        [("/status", "GET"), ("/users", "POST"), ("/locations/any-1", "GET, PUT"), ("/contacts/c-1?a=b", "GET")]
    {
        let answer = answered(&world, &mut memory, preflight(target, &asks));
        assert_eq!(field(&answer, "Access-Control-Allow-Methods"), Some(methods), "{target}");
    }
}

#[test]
fn other_origins_are_told_nothing() {
    let world = World::with_policy(policy_with_cors());
    let mut memory = new_memory(&world.keys);
    for origin in [
        "https://evil.example",
        "null",
        "*",
        "",
        "https://app.example.evil",
        "https://APP.example",
        "http://app.example",
    ] {
        let asks = [("Origin", origin), ("Access-Control-Request-Method", "GET")];
        let answer = answered(&world, &mut memory, preflight("/contacts/", &asks));
        let told: Vec<_> = answer.fields.iter().map(|(name, _)| *name).collect();
        assert_eq!((answer.status, told), (204, vec!["Cache-Control", "Vary"]), "{origin}");
    }
}

#[test]
fn what_is_no_preflight_or_for_an_unknown_path_is_judged_as_ever() {
    let world = World::with_policy(policy_with_cors());
    let mut memory = new_memory(&world.keys);
    let asks = [("Origin", APP), ("Access-Control-Request-Method", "GET")];
    let unknown = answered(&world, &mut memory, preflight("/unknown", &asks));
    assert_eq!((unknown.status, field(&unknown, "Access-Control-Allow-Origin")), (401, Some(APP)));
    assert_eq!(field(&unknown, "Access-Control-Allow-Methods"), None);
    let ambiguous = answered(&world, &mut memory, preflight("/contacts//", &asks));
    assert_eq!((ambiguous.status, field(&ambiguous, "Access-Control-Allow-Methods")), (400, None));
    for fields in [&asks[..1], &asks[1..], &[]] {
        assert_eq!(answered(&world, &mut memory, preflight("/contacts/", fields)).status, 401, "{fields:?}");
    }
    let get = Sent { method: "GET", ..preflight("/contacts/", &asks) };
    assert_eq!(answered(&world, &mut memory, get).status, 401);
    let token = Some(world.tokens["tenant"].as_str());
    let with_token = Sent { authorization: token, ..preflight("/contacts/", &asks) };
    assert_eq!(answered(&world, &mut memory, with_token).status, 405);
}

#[test]
fn it_is_off_by_default() {
    let world = World::with_policy(policy());
    let mut memory = new_memory(&world.keys);
    let asks = [("Origin", APP), ("Access-Control-Request-Method", "GET")];
    let answer = answered(&world, &mut memory, preflight("/contacts/", &asks));
    assert_eq!(
        (answer.status, field(&answer, "Access-Control-Allow-Origin"), field(&answer, "Vary")),
        (401, None, None)
    );
    let token = Some(world.tokens["tenant"].as_str());
    let get = Sent { method: "GET", target: "/me", authorization: token, fields: &asks, body: b"" };
    assert_eq!(granted(drive(&world, &mut memory, get)), None);
}

#[test]
fn denials_can_be_read_by_scripts() {
    let world = World::with_policy(policy_with_cors());
    let mut memory = new_memory(&world.keys);
    let origin = [("Origin", APP)];
    let [tenant, unknown, forged] = ["tenant", "unknown", "forged"].map(|name| Some(world.tokens[name].as_str()));
    // The first has the policy read; what ends before any read is told by the policy in memory.
    for (method, target, token, status) in [
        ("GET", "/contacts/", None, 401),
        ("GET", "/contacts/", unknown, 401),
        ("GET", "/contacts/", forged, 401),
        ("GET", "/contacts/", Some("Bearer dead"), 401),
        ("GET", "/contacts//", tenant, 400),
        ("GET", "/contacts/export", tenant, 403),
        ("GET", "/unknown", tenant, 404),
        ("DELETE", "/contacts/", tenant, 405),
        ("GET", "/locations/harbour-2", tenant, 403),
    ] {
        let sent = Sent { method, target, authorization: token, fields: &origin, body: b"" };
        let answer = answered(&world, &mut memory, sent);
        assert_eq!(answer.status, status, "{method} {target}");
        for (name, value) in [
            ("Access-Control-Allow-Origin", APP),
            ("Vary", "Origin"),
            ("Access-Control-Expose-Headers", "WWW-Authenticate, Retry-After, Tidegate-Token-Expires, x-total-count"),
        ] {
            assert_eq!(field(&answer, name), Some(value), "{method} {target}: {name}");
        }
        let other = answered(&world, &mut memory, Sent { fields: &[("Origin", "https://evil.example")], ..sent });
        let fields = [field(&other, "Access-Control-Allow-Origin"), field(&other, "Vary")];
        assert_eq!(fields, [None, Some("Origin")], "{method} {target}");
    }
}

#[test]
fn what_is_granted_is_planned_for_each_origin() {
    let world = World::with_policy(policy_with_cors());
    let mut memory = new_memory(&world.keys);
    let token = Some(world.tokens["tenant"].as_str());
    let me = Sent { method: "GET", target: "/me", authorization: token, fields: &[], body: b"" };
    for _ in 0..2 {
        for (origin, expected) in [
            (&[("Origin", APP)][..], Some(APP)),
            (&[("Origin", "https://evil.example")], None),
            (&[("Origin", "http://localhost:5173")], Some("http://localhost:5173")),
            (&[], None),
        ] {
            let cors = granted(drive(&world, &mut memory, Sent { fields: origin, ..me })).unwrap();
            assert_eq!(cors.origin(), expected);
            assert_eq!(cors.append.first(), Some(&("Vary", "Origin".to_owned())));
            assert_eq!(cors.append.len(), if expected.is_some() { 2 } else { 1 });
        }
    }
    // One whose fields were all read: a cookie of the gate's own has it planned exactly.
    let exactly = [("Cookie", "__Host-tidegate=x"), ("Origin", APP)];
    let cors = granted(drive(&world, &mut memory, Sent { fields: &exactly, ..me })).unwrap();
    assert_eq!(cors.origin(), Some(APP));
    // A later policy with other settings has no plan of the earlier one.
    let mut next = World::with_policy(policy().with_rev(2));
    next.now += 20;
    assert_eq!(granted(drive(&next, &mut memory, Sent { fields: &[("Origin", APP)], ..me })), None);
}

#[test]
fn a_policy_with_it_is_kept_as_it_is_in_the_version_of_policies_that_older_releases_refuse() {
    let policy = policy_with_cors();
    let text = policy.to_json();
    assert!(text.starts_with("{\"v\":3,"), "{text}");
    assert_eq!(Policy::from_json(&text).unwrap(), policy);
    let origins: Vec<_> = policy.cors().unwrap().origins.iter().map(|origin| origin.as_str()).collect();
    assert_eq!(origins, ["http://localhost:5173", APP]);
}

#[test]
fn a_change_of_it_is_told() {
    let (off, on) = (policy(), policy_with_cors());
    let told = off.diff(&on);
    assert_eq!(
        told.cors.as_ref().map(|change| (change.before.is_none(), change.after.as_ref())),
        Some((true, on.cors()))
    );
    assert!(told.to_string().contains("  + https://app.example\n"), "{told}");
    assert!(on.diff(&off).to_string().contains("  - https://app.example\n"));
    assert!(on.diff(&on).is_empty());
    let longer: Option<Cors> = on.cors().map(|cors| Cors { max_age_seconds: 10, ..cors.clone() });
    assert!(on.diff(&on.clone().with_cors(longer)).to_string().contains("the same; what they may send"));
}
