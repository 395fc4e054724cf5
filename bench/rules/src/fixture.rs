//! Policies, integrations and tokens to measure with. They are public, and of no use anywhere else.

use tidegate::policy::{
    Access, Alternative, MAX_WHOLE_BYTES, Operation, OwnerName, OwnerNames, OwnerParameter, OwnerPlaces, POLICY_KEY,
    Parted, Place, Policy, StoredPolicy, Template,
};
use tidegate::record::{Level, Live, Owner, OwnerId, Record};
use tidegate::request::Method;
use tidegate::rotation::{LiveToken, Rotation};
use tidegate::scope::{Scope, ScopeSet};
use tidegate::token::{IntegrationId, Minted, Prefix, SECRET_BYTES, TokenKeys, mint};

/// The token key that everything is minted with.
pub const TOKEN_KEYS: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE";
/// The owner key.
pub const OWNER_KEY: &str = "owner_known_to_everybody_and_of_use_nowhere_else_";
/// A key that the gate does not have: it makes tokens with the right checksum and a forged tag.
const FORGER_KEY: &str = "AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM";

/// An integration, with its one token.
pub struct Integration {
    /// Its token.
    pub token: String,
    /// What the store keeps of it.
    pub record: Live,
}

/// The `n`th integration of a sub-account, always the same.
pub fn integration(n: u64, owner: &str, scopes: &ScopeSet) -> Integration {
    let Minted { plaintext, hash } = minted(TOKEN_KEYS, n);
    let owner = Owner { level: Level::SubAccount, id: OwnerId::parse(owner).expect("an owner's id") };
    let tokens = Rotation::Steady(LiveToken { n: 1, hash });
    let record = Live {
        id: id(n),
        rev: 1,
        owner,
        name: format!("Integration {n}"),
        scopes: scopes.clone(),
        tokens,
        expires_at: None,
        paused: false,
    };
    Integration { token: plaintext.reveal(), record }
}

/// A token for the `n`th integration that no key of the gate's made.
pub fn forged(n: u64) -> String {
    minted(FORGER_KEY, n).plaintext.reveal()
}

/// The record as the store keeps it.
pub fn stored(record: &Live) -> String {
    signed(&Record::key(&record.id), &Record::from(record.clone()).to_json())
}

/// A text as the store keeps it under `key`.
pub fn signed(key: &str, text: &str) -> String {
    keys().store().sign(key, text).expect("a JSON object").into_string()
}

/// The policy as the store keeps it.
pub fn stored_policy(policy: &Policy) -> String {
    StoredPolicy::sign(keys().store(), &policy.to_json()).expect("a policy").into_string()
}

/// The keys and values that KV has of a policy: a long one is in parts.
pub fn policy_entries(policy: &Policy) -> Vec<(String, String)> {
    let text = policy.to_json();
    if text.len() <= MAX_WHOLE_BYTES {
        return vec![(POLICY_KEY.to_owned(), stored_policy(policy))];
    }
    let Parted { head, parts } = Parted::split(&text).expect("a policy");
    let head = StoredPolicy::sign(keys().store(), &head).expect("a head").into_string();
    parts.into_iter().map(|part| (part.digest.key(), part.text)).chain([(POLICY_KEY.to_owned(), head)]).collect()
}

/// The gate's keys.
pub fn keys() -> TokenKeys {
    TokenKeys::parse(TOKEN_KEYS).expect("a key")
}

fn minted(keys: &str, n: u64) -> Minted {
    let keys = TokenKeys::parse(keys).expect("a key");
    let secret: [u8; SECRET_BYTES] = std::array::from_fn(|place| scrambled(n, place));
    mint(&keys, &Prefix::default(), id(n), secret)
}

fn id(n: u64) -> IntegrationId {
    IntegrationId::from_entropy(std::array::from_fn(|place| scrambled(n.wrapping_add(1 << 40), place)))
}

/// A byte that looks random and is not (the finaliser of SplitMix64).
fn scrambled(n: u64, place: usize) -> u8 {
    let mut bits = n.wrapping_mul(64).wrapping_add(place as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (bits >> 56) as u8
}

/// `count` scopes, `group0.readonly` the first.
pub fn scopes(count: usize) -> ScopeSet {
    scope_set((0..count).map(|n| format!("group{n}.readonly")))
}

/// A set of scopes.
pub fn scope_set(scopes: impl IntoIterator<Item = impl AsRef<str>>) -> ScopeSet {
    let scopes: Vec<_> = scopes.into_iter().map(|scope| Scope::parse(scope.as_ref()).expect("a scope")).collect();
    serde_json::from_value(serde_json::json!(scopes)).expect("scopes")
}

/// A policy of this many operations, shaped like those of real APIs: 40 subjects, up to three parameters, five methods.
/// [`TARGET`] asks for one of them at every size.
pub fn policy(operations: usize) -> Policy {
    Policy::new(1, (0..operations).map(operation).collect(), owner_names()).expect("operations without a clash")
}

/// A request's target for which every [`policy`] has an operation: `group0.readonly` is needed, and the owner is named.
pub const TARGET: &str = "/group0/abc/items0?locationId=acme&limit=20";

/// The parameters that name an owner in a [`policy`].
pub fn owner_names() -> OwnerNames {
    let name = |name: &str| OwnerName { name: name.to_owned(), when: None, body: false };
    OwnerNames { agency: vec![name("companyId")], sub_account: vec![name("locationId")] }
}

fn operation(n: usize) -> Operation {
    let (group, subject) = (n % 40, n / 10);
    let methods = ["GET", "POST", "PUT", "DELETE", "PATCH"];
    let (path, place) = match n % 10 {
        0..5 => (format!("/group{group}/{{id}}/items{subject}"), Place::Query),
        _ => (format!("/group{group}/{{locationId}}/parts{subject}/{{partId}}"), Place::Path),
    };
    let path = if n == 0 { "/group0/{id}/items0".to_owned() } else { path };
    let scopes = scope_set([format!("group{group}.readonly")]);
    let owner = vec![OwnerParameter { name: "locationId".to_owned(), place }];
    Operation {
        path: Template::parse(&path).expect("a template"),
        method: Method::parse(methods[n % 5]),
        access: Access::AnyOf(vec![Alternative { level: Level::SubAccount, scopes, owner: owner.into() }]),
        owner: OwnerPlaces::default(),
        is_routed_exactly: false,
        takes_encoded: false,
        is_multipart_unchecked: false,
        id: Some(format!("operation-{n}")),
        summary: Some(format!("What operation {n} does")),
        document: format!("Group {group}"),
    }
}
