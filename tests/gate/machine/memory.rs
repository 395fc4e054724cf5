//! What the machine remembers of credentials, and how requests wait for each other.

use tidegate::gate::{Answer, Credential, Effect, MAX_CREDENTIALS, Memory, Read, Step};

use super::super::world::World;
use super::drive::{Sent, begin, begin_with, drive, go_on, memory as new_memory};

fn me(token: &str) -> Sent<'_> {
    Sent { method: "GET", target: "/me", authorization: Some(token), fields: &[], body: b"" }
}

/// The number that the driver was given for a value.
fn number(memory: &mut Memory) -> Option<u64> {
    let effects = memory.take_effects();
    effects.iter().find_map(|effect| if let Effect::Remember { number, .. } = effect { Some(*number) } else { None })
}

#[test]
fn a_known_value_is_judged_as_the_value_itself() {
    let world = World::new();
    let mut memory = new_memory(&world.keys);
    let token = world.tokens["tenant"].clone();
    assert!(matches!(drive(&world, &mut memory, me(&token)), Step::Forward(_)));
    let known = Credential::Known(number(&mut memory).unwrap());
    let now_ms = world.now * 1_000;
    assert!(matches!(begin_with(&mut memory, me(&token), known, now_ms), Step::Forward(_)));
    assert_eq!(number(&mut memory), None, "it is known already");
}

#[test]
fn a_number_that_stands_for_nothing_has_the_value_read() {
    let world = World::new();
    let mut memory = new_memory(&world.keys);
    let token = world.tokens["tenant"].clone();
    drive(&world, &mut memory, me(&token));
    let number = number(&mut memory).unwrap();
    let now_ms = world.now * 1_000;
    for (wrong, at_ms) in [(number + 1, now_ms), (number + 1_000, now_ms), (number, now_ms + 10 * 60_000)] {
        let step = begin_with(&mut memory, me(&token), Credential::Known(wrong), at_ms);
        let Step::Needs(_, reads) = step else { panic!("{wrong} at {at_ms}: {step:?}") };
        assert_eq!(reads, [Read::Authorization]);
    }
}

#[test]
fn a_value_that_is_not_sent_for_ten_minutes_is_forgotten_by_the_driver() {
    let world = World::new();
    let mut memory = new_memory(&world.keys);
    let token = world.tokens["tenant"].clone();
    drive(&world, &mut memory, me(&token));
    memory.take_effects();
    let forgotten = |memory: &mut Memory, at_ms| {
        begin(memory, Sent { authorization: None, ..me(&token) }, at_ms);
        memory.take_effects().iter().any(|effect| matches!(effect, Effect::Forget { .. }))
    };
    let now_ms = world.now * 1_000;
    assert!(!forgotten(&mut memory, now_ms + 599_999));
    assert!(forgotten(&mut memory, now_ms + 600_000));
}

#[test]
fn forged_values_are_not_remembered() {
    let world = World::new();
    let mut memory = new_memory(&world.keys);
    let genuine = world.tokens["tenant"].clone();
    drive(&world, &mut memory, me(&genuine));
    let number = number(&mut memory).unwrap();
    let forged = genuine.replace("pit_", "pit_0");
    for at in 0..2 * u64::from(MAX_CREDENTIALS) {
        let step = begin(&mut memory, me(&forged), world.now * 1_000 + at);
        assert!(matches!(step, Step::Answer(Answer { status: 401, .. })));
        assert!(memory.take_effects().iter().all(|effect| matches!(effect, Effect::Log(_))));
    }
    let step = begin_with(&mut memory, me(&genuine), Credential::Known(number), world.now * 1_000 + 2_000);
    assert!(matches!(step, Step::Forward(_)));
}

/// Nothing but their own pauses: no request that comes later has to wake them (M4).
#[test]
fn requests_that_wait_for_each_others_reads_end_by_themselves() {
    let world = World::new();
    let mut memory = new_memory(&world.keys);
    let token = world.tokens["tenant"].clone();
    let mut now_ms = world.now * 1_000;
    let mut waiting = Vec::new();
    for _ in 0..100 {
        let Step::Needs(one, reads) = begin(&mut memory, me(&token), now_ms) else { panic!("nothing was known") };
        waiting.push((one, reads));
    }
    let of_feed = |reads: &[Read]| reads.iter().any(|read| matches!(read, Read::Shared { .. } | Read::Registry { .. }));
    assert_eq!(waiting.iter().filter(|(_, reads)| of_feed(reads)).count(), 1, "one reads the feed for all");
    // The one whose client went away comes home never.
    waiting.retain(|(_, reads)| !of_feed(reads));
    let mut granted = 0;
    while let Some((one, reads)) = waiting.pop() {
        now_ms += 25;
        match go_on(&world, &mut memory, me(&token), one, &reads, now_ms) {
            Step::Needs(one, reads) => waiting.insert(0, (one, reads)),
            Step::Forward(_) => granted += 1,
            step => panic!("{step:?}"),
        }
        assert!(now_ms < world.now * 1_000 + 60_000, "they wait for ever");
    }
    assert_eq!(granted, 99);
}
