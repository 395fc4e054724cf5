//! The gate's machine over a policy in parts: a part is one more kind of read.

use std::collections::BTreeMap;

use tidegate::decision::Denial;
use tidegate::feed::{Feed, Limits, OnOutage};
use tidegate::forward::RemovedFields;
use tidegate::gate::{
    AdminPlane, Credential, Gate, Head, Memory, Origin, READS, Read, Reading, RegistryRead, Settings, Step,
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

/// KV, and the registry's parts.
struct Stores {
    kv: BTreeMap<String, String>,
    registry: BTreeMap<String, String>,
    feed: String,
    reads: Vec<String>,
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
    Stores { kv, registry, feed: feed.to_json(), reads: Vec::new() }
}

impl Stores {
    fn read(&mut self, read: &Read) -> Reading {
        match read {
            Read::Kv { key, .. } => {
                self.reads.push(key.clone());
                self.kv.get(key).map_or(Reading::Nothing, |text| Reading::Bytes(text.clone().into_bytes()))
            }
            Read::Registry { url, .. } if *url == format!("{READS}{}", RegistryRead::Feed.to_path()) => {
                Reading::Response { status: 200, body: self.feed.clone().into_bytes() }
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
        let url = format!("https://api.example.com{path}");
        let head = Head { method, url: &url, credential: Credential::None, fields: "" };
        let mut step = Gate::begin(memory, &head, NOW_MS);
        loop {
            let _ = memory.take_effects();
            step = match step {
                Step::Answer(answer) => return answer.status,
                Step::Forward(_) => return 200,
                Step::Needs(waiting, reads) => {
                    let readings = reads.iter().map(|read| self.read(read)).collect();
                    waiting.resume(memory, readings, NOW_MS)
                }
                Step::Relay(_) | Step::Admin | Step::Done => panic!("no answer"),
            };
        }
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
        assert!(stores.reads.iter().any(|read| read.contains("/policy/parts/")));
    }
}

#[test]
fn a_part_that_nobody_gives_denies() {
    let policy = policy();
    let (method, path) = public(&policy);
    let (mut stores, mut memory) = (stores(&policy), Memory::new(settings()));
    stores.kv.retain(|key, _| key == POLICY_KEY);
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
