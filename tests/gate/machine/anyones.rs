//! What requests without a token cost the registry when it does not give the policy, and KV neither.

use serde_json::Value;
use tidegate::feed::Feed;
use tidegate::gate::{Answer, Effect, Memory, Read, Reading, Step, Waiting};
use tidegate::policy::POLICY_KEY;

use super::super::world::World;
use super::drive::{self, Sent, begin, memory as new_memory};

const PUBLIC: Sent<'_> = Sent { method: "GET", target: "/status", authorization: None, fields: &[], body: b"" };

fn me(world: &World) -> Sent<'_> {
    Sent { target: "/me", authorization: Some(world.tokens["tenant"].as_str()), ..PUBLIC }
}

/// A world in which KV has no policy, and the registry gives this one.
struct Registry<'a> {
    world: &'a World,
    gives: Reading,
    /// The revision of the policy by the feed; `None` where there is no feed to be had.
    feed: Option<u64>,
    /// How often the policy was asked for, and the feed.
    asked: usize,
    feed_asked: usize,
    now_ms: u64,
}

impl<'a> Registry<'a> {
    fn that(world: &'a World, gives: Reading) -> Self {
        Self { world, gives, feed: Some(world.policy.rev()), asked: 0, feed_asked: 0, now_ms: world.now * 1_000 }
    }

    fn read(&mut self, sent: Sent<'_>, read: &Read) -> Reading {
        match read {
            Read::Kv { key, .. } if key == POLICY_KEY => Reading::Failed("KV is down".to_owned()),
            Read::Registry { url, .. } if url.ends_with("/policy") => {
                self.asked += 1;
                self.gives.clone()
            }
            Read::Registry { url, .. } if url.ends_with("/feed") => {
                self.feed_asked += 1;
                let Some(rev) = self.feed else { return answered(503, "") };
                answered(200, &Feed { policy: Some(rev), ..drive::feed(self.world, self.now_ms) }.to_json())
            }
            read => drive::reading(self.world, sent, read, self.now_ms),
        }
    }

    fn go_on(&mut self, memory: &mut Memory, sent: Sent<'_>, waiting: Waiting, reads: &[Read]) -> Step {
        let readings = reads.iter().map(|read| self.read(sent, read)).collect();
        waiting.resume(memory, readings, self.now_ms)
    }

    /// The statuses of answers to requests that come at once; 200 for one that is forwarded.
    fn statuses(&mut self, memory: &mut Memory, sent: Sent<'_>, count: usize) -> Vec<u16> {
        let mut steps: Vec<Step> = (0..count).map(|_| begin(memory, sent, self.now_ms)).collect();
        let mut statuses = Vec::new();
        while !steps.is_empty() {
            let mut next = Vec::new();
            for step in steps {
                match step {
                    Step::Needs(waiting, reads) => next.push(self.go_on(memory, sent, waiting, &reads)),
                    Step::Forward(_) => statuses.push(200),
                    Step::Answer(Answer { status, .. }) => statuses.push(status),
                    step => panic!("{step:?}"),
                }
            }
            // A pause is the longest that each of them waits for.
            self.now_ms += if next.is_empty() { 0 } else { 25 };
            steps = next;
        }
        statuses
    }

    fn status(&mut self, memory: &mut Memory, sent: Sent<'_>) -> u16 {
        self.statuses(memory, sent, 1)[0]
    }

    /// Runs the background work.
    fn work(&mut self, memory: &mut Memory) {
        for effect in memory.take_effects() {
            let Effect::Background(waiting, reads) = effect else { continue };
            let mut step = Step::Needs(waiting, reads);
            while let Step::Needs(waiting, reads) = step {
                step = self.go_on(memory, PUBLIC, waiting, &reads);
            }
        }
    }
}

fn answered(status: u16, body: &str) -> Reading {
    Reading::Response { status, body: body.into() }
}

#[test]
fn a_policy_that_the_registry_does_not_give_is_asked_for_once_in_five_seconds() {
    let world = World::new();
    let older = world.policy.clone().with_rev(0).to_json();
    for gives in [
        answered(503, ""),
        answered(404, ""),
        answered(200, "{"),
        answered(200, &older),
        Reading::TooSlow,
        Reading::Failed("Error: overloaded".to_owned()),
    ] {
        let (mut memory, mut registry) = (new_memory(&world.keys), Registry::that(&world, gives));
        assert_eq!(registry.statuses(&mut memory, PUBLIC, 50), [503; 50]);
        assert_eq!(registry.asked, 1, "50 at once");
        let ended_ms = registry.now_ms;
        for _ in 0..20 {
            assert_eq!(registry.status(&mut memory, PUBLIC), 503);
        }
        assert_eq!(registry.asked, 1, "20 in turn");
        registry.now_ms = ended_ms + 5_000;
        assert_eq!(registry.statuses(&mut memory, PUBLIC, 50), [503; 50]);
        assert_eq!(registry.asked, 2, "50 after five seconds");
    }
}

#[test]
fn a_request_with_a_token_asks_for_it_all_the_same_and_what_it_gets_serves_all() {
    let world = World::new();
    let (mut memory, mut registry) = (new_memory(&world.keys), Registry::that(&world, answered(503, "")));
    assert_eq!(registry.status(&mut memory, PUBLIC), 503);
    for asked in 2..5 {
        assert_eq!((registry.status(&mut memory, me(&world)), registry.asked), (503, asked));
    }
    registry.gives = answered(200, &world.policy.to_json());
    assert_eq!((registry.status(&mut memory, PUBLIC), registry.asked), (503, 4));
    assert_eq!((registry.status(&mut memory, me(&world)), registry.asked), (200, 5));
    assert_eq!((registry.statuses(&mut memory, PUBLIC, 20), registry.asked), (vec![200; 20], 5));
}

#[test]
fn a_revision_that_the_feed_tells_of_later_is_asked_for_at_once() {
    let world = World::new();
    let (mut memory, mut registry) = (new_memory(&world.keys), Registry::that(&world, answered(404, "")));
    assert_eq!((registry.status(&mut memory, PUBLIC), registry.asked), (503, 1));
    // It fails once more when a newer copy of the feed is due, which is read in the background.
    registry.now_ms += 5_000;
    assert_eq!(registry.status(&mut memory, PUBLIC), 503);
    let next = world.policy.clone().with_rev(world.policy.rev() + 1);
    (registry.feed, registry.gives) = (Some(next.rev()), answered(200, &next.to_json()));
    let asked = registry.asked;
    registry.now_ms += 100;
    assert_eq!((registry.status(&mut memory, PUBLIC), registry.asked), (503, asked));
    registry.work(&mut memory);
    assert_eq!((registry.status(&mut memory, PUBLIC), registry.asked), (200, asked + 1));
}

#[test]
fn a_feed_that_the_registry_does_not_give_is_asked_for_once_in_five_seconds_or_each_second_for_requests_with_a_token() {
    let world = World::new();
    let (mut memory, mut registry) = (new_memory(&world.keys), Registry::that(&world, answered(503, "")));
    registry.feed = None;
    let mut asked_within_ten_seconds = |registry: &mut Registry<'_>, sent| {
        let (before, began_ms) = (registry.feed_asked, registry.now_ms);
        for at in 0..20 {
            registry.now_ms = began_ms + at * 500;
            assert_eq!(registry.status(&mut memory, sent), 503);
            registry.work(&mut memory);
        }
        registry.now_ms = began_ms + 10_000;
        registry.feed_asked - before
    };
    assert_eq!(asked_within_ten_seconds(&mut registry, PUBLIC), 2);
    let with_token = asked_within_ten_seconds(&mut registry, me(&world));
    assert!(with_token > 5, "{with_token}");
    let without = asked_within_ten_seconds(&mut registry, PUBLIC);
    assert!((1..=2).contains(&without), "{without}");
    assert_eq!(registry.asked, 0, "the policy");
}

/// The lines of what was granted while something failed.
fn degraded(memory: &mut Memory) -> Vec<Value> {
    let lines = memory.take_effects().into_iter().filter_map(|effect| match effect {
        Effect::Log(line) => serde_json::from_str(&line.text).ok(),
        _ => None,
    });
    lines.filter(|line: &Value| line["event"] == "degraded").collect()
}

#[test]
fn what_is_granted_to_anybody_while_the_feed_is_old_leaves_some_lines() {
    let world = World::new();
    let (mut memory, mut registry) = (new_memory(&world.keys), Registry::that(&world, answered(503, "")));
    registry.gives = answered(200, &world.policy.to_json());
    assert_eq!(registry.status(&mut memory, me(&world)), 200);
    (registry.feed, registry.gives) = (None, answered(503, ""));
    registry.now_ms += 30_000;
    memory.take_effects();
    for _ in 0..100 {
        assert_eq!(registry.status(&mut memory, PUBLIC), 200);
    }
    let lines = degraded(&mut memory);
    let numbers: Vec<u64> = lines.iter().filter_map(|line| line["number"].as_u64()).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 16, 32, 64]);
    assert!(lines[0]["basis"]["degraded"][0].as_str().unwrap().contains("the change feed"), "{}", lines[0]);
    // Each that has a token leaves one.
    for _ in 0..20 {
        assert_eq!(registry.status(&mut memory, me(&world)), 200);
    }
    assert_eq!(degraded(&mut memory).len(), 20);
}
