//! The admin page's session: a random id in a cookie, of which the registry keeps the digest. A tag behind the id, which
//! the gate can check alone, keeps made-up ids from the registry.

use base64ct::{Base64UrlUnpadded, Encoding};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::credential::Credential;
use crate::admin::OwnerKey;
use crate::forward::{SESSION_COOKIE, values_of};
use crate::token::TokenKeys;

/// How long a session lasts, in seconds.
pub const SESSION_SECONDS: u64 = 12 * 60 * 60;

const LABEL: &str = "session-v1";
/// The prefix of the id of a person's session. No other id contains a dot.
const PERSON: &str = "person.";

/// A session's id, to be given to the browser once; and its digest, to be kept.
pub struct NewSession {
    /// The value of `Set-Cookie`.
    pub cookie: String,
    /// What the registry keeps.
    pub digest: String,
}

/// A new session, its id from `entropy`, which must be fresh randomness.
pub fn start_session(keys: &TokenKeys, owner_key: &OwnerKey, entropy: [u8; 32]) -> NewSession {
    let id = Base64UrlUnpadded::encode_string(&entropy);
    let cookie = cookie(&format!("{id}.{}", tag(&id, keys)), SESSION_SECONDS);
    NewSession { digest: digest(&id, owner_key), cookie }
}

/// The cookie that ends a session in the browser.
pub fn end_session() -> String {
    cookie("", 0)
}

/// Starts a session of a person. Its id comes from `entropy`, which must be fresh randomness. It is not bound to the owner key, and an
/// earlier release does not take it for one of its own.
pub fn start_person_session(keys: &TokenKeys, entropy: [u8; 32]) -> NewSession {
    let id = format!("{PERSON}{}", Base64UrlUnpadded::encode_string(&entropy));
    let cookie = cookie(&format!("{id}.{}", tag(&id, keys)), SESSION_SECONDS);
    NewSession { digest: person_digest(&id), cookie }
}

/// The session of a `Cookie` header field. `None` if there is more than one or its tag is wrong, and for a session that was started
/// with the owner key, if no such key is set. A comma does not end a cookie (RFC 6265 section 4.2.1): a page of a neighbouring host can
/// set a cookie for the whole domain whose value is `x, __Host-tidegate=…`.
pub fn find_session(cookie: &str, keys: &TokenKeys, owner_key: Option<&OwnerKey>) -> Option<Credential> {
    let mut values = values_of(cookie, SESSION_COOKIE);
    let (id, given) = values.next()?.rsplit_once('.')?;
    let is_ours: bool = tag(id, keys).as_bytes().ct_eq(given.as_bytes()).into();
    match (is_ours && values.next().is_none(), id.starts_with(PERSON)) {
        (true, true) => Some(Credential::PersonSession(person_digest(id))),
        (true, false) => owner_key.map(|owner_key| Credential::Session(digest(id, owner_key))),
        (false, _) => None,
    }
}

fn cookie(value: &str, max_age: u64) -> String {
    format!("{SESSION_COOKIE}={value}; Path=/; Max-Age={max_age}; HttpOnly; Secure; SameSite=Strict")
}

/// What only a holder of the first token key can put behind an id: half of a MAC.
fn tag(id: &str, keys: &TokenKeys) -> String {
    hex::encode(keys.for_purpose(LABEL).mac(&[id.as_bytes()])).chars().take(32).collect()
}

fn person_digest(id: &str) -> String {
    hex::encode(Sha256::digest(id.as_bytes()))
}

/// Bound to the owner key: with another key, no session is known any more.
fn digest(id: &str, owner_key: &OwnerKey) -> String {
    hex::encode(Sha256::new().chain_update(owner_key.digest()).chain_update(id.as_bytes()).finalize())
}
