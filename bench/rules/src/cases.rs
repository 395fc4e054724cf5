//! One case for each step of a request, at several sizes.

use std::hint::black_box;
use std::rc::Rc;

use tidegate::decision::{Decision, decide};
use tidegate::forward::{Arrival, RemovedFields, plan};
use tidegate::policy::{Lookup, Policy, StoredPolicy};
use tidegate::record::Record;
use tidegate::request::{Path, Request};
use tidegate::time::Timestamp;
use tidegate::token::{CredentialError, OwnCredentials, Prefix, TokenKeys, VerifiedRequest, check, verify};

use crate::fixture::{self, Integration};
use crate::machine;

const NOW: Timestamp = Timestamp::from_seconds(1_795_000_000);
/// How many operations, and how many scopes an integration has.
const SIZES: [usize; 3] = [10, 576, 10_000];
const SCOPES: [usize; 3] = [1, 10, 100];
const WEEK: u64 = 7 * 24 * 60 * 60;
const YEAR: u64 = 365 * 24 * 60 * 60;

/// The machine's way of a granted request, all in memory.
pub const GRANTED: &str = "the machine: granted, a known value";
/// The same as [`GRANTED`], counted.
pub const GRANTED_AND_COUNTED: &str = "the machine: granted, a known value, counted";
/// The same for an integration that ends in a year: what its life costs at the gate.
pub const GRANTED_WITH_AN_END: &str = "the machine: granted, a known value, an end";

/// Something to measure.
pub struct Case {
    /// What it is, as in `decide: 576 operations, 10 scopes`.
    pub name: String,
    /// Prepares the case. Each call of the result runs it once.
    pub prepare: Box<dyn FnOnce() -> Work>,
}

/// What is measured.
pub type Work = Box<dyn FnMut()>;

fn case<T, W: FnMut() -> T + 'static>(name: impl Into<String>, prepare: impl FnOnce() -> W + 'static) -> Case {
    let prepare = Box::new(move || {
        let mut work = prepare();
        Box::new(move || {
            black_box(work());
        }) as Work
    });
    Case { name: name.into(), prepare }
}

/// All cases, in the order of a request's steps. `real` is the policy of a real API, as the store keeps it.
pub fn all(real: Option<&str>) -> Vec<Case> {
    let mut cases = vec![parse()];
    cases.push(mac("mac: a genuine token", || integration(1).token, true));
    cases.push(mac("mac: a forged token", || fixture::forged(1), false));
    cases.extend(SCOPES.map(|scopes| record(scopes, None)));
    cases.push(record(10, Some(YEAR)));
    cases.extend(SIZES.map(matching));
    cases.extend(SIZES.map(|operations| deciding(operations, 10)));
    cases.extend([1, 100].map(|scopes| deciding(576, scopes)));
    cases.extend([planning(), whole()]);
    cases.push(case(GRANTED, || machine::granted(true, None)));
    cases.push(case("the machine: granted, a value as sent", || machine::granted(false, None)));
    cases.push(case(GRANTED_AND_COUNTED, machine::counted));
    cases.push(case(GRANTED_WITH_AN_END, || machine::granted(true, Some(YEAR))));
    cases.push(case("the machine: granted, a known value, an end that is told", || machine::granted(true, Some(WEEK))));
    for operations in SIZES {
        cases.extend(loading(&format!("{operations} operations"), move || fixture::policy(operations)));
    }
    if let Some(text) = real.map(str::to_owned) {
        let policy = StoredPolicy::open(fixture::keys().store(), text).expect("a policy").whole().expect("all of it");
        cases.extend(loading("a real API", move || Policy::clone(&policy)));
    }
    cases
}

fn integration(scopes: usize) -> Integration {
    fixture::integration(1, "acme", &fixture::scopes(scopes))
}

fn verified(authorization: &str, keys: &TokenKeys) -> Result<VerifiedRequest, CredentialError> {
    let request = Request::parse("GET", fixture::TARGET, Some(authorization)).expect("a request");
    let own = OwnCredentials { prefix: &Prefix::default(), is_owner_key: &|_| false };
    request.authenticate(|authorization| check(keys, own, authorization))
}

fn parse() -> Case {
    case("parse", || {
        let authorization = format!("Bearer {}", integration(1).token);
        move || Request::parse("GET", black_box(fixture::TARGET), Some(black_box(&authorization)))
    })
}

fn mac(name: &str, token: impl FnOnce() -> String + 'static, genuine: bool) -> Case {
    case(name, move || {
        let (keys, prefix, token) = (fixture::keys(), Prefix::default(), token());
        assert_eq!(verify(&keys, &prefix, &token).is_ok(), genuine);
        move || verify(&keys, &prefix, black_box(&token))
    })
}

fn record(scopes: usize, ends_in: Option<u64>) -> Case {
    let end = ends_in.map_or("", |_| ", an end");
    case(format!("record: {scopes} scopes{end}"), move || {
        let Integration { mut record, .. } = integration(scopes);
        record.expires_at = ends_in.map(|seconds| NOW.after(seconds));
        let text = fixture::stored(&record);
        let keys = fixture::keys();
        move || Record::open(&record.id, keys.store(), black_box(&text)).expect("a record")
    })
}

fn matching(operations: usize) -> Case {
    case(format!("match: {operations} operations"), move || {
        let policy = stored(operations);
        let request = Request::parse("GET", fixture::TARGET, None).expect("a request");
        let is_found = move || {
            let part = part(&policy, black_box(request.path()));
            matches!(part.lookup(request.method(), request.path()), Lookup::Found(..))
        };
        assert!(is_found());
        is_found
    })
}

fn deciding(operations: usize, scopes: usize) -> Case {
    case(format!("decide: {operations} operations, {scopes} scopes"), move || {
        let policy = stored(operations);
        let Integration { token, record } = integration(scopes);
        let request = verified(&format!("Bearer {token}"), &fixture::keys()).expect("a genuine token");
        let record = Record::from(record);
        let verdict = move || {
            let request = black_box(&request);
            decide(request, Some(black_box(&record)), &part(&policy, request.path()), NOW)
        };
        assert!(matches!(verdict(), Decision::Allow(_)));
        verdict
    })
}

/// The header fields of a plain client.
const FIELDS: [&str; 6] = ["accept", "accept-encoding", "authorization", "cf-connecting-ip", "host", "user-agent"];

fn arrival(removed: &RemovedFields) -> Arrival<'_> {
    Arrival { scheme: "https", host: "gate.example", removed }
}

fn planning() -> Case {
    case("plan the forwarding: 10 scopes", || {
        let Integration { token, record } = integration(10);
        let request = verified(&format!("Bearer {token}"), &fixture::keys()).expect("a genuine token");
        let policy = fixture::policy(576);
        let Decision::Allow(grant) = decide(&request, Some(&Record::from(record)), &policy, NOW) else {
            panic!("denied")
        };
        let removed = RemovedFields::default();
        move || plan(black_box(&grant), arrival(&removed), FIELDS, |_| None)
    })
}

/// All that the core does for a warm, granted request.
fn whole() -> Case {
    case("all steps: 576 operations, 10 scopes", || {
        let policy = stored(576);
        let Integration { token, record } = integration(10);
        let (authorization, record, keys) = (format!("Bearer {token}"), Record::from(record), fixture::keys());
        let removed = RemovedFields::default();
        move || {
            let request = verified(black_box(&authorization), &keys).expect("a genuine token");
            match decide(&request, Some(&record), &part(&policy, request.path()), NOW) {
                Decision::Allow(grant) => plan(&grant, arrival(&removed), FIELDS, |_| None),
                Decision::Deny(denial) => panic!("{denial}"),
            }
        }
    })
}

/// What an isolate does once, and for the first path that it is asked for; and what it spares.
fn loading(what: &str, policy: impl Fn() -> Policy + Clone + 'static) -> [Case; 2] {
    let first = policy.clone();
    [
        case(format!("load the policy: {what}"), move || {
            let policy = first();
            let some = policy.operations().get(policy.operations().len() / 2).expect("an operation");
            let path = Path::parse(&some.path.fill(|_| "x".to_owned())).expect("a path");
            let (text, keys) = (fixture::stored_policy(&policy), fixture::keys());
            move || part(&StoredPolicy::open(keys.store(), black_box(&text).clone()).expect("a policy"), &path)
        }),
        case(format!("read all of the policy: {what}"), move || {
            let text = policy().to_json();
            move || Policy::from_json(black_box(&text)).expect("a policy")
        }),
    ]
}

/// A policy as an isolate holds it.
fn stored(operations: usize) -> StoredPolicy {
    let text = fixture::stored_policy(&fixture::policy(operations));
    StoredPolicy::open(fixture::keys().store(), text).expect("a policy")
}

fn part(policy: &StoredPolicy, path: &Path) -> Rc<Policy> {
    policy.concerning(path).expect("a part of the policy")
}
