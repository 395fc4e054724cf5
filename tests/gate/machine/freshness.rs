//! Where the evidence for a verdict comes from: memory, this location's cache, KV or the registry, each for as long as it is to be
//! believed.

use std::collections::BTreeMap;
use std::rc::Rc;

use tidegate::feed::Feed;
use tidegate::gate::{Effect, Memory, READS, Read, Reading, RegistryRead, Step, Waiting};
use tidegate::policy::{Operation, POLICY_KEY, Policy, StoredPolicy, Template};
use tidegate::record::{Live, Record};
use tidegate::rotation::Rotation;
use tidegate::token::TokenKeys;

use super::super::support::{NOW, integration_id, key, keys, live_token, scopes};
use super::super::world::{SCOPES, World};
use super::drive::{Sent, begin, feed, memory as new_memory, reading};

const NOW_MS: u64 = NOW * 1_000;

/// The stores: what each has, and what was asked of them.
struct Stores {
    world: World,
    kv: BTreeMap<String, String>,
    kv_fails: bool,
    registry: BTreeMap<String, String>,
    /// The revision of the policy in force, as the feed says.
    policy_rev: u64,
    /// This location's cache.
    shared: BTreeMap<String, String>,
    asked: Vec<String>,
    background: Vec<(Waiting, Vec<Read>)>,
}

impl Stores {
    fn new() -> Self {
        let world = World::new();
        let (policy, records) = (world.policy.clone(), world.records.clone());
        let mut stores = Self {
            world,
            kv: BTreeMap::new(),
            kv_fails: false,
            registry: BTreeMap::new(),
            policy_rev: 1,
            shared: BTreeMap::new(),
            asked: Vec::new(),
            background: Vec::new(),
        };
        records.values().for_each(|record| stores.keep(record));
        stores.publish(&policy);
        stores
    }

    fn keep(&mut self, record: &Record) {
        let (key, text) = (Record::key(record.id()), record.to_json());
        let signed = self.world.keys.store().sign(&key, &text).unwrap().into_string();
        self.kv.insert(key, signed);
        self.registry.insert(RegistryRead::Record(record.id().clone()).to_path(), text);
    }

    fn publish(&mut self, policy: &Policy) {
        self.kv.insert(POLICY_KEY.to_owned(), signed(&self.world.keys, policy));
        self.registry.insert(RegistryRead::Policy.to_path(), policy.to_json());
    }

    /// Leaves a text in this location's cache, as another isolate does.
    fn leave(&mut self, what: &str, asked_at_ms: u64, text: &str) {
        self.shared.insert(format!("https://{what}.tidegate.invalid/registry"), format!("{asked_at_ms}\n{text}"));
    }

    fn read(&mut self, sent: Sent<'_>, read: &Read, now_ms: u64) -> Reading {
        let bytes = |text: &String| Reading::Bytes(text.clone().into_bytes());
        match read {
            Read::Kv { key, .. } => {
                self.asked.push(format!("kv {key}"));
                if self.kv_fails {
                    return Reading::Failed("it is down".to_owned());
                }
                self.kv.get(key).map_or(Reading::Nothing, bytes)
            }
            Read::Shared { url, .. } => {
                let what = url.strip_prefix("https://").and_then(|rest| rest.split('.').next()).unwrap();
                self.asked.push(format!("shared {what}"));
                self.shared.get(url).map_or(Reading::Nothing, bytes)
            }
            Read::Registry { url, .. } => {
                let path = url.strip_prefix(READS).unwrap();
                self.asked.push(format!("registry {path}"));
                let feed = Feed { policy: Some(self.policy_rev), ..feed(&self.world, now_ms) };
                let text = if path == "/feed" { Some(feed.to_json()) } else { self.registry.get(path).cloned() };
                let status = if text.is_some() { 200 } else { 404 };
                Reading::Response { status, body: text.unwrap_or_default().into_bytes() }
            }
            read => reading(&self.world, sent, read, now_ms),
        }
    }

    /// What comes of a `GET`, 200 where it is forwarded, and what was asked for it.
    fn ask(&mut self, memory: &mut Memory, token: &str, target: &str, now_ms: u64) -> (u16, Vec<String>) {
        let authorization = self.world.tokens.get(token).cloned();
        let sent = Sent { method: "GET", target, authorization: authorization.as_deref(), fields: &[], body: b"" };
        let step = begin(memory, sent, now_ms);
        let status = match self.drive(step, memory, sent, now_ms) {
            Step::Forward(_) => 200,
            Step::Answer(answer) => answer.status,
            step => panic!("{target}: {step:?}"),
        };
        (status, std::mem::take(&mut self.asked))
    }

    /// Ends what goes on in the background; tells what was asked for it.
    fn end_background(&mut self, memory: &mut Memory, now_ms: u64) -> Vec<String> {
        let nobodys = Sent { method: "GET", target: "/", authorization: None, fields: &[], body: b"" };
        for (waiting, reads) in std::mem::take(&mut self.background) {
            let step = self.drive(Step::Needs(waiting, reads), memory, nobodys, now_ms);
            assert!(matches!(step, Step::Done), "{step:?}");
        }
        std::mem::take(&mut self.asked)
    }

    fn drive(&mut self, mut step: Step, memory: &mut Memory, sent: Sent<'_>, now_ms: u64) -> Step {
        loop {
            for effect in memory.take_effects() {
                match effect {
                    Effect::Share { url, text, max_age_seconds: 5 } => drop(self.shared.insert(url, text)),
                    Effect::Background(waiting, reads) => self.background.push((waiting, reads)),
                    Effect::Log(_) | Effect::Remember { .. } => {}
                    other => panic!("{other:?}"),
                }
            }
            let Step::Needs(waiting, reads) = step else { return step };
            let readings = reads.iter().map(|read| self.read(sent, read, now_ms)).collect();
            step = waiting.resume(memory, readings, now_ms);
        }
    }

    /// The memory of a new isolate.
    fn isolate(&self) -> Memory {
        new_memory(&self.world.keys)
    }

    /// The memory of an isolate that had a request of the sub-account's token at [`NOW_MS`].
    fn warm(&mut self) -> Memory {
        let mut memory = self.isolate();
        assert_eq!(self.ask(&mut memory, "tenant", "/me", NOW_MS).0, 200);
        memory
    }

    /// The record of the sub-account's integration after a change.
    fn change(&mut self, change: impl FnOnce(&mut Live)) {
        let Record::Live(live) = &self.world.records[&integration_id(1)] else { panic!() };
        let mut live = Live { rev: live.rev + 1, ..Rc::unwrap_or_clone(live.clone()) };
        change(&mut live);
        self.keep(&live.into());
    }
}

fn signed(keys: &TokenKeys, policy: &Policy) -> String {
    StoredPolicy::sign(keys.store(), &policy.to_json()).unwrap().into_string()
}

fn kv_record(id: u8) -> String {
    format!("kv {}", Record::key(&integration_id(id)))
}

fn kv_policy() -> String {
    format!("kv {POLICY_KEY}")
}

#[test]
fn a_shared_policy_serves_while_it_is_young_authentic_and_new_enough() {
    let world = World::new();
    let of_rev = |rev| signed(&world.keys, &world.policy.clone().with_rev(rev));
    let foreign = signed(&keys(&key(9)), &world.policy);
    for (asked_at_ms, text, rev_of_feed, serves) in [
        (NOW_MS, of_rev(1), 1, true),
        (NOW_MS - 4_999, of_rev(1), 1, true),
        (NOW_MS - 5_000, of_rev(1), 1, false),
        (NOW_MS + 1, of_rev(1), 1, false),
        (NOW_MS, of_rev(2), 1, true),
        (NOW_MS, of_rev(2), 2, true),
        (NOW_MS, of_rev(1), 2, false),
        (NOW_MS, foreign, 1, false),
        (NOW_MS, world.policy.to_json(), 1, false),
    ] {
        let mut stores = Stores::new();
        stores.publish(&world.policy.clone().with_rev(rev_of_feed));
        stores.kv.remove(POLICY_KEY);
        stores.policy_rev = rev_of_feed;
        stores.leave("policy", asked_at_ms, &text);
        let mut memory = stores.isolate();
        let (status, asked) = stores.ask(&mut memory, "tenant", "/me", NOW_MS);
        let row = format!("of {asked_at_ms}, {rev_of_feed}: {asked:?}");
        assert_eq!((status, asked.contains(&"shared policy".to_owned())), (200, true), "{row}");
        assert_eq!(asked.contains(&"registry /policy".to_owned()), !serves, "{row}");
    }
}

#[test]
fn a_shared_feed_serves_until_it_is_due() {
    let feed_at = |made_at_ms| feed(&World::new(), made_at_ms).to_json();
    for (asked_at_ms, text, serves) in [
        (NOW_MS, feed_at(NOW_MS), true),
        (NOW_MS - 4_999, feed_at(NOW_MS - 4_999), true),
        (NOW_MS - 5_000, feed_at(NOW_MS), false),
        (NOW_MS, feed_at(NOW_MS - 5_000), false),
        (NOW_MS + 1_000, feed_at(NOW_MS + 1_000), true),
        (NOW_MS + 1_001, feed_at(NOW_MS), false),
        (NOW_MS, feed_at(NOW_MS + 1_001), false),
        (NOW_MS, "{}".to_owned(), false),
    ] {
        let mut stores = Stores::new();
        stores.leave("feed", asked_at_ms, &text);
        let mut memory = stores.isolate();
        let (status, asked) = stores.ask(&mut memory, "tenant", "/me", NOW_MS);
        assert_eq!((status, asked.contains(&"shared feed".to_owned())), (200, true));
        assert_eq!(asked.contains(&"registry /feed".to_owned()), !serves, "{asked_at_ms} {text}");
    }
}

#[test]
fn what_the_registry_says_is_left_for_the_other_isolates_here() {
    let mut stores = Stores::new();
    stores.kv.remove(POLICY_KEY);
    let mut first = stores.isolate();
    let (_, asked) = stores.ask(&mut first, "tenant", "/me", NOW_MS);
    assert!(["registry /feed", "registry /policy"].iter().all(|read| asked.contains(&(*read).to_owned())), "{asked:?}");
    let mut second = stores.isolate();
    let (status, asked) = stores.ask(&mut second, "tenant", "/me", NOW_MS + 4_999);
    assert_eq!((status, asked.iter().any(|read| read.starts_with("registry"))), (200, false), "{asked:?}");
}

#[test]
fn a_copy_of_the_feed_is_asked_for_again_when_it_is_due_and_waited_for_when_it_is_stale() {
    let reads = ["shared feed", "registry /feed"];
    for (age_ms, before, behind) in
        [(4_999, &[][..], &[][..]), (5_000, &[], &reads), (9_000, &[], &reads), (9_001, &reads, &[])]
    {
        let mut stores = Stores::new();
        let mut memory = stores.warm();
        let (status, asked) = stores.ask(&mut memory, "tenant", "/me", NOW_MS + age_ms);
        assert_eq!(status, 200);
        assert_eq!(asked, before, "{age_ms}");
        assert_eq!(stores.end_background(&mut memory, NOW_MS + age_ms), behind, "{age_ms}");
    }
}

#[test]
fn after_a_step_back_of_the_clock_nothing_is_remembered() {
    for (back_ms, forgets) in [(0, false), (1_000, false), (1_001, true), (60_000, true)] {
        let mut stores = Stores::new();
        let mut memory = stores.warm();
        let (status, asked) = stores.ask(&mut memory, "tenant", "/me", NOW_MS - back_ms);
        let expected = ["shared feed".to_owned(), kv_record(1), kv_policy(), "registry /feed".to_owned()];
        assert_eq!((status, asked.as_slice()), (200, if forgets { &expected[..] } else { &[] }), "{back_ms}");
    }
}

#[test]
fn kv_that_is_down_is_asked_only_for_what_memory_has_not() {
    let mut stores = Stores::new();
    let mut memory = stores.warm();
    let of_kv = |(status, asked): (u16, Vec<String>)| {
        let kv: Vec<_> = asked.into_iter().filter(|read| read.starts_with("kv ")).collect();
        (status, kv)
    };
    stores.kv_fails = true;
    let told = stores.ask(&mut memory, "agency", "/me", NOW_MS + 59_000);
    assert!(told.1.iter().any(|read| read.starts_with("registry /records/")), "{told:?}");
    assert_eq!(of_kv(told), (200, vec![kv_record(2)]));
    // Memory is a minute old, and would be looked at again.
    assert_eq!(of_kv(stores.ask(&mut memory, "tenant", "/me", NOW_MS + 60_000)), (200, vec![]));
    assert_eq!(of_kv(stores.ask(&mut memory, "colon", "/me", NOW_MS + 60_000)), (200, vec![kv_record(8)]));
    assert_eq!(of_kv(stores.ask(&mut memory, "tenant", "/me", NOW_MS + 64_999)), (200, vec![]));
    stores.kv_fails = false;
    assert_eq!(
        of_kv(stores.ask(&mut memory, "tenant", "/me", NOW_MS + 65_000)),
        (200, vec![kv_record(1), kv_policy()])
    );
}

/// A change that allows a request works at once, and KV is read at most once a second.
#[test]
fn a_denial_from_memory_is_looked_at_once_more() {
    type Change = fn(&mut Stores);
    let nothing: Change = |_| {};
    let more_scopes: Change = |stores| stores.change(|live| live.scopes = scopes(&format!("{SCOPES} contacts.export")));
    let other_token: Change = |stores| stores.change(|live| live.tokens = Rotation::Steady(live_token(1, 9)));
    let more_operations: Change = |stores| {
        let policy = &stores.world.policy;
        let mut operations = policy.operations().to_vec();
        let me = operations.iter().find(|operation| operation.path.to_string() == "/me").unwrap().clone();
        operations.push(Operation { path: Template::parse("/new").unwrap(), ..me });
        let policy = Policy::new(2, operations, policy.owner_names().clone()).unwrap();
        stores.publish(&policy);
    };
    let both = [kv_record(1), kv_policy()];
    for (change, token, target, before, after) in [
        (more_scopes, "tenant", "/contacts/export", 403, 200),
        (other_token, "tenant, revoked", "/me", 401, 200),
        (more_operations, "tenant", "/new", 404, 200),
        (nothing, "tenant", "/contacts/export", 403, 403),
        (nothing, "tenant, revoked", "/me", 401, 401),
        (nothing, "tenant", "/new", 404, 404),
    ] {
        let mut stores = Stores::new();
        let mut memory = stores.warm();
        change(&mut stores);
        let mut ask = |age_ms| stores.ask(&mut memory, token, target, NOW_MS + age_ms);
        assert_eq!(ask(999), (before, vec![]), "{token} {target}");
        assert_eq!(ask(1_000), (after, both.to_vec()), "{token} {target}");
        assert_eq!(ask(1_999), (after, vec![]), "{token} {target}");
    }
}

#[test]
fn what_no_store_could_say_otherwise_is_not_looked_at_again() {
    let mut stores = Stores::new();
    let mut memory = stores.warm();
    stores.ask(&mut memory, "deleted", "/me", NOW_MS);
    for (token, target, status, asked) in [
        ("", "/me", 401, vec![]),
        ("deleted", "/me", 401, vec![]),
        ("forged", "/me", 401, vec![]),
        ("tenant", "/me//", 400, vec![]),
        // No policy makes it known. Its record was read just now.
        ("unknown", "/me", 401, vec![kv_record(7)]),
        // The record was read just now, and the policy was not.
        ("agency", "/unknown", 404, vec![kv_record(2), kv_policy()]),
    ] {
        assert_eq!(stores.ask(&mut memory, token, target, NOW_MS + 2_000), (status, asked), "{token} {target}");
    }
    // What was all read just now is not read twice.
    let mut cold = stores.isolate();
    let (status, asked) = stores.ask(&mut cold, "tenant", "/unknown", NOW_MS);
    let of_kv = asked.iter().filter(|read| read.starts_with("kv ")).count();
    assert_eq!((status, of_kv), (404, 2), "{asked:?}");
}
