//! The provider's keys (RFC 7517, RFC 8037). A key has one algorithm; a token's header cannot choose another.

use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::{Value, json};

/// How a signature is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// ECDSA over P-256 with SHA-256.
    Es256,
    /// Ed25519.
    EdDsa,
}

/// A key that verifies signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Jwk {
    pub kid: Option<String>,
    pub algorithm: Algorithm,
    /// As WebCrypto imports it: what the algorithm needs, and nothing else.
    pub public: String,
}

/// The most keys that are read.
const MAX_KEYS: usize = 100;
/// The smallest RSA modulus, in bytes (NIST SP 800-131A: 2,048 bits).
const MIN_MODULUS_BYTES: usize = 256;

impl Algorithm {
    /// As a JWT's header names it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
        }
    }
}

/// The usable keys of a set; `None` if it is not a key set.
pub(super) fn read(text: &str) -> Option<Vec<Jwk>> {
    let document: Value = serde_json::from_str(text).ok()?;
    let keys = document.get("keys")?.as_array()?;
    Some(keys.iter().take(MAX_KEYS).filter_map(Jwk::read).collect())
}

impl Jwk {
    fn read(key: &Value) -> Option<Self> {
        let text = |name: &str| key.get(name).and_then(Value::as_str);
        let bytes = |name: &str| Base64UrlUnpadded::decode_vec(text(name)?).ok();
        let (algorithm, public) = match (text("kty")?, text("crv")) {
            ("RSA", _) if bytes("n")?.len() >= MIN_MODULUS_BYTES => {
                (Algorithm::Rs256, json!({ "kty": "RSA", "n": text("n")?, "e": text("e")? }))
            }
            ("EC", Some("P-256")) => {
                (Algorithm::Es256, json!({ "kty": "EC", "crv": "P-256", "x": text("x")?, "y": text("y")? }))
            }
            ("OKP", Some("Ed25519")) => (Algorithm::EdDsa, json!({ "kty": "OKP", "crv": "Ed25519", "x": text("x")? })),
            _ => return None,
        };
        let is_for_signatures = text("use").is_none_or(|key_use| key_use == "sig");
        let is_its_own = text("alg").is_none_or(|named| named == algorithm.as_str());
        let kid = text("kid").map(str::to_owned);
        (is_for_signatures && is_its_own).then(|| Self { kid, algorithm, public: public.to_string() })
    }
}
