//! How long a tested token's request may take.

use tidegate::feed::{Limits, OnOutage};

use super::*;
use crate::machine::drive::{self, Sent};

/// A world whose gate reads a policy and records, from whatever is as old as a minute.
fn world_with_api() -> World {
    let mut world = world(settings());
    let limits = Limits { max_staleness_ms: 60_000, last_known_good_ms: 300_000, on_outage: OnOutage::Serve };
    let admin = Box::new(world.plane.clone());
    world.memory = Memory::new(Settings { limits: Ok(limits), admin, ..drive::settings(&keys(&token_keys())) });
    world
}

#[test]
fn the_api_has_what_is_left_of_ten_seconds() {
    let stores = crate::world::World::new();
    let token = stores.tokens["tenant"].strip_prefix("Bearer ").unwrap();
    let sent = Sent { method: "GET", target: "/me", authorization: None, fields: &[], body: b"" };
    for (passed_ms, left_ms) in [(0, Some(10_000)), (9_999, Some(1)), (10_000, None), (10_001, None)] {
        let mut world = world_with_api();
        let (waiting, _) = tested(&mut world, token, "GET /me");
        let word = Reading::Response { status: 200, body: b"{\"path\":\"/me\"}".to_vec() };
        let mut step = world.resume(waiting, vec![word]);
        let answer = loop {
            match step {
                Step::Needs(_, reads) if matches!(reads.as_slice(), [Read::Fetch(_)]) => {
                    let [Read::Fetch(fetch)] = reads.as_slice() else { panic!() };
                    assert_eq!((fetch.url.as_str(), Some(fetch.timeout_ms)), ("https://origin.example/me", left_ms));
                    break None;
                }
                Step::Needs(waiting, reads) => {
                    let readings = reads.iter().map(|read| drive::reading(&stores, sent, read, NOW_MS)).collect();
                    step = waiting.resume(&mut world.memory, readings, NOW_MS + passed_ms);
                }
                Step::Answer(answer) => break answer.body,
                step => panic!("{step:?}"),
            }
        };
        assert_eq!(answer.is_none(), left_ms.is_some(), "{passed_ms}: {answer:?}");
        if let Some(answer) = answer {
            let told: Value = serde_json::from_str(&answer).unwrap();
            assert_eq!((&told["allowed"], &told["status"]), (&json!(true), &json!(504)));
            assert_eq!(told["milliseconds"], passed_ms);
        }
    }
}
