//! The gate's machine with a warm memory: what the driver calls for a granted request.

use std::hint::black_box;

use tidegate::decision::Denial;
use tidegate::feed::{Feed, Limits, OnOutage};
use tidegate::forward::RemovedFields;
use tidegate::gate::{
    Addresses, AdminPlane, Credential, Effect, Gate, Head, Memory, Origin, Read, Reading, Settings, Step,
};
use tidegate::policy::POLICY_KEY;
use tidegate::record::Record;
use tidegate::reply::Realm;
use tidegate::time::Timestamp;
use tidegate::token::Prefix;

use crate::fixture::{self, Integration};

const NOW_MS: u64 = 1_795_000_000_000;
const ORIGIN: &str = "https://gate.example";

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

/// A granted request whose record, policy and feed are in memory. `is_known` says whether the driver knows its `Authorization` value,
/// `ends_in` in how many seconds its integration ends, if it does.
pub fn granted(is_known: bool, ends_in: Option<u64>) -> impl FnMut() {
    warm(is_known, ends_in, None)
}

/// The same with a known value, and counted.
pub fn counted() -> impl FnMut() {
    warm(true, None, Some(Addresses::Hashed))
}

fn warm(is_known: bool, ends_in: Option<u64>, usage: Option<Addresses>) -> impl FnMut() {
    let Integration { token, mut record } = fixture::integration(1, "acme", &fixture::scopes(10));
    record.expires_at = ends_in.map(|seconds| Timestamp::from_seconds(NOW_MS / 1000).after(seconds));
    let (authorization, url) = (format!("Bearer {token}"), format!("{ORIGIN}{}", fixture::TARGET));
    let mut memory = Memory::new(Settings { usage, ..settings() });
    let head = |credential| Head { method: "GET", url: &url, credential, fields: "connection\nKeep-Alive\n" };
    let mut step = Gate::begin(&mut memory, &head(Credential::Sent(&authorization)), NOW_MS);
    while let Step::Needs(waiting, reads) = step {
        let readings = reads.iter().map(|read| reading(read, &Record::from(record.clone()))).collect();
        step = waiting.resume(&mut memory, readings, NOW_MS);
    }
    assert!(matches!(step, Step::Forward(_)), "{step:?}");
    let number = memory.take_effects().iter().find_map(|effect| match effect {
        Effect::Remember { number, .. } => Some(*number),
        _ => None,
    });
    let number = number.expect("the value is genuine");
    move || {
        let credential = if is_known { Credential::Known(number) } else { Credential::Sent(&authorization) };
        let head = Head { method: "GET", url: &url, credential, fields: "connection\nKeep-Alive\n" };
        let step = Gate::begin(black_box(&mut memory), black_box(&head), NOW_MS);
        assert!(matches!(step, Step::Forward(_)));
        memory.take_effects();
    }
}

fn settings() -> Settings {
    Settings {
        keys: Ok(fixture::keys()),
        prefix: Ok(Prefix::default()),
        realm: Ok(Realm::default()),
        origin: Ok(Origin { address: None, timeout_ms: 60_000, removed: RemovedFields::default() }),
        limits: Ok::<_, Denial>(Limits {
            max_staleness_ms: 10_000,
            last_known_good_ms: 300_000,
            on_outage: OnOutage::Serve,
        }),
        registry: None,
        usage: None,
        admin: Box::new(NoAdmin),
    }
}

fn reading(read: &Read, record: &Record) -> Reading {
    match read {
        Read::Kv { key, .. } if key == POLICY_KEY => {
            Reading::Bytes(fixture::stored_policy(&fixture::policy(576)).into())
        }
        Read::Kv { key, .. } => Reading::Bytes(fixture::signed(key, &record.to_json()).into()),
        Read::Registry { .. } => {
            let (policy, revs) = (Some(fixture::policy(576).rev()), Default::default());
            let feed = Feed { seq: 1, floor: 1, made_at_ms: NOW_MS, complete: true, policy, revs };
            Reading::Response { status: 200, body: feed.to_json().into() }
        }
        _ => Reading::Nothing,
    }
}
