//! The admin page's session: a random id in a cookie, of which the registry keeps the digest. A tag behind the id, which
//! the gate can check alone, keeps made-up ids from the registry.

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use tidegate::admin::{AdminError, OwnerKey};
use tidegate::encoding::BASE64URL;
use tidegate::forward::SESSION_COOKIE;
use tidegate::token::TokenKeys;

/// How long a session lasts, in seconds.
pub(super) const LIFETIME_SECONDS: u64 = 12 * 60 * 60;

const LABEL: &str = "session-v1";

/// A session's id, to be given to the browser once; and its digest, to be kept.
pub(super) struct NewSession {
    pub cookie: String,
    pub digest: String,
}

/// A new session.
pub(super) fn start(keys: &TokenKeys, owner_key: &OwnerKey) -> Result<NewSession, AdminError> {
    let id = BASE64URL.encode(&random::<32>()?);
    let cookie = cookie(&format!("{id}.{}", tag(&id, keys)), LIFETIME_SECONDS);
    Ok(NewSession { digest: digest(&id, owner_key), cookie })
}

/// The cookie that ends a session in the browser.
pub(super) fn end_cookie() -> String {
    cookie("", 0)
}

/// The digest of the session that a `Cookie` header field carries. Two of them are none, nor is one that was made up.
pub(super) fn find(cookie: &str, keys: &TokenKeys, owner_key: &OwnerKey) -> Option<String> {
    let mut values = cookie.split([';', ',']).filter_map(|pair| match pair.trim().split_once('=') {
        Some((SESSION_COOKIE, value)) => Some(value),
        _ => None,
    });
    let (id, given) = values.next()?.split_once('.')?;
    let is_ours: bool = tag(id, keys).as_bytes().ct_eq(given.as_bytes()).into();
    (is_ours && values.next().is_none()).then(|| digest(id, owner_key))
}

/// Fresh randomness from the platform.
pub(super) fn random<const N: usize>() -> Result<[u8; N], AdminError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| AdminError::Registry(format!("no randomness: {error}")))?;
    Ok(bytes)
}

fn cookie(value: &str, max_age: u64) -> String {
    format!("{SESSION_COOKIE}={value}; Path=/; Max-Age={max_age}; HttpOnly; Secure; SameSite=Strict")
}

/// What only a holder of the first token key can put behind an id: half of a MAC.
fn tag(id: &str, keys: &TokenKeys) -> String {
    hex::encode(keys.for_purpose(LABEL).mac(&[id.as_bytes()])).chars().take(32).collect()
}

/// Bound to the owner key: with another key, no session is known any more.
fn digest(id: &str, owner_key: &OwnerKey) -> String {
    hex::encode(Sha256::new().chain_update(owner_key.digest()).chain_update(id.as_bytes()).finalize())
}
