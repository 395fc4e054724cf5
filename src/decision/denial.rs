//! Why a request is not forwarded: the true reason, for the log. `reply` decides what the client gets to see.

use super::code::DenialCode;
use crate::policy::OwnerError;
use crate::record::Level;
use crate::request::{ForeignCredential, Method, RequestError};
use crate::scope::ScopeSet;
use crate::token::{CredentialError, InvalidToken, TokenError, VerifiedRequest};

/// Every way in which a request is not forwarded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denial {
    /// It can be read in two ways.
    #[error("ambiguous request: {0}")]
    Ambiguous(#[from] RequestError),
    /// There is no credential of ours, and the operation is not public.
    #[error("no credential")]
    NoCredential,
    /// The credential is not a token that we minted.
    #[error("token {0}")]
    Token(#[from] TokenError),
    /// A genuine token of an integration that the store does not know.
    #[error("unknown integration")]
    UnknownToken,
    /// A genuine token of a deleted integration.
    #[error("deleted integration")]
    DeletedIntegration,
    /// A genuine token that was revoked, or whose window has ended.
    #[error("dead token")]
    DeadToken,
    /// A genuine token of an integration that is paused.
    #[error("paused integration")]
    PausedIntegration,
    /// A genuine token of an integration that has ended.
    #[error("expired integration")]
    ExpiredIntegration,
    /// Method and path are in no document.
    #[error("operation not in the policy")]
    UnknownOperation,
    /// The path is known, for these methods.
    #[error("method not in the policy for this path")]
    OtherMethods(Vec<Method>),
    /// A tolerant router could take the path for another operation, which the caller may not use. Names it to who has a
    /// valid token.
    #[error("ambiguous operation: a router may read the path as {}", .0.as_deref().unwrap_or("another operation"))]
    AmbiguousOperation(Option<String>),
    /// No private integration may use the operation.
    #[error("operation not open to private integrations")]
    NotForIntegrations,
    /// The operation is not for integrations of this level.
    #[error("operation not for the level {0}")]
    WrongLevel(Level),
    /// The request names another owner, none, or several.
    #[error("owner: {0}")]
    Owner(OwnerError),
    /// The integration lacks scopes.
    #[error("missing scopes: {missing}")]
    MissingScopes {
        /// What the operation needs.
        needed: ScopeSet,
        /// What of it the integration lacks.
        missing: ScopeSet,
    },
    /// The body had to be read, and did not come to its end.
    #[error("the client broke off")]
    ClientGone,
    /// The store cannot be reached, or holds what cannot be trusted; names the key.
    #[error("store: {0}")]
    Store(String),
    /// As many requests wait for reads as may.
    #[error("too many requests wait")]
    TooBusy,
    /// The gate lacks something that it cannot work without; says what to set.
    #[error("misconfigured: {0}")]
    Misconfigured(String),
    /// The origin cannot be reached.
    #[error("origin unreachable: {0}")]
    OriginUnreachable(String),
    /// The origin answered with a status that no client may get.
    #[error("origin answered with status {0}")]
    OriginStatus(String),
    /// The origin did not answer in time.
    #[error("origin too slow")]
    OriginTooSlow,
}

impl Denial {
    /// Why a request without a credential of ours gets no further than a public operation.
    pub fn without_credential(request: &VerifiedRequest) -> Self {
        match request.foreign_credential() {
            None | Some(ForeignCredential::OtherScheme) => Self::NoCredential,
            Some(ForeignCredential::UnknownToken) => Self::Token(InvalidToken::Form.into()),
            Some(ForeignCredential::Malformed(error)) => Self::Ambiguous(error.into()),
        }
    }

    /// Which of two alternatives' denials to report: the one with fewer missing scopes. A wrong owner comes last, since no scope
    /// would help.
    pub(super) fn nearer(self, other: Self) -> Self {
        match (&self, &other) {
            (Self::MissingScopes { missing, .. }, Self::MissingScopes { missing: others, .. }) => {
                if missing.len() < others.len() { self } else { other }
            }
            (Self::MissingScopes { .. }, _) => self,
            _ => other,
        }
    }

    /// Whether a newer record or policy could have led to another verdict.
    pub fn may_be_outdated(&self) -> bool {
        match self {
            Self::UnknownToken | Self::DeadToken | Self::UnknownOperation | Self::OtherMethods(_) => true,
            Self::AmbiguousOperation(_) | Self::NotForIntegrations => true,
            Self::WrongLevel(_) | Self::Owner(_) | Self::MissingScopes { .. } => true,
            Self::PausedIntegration | Self::ExpiredIntegration => true,
            // A deletion is for ever, and without a credential only a new policy could help; that waits for its turn.
            Self::DeletedIntegration | Self::NoCredential | Self::Ambiguous(_) | Self::Token(_) => false,
            Self::ClientGone => false,
            Self::Store(_) | Self::TooBusy | Self::Misconfigured(_) => false,
            Self::OriginUnreachable(_) | Self::OriginStatus(_) | Self::OriginTooSlow => false,
        }
    }

    /// Whether it is of the record alone: no policy could have led to another verdict.
    pub fn is_of_record(&self) -> bool {
        matches!(self, Self::UnknownToken | Self::DeadToken | Self::PausedIntegration | Self::ExpiredIntegration)
    }

    /// One word for the log and for counting.
    pub fn code(&self) -> DenialCode {
        match self {
            Self::Ambiguous(_) => DenialCode::AmbiguousRequest,
            Self::NoCredential => DenialCode::NoCredential,
            Self::Token(TokenError::Malformed(_)) => DenialCode::MalformedToken,
            Self::Token(TokenError::Forged) => DenialCode::ForgedToken,
            Self::Token(TokenError::OfAdminApi) => DenialCode::AdminCredential,
            Self::UnknownToken => DenialCode::UnknownToken,
            Self::DeletedIntegration => DenialCode::DeletedIntegration,
            Self::DeadToken => DenialCode::DeadToken,
            Self::PausedIntegration => DenialCode::PausedIntegration,
            Self::ExpiredIntegration => DenialCode::ExpiredIntegration,
            Self::UnknownOperation => DenialCode::UnknownOperation,
            Self::OtherMethods(_) => DenialCode::MethodNotAllowed,
            Self::AmbiguousOperation(_) => DenialCode::AmbiguousOperation,
            Self::NotForIntegrations => DenialCode::NotForIntegrations,
            Self::WrongLevel(_) => DenialCode::WrongLevel,
            Self::Owner(OwnerError::Other(_)) => DenialCode::WrongOwner,
            Self::Owner(OwnerError::Ambiguous { .. } | OwnerError::Disagreeing(..)) => DenialCode::AmbiguousOwner,
            Self::Owner(OwnerError::NotChecked(_)) => DenialCode::OwnerNotChecked,
            Self::Owner(OwnerError::Missing(_)) => DenialCode::MissingOwner,
            Self::MissingScopes { .. } => DenialCode::MissingScopes,
            Self::ClientGone => DenialCode::ClientGone,
            Self::Store(_) => DenialCode::StoreUnavailable,
            Self::TooBusy => DenialCode::TooBusy,
            Self::Misconfigured(_) => DenialCode::Misconfigured,
            Self::OriginUnreachable(_) => DenialCode::OriginUnreachable,
            Self::OriginStatus(_) => DenialCode::OriginStatus,
            Self::OriginTooSlow => DenialCode::OriginTooSlow,
        }
    }
}

impl From<CredentialError> for Denial {
    fn from(error: CredentialError) -> Self {
        match error {
            CredentialError::Authorization(error) => Self::Ambiguous(error.into()),
            CredentialError::Token(error) => Self::Token(error),
        }
    }
}
