//! The signature of Standard Webhooks: `v1,` and the HMAC-SHA256 of id, timestamp and body, in base64.

use std::fmt;

use base64ct::{Base64, Encoding};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::time::Timestamp;

/// The bytes of a fresh secret. Standard Webhooks asks for 24 to 64; an example of its own has 18.
pub const SECRET_BYTES: usize = 32;
const PREFIX: &str = "whsec_";

/// What signs the messages to one endpoint. It is shown once; `Debug` prints `[redacted]`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Vec<u8>);

/// The text is not a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a secret is whsec_ and 16 to 64 bytes in base64")]
pub struct InvalidSecret;

impl Secret {
    /// A fresh one.
    pub fn from_entropy(bytes: [u8; SECRET_BYTES]) -> Self {
        Self(bytes.to_vec())
    }

    /// Reads one.
    ///
    /// # Errors
    /// [`InvalidSecret`].
    pub fn parse(text: &str) -> Result<Self, InvalidSecret> {
        let bytes = text.strip_prefix(PREFIX).and_then(|text| Base64::decode_vec(text).ok());
        bytes.filter(|bytes| (16..=64).contains(&bytes.len())).map(Self).ok_or(InvalidSecret)
    }

    /// The text that its owner verifies with.
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}", Base64::encode_string(&self.0))
    }

    fn sign(&self, id: &str, at: Timestamp, body: &str) -> Option<String> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).ok()?;
        for part in [id, ".", &at.seconds().to_string(), ".", body] {
            mac.update(part.as_bytes());
        }
        Some(format!("v1,{}", Base64::encode_string(&mac.finalize().into_bytes())))
    }
}

/// The value of `webhook-signature`: one signature for each secret, separated by spaces. `id` must not contain a full stop, so that
/// the signed text has only one reading.
pub fn signatures(secrets: &[Secret], id: &str, at: Timestamp, body: &str) -> String {
    let signed: Vec<_> = secrets.iter().filter_map(|secret| secret.sign(id, at, body)).collect();
    signed.join(" ")
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From the specification's text and from the tests of its reference libraries.
    const PUBLISHED: [(&str, &str, u64, &str, &str); 2] = [
        (
            "whsec_plJ3nmyCDGBKInavdOK15jsl",
            "msg_loFOjxBNrRLzqYUf",
            1_731_705_121,
            r#"{"event_type":"ping","data":{"success":true}}"#,
            "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=",
        ),
        (
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            r#"{"test": 2432232314}"#,
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        ),
    ];

    #[test]
    fn the_published_vectors_hold() {
        for (secret, id, at, body, signature) in PUBLISHED {
            let secret = Secret::parse(secret).unwrap();
            assert_eq!(signatures(&[secret], id, Timestamp::from_seconds(at), body), signature);
        }
    }

    #[test]
    fn two_secrets_make_two_signatures() {
        let secrets = [1, 2].map(|byte| Secret::from_entropy([byte; SECRET_BYTES]));
        let at = Timestamp::from_seconds(7);
        let [one, two] = secrets.clone().map(|secret| signatures(&[secret], "msg", at, "{}"));
        assert_ne!(one, two);
        assert_eq!(signatures(&secrets, "msg", at, "{}"), format!("{one} {two}"));
    }

    #[test]
    fn a_secret_is_read_as_it_was_shown_and_never_printed() {
        let secret = Secret::from_entropy([7; SECRET_BYTES]);
        assert_eq!(Secret::parse(&secret.reveal()), Ok(secret.clone()));
        assert_eq!(format!("{secret:?}"), "[redacted]");
        for text in
            ["", "whsec_", "whsec_AAAA", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS!"]
        {
            assert_eq!(Secret::parse(text), Err(InvalidSecret), "{text}");
        }
    }
}
