//! A sign-in in progress: what the browser keeps of it, in a cookie with a MAC.

use base64ct::{Base64UrlUnpadded, Encoding};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::forward::values_of;
use crate::time::Timestamp;
use crate::token::TokenKeys;

/// The cookie's name. Its `SameSite` is `Lax`: the provider's page leads back to the callback.
pub const LOGIN_COOKIE: &str = "__Host-tidegate-login";
/// How long a sign-in may take, in seconds.
const LIFETIME_SECONDS: u64 = 10 * 60;
const LABEL: &str = "oidc-login-v1";
/// Bytes of randomness that a sign-in takes.
pub(super) const ENTROPY: usize = 96;

/// What identifies a sign-in.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Login {
    state: String,
    pub nonce: String,
    pub verifier: String,
    at: u64,
}

impl Login {
    /// A new one, of fresh randomness.
    pub fn new(entropy: &[u8; ENTROPY], now: Timestamp) -> Self {
        let (state, rest) = entropy.split_at(ENTROPY / 3);
        let (nonce, verifier) = rest.split_at(ENTROPY / 3);
        let [state, nonce, verifier] = [state, nonce, verifier].map(Base64UrlUnpadded::encode_string);
        Self { state, nonce, verifier, at: now.seconds() }
    }

    /// The login of a `Cookie` header field; `None` if there is none or more than one, its MAC is wrong, or it is too old.
    pub fn find(cookie: &str, keys: &TokenKeys, now: Timestamp) -> Option<Self> {
        let mut values = values_of(cookie, LOGIN_COOKIE);
        let (payload, mac) = values.next()?.rsplit_once('.')?;
        let is_ours: bool = mac_of(payload, keys).as_bytes().ct_eq(mac.as_bytes()).into();
        if !is_ours || values.next().is_some() {
            return None;
        }
        let mut parts = payload.split('.').map(str::to_owned);
        let (state, nonce, verifier) = (parts.next()?, parts.next()?, parts.next()?);
        let at = parts.next()?.parse().ok()?;
        let login = Self { state, nonce, verifier, at };
        (now < Timestamp::from_seconds(at).after(LIFETIME_SECONDS)).then_some(login)
    }

    /// The `Set-Cookie` that keeps it.
    pub fn cookie(&self, keys: &TokenKeys) -> String {
        let payload = format!("{}.{}.{}.{}", self.state, self.nonce, self.verifier, self.at);
        cookie(&format!("{payload}.{}", mac_of(&payload, keys)), LIFETIME_SECONDS)
    }

    pub fn state(&self) -> &str {
        &self.state
    }

    /// Whether a callback's `state` is its own.
    pub fn has_state(&self, given: &str) -> bool {
        self.state.as_bytes().ct_eq(given.as_bytes()).into()
    }

    /// PKCE's `code_challenge`, by S256.
    pub fn challenge(&self) -> String {
        Base64UrlUnpadded::encode_string(&Sha256::digest(self.verifier.as_bytes()))
    }

    /// What it is called, without anything that opens something.
    pub fn id(&self) -> String {
        hex::encode(Sha256::digest(self.nonce.as_bytes()))
    }
}

/// The `Set-Cookie` that ends a sign-in: it counts once.
pub fn end_login() -> String {
    cookie("", 0)
}

fn cookie(value: &str, max_age: u64) -> String {
    format!("{LOGIN_COOKIE}={value}; Path=/; Max-Age={max_age}; HttpOnly; Secure; SameSite=Lax")
}

fn mac_of(payload: &str, keys: &TokenKeys) -> String {
    hex::encode(keys.for_purpose(LABEL).mac(&[payload.as_bytes()]))
}
