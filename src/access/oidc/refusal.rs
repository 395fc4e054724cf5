//! Why a sign-in is refused.

/// Why a sign-in is refused. Nothing of it reaches the registry; the log has the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No cookie of a sign-in that was begun here less than 10 minutes ago.
    #[error("this browser started no sign-in, or it took too long")]
    NoLogin,
    /// The callback's `state` is not the cookie's.
    #[error("the state does not match")]
    State,
    /// The callback has no code, or more than one.
    #[error("the callback has no code")]
    NoCode,
    /// The provider refused.
    #[error("the identity provider refused")]
    Provider,
    /// The callback's `iss` (RFC 9207) is not the issuer.
    #[error("the answer comes from another issuer")]
    OtherIssuer,
    /// The discovery document could not be fetched, or cannot be used.
    #[error("the identity provider's configuration cannot be used")]
    Discovery,
    /// The code was not exchanged for an ID token.
    #[error("the identity provider did not exchange the code")]
    Exchange,
    /// The ID token is not a signed JWT.
    #[error("the ID token is malformed")]
    Malformed,
    /// The ID token is not signed with RS256, ES256 or EdDSA, or with another algorithm than its key's.
    #[error("the ID token's algorithm is not its key's")]
    Algorithm,
    /// The provider's keys could not be fetched.
    #[error("the identity provider's keys could not be fetched")]
    Keys,
    /// The provider has no such key.
    #[error("the ID token is signed with an unknown key")]
    UnknownKey,
    /// The signature is wrong.
    #[error("the ID token's signature is wrong")]
    Signature,
    /// `iss` is not the issuer.
    #[error("the ID token comes from another issuer")]
    Issuer,
    /// `aud` or `azp` is not this client.
    #[error("the ID token is meant for another client")]
    Audience,
    /// `exp` has passed.
    #[error("the ID token has expired")]
    Expired,
    /// `iat` or `nbf` is still to come.
    #[error("the ID token is not valid yet")]
    Future,
    /// `nonce` is not the cookie's.
    #[error("the ID token belongs to another sign-in")]
    Nonce,
    /// `sub` is missing, empty or too long.
    #[error("the ID token names nobody")]
    Subject,
}

impl Refusal {
    /// What the log and the page call it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoLogin => "no-login",
            Self::State => "wrong-state",
            Self::NoCode => "no-code",
            Self::Provider => "provider-refused",
            Self::OtherIssuer => "other-issuer",
            Self::Discovery => "discovery-failed",
            Self::Exchange => "exchange-failed",
            Self::Malformed => "malformed-token",
            Self::Algorithm => "wrong-algorithm",
            Self::Keys => "keys-unavailable",
            Self::UnknownKey => "unknown-key",
            Self::Signature => "wrong-signature",
            Self::Issuer => "wrong-issuer",
            Self::Audience => "wrong-audience",
            Self::Expired => "expired",
            Self::Future => "not-yet-valid",
            Self::Nonce => "wrong-nonce",
            Self::Subject => "no-subject",
        }
    }
}
