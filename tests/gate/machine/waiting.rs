//! The requests that wait for reads: how many may, how long, and how the driver is told what to read.

use serde_json::{Value, json};
use tidegate::gate::{
    Call, Fetch, MAX_OF_ANYONES, MAX_REQUESTS, Memory, Read, Reading, Requests, Resume, Service, SignatureAlgorithm,
    Step, Verify, Waiting,
};

struct Waits {
    is_anyones: bool,
}

impl Resume for Waits {
    fn resume(self: Box<Self>, _: &mut Memory, _: Vec<Reading>, _: u64) -> Step {
        Step::Done
    }

    fn refuse(self: Box<Self>, _: &mut Memory, _: u64) -> Step {
        Step::Done
    }

    fn is_anyones(&self) -> bool {
        self.is_anyones
    }
}

const READS: [Read; 1] = [Read::Body { limit: 1, timeout_ms: 4_000 }];

fn anyones() -> Waiting {
    Waiting::new(Waits { is_anyones: true })
}

fn verified() -> Waiting {
    Waiting::new(Waits { is_anyones: false })
}

#[test]
fn who_is_not_known_leaves_room_for_all_others() {
    let mut requests = Requests::default();
    let held: Vec<_> = (0..MAX_OF_ANYONES).map(|_| requests.hold(anyones(), &READS, 0).unwrap()).collect();
    assert!(requests.hold(anyones(), &READS, 1_000).is_err());
    let others: Vec<_> =
        (MAX_OF_ANYONES..MAX_REQUESTS).map(|_| requests.hold(verified(), &READS, 1_000).unwrap()).collect();
    assert!(requests.hold(verified(), &READS, 1_000).is_err());
    // A place is free again once its request goes on, or once its lease has ended.
    assert!(requests.take(others[0]).is_some());
    assert!(requests.hold(anyones(), &READS, 1_000).is_err());
    assert!(requests.take(held[0]).is_some());
    assert!(requests.hold(anyones(), &READS, 1_000).is_ok());
    assert!(requests.hold(anyones(), &READS, 1_000).is_err());
    assert!(requests.hold(anyones(), &READS, 14_000).is_ok(), "4 s and 10 s after they began");
    assert!(requests.take(held[1]).is_none());
    assert!(requests.take(others[1]).is_some());
}

/// The driver's words for what it is asked: worker/js/reads.js and elsewhere.js.
#[test]
fn a_read_is_one_object_that_says_all_about_it() {
    let call = Call {
        service: Service::Assets,
        method: "GET".to_owned(),
        url: "https://assets.invalid/x".to_owned(),
        fields: vec![("If-None-Match", "\"a\"".to_owned())],
        with_body: false,
        body: None,
        limit: 0,
        once: false,
        timeout_ms: 5_000,
    };
    let fetch = Fetch {
        method: "POST",
        url: "https://id.example/token".to_owned(),
        fields: vec![("Content-Type", "application/x-www-form-urlencoded".to_owned())],
        body: Some("code=secret".to_owned()),
        limit: 65_536,
        once: true,
        timeout_ms: 5_000,
    };
    assert!(!format!("{fetch:?}").contains("secret"));
    let key = json!({ "kty": "OKP", "crv": "Ed25519", "x": "AQ" });
    let verify = Verify {
        key: key.clone(),
        algorithm: SignatureAlgorithm::EdDsa,
        signature: vec![1, 255],
        data: "a.b".to_owned(),
    };
    let object = |read: &Read| -> Value { serde_json::to_value(read).unwrap() };
    assert_eq!(
        object(&Read::Call(call)),
        json!({
            "read": "call", "service": "assets", "method": "GET", "url": "https://assets.invalid/x",
            "fields": [["If-None-Match", "\"a\""]], "with_body": false, "body": null,
            "limit": 0, "once": false, "timeout_ms": 5_000,
        })
    );
    assert_eq!(
        object(&Read::Fetch(fetch)),
        json!({
            "read": "fetch", "method": "POST", "url": "https://id.example/token",
            "fields": [["Content-Type", "application/x-www-form-urlencoded"]], "body": "code=secret", "limit": 65_536,
            "once": true, "timeout_ms": 5_000,
        })
    );
    let expected = json!({ "read": "verify", "key": key, "algorithm": "EdDSA", "signature": [1, 255], "data": "a.b" });
    assert_eq!(object(&Read::Verify(verify)), expected);
    assert_eq!(object(&Read::Random { length: 32 }), json!({ "read": "random", "length": 32 }));
    assert_eq!(object(&Read::HasBody), json!({ "read": "has_body" }));
}
