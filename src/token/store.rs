//! The MAC on every value in KV. Whoever can write KV cannot make a value that the registry did not write.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

const CONTEXT: &[u8] = b"kv-v1";
const MAC_BYTES: usize = 32;
/// How the last member of a value begins.
const MAC_START: &str = ",\"mac\":\"";
/// How a value ends.
const MAC_END: &str = "\"}";
/// The bytes that a MAC adds to a value.
pub const MAC_LENGTH: usize = MAC_START.len().saturating_add(2 * MAC_BYTES).saturating_add(1);

/// The keys of KV's values, one for each token key: `HMAC-SHA-256(token key, "kv-v1")`. The first signs, all verify.
#[derive(Clone)]
pub struct StoreKeys {
    signing: StoreKey,
    others: Vec<StoreKey>,
}

#[derive(Clone)]
pub(super) struct StoreKey(Hmac<Sha256>);

/// A value to store in KV: the only kind of text that is put there. It has a MAC, or is known by its digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedValue(String);

/// A text that the registry wrote: its MAC says so, or the registry gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authentic(String);

/// The text does not prove that the registry wrote it under this key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAuthentic {
    /// It carries no MAC: an earlier release wrote it, or somebody else.
    #[error("it carries no MAC")]
    NoMac,
    /// None of the keys made its MAC for this text and this key of the store.
    #[error("its MAC is wrong")]
    WrongMac,
}

impl StoreKeys {
    pub(super) fn new(signing: StoreKey, others: Vec<StoreKey>) -> Self {
        Self { signing, others }
    }

    /// The value to store under `key` for the JSON object `text`: the same text with a last member `mac`. `None` where
    /// `text` is not an object with members.
    pub fn sign(&self, key: &str, text: &str) -> Option<SignedValue> {
        let body = text.strip_suffix('}').filter(|body| !body.ends_with('{'))?;
        Some(with_mac(body, &self.mac(key, &[text])))
    }

    /// The text of a value that was found under `key`, without its MAC.
    ///
    /// # Errors
    /// [`NotAuthentic`] where no key of ours signed this text for this key.
    pub fn open(&self, key: &str, stored: &str) -> Result<Authentic, NotAuthentic> {
        let (body, mac) = split(stored).ok_or(NotAuthentic::NoMac)?;
        self.verify(key, &[body, "}"], mac)?;
        Ok(Authentic([body, "}"].concat()))
    }

    /// An identifier of the signing key. It is not secret.
    pub fn signing_key_id(&self) -> String {
        // No MAC of a value is made of this text: that has a zero byte after its key.
        let mut mac = self.signing.0.clone();
        mac.update(b"key id");
        hex::encode(mac.finalize().into_bytes()).chars().take(16).collect()
    }

    /// The MAC of a text that is given in parts, in hexadecimal.
    pub(crate) fn mac(&self, key: &str, text: &[&str]) -> String {
        hex::encode(self.signing.mac(key, text))
    }

    /// Checks a MAC. Every key is tried, whatever the first ones say.
    pub(crate) fn verify(&self, key: &str, text: &[&str], mac: &str) -> Result<(), NotAuthentic> {
        let mut right = Choice::from(0);
        for own in std::iter::once(&self.signing).chain(&self.others) {
            right |= hex::encode(own.mac(key, text)).as_bytes().ct_eq(mac.as_bytes());
        }
        if right.into() { Ok(()) } else { Err(NotAuthentic::WrongMac) }
    }
}

impl StoreKey {
    /// The key that goes with a token key, which `token_key` is the MAC of.
    pub(super) fn of(token_key: &Hmac<Sha256>) -> Option<Self> {
        let mut mac = token_key.clone();
        mac.update(CONTEXT);
        Hmac::new_from_slice(&mac.finalize().into_bytes()).ok().map(Self)
    }

    fn mac(&self, key: &str, text: &[&str]) -> [u8; MAC_BYTES] {
        let mut mac = self.0.clone();
        mac.update(key.as_bytes());
        mac.update(&[0]);
        for part in text {
            mac.update(part.as_bytes());
        }
        mac.finalize().into_bytes().into()
    }
}

impl SignedValue {
    /// A text that is known by its digest, which its key has: it needs no MAC. `digest` is its SHA-256 in hexadecimal; `None`
    /// where it is another text's.
    pub fn known_by_digest(digest: &str, text: String) -> Option<Self> {
        (hex::encode(Sha256::digest(text.as_bytes())) == digest).then_some(Self(text))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text itself.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl Authentic {
    /// What the registry answered to a read: it owns the truth, and only this Worker can reach it.
    pub fn from_registry(text: String) -> Self {
        Self(text)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text itself.
    pub fn into_string(self) -> String {
        self.0
    }
}

/// The value of a body without the brace that ends it, and its MAC.
pub(crate) fn with_mac(body: &str, mac: &str) -> SignedValue {
    SignedValue([body, MAC_START, mac, MAC_END].concat())
}

/// What a value's MAC is of, but for the brace that ends it, and the MAC.
pub(crate) fn split(stored: &str) -> Option<(&str, &str)> {
    let rest = stored.strip_suffix(MAC_END)?;
    let (rest, mac) = rest.split_at_checked(rest.len().checked_sub(2 * MAC_BYTES)?)?;
    Some((rest.strip_suffix(MAC_START)?, mac))
}

impl std::fmt::Debug for StoreKeys {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::TokenKeys;

    const ONE: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE";
    const TWO: &str = "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI";

    fn keys(text: &str) -> StoreKeys {
        TokenKeys::parse(text).unwrap().store().clone()
    }

    #[test]
    fn what_was_signed_is_opened_under_its_own_key_alone() {
        let text = r#"{"v":1,"rev":2}"#;
        let stored = keys(ONE).sign("i:a", text).unwrap().into_string();
        assert_eq!(stored.len(), text.len() + MAC_LENGTH);
        assert_eq!(keys(ONE).open("i:a", &stored).unwrap().as_str(), text);
        for key in ["i:b", "i:", "policy", ""] {
            assert_eq!(keys(ONE).open(key, &stored), Err(NotAuthentic::WrongMac), "{key}");
        }
    }

    #[test]
    fn the_first_key_signs_and_all_verify() {
        let (both, swapped) = (keys(&format!("{ONE},{TWO}")), keys(&format!("{TWO},{ONE}")));
        let [one, two] = [&both, &swapped].map(|keys| keys.sign("k", r#"{"a":1}"#).unwrap().into_string());
        assert_ne!(one, two);
        for (keys, stored, opens) in [(&both, &two, true), (&swapped, &one, true), (&keys(ONE), &two, false)] {
            assert_eq!(keys.open("k", stored).is_ok(), opens);
        }
        assert_ne!(both.signing_key_id(), swapped.signing_key_id());
        assert_eq!(both.signing_key_id(), keys(ONE).signing_key_id());
    }

    #[test]
    fn neither_an_empty_object_nor_a_list_is_signed() {
        for text in ["{}", "[1]", "", "1"] {
            assert_eq!(keys(ONE).sign("k", text), None, "{text}");
        }
    }

    #[test]
    fn a_mac_has_one_spelling_and_stands_last() {
        let stored = keys(ONE).sign("k", r#"{"a":1}"#).unwrap().into_string();
        let mac = stored.get(14..78).unwrap();
        let upper = stored.replace(mac, &mac.to_uppercase());
        assert_ne!(upper, stored);
        for other in [upper, format!("{stored} "), format!(" {stored}"), stored.replace("mac", "MAC")] {
            assert!(keys(ONE).open("k", &other).is_err(), "{other}");
        }
    }
}
