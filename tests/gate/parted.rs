//! The gate's machine over a policy in parts: a part is one more kind of read.

use std::collections::{BTreeMap, BTreeSet};

use tidegate::decision::Denial;
use tidegate::feed::{Feed, Limits, OnOutage};
use tidegate::forward::RemovedFields;
use tidegate::gate::{
    AdminPlane, Credential, Effect, Gate, Head, Memory, Origin, READS, Read, Reading, RegistryRead, Settings, Step,
};
use tidegate::policy::{POLICY_KEY, Parted, Policy, StoredPolicy};
use tidegate::reply::Realm;

use super::policy::parts::{compiled, many};
use super::support::{keys, prefix, token_keys};

const NOW_MS: u64 = super::support::NOW * 1000;

struct NoAdmin;

impl AdminPlane for NoAdmin {
    fn is_host_of(&self, _: &str) -> bool {
        false
    }

    fn is_owner_key(&self, _: &str) -> bool {
        false
    }

    fn protect(&self, _: &str, step: Step) -> Step {
        step
    }
}

/// KV, the registry's parts, and the location's cache.
struct Stores {
    kv: BTreeMap<String, String>,
    registry: BTreeMap<String, String>,
    /// The registry's answer to a read of the feed; `None` while it cannot be reached.
    feed: Option<String>,
    shared: BTreeMap<String, String>,
    reads: Vec<String>,
    now_ms: u64,
}

fn settings() -> Settings {
    let limits = Limits { max_staleness_ms: 10_000, last_known_good_ms: 300_000, on_outage: OnOutage::Serve };
    Settings {
        keys: Ok(keys(&token_keys())),
        prefix: Ok(prefix()),
        realm: Ok(Realm::parse("tidegate").unwrap()),
        origin: Ok(Origin { address: None, timeout_ms: 1_000, removed: RemovedFields::default() }),
        limits: Ok(limits),
        registry: Some("registry".to_owned()),
        usage: None,
        admin: Box::new(NoAdmin),
    }
}

fn stores(policy: &Policy) -> Stores {
    let Parted { head, parts } = Parted::split(&policy.to_json()).unwrap();
    let signed = StoredPolicy::sign(keys(&token_keys()).store(), &head).unwrap().into_string();
    let mut kv: BTreeMap<_, _> = parts.iter().map(|part| (part.digest.key(), part.text.clone())).collect();
    kv.insert(POLICY_KEY.to_owned(), signed);
    let part = |part: &tidegate::policy::Part| {
        (format!("{READS}{}", RegistryRead::PolicyPart(part.digest.clone()).to_path()), part.text.clone())
    };
    let mut registry: BTreeMap<_, _> = parts.iter().map(part).collect();
    registry.insert(format!("{READS}{}", RegistryRead::Policy.to_path()), head);
    let feed = Feed {
        seq: 1,
        floor: 0,
        made_at_ms: NOW_MS,
        complete: true,
        policy: Some(policy.rev()),
        revs: BTreeMap::new(),
    };
    Stores { kv, registry, feed: Some(feed.to_json()), shared: BTreeMap::new(), reads: Vec::new(), now_ms: NOW_MS }
}

impl Stores {
    fn read(&mut self, read: &Read) -> Reading {
        match read {
            Read::Kv { key, .. } => {
                self.reads.push(key.clone());
                self.kv.get(key).map_or(Reading::Nothing, |text| Reading::Bytes(text.clone().into_bytes()))
            }
            Read::Registry { url, .. } if *url == format!("{READS}{}", RegistryRead::Feed.to_path()) => {
                let failed = Reading::Failed("the registry is down".to_owned());
                self.feed.clone().map_or(failed, |feed| Reading::Response { status: 200, body: feed.into_bytes() })
            }
            Read::Shared { url, .. } => {
                self.shared.get(url).map_or(Reading::Nothing, |text| Reading::Bytes(text.clone().into_bytes()))
            }
            Read::Registry { url, .. } => {
                self.reads.push(url.clone());
                match self.registry.get(url) {
                    Some(text) => Reading::Response { status: 200, body: text.clone().into_bytes() },
                    None => Reading::Response { status: 404, body: Vec::new() },
                }
            }
            _ => Reading::Nothing,
        }
    }

    /// The status of the answer to a request without a credential; 200 where it is forwarded.
    fn ask(&mut self, memory: &mut Memory, method: &str, path: &str) -> u16 {
        self.ask_at_once(memory, method, path, 1)[0]
    }

    /// The statuses of answers to requests that come at once. Each of their reads takes 25 ms.
    fn ask_at_once(&mut self, memory: &mut Memory, method: &str, path: &str, count: usize) -> Vec<u16> {
        let url = format!("https://api.example.com{path}");
        let head = Head { method, url: &url, credential: Credential::None, fields: "" };
        let mut steps: Vec<Step> = (0..count).map(|_| Gate::begin(memory, &head, self.now_ms)).collect();
        let mut statuses = Vec::new();
        while !steps.is_empty() {
            self.now_ms += 25;
            let mut next = Vec::new();
            for step in steps {
                match step {
                    Step::Answer(answer) => statuses.push(answer.status),
                    Step::Forward(_) => statuses.push(200),
                    Step::Needs(waiting, reads) => {
                        let readings = reads.iter().map(|read| self.read(read)).collect();
                        next.push(waiting.resume(memory, readings, self.now_ms));
                    }
                    Step::Relay(_) | Step::Admin | Step::Done => panic!("no answer"),
                }
                self.keep_shared(memory);
            }
            steps = next;
        }
        statuses
    }

    fn keep_shared(&mut self, memory: &mut Memory) {
        for effect in memory.take_effects() {
            if let Effect::Share { url, text, .. } = effect {
                self.shared.insert(url, text);
            }
        }
    }

    /// The reads of parts from the registry.
    fn parts_read(&self) -> Vec<&String> {
        self.reads.iter().filter(|read| read.contains("/policy/parts/")).collect()
    }

    /// KV loses all parts.
    fn lose_parts(&mut self) {
        self.kv.retain(|key, _| key == POLICY_KEY);
    }
}

fn policy() -> Policy {
    // One of them needs no token.
    let document =
        many(4_000, 300, None).replacen("\"security\":[{\"Tenant\":[\"area7.readonly\"]}]", "\"security\":[]", 1);
    compiled(&document)
}

fn public(policy: &Policy) -> (String, String) {
    let found = policy.operations().iter().find(|operation| operation.access == tidegate::policy::Access::Public);
    let operation = found.unwrap();
    (operation.method.as_str().to_owned(), operation.path.fill(|_| "x".to_owned()))
}

#[test]
fn parts_are_read_as_requests_need_them_and_kept() {
    let policy = policy();
    let (mut stores, mut memory) = (stores(&policy), Memory::new(settings()));
    let (method, path) = public(&policy);
    assert_eq!(stores.ask(&mut memory, &method, &path), 200);
    assert!(stores.reads.len() > 2 && stores.reads.len() < 15, "{:?}", stores.reads);
    let before = stores.reads.len();
    assert_eq!(stores.ask(&mut memory, &method, &path), 200);
    assert_eq!(stores.reads.len(), before, "all of it is in memory");
    // Another operation needs a token.
    let other = policy.operations().last().unwrap();
    let status = stores.ask(&mut memory, other.method.as_str(), &other.path.fill(|_| "x".to_owned()));
    assert_eq!(status, 401);
}

#[test]
fn a_part_that_kv_does_not_give_comes_from_the_registry() {
    let policy = policy();
    let (method, path) = public(&policy);
    for spoil in [
        |kv: &mut BTreeMap<String, String>| kv.retain(|key, _| key == POLICY_KEY),
        |kv: &mut BTreeMap<String, String>| {
            kv.iter_mut().filter(|(key, _)| *key != POLICY_KEY).for_each(|(_, text)| text.push('x'));
        },
    ] {
        let (mut stores, mut memory) = (stores(&policy), Memory::new(settings()));
        spoil(&mut stores.kv);
        assert_eq!(stores.ask(&mut memory, &method, &path), 200);
        assert!(!stores.parts_read().is_empty());
    }
}

#[test]
fn a_part_that_nobody_gives_denies() {
    let policy = policy();
    let (method, path) = public(&policy);
    let (mut stores, mut memory) = (stores(&policy), Memory::new(settings()));
    stores.lose_parts();
    stores.registry.clear();
    assert_eq!(stores.ask(&mut memory, &method, &path), 503);
    assert_eq!(Denial::Store(String::new()).code().as_str(), "store_unavailable");
    // A part with another text is not believed, whoever gives it.
    let mut stores = self::stores(&policy);
    for text in stores.kv.iter_mut().filter(|(key, _)| *key != POLICY_KEY).map(|(_, text)| text) {
        *text = text.replace("Tenant", "tenant") + " ";
    }
    let head = stores.registry.remove(&format!("{READS}{}", RegistryRead::Policy.to_path())).unwrap();
    stores.registry.values_mut().for_each(|text| text.push(' '));
    stores.registry.insert(format!("{READS}{}", RegistryRead::Policy.to_path()), head);
    assert_eq!(stores.ask(&mut Memory::new(settings()), &method, &path), 503);
}

#[test]
fn another_part_under_the_key_of_one_is_not_taken_for_it() {
    let policy = policy();
    let (method, path) = public(&policy);
    let (mut stores, mut memory) = (stores(&policy), Memory::new(settings()));
    let head = &stores.registry[&format!("{READS}{}", RegistryRead::Policy.to_path())];
    let other = stores.kv[&Parted::listed(head, false).unwrap().last().unwrap().key()].clone();
    stores.kv.iter_mut().filter(|(key, _)| *key != POLICY_KEY).for_each(|(_, text)| text.clone_from(&other));
    assert_eq!(stores.ask(&mut memory, &method, &path), 200);
    assert!(!stores.parts_read().is_empty());
}

#[test]
fn a_part_is_read_from_the_registry_once_however_many_ask_at_once() {
    let policy = policy();
    let (method, path) = public(&policy);
    let (mut stores, mut memory) = (stores(&policy), Memory::new(settings()));
    stores.lose_parts();
    assert_eq!(stores.ask_at_once(&mut memory, &method, &path, 50), [200; 50]);
    let read = stores.parts_read();
    let distinct: BTreeSet<_> = read.iter().collect();
    assert!(read.len() > 1 && read.len() == distinct.len(), "{read:?}");
    // Another isolate of the location takes what this one left there.
    stores.reads.clear();
    assert_eq!(stores.ask_at_once(&mut Memory::new(settings()), &method, &path, 50), [200; 50]);
    assert_eq!(stores.parts_read(), [""; 0]);
    // What somebody else left there counts as nothing.
    stores.shared.values_mut().for_each(|text| text.push(' '));
    assert_eq!(stores.ask(&mut Memory::new(settings()), &method, &path), 200);
    assert!(!stores.parts_read().is_empty());
}

#[test]
fn a_part_that_the_registry_does_not_give_is_asked_for_once_in_five_seconds_by_all_without_a_token() {
    let policy = policy();
    let (method, path) = public(&policy);
    let (mut stores, mut memory) = (stores(&policy), Memory::new(settings()));
    stores.lose_parts();
    stores.registry.clear();
    assert_eq!(stores.ask_at_once(&mut memory, &method, &path, 50), [503; 50]);
    for _ in 0..20 {
        assert_eq!(stores.ask(&mut memory, &method, &path), 503);
    }
    assert_eq!(stores.parts_read().len(), 1);
    stores.now_ms += 5_000;
    assert_eq!(stores.ask_at_once(&mut memory, &method, &path, 50), [503; 50]);
    assert_eq!(stores.parts_read().len(), 2);
}

#[test]
fn no_part_is_asked_of_a_registry_that_failed_a_moment_ago() {
    let policy = policy();
    let (method, path) = public(&policy);
    let (mut stores, mut memory) = (stores(&policy), Memory::new(settings()));
    stores.lose_parts();
    stores.feed = None;
    assert_eq!(stores.ask(&mut memory, &method, &path), 503);
    assert_eq!(stores.parts_read(), [""; 0]);
}

/// What its digest proves is the same everywhere: to read it again would change nothing.
#[test]
fn a_policy_whose_parts_are_corrupt_is_read_once() {
    let policy = policy();
    let (method, path) = public(&policy);
    // Without a cache that could give it again.
    let (mut stores, mut memory) = (stores(&policy), Memory::new(Settings { registry: None, ..settings() }));
    let at = format!("{READS}{}", RegistryRead::Policy.to_path());
    let head = stores.registry.get_mut(&at).unwrap();
    // One template more than the part has.
    let (fields, index) = head.split_once("\"index\":[\"").unwrap();
    let (count, rest) = index.split_once(' ').unwrap();
    let count = count.parse::<u32>().unwrap() + 1;
    *head = format!("{fields}\"index\":[\"{count} {rest}");
    stores.kv.clear();
    for _ in 0..5 {
        assert_eq!(stores.ask(&mut memory, &method, &path), 503);
    }
    assert_eq!(stores.reads.iter().filter(|read| **read == at).count(), 1);
}
