//! Fixed keys, tokens and moments. Nothing here is secret, and nothing here may be used outside tests.

use std::path::PathBuf;

use data_encoding::BASE64URL_NOPAD;
use tidegate::record::{Level, Owner, OwnerId};
use tidegate::request::{Authorization, Checked};
use tidegate::rotation::LiveToken;
use tidegate::scope::{Scope, ScopeSet};
use tidegate::time::Timestamp;
use tidegate::token::{
    CredentialError, IntegrationId, OwnCredentials, Prefix, Presented, TokenError, TokenHash, TokenKeys, check, mint,
    verify,
};

/// 2026-01-15T08:00:00Z
pub const NOW: u64 = 1_768_464_000;

/// A test-only key of 32 equal bytes, as `TOKEN_KEYS` spells it.
pub fn key(byte: u8) -> String {
    BASE64URL_NOPAD.encode(&[byte; 32])
}

/// The gate's `TOKEN_KEYS`: one key that mints, one that only verifies any more.
pub fn token_keys() -> String {
    format!("{},{}", key(1), key(2))
}

pub fn keys(text: &str) -> TokenKeys {
    TokenKeys::parse(text).unwrap()
}

pub fn prefix() -> Prefix {
    Prefix::default()
}

pub fn integration_id(byte: u8) -> IntegrationId {
    IntegrationId::from_entropy([byte; 10])
}

/// A token's text and hash, minted with the gate's first key.
pub fn minted(id: u8, secret: u8) -> (String, TokenHash) {
    let minted = mint(&keys(&token_keys()), &prefix(), integration_id(id), [secret; 24]);
    (minted.plaintext.reveal(), minted.hash)
}

pub fn live_token(id: u8, n: u8) -> LiveToken {
    LiveToken { n: u32::from(n), hash: minted(id, n).1 }
}

/// The owner key, in its form.
pub const OWNER_KEY: &str = "owner_ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopq";

/// What the gate makes of an `Authorization` field.
pub fn checked(keys: &TokenKeys, authorization: &Authorization) -> Result<Checked<Presented>, CredentialError> {
    check(keys, OwnCredentials { prefix: &prefix(), is_owner_key: &|text| text == OWNER_KEY }, authorization)
}

/// What the gate makes of a token's text.
pub fn verified(text: &str) -> Result<Presented, TokenError> {
    verify(&keys(&token_keys()), &prefix(), text)
}

pub fn hash_text(hash: TokenHash) -> String {
    hash.into()
}

pub fn at(seconds: u64) -> Timestamp {
    Timestamp::from_seconds(seconds)
}

pub fn scopes(text: &str) -> ScopeSet {
    text.split_whitespace().map(|scope| Scope::parse(scope).unwrap()).collect()
}

pub fn owner(level: Level, id: &str) -> Owner {
    Owner { level, id: OwnerId::parse(id).unwrap() }
}

/// A path relative to the project.
pub fn project_path(relative: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(relative)
}

/// A directory shared between the project's sessions; says so where it is absent.
pub fn shared(name: &str) -> Option<PathBuf> {
    let path = project_path(&format!("../shared/{name}"));
    if path.is_dir() {
        return Some(path);
    }
    println!("SKIPPED: ../shared/{name} is absent");
    None
}
