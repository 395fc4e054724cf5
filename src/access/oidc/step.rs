//! The steps of a sign-in, and its result.

use super::Refusal;
use super::jwk::Algorithm;
use crate::access::Proof;

/// What to do next.
#[derive(Debug)]
pub enum Step {
    /// Fetch, without following redirects, and hand over the answer.
    Fetch(Fetch),
    /// Verify a signature, and hand over whether it is right.
    Verify(Verify),
    /// Come back after this many milliseconds.
    Pause(u64),
    /// Send the browser there, with this `Set-Cookie`.
    Redirect {
        /// The provider's page.
        location: String,
        /// What the browser keeps until it comes back.
        cookie: String,
    },
    /// It is proved who signs in.
    Proved(Proof),
    /// It is refused.
    Refused(Refusal),
}

/// What to fetch.
#[derive(Clone, PartialEq, Eq)]
pub struct Fetch {
    /// The address.
    pub url: String,
    /// A form to post; without one, the method is `GET`.
    pub form: Option<String>,
    /// The value of `Authorization`.
    pub authorization: Option<String>,
    /// How long it may take, in milliseconds.
    pub timeout_ms: u64,
    /// The longest answer that is read, in bytes. A longer one counts as no answer.
    pub max_bytes: usize,
}

/// What to verify.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verify {
    /// The public key, as a JWK.
    pub key: String,
    /// The key's algorithm.
    pub algorithm: Algorithm,
    /// The signature.
    pub signature: Vec<u8>,
    /// What is signed.
    pub data: Vec<u8>,
}

/// What came of a step.
pub enum Outcome {
    /// The status and the text of an answer; `None` if there was none in time, or it was too long.
    Fetched(Option<(u16, String)>),
    /// Whether the signature is right. What cannot be verified is not.
    Verified(bool),
    /// The pause is over.
    Paused,
}

/// Without the code and the secret that it carries.
impl std::fmt::Debug for Fetch {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Fetch").field("url", &self.url).finish_non_exhaustive()
    }
}
