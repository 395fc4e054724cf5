//! The gate's machine, driven natively. Every verdict of the tests' world is held against it (`World::judge`).

mod anyones;
mod cors;
pub mod drive;
mod forwarding;
mod freshness;
mod memory;
mod requests;
mod usage;
mod waiting;

use tidegate::decision::{Denial, Grant};
use tidegate::gate::{Answer, Credential, Gate, Head, Step};
use tidegate::reply::{Realm, answer};

use self::drive::{Sent, drive, memory as new_memory};
use super::world::World;

/// Expects of the machine what a plain walk through the steps came to.
pub fn assert_same(world: &World, sent: Sent<'_>, expected: &Result<Grant, Denial>) {
    // What is not in origin form reaches no gate, and the gate's own paths are no operation's.
    if !sent.target.starts_with('/') || sent.target.starts_with("/_tidegate") {
        return;
    }
    let mut memory = new_memory(&world.keys);
    let cold = drive(world, &mut memory, sent);
    assert_is(&cold, sent, expected);
    let warm = drive(world, &mut memory, sent);
    assert_is(&warm, sent, expected);
}

fn assert_is(step: &Step, sent: Sent<'_>, expected: &Result<Grant, Denial>) {
    let request = format!("{} {}", sent.method, sent.target);
    match (step, expected) {
        (Step::Forward(forward), Ok(grant)) => {
            let told = forward.how.set.iter().find(|(name, _)| *name == "X-Tidegate-Integration");
            let identity = grant.identity().map(|identity| identity.integration().to_string());
            assert_eq!(told.map(|(_, id)| id.clone()), identity, "{request}");
        }
        (Step::Answer(given), Err(denial)) => {
            assert_eq!(*given, Answer::from(&answer(denial, &Realm::default())), "{request}");
        }
        _ => panic!("{request}: {step:?} instead of {expected:?}"),
    }
}

#[test]
fn a_monitor_and_a_holder_are_answered() {
    let world = World::new();
    let mut memory = new_memory(&world.keys);
    let health = Sent { method: "GET", target: "/_tidegate/healthz", authorization: None, fields: &[], body: b"" };
    assert!(matches!(drive(&world, &mut memory, health), Step::Answer(Answer { status: 200, .. })));
    let token = Some(world.tokens["tenant"].as_str());
    let whoami = Sent { target: "/_tidegate/whoami", authorization: token, ..health };
    let Step::Answer(Answer { status: 200, body: Some(told), .. }) = drive(&world, &mut memory, whoami) else {
        panic!("whoami was not answered");
    };
    assert!(told.contains("harbour-1") && !told.contains("pit_"), "{told}");
    for target in ["/_tidegate/", "/_tidegate", "/_tidegate/api/policy"] {
        assert!(matches!(drive(&world, &mut memory, Sent { target, ..health }), Step::Admin), "{target}");
    }
    // A document's name may have any character.
    let document = Sent { target: "/_tidegate/api/policy/documents/a%2Fb%23%3F%25%3B", ..health };
    assert!(matches!(drive(&world, &mut memory, document), Step::Admin));
    for target in ["/_tidegate/api/policy/a%2Fb", "/_tidegate/api/policy/documents/%2e%2e", "/_tidegate/api%2Fpolicy"] {
        let refused = drive(&world, &mut memory, Sent { target, ..health });
        assert!(matches!(refused, Step::Answer(Answer { status: 400, .. })), "{target}");
    }
    let post = Sent { method: "POST", ..whoami };
    assert!(matches!(drive(&world, &mut memory, post), Step::Admin));
    let ambiguous = Sent { target: "/_tidegate/a//b", ..health };
    assert!(matches!(drive(&world, &mut memory, ambiguous), Step::Answer(Answer { status: 400, .. })));
}

/// Row 4: the driver puts the origin's address in the place of as many characters as stand before the path.
#[test]
fn a_host_that_parsers_read_differently_is_refused() {
    let world = World::new();
    let asked = |host: &str, target: &str| {
        let url = format!("http://{host}{target}");
        let head = Head { method: "GET", url: &url, credential: Credential::None, fields: "" };
        Gate::begin(&mut new_memory(&world.keys), &head, world.now * 1_000)
    };
    let strange =
        ["üüüü.example", "€€€", "", "u:p@gate.example", "gate.example, other.example", "ga te", "gate.example\\need"];
    for host in strange {
        for target in ["/status", "/contacts/c1", "/_tidegate/whoami", "/_tidegate/api/policy"] {
            let Step::Answer(Answer { status, body: Some(body), .. }) = asked(host, target) else {
                panic!("{host}{target} was not refused");
            };
            assert_eq!((status, body.contains("ambiguous-request")), (400, true), "{host}{target}: {body}");
        }
    }
    for host in ["gate.example", "gate.example.:8443", "127.0.0.1:8787", "[::1]:8787", "my_api"] {
        assert!(matches!(asked(host, "/status"), Step::Needs(..)), "{host}");
        assert!(matches!(asked(host, "/_tidegate/api/policy"), Step::Admin), "{host}");
    }
    assert!(matches!(asked("üü", "/_tidegate/healthz"), Step::Answer(Answer { status: 200, .. })));
}
