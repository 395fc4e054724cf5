//! A driver without a platform: it makes the machine's reads from a world's records and policy.

use tidegate::feed::{Feed, Limits, OnOutage};
use tidegate::forward::{FieldClass, OriginUrl, RemovedFields};
use tidegate::gate::{
    Addresses, AdminPlane, Credential, Gate, Head, Memory, Origin, Read, Reading, Settings, Step, Waiting,
};
use tidegate::policy::POLICY_KEY;
use tidegate::record::Record;
use tidegate::reply::Realm;
use tidegate::token::TokenKeys;

use super::super::support::{OWNER_KEY, prefix};
use super::super::world::World;

/// One request as a client sends it.
#[derive(Clone, Copy)]
pub struct Sent<'a> {
    pub method: &'a str,
    pub target: &'a str,
    pub authorization: Option<&'a str>,
    pub fields: &'a [(&'a str, &'a str)],
    pub body: &'a [u8],
}

pub const AUTHORITY: &str = "https://gate.example";

struct NoAdmin;

impl AdminPlane for NoAdmin {
    fn is_host_of(&self, url: &str) -> bool {
        url.starts_with("https://admin.example/")
    }

    fn is_owner_key(&self, text: &str) -> bool {
        text == OWNER_KEY
    }

    fn protect(&self, _: &str, step: Step) -> Step {
        step
    }
}

/// The memory of a new isolate that counts nothing.
pub fn memory(keys: &TokenKeys) -> Memory {
    Memory::new(settings(keys))
}

/// The memory of a new isolate that counts requests.
pub fn counting(keys: &TokenKeys) -> Memory {
    Memory::new(Settings { usage: Some(Addresses::Hashed), ..settings(keys) })
}

/// A gate that counts nothing.
pub fn settings(keys: &TokenKeys) -> Settings {
    Settings {
        keys: Ok(keys.clone()),
        prefix: Ok(prefix()),
        realm: Ok(Realm::default()),
        origin: Ok(Origin {
            address: Some(OriginUrl::parse("https://origin.example").unwrap()),
            timeout_ms: 60_000,
            removed: RemovedFields::default(),
        }),
        limits: Ok(Limits { max_staleness_ms: 10_000, last_known_good_ms: 300_000, on_outage: OnOutage::Serve }),
        registry: Some("registry".to_owned()),
        usage: None,
        admin: Box::new(NoAdmin),
    }
}

/// Begins a request, its credential as it was sent.
pub fn begin(memory: &mut Memory, sent: Sent<'_>, now_ms: u64) -> Step {
    let credential = sent.authorization.map_or(Credential::None, Credential::Sent);
    begin_with(memory, sent, credential, now_ms)
}

/// Begins a request, its credential as the driver knows it.
pub fn begin_with(memory: &mut Memory, sent: Sent<'_>, credential: Credential<'_>, now_ms: u64) -> Step {
    let matters = sent
        .fields
        .iter()
        .filter(|(name, _)| FieldClass::of(&name.to_ascii_lowercase(), &RemovedFields::default()).matters);
    let fields: String = matters.map(|(name, value)| format!("{}\n{value}\n", name.to_ascii_lowercase())).collect();
    let url = format!("{AUTHORITY}{}", sent.target);
    Gate::begin(memory, &Head { method: sent.method, url: &url, credential, fields: &fields }, now_ms)
}

/// Carries out a request's steps to its end.
pub fn drive(world: &World, memory: &mut Memory, sent: Sent<'_>) -> Step {
    let now_ms = world.now * 1_000;
    let mut step = begin(memory, sent, now_ms);
    while let Step::Needs(waiting, reads) = step {
        step = go_on(world, memory, sent, waiting, &reads, now_ms);
    }
    step
}

/// Makes the reads of a step, and goes on.
pub fn go_on(
    world: &World,
    memory: &mut Memory,
    sent: Sent<'_>,
    waiting: Waiting,
    reads: &[Read],
    now_ms: u64,
) -> Step {
    let readings = reads.iter().map(|read| reading(world, sent, read, now_ms)).collect();
    waiting.resume(memory, readings, now_ms)
}

/// What comes of a read, where nothing fails.
pub fn reading(world: &World, sent: Sent<'_>, read: &Read, now_ms: u64) -> Reading {
    match read {
        Read::Kv { key, .. } => stored(world, key).map_or(Reading::Nothing, |text| Reading::Bytes(text.into())),
        Read::Registry { url, .. } if url.ends_with("/feed") => {
            Reading::Response { status: 200, body: feed(world, now_ms).to_json().into() }
        }
        Read::Registry { .. } => Reading::Response { status: 503, body: Vec::new() },
        Read::Shared { .. } | Read::Pause { .. } => Reading::Nothing,
        Read::Authorization => sent.authorization.map_or(Reading::Nothing, |text| Reading::Bytes(text.into())),
        Read::Fields => Reading::Bytes(lines(sent).into()),
        Read::Body { limit, .. } if sent.body.len() > *limit => Reading::TooLong,
        Read::Body { .. } => Reading::Bytes(sent.body.to_vec()),
        Read::Usage { .. } | Read::HasBody | Read::Call(_) | Read::Fetch(_) | Read::Verify(_) | Read::Random { .. } => {
            panic!("the gate asks for {read:?}")
        }
    }
}

fn stored(world: &World, key: &str) -> Option<String> {
    if key == POLICY_KEY {
        return Some(world.signed.clone());
    }
    let record = world.records.get(&Record::id_of(key)?)?;
    world.keys.store().sign(key, &record.to_json()).map(|signed| signed.into_string())
}

/// A feed that lists no change.
pub fn feed(world: &World, now_ms: u64) -> Feed {
    let policy = Some(world.policy.rev());
    Feed { seq: 1, floor: 1, made_at_ms: now_ms, complete: true, policy, revs: Default::default() }
}

fn lines(sent: Sent<'_>) -> String {
    let authorization = sent.authorization.map(|_| ("authorization", ""));
    let all = sent.fields.iter().copied().chain(authorization);
    all.map(|(name, value)| format!("{}\n{value}\n", name.to_ascii_lowercase())).collect()
}
