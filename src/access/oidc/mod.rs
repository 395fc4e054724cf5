//! Signing in with an identity provider: OpenID Connect's authorization code flow with PKCE (RFC 7636), as a machine without I/O.
//! [`Machine`] says what to fetch and what to verify; a driver does it, and hands over what came of it.
//!
//! 1. [`Machine::begin`] reads the provider's discovery document, and answers with where to send the browser, and a cookie.
//! 2. [`Machine::complete`] checks the callback against that cookie, exchanges the code, verifies the ID token's signature with a key of
//!    the provider, and its claims. It ends with a [`Proof`](super::Proof) or a [`Refusal`].

mod claims;
mod discovery;
mod jwk;
mod jwt;
mod login;
mod machine;
mod memory;
mod messages;
mod provider;
mod refusal;
mod step;

pub use jwk::Algorithm;
pub use login::{LOGIN_COOKIE, end_login};
pub use machine::Machine;
pub use memory::Memory;
pub use provider::{Client, InvalidIssuer, Issuer, Provider};
pub use refusal::Refusal;
pub use step::{Fetch, Outcome, Step, Verify};
