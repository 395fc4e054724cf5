//! A signed JWT in its compact form (RFC 7515, RFC 7519), before its signature is verified.

use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::Value;

use super::Refusal;

/// The longest token that is read, in bytes.
const MAX_BYTES: usize = 16 * 1024;

/// An ID token, taken apart.
#[derive(Clone)]
pub(super) struct Jwt {
    pub algorithm: String,
    pub kid: Option<String>,
    /// What is signed: header and payload, as they were sent.
    pub signed: String,
    pub signature: Vec<u8>,
    payload: String,
}

impl Jwt {
    /// Takes a token apart.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let parts: Vec<_> = text.split('.').collect();
        let [header, payload, signature] = parts.as_slice() else { return Err(Refusal::Malformed) };
        if text.len() > MAX_BYTES {
            return Err(Refusal::Malformed);
        }
        let decoded = |part: &str| {
            let bytes = Base64UrlUnpadded::decode_vec(part).map_err(|_| Refusal::Malformed)?;
            String::from_utf8(bytes).map_err(|_| Refusal::Malformed)
        };
        let fields: Value = serde_json::from_str(&decoded(header)?).map_err(|_| Refusal::Malformed)?;
        let text = |name: &str| fields.get(name).and_then(Value::as_str).map(str::to_owned);
        // RFC 7515 section 4.1.11: a critical field that is not understood must be refused.
        if fields.get("crit").is_some() {
            return Err(Refusal::Malformed);
        }
        Ok(Self {
            algorithm: text("alg").ok_or(Refusal::Malformed)?,
            kid: text("kid"),
            signed: format!("{header}.{payload}"),
            signature: Base64UrlUnpadded::decode_vec(signature).map_err(|_| Refusal::Malformed)?,
            payload: decoded(payload)?,
        })
    }

    /// What it claims, once its signature was verified.
    pub fn claims(&self) -> Result<Value, Refusal> {
        serde_json::from_str(&self.payload).ok().filter(Value::is_object).ok_or(Refusal::Malformed)
    }
}
