//! Keys for purposes other than tokens. Each is derived from the first token key and a label, so that a deployment keeps one
//! secret.

use std::fmt;

use super::TokenKeys;
use super::keys::{MAC_BYTES, TokenKey};

/// `HMAC-SHA-256(first token key, label)`, as a key.
#[derive(Clone)]
pub struct PurposeKey(TokenKey);

impl TokenKeys {
    /// The key for one purpose, which `label` names, as in `session-v1`.
    pub fn for_purpose(&self, label: &str) -> PurposeKey {
        PurposeKey(TokenKey::new(self.minting().mac(&[label.as_bytes()])))
    }

    /// `HMAC-SHA-256(token key, label)` of each token key, for what one key seals and all open. The first one is that of the first key.
    pub(crate) fn derived(&self, label: &str) -> Vec<[u8; MAC_BYTES]> {
        self.all().map(|key| key.mac(&[label.as_bytes()])).collect()
    }
}

impl PurposeKey {
    /// HMAC-SHA-256 over the concatenated `parts`. Only the last part may vary in length: the MAC does not show where a part ends.
    pub fn mac(&self, parts: &[&[u8]]) -> [u8; MAC_BYTES] {
        self.0.mac(parts)
    }
}

impl fmt::Debug for PurposeKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use hmac::{Hmac, KeyInit, Mac};
    use sha2::Sha256;

    use super::*;

    fn hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
        Hmac::<Sha256>::new_from_slice(key).unwrap().chain_update(text).finalize().into_bytes().to_vec()
    }

    #[test]
    fn a_purpose_key_is_a_mac_under_the_first_token_key() {
        let keys =
            TokenKeys::parse("AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE,AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI")
                .unwrap();
        let expected = hmac(&hmac(&[1; 32], b"session-v1"), b"some text");
        assert_eq!(keys.for_purpose("session-v1").mac(&[b"some ", b"text"]).as_slice(), expected);
        assert_ne!(keys.for_purpose("client-v1").mac(&[b"some text"]).as_slice(), expected);
    }
}
