//! Secrets at rest: AES-256-GCM under `HMAC-SHA-256(token key, "webhook-v1")`. The first token key seals, all open.

use std::fmt;

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use base64ct::{Base64UrlUnpadded, Encoding};

use super::{EndpointId, Secret};
use crate::token::TokenKeys;

/// The bytes of randomness that each sealing needs.
pub const NONCE_BYTES: usize = 12;
const LABEL: &str = "webhook-v1";
/// The prefix of a sealed text, which names its form.
const PREFIX: &str = "1.";

/// A secret as it is kept: nobody reads it without the token keys, nor puts it to another endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed(String);

/// The keys that seal and open.
#[derive(Clone)]
pub struct SealingKeys(Vec<Aes256Gcm>);

/// None of the token keys opens it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no token key opens the secret of the endpoint; rotate the secret, or put back the token key that sealed it")]
pub struct Unsealable;

impl SealingKeys {
    /// The seals of these token keys.
    pub fn of(keys: &TokenKeys) -> Self {
        Self(keys.derived(LABEL).into_iter().map(|key| Aes256Gcm::new(&key.into())).collect())
    }

    /// Seals a secret. No nonce may be used twice.
    ///
    /// # Errors
    /// [`Unsealable`], which no key and no secret of ours leads to.
    pub fn seal(&self, endpoint: &EndpointId, secret: &Secret, nonce: [u8; NONCE_BYTES]) -> Result<Sealed, Unsealable> {
        let key = self.0.first().ok_or(Unsealable)?;
        let text = secret.reveal();
        let payload = Payload { msg: text.as_bytes(), aad: endpoint.as_str().as_bytes() };
        let sealed = key.encrypt(&Nonce::from(nonce), payload).map_err(|_| Unsealable)?;
        Ok(Sealed(format!("{PREFIX}{}", Base64UrlUnpadded::encode_string(&[nonce.as_slice(), &sealed].concat()))))
    }

    /// Whether the first key opens it, so that it needs none of the others.
    pub fn first_opens(&self, endpoint: &EndpointId, sealed: &Sealed) -> bool {
        Self(self.0.iter().take(1).cloned().collect()).open(endpoint, sealed).is_ok()
    }

    /// Opens a secret. Every key is tried.
    ///
    /// # Errors
    /// [`Unsealable`] where none opens it for this endpoint.
    pub fn open(&self, endpoint: &EndpointId, sealed: &Sealed) -> Result<Secret, Unsealable> {
        let bytes = sealed.0.strip_prefix(PREFIX).and_then(|text| Base64UrlUnpadded::decode_vec(text).ok());
        let bytes = bytes.ok_or(Unsealable)?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE_BYTES>().ok_or(Unsealable)?;
        let payload = || Payload { msg: sealed, aad: endpoint.as_str().as_bytes() };
        let opened = self.0.iter().find_map(|key| key.decrypt(&Nonce::from(*nonce), payload()).ok());
        let text = opened.and_then(|bytes| String::from_utf8(bytes).ok()).ok_or(Unsealable)?;
        Secret::parse(&text).map_err(|_| Unsealable)
    }
}

impl Sealed {
    /// What was kept.
    pub fn from_text(text: String) -> Self {
        Self(text)
    }

    /// What is kept.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SealingKeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE";
    const TWO: &str = "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI";

    fn keys(text: &str) -> SealingKeys {
        SealingKeys::of(&TokenKeys::parse(text).unwrap())
    }

    fn secret() -> Secret {
        Secret::from_entropy([9; 32])
    }

    #[test]
    fn what_was_sealed_is_opened_for_its_own_endpoint_alone() {
        let (one, two) = (EndpointId::from_entropy([1; 10]), EndpointId::from_entropy([2; 10]));
        let sealed = keys(ONE).seal(&one, &secret(), [3; NONCE_BYTES]).unwrap();
        assert_eq!(keys(ONE).open(&one, &sealed), Ok(secret()));
        assert_eq!(keys(ONE).open(&two, &sealed), Err(Unsealable));
        assert_eq!(keys(TWO).open(&one, &sealed), Err(Unsealable));
        assert!(!sealed.as_str().contains(secret().reveal().get(6..20).unwrap()));
    }

    #[test]
    fn the_first_key_seals_and_all_open() {
        let id = EndpointId::from_entropy([1; 10]);
        let (both, swapped) = (keys(&format!("{ONE},{TWO}")), keys(&format!("{TWO},{ONE}")));
        let sealed = both.seal(&id, &secret(), [3; NONCE_BYTES]).unwrap();
        assert_eq!(swapped.open(&id, &sealed), Ok(secret()));
        let again = swapped.seal(&id, &secret(), [4; NONCE_BYTES]).unwrap();
        assert_eq!((keys(ONE).open(&id, &again), keys(TWO).open(&id, &again)), (Err(Unsealable), Ok(secret())));
        assert_eq!((swapped.first_opens(&id, &sealed), swapped.first_opens(&id, &again)), (false, true));
    }

    #[test]
    fn one_changed_byte_opens_nothing() {
        let id = EndpointId::from_entropy([1; 10]);
        let sealed = keys(ONE).seal(&id, &secret(), [3; NONCE_BYTES]).unwrap();
        for place in 0..sealed.as_str().len() {
            let mut bytes = sealed.as_str().as_bytes().to_vec();
            bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
            let changed = Sealed::from_text(String::from_utf8(bytes).unwrap());
            assert!(changed == sealed || keys(ONE).open(&id, &changed) == Err(Unsealable), "{place}");
        }
        for text in ["", "1.", "1.AAAA", "2.AAAA", "sealed"] {
            assert_eq!(keys(ONE).open(&id, &Sealed::from_text(text.to_owned())), Err(Unsealable));
        }
    }
}
