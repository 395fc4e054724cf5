//! What the driver reads for the machine, and what comes of it.

use serde::Serialize;
use serde_json::Value;

/// Something that is read for a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "read", rename_all = "snake_case")]
pub enum Read {
    /// The bytes under a key in KV.
    Kv {
        /// The key.
        key: String,
        /// How long that may take, in milliseconds.
        timeout_ms: u64,
    },
    /// What the registry answers to `GET` of this address.
    Registry {
        /// The address.
        url: String,
        /// How long that may take, in milliseconds.
        timeout_ms: u64,
    },
    /// What a store of counts answers to `POST` of this text.
    Usage {
        /// The store's name.
        store: String,
        /// The address.
        url: String,
        /// The text.
        body: String,
        /// How long that may take, in milliseconds.
        timeout_ms: u64,
    },
    /// What another isolate left in this location's cache, by [`Effect::Share`](super::Effect::Share).
    Shared {
        /// The address.
        url: String,
        /// How long that may take, in milliseconds.
        timeout_ms: u64,
    },
    /// The value of the request's `Authorization` field.
    Authorization,
    /// The request's header fields: alternating names, in lower case, and values, one a line; without `Authorization`'s value.
    Fields,
    /// No bytes where the request has a body, and nothing where it has none.
    HasBody,
    /// The request's body.
    Body {
        /// The most bytes that are wanted of it.
        limit: usize,
        /// How long that may take, in milliseconds.
        timeout_ms: u64,
    },
    /// Nothing, after some time.
    Pause {
        /// How long, in milliseconds.
        pause_ms: u64,
    },
    /// The status of a service's response, which the driver keeps for [`Step::Relay`](super::Step::Relay).
    Call(Call),
    /// The status and the body of a response from elsewhere.
    Fetch(Fetch),
    /// Whether a signature is genuine.
    Verify(Verify),
    /// Fresh random bytes.
    Random {
        /// How many, at most 65,536.
        length: usize,
    },
}

/// A request to a service of this deployment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Call {
    /// The service.
    pub service: Service,
    /// The method.
    pub method: String,
    /// The address.
    pub url: String,
    /// Names and values of header fields.
    pub fields: Vec<(&'static str, String)>,
    /// Whether the client's body goes with it, as a stream.
    pub with_body: bool,
    /// Another body, in the place of the client's.
    pub body: Option<String>,
    /// The most bytes that are wanted of the response's body; 0 where it is only relayed.
    pub limit: usize,
    /// Whether it is made at most once: the client's request then never begins anew.
    pub once: bool,
    /// How long its answer may take to begin, in milliseconds.
    pub timeout_ms: u64,
}

/// Another part of this deployment, by its binding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Service {
    /// The Durable Object `Registry`.
    Registry,
    /// The static assets.
    Assets,
    /// The API behind the gate, where it is bound.
    Origin,
}

/// A request to another server, with no redirect followed and no cache asked.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Fetch {
    /// The method.
    pub method: &'static str,
    /// The address.
    pub url: String,
    /// Names and values of header fields.
    pub fields: Vec<(&'static str, String)>,
    /// The body, if it has one.
    pub body: Option<String>,
    /// The most bytes that are wanted of the response's body.
    pub limit: usize,
    /// Whether it is made at most once: the client's request then never begins anew.
    pub once: bool,
    /// How long the whole response may take, in milliseconds.
    pub timeout_ms: u64,
}

/// A signature (RFC 7515), and what it is to be the signature of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verify {
    /// The public key, as a JWK (RFC 7517) of the key's own parameters alone: `kty` and those of its type. Whoever asks has checked
    /// that they fit the algorithm: workerd takes any `crv` for P-256.
    pub key: Value,
    /// The algorithm that the key is for. Never what a token says of itself.
    pub algorithm: SignatureAlgorithm,
    /// The signature.
    pub signature: Vec<u8>,
    /// The text that was signed.
    pub data: String,
}

/// A signature algorithm by its name in JOSE (RFC 7518 section 3.1, RFC 8037 section 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum SignatureAlgorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    #[serde(rename = "RS256")]
    Rs256,
    /// ECDSA on P-256 with SHA-256.
    #[serde(rename = "ES256")]
    Es256,
    /// Ed25519.
    #[serde(rename = "EdDSA")]
    EdDsa,
}

/// What came of a read.
#[derive(Clone, PartialEq, Eq)]
pub enum Reading {
    /// There is no such thing.
    Nothing,
    /// The bytes that were asked for.
    Bytes(Vec<u8>),
    /// An HTTP response.
    Response {
        /// Its status code.
        status: u16,
        /// Its body; empty where the driver keeps it.
        body: Vec<u8>,
    },
    /// Whether the signature is genuine.
    Verified(bool),
    /// It failed. The text holds no value of what was read.
    Failed(String),
    /// It took too long.
    TooSlow,
    /// There are more bytes than were wanted.
    TooLong,
}

impl Read {
    /// How long the driver may wait for it, in milliseconds.
    pub fn patience_ms(&self) -> u64 {
        match self {
            Self::Kv { timeout_ms, .. } | Self::Registry { timeout_ms, .. } | Self::Shared { timeout_ms, .. } => {
                *timeout_ms
            }
            Self::Body { timeout_ms, .. } | Self::Usage { timeout_ms, .. } => *timeout_ms,
            Self::Call(Call { timeout_ms, .. }) | Self::Fetch(Fetch { timeout_ms, .. }) => *timeout_ms,
            Self::Pause { pause_ms } => *pause_ms,
            Self::Authorization | Self::Fields | Self::HasBody | Self::Verify(_) | Self::Random { .. } => 0,
        }
    }
}

/// Fields and body may hold a secret.
impl std::fmt::Debug for Fetch {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Fetch({} {})", self.method, self.url)
    }
}
