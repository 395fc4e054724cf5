//! The table of requests that wait: handles are leases.

use tidegate::gate::{Answer, MAX_OF_ANYONES, MAX_REQUESTS, Memory, Read, Requests, Step, Waiting};

use super::super::world::World;
use super::drive::{Sent, begin, memory as new_memory};

fn waiting(world: &World, memory: &mut Memory, now_ms: u64) -> (Waiting, Vec<Read>) {
    waiting_of(Some(world.tokens["tenant"].as_str()), memory, now_ms)
}

fn waiting_of(authorization: Option<&str>, memory: &mut Memory, now_ms: u64) -> (Waiting, Vec<Read>) {
    let sent = Sent { method: "GET", target: "/me", authorization, fields: &[], body: b"" };
    match begin(memory, sent, now_ms) {
        Step::Needs(waiting, reads) => (waiting, reads),
        step => panic!("{step:?}"),
    }
}

#[test]
fn a_handle_stands_for_one_request_once() {
    let world = World::new();
    let (mut memory, mut requests) = (new_memory(&world.keys), Requests::default());
    let (one, reads) = waiting(&world, &mut memory, 0);
    let handle = requests.hold(one, &reads, 0).unwrap();
    assert!(requests.take(handle).is_some());
    assert!(requests.take(handle).is_none(), "it goes on already");
    let (other, reads) = waiting(&world, &mut memory, 0);
    let next = requests.hold(other, &reads, 0).unwrap();
    assert!(next != handle && requests.take(handle).is_none(), "its place is another's now");
    assert!(requests.take(next).is_some());
}

#[test]
fn clients_that_disconnect_leave_nothing_behind() {
    let world = World::new();
    let (mut memory, mut requests) = (new_memory(&world.keys), Requests::default());
    for _ in 0..MAX_REQUESTS {
        let (one, reads) = waiting(&world, &mut memory, 0);
        requests.hold(one, &reads, 0).unwrap();
    }
    assert_eq!(requests.len(), MAX_REQUESTS);
    // 5 s for KV, the longest of the reads, and 10 s.
    let (one, reads) = waiting(&world, &mut memory, 15_000);
    requests.hold(one, &reads, 15_000).unwrap();
    assert_eq!(requests.len(), 1);
}

#[test]
fn no_live_request_is_dropped_for_another() {
    let world = World::new();
    let (mut memory, mut requests) = (new_memory(&world.keys), Requests::default());
    let mut handles = Vec::new();
    for _ in 0..MAX_REQUESTS {
        let (one, reads) = waiting(&world, &mut memory, 0);
        handles.push(requests.hold(one, &reads, 0).unwrap());
    }
    let (one, reads) = waiting(&world, &mut memory, 14_999);
    let refused = requests.hold(one, &reads, 14_999).unwrap_err();
    let Step::Answer(Answer { status: 503, body: Some(problem), .. }) = refused.refuse(&mut memory, 14_999) else {
        panic!("it was not refused");
    };
    assert!(problem.contains("too-busy"), "{problem}");
    assert!(handles.into_iter().all(|handle| requests.take(handle).is_some()));
}

/// While a store is slow.
#[test]
fn who_has_no_token_leaves_room_for_who_has() {
    let world = World::new();
    let (mut memory, mut requests) = (new_memory(&world.keys), Requests::default());
    for authorization in [None, Some("Basic dXNlcjpwYXNz")].into_iter().cycle().take(MAX_OF_ANYONES) {
        let (one, reads) = waiting_of(authorization, &mut memory, 0);
        requests.hold(one, &reads, 0).unwrap();
    }
    let (one, reads) = waiting_of(None, &mut memory, 0);
    assert!(requests.hold(one, &reads, 0).is_err());
    let (one, reads) = waiting(&world, &mut memory, 0);
    assert!(requests.hold(one, &reads, 0).is_ok());
}
