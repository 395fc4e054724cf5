//! Token keys: they make the tag that proves a token genuine, and the hash that is stored.

use std::fmt;

use base64ct::{Base64UrlUnpadded, Encoding};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

use super::store::{StoreKey, StoreKeys};
use super::{IntegrationId, Presented, SECRET_BYTES, Token};
use crate::json::{self, FromJson};

/// What a MAC is for comes first in it, so that a token is never an automation key.
pub(super) const TOKEN: &[u8] = b"tidegate-token-v1";
pub(super) const AUTOMATION_KEY: &[u8] = b"tidegate-automation-key-v1";
const TAG_BYTES: usize = 8;
const HASH_BYTES: usize = 24;
/// The bytes of a MAC: a token's tag, then its hash.
pub(super) const MAC_BYTES: usize = TAG_BYTES + HASH_BYTES;
/// HMAC fills a shorter key with zeros up to here (RFC 2104 section 2).
const BLOCK_BYTES: usize = 64;

/// The tag inside a token: the first 8 bytes of its MAC.
pub(super) type Tag = [u8; TAG_BYTES];

/// The other 24 bytes of a token's MAC: all that is kept of a token. Compared in constant time; never printed.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TokenHash([u8; HASH_BYTES]);

/// One or more token keys: the first mints, all verify.
#[derive(Clone)]
pub struct TokenKeys {
    minting: TokenKey,
    retired: Vec<TokenKey>,
    store: StoreKeys,
}

/// Why `TOKEN_KEYS` cannot be used. Names the place, never the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The secret is empty.
    #[error("must be one or more base64url keys of 32 bytes, comma-separated")]
    Missing,
    /// One key is not base64url of 32 bytes.
    #[error("must be base64url keys of 32 bytes, without padding and comma-separated: key {0} is not")]
    Malformed(usize),
}

#[derive(Clone)]
pub(super) struct TokenKey(Hmac<Sha256>);

impl TokenKeys {
    /// Reads the secret `TOKEN_KEYS`.
    ///
    /// # Errors
    /// [`KeyError`] if there is no key or one is malformed. Then no request may pass.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        if text.trim().is_empty() {
            return Err(KeyError::Missing);
        }
        let mut keys = text.split(',').zip(1..).map(|(key, place)| TokenKey::parse(key.trim(), place));
        let minting = keys.next().ok_or(KeyError::Missing)??;
        let retired: Vec<_> = keys.collect::<Result<_, _>>()?;
        let store_key = |key: &TokenKey, place| StoreKey::of(&key.0).ok_or(KeyError::Malformed(place));
        let others = retired.iter().zip(2..).map(|(key, place)| store_key(key, place));
        let store = StoreKeys::new(store_key(&minting, 1)?, others.collect::<Result<_, _>>()?);
        Ok(Self { minting, retired, store })
    }

    /// The keys of the MACs on KV's values.
    pub fn store(&self) -> &StoreKeys {
        &self.store
    }

    pub(super) fn minting(&self) -> &TokenKey {
        &self.minting
    }

    /// The key that mints, then the others.
    pub(super) fn all(&self) -> impl Iterator<Item = &TokenKey> {
        std::iter::once(&self.minting).chain(&self.retired)
    }

    /// The proof that one of the keys made the token's tag for this purpose. Every key is tried, whatever the first ones say.
    pub(super) fn verify(&self, purpose: &[u8], token: &Token) -> Option<Presented> {
        let mut genuine = Choice::from(0);
        let mut kept = [0; HASH_BYTES];
        for key in self.all() {
            let (tag, hash) = key.derive(purpose, token.id(), token.secret());
            let matches = tag.ct_eq(token.tag());
            genuine |= matches;
            kept = <[u8; HASH_BYTES]>::conditional_select(&kept, &hash.0, matches);
        }
        bool::from(genuine).then(|| Presented { id: token.id().clone(), hash: TokenHash(kept) })
    }
}

impl TokenKey {
    fn parse(text: &str, place: usize) -> Result<Self, KeyError> {
        let malformed = KeyError::Malformed(place);
        let key = Base64UrlUnpadded::decode_vec(text).map_err(|_| malformed)?;
        key.try_into().map(Self::new).map_err(|_| malformed)
    }

    pub(super) fn new(key: [u8; MAC_BYTES]) -> Self {
        let mut block = [0; BLOCK_BYTES];
        block.iter_mut().zip(key).for_each(|(to, from)| *to = from);
        Self(Hmac::new(&block.into()))
    }

    /// HMAC-SHA-256 over `parts` one after the other.
    pub(super) fn mac(&self, parts: &[&[u8]]) -> [u8; MAC_BYTES] {
        let mut mac = self.0.clone();
        parts.iter().for_each(|part| mac.update(part));
        mac.finalize().into_bytes().into()
    }

    /// Tag and hash: the two parts of `HMAC-SHA-256(key, purpose || id || secret)`.
    pub(super) fn derive(&self, purpose: &[u8], id: &IntegrationId, secret: &[u8; SECRET_BYTES]) -> (Tag, TokenHash) {
        let bytes = self.mac(&[purpose, id.as_str().as_bytes(), secret]);
        let mut tag = [0; TAG_BYTES];
        let mut hash = [0; HASH_BYTES];
        for (to, from) in tag.iter_mut().chain(&mut hash).zip(bytes) {
            *to = from;
        }
        (tag, TokenHash(hash))
    }
}

impl TokenHash {
    /// The hash of no token, for an integration that is only asked about.
    pub(crate) const ASSUMED: Self = Self([0; HASH_BYTES]);
}

impl PartialEq for TokenHash {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for TokenHash {}

/// The text is not the hexadecimal form of a hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a token hash is 48 lower-case hexadecimal digits")]
pub struct InvalidHash;

impl TryFrom<String> for TokenHash {
    type Error = InvalidHash;

    fn try_from(text: String) -> Result<Self, InvalidHash> {
        let bytes = hex::decode(&text).map_err(|_| InvalidHash)?;
        let hash = Self(bytes.try_into().map_err(|_| InvalidHash)?);
        if hex::encode(hash.0) == text { Ok(hash) } else { Err(InvalidHash) }
    }
}

impl FromJson for TokenHash {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        Self::try_from(String::from_json(value)?).map_err(json::Error::new)
    }
}

impl From<TokenHash> for String {
    fn from(hash: TokenHash) -> Self {
        hex::encode(hash.0)
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[redacted]")
    }
}

impl fmt::Debug for TokenKeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[redacted]")
    }
}
