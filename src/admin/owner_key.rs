//! The owner key: 256 random bits in one form. It is too long to guess, so attempts need no limit.

use std::fmt;

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::token::has_owner_key_form;

/// The digest of the secret `OWNER_KEY`.
#[derive(Clone)]
pub struct OwnerKey([u8; 32]);

/// The text is not an owner key. Says how to make one, and nothing of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be \"owner_\" and 43 base64url characters: `cargo xtask secret OWNER_KEY FILE` writes a new one to a file"
)]
pub struct InvalidOwnerKey;

impl OwnerKey {
    /// Reads the secret.
    ///
    /// # Errors
    /// [`InvalidOwnerKey`] where it is missing or has another form.
    pub fn parse(text: &str) -> Result<Self, InvalidOwnerKey> {
        if has_owner_key_form(text) { Ok(Self(digest(text))) } else { Err(InvalidOwnerKey) }
    }

    /// Whether `given` is the owner key. Takes as long for any text of an owner key's form; a text of another form is not hashed.
    pub fn is(&self, given: &str) -> bool {
        has_owner_key_form(given) && digest(given).ct_eq(&self.0).into()
    }

    /// A digest that identifies the key without revealing it, for sessions that must end with it.
    pub fn digest(&self) -> &[u8; 32] {
        &self.0
    }
}

fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

impl fmt::Debug for OwnerKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owner_key_has_one_form() {
        let random = "AZaz09-_".repeat(6).chars().take(43).collect::<String>();
        let text = format!("owner_{random}");
        let key = OwnerKey::parse(&text).unwrap();
        assert!(key.is(&text));
        for other in [
            "",
            "owner_",
            &random,
            text.get(..48).unwrap(),
            &format!("{text}x"),
            &text.to_uppercase(),
            &format!(" {text}"),
        ] {
            assert!(!key.is(other), "{other}");
        }
        assert_eq!(format!("{key:?}"), "[redacted]");
    }

    #[test]
    fn every_byte_of_the_digest_counts() {
        let text = format!("owner_{}", "a".repeat(43));
        for at in 0..32 {
            let mut key = OwnerKey::parse(&text).unwrap();
            key.0[at] ^= 1;
            assert!(!key.is(&text), "byte {at}");
        }
    }

    #[test]
    fn another_form_is_none() {
        let random = "a".repeat(43);
        for text in [
            String::new(),
            random.clone(),
            "x".repeat(49),
            format!("owner_{random}a"),
            format!("owner_{}", random.get(1..).unwrap()),
            format!("Owner_{random}"),
            format!("owner-{random}"),
            format!("owner_{}+", random.get(1..).unwrap()),
            format!("owner_{}=", random.get(1..).unwrap()),
            format!("owner_{}é", random.get(2..).unwrap()),
            format!("owner_{random}\n"),
            format!(" owner_{random}"),
            format!("\"owner_{random}\""),
        ] {
            assert!(OwnerKey::parse(&text).is_err(), "{text:?}");
        }
    }
}
