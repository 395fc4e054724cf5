//! The code of each reason to deny, for the log, for counting and for explanations.

use std::fmt;

/// Makes the enum and the list of its values from one table, so that neither can lack a code.
macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $word:literal,)*) => {
        /// Every word for a reason to deny. docs/errors.md explains them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum DenialCode {
            $($(#[$doc])* $name,)*
        }

        impl DenialCode {
            /// All of them, in the order of the checks.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The word, in snake case.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)*
                }
            }
        }
    };
}

codes! {
    /// Path, query, header or body can be read in two ways, or is too long.
    AmbiguousRequest = "ambiguous_request",
    /// The request has no credential of ours.
    NoCredential = "no_credential",
    /// The token's form or checksum is wrong.
    MalformedToken = "malformed_token",
    /// The token's tag is not of one of our keys.
    ForgedToken = "forged_token",
    /// The credential is one of the admin API's.
    AdminCredential = "admin_credential",
    /// The store has no record of the integration.
    UnknownToken = "unknown_token",
    /// The integration was deleted.
    DeletedIntegration = "deleted_integration",
    /// The token was revoked, or its window has ended.
    DeadToken = "dead_token",
    /// The integration is paused.
    PausedIntegration = "paused_integration",
    /// The integration has ended.
    ExpiredIntegration = "expired_integration",
    /// The policy has no such path.
    UnknownOperation = "unknown_operation",
    /// The policy has the path, for other methods.
    MethodNotAllowed = "method_not_allowed",
    /// A tolerant router could take the path for another operation.
    AmbiguousOperation = "ambiguous_operation",
    /// No private integration may use the operation.
    NotForIntegrations = "not_for_integrations",
    /// The operation is for another level.
    WrongLevel = "wrong_level",
    /// The request names another owner.
    WrongOwner = "wrong_owner",
    /// The owner can be read in two ways.
    AmbiguousOwner = "ambiguous_owner",
    /// The owner would be in a body that the gate does not read.
    OwnerNotChecked = "owner_not_checked",
    /// The request does not name the owner.
    MissingOwner = "missing_owner",
    /// The integration lacks scopes.
    MissingScopes = "missing_scopes",
    /// The body had to be read, and did not come to its end.
    ClientGone = "client_gone",
    /// A store cannot be reached or trusted.
    StoreUnavailable = "store_unavailable",
    /// As many requests wait for reads as may.
    TooBusy = "too_busy",
    /// A setting is missing or malformed.
    Misconfigured = "misconfigured",
    /// The origin cannot be reached.
    OriginUnreachable = "origin_unreachable",
    /// The origin answered with a status that no client may get.
    OriginStatus = "origin_status",
    /// The origin did not begin its answer in time.
    OriginTooSlow = "origin_too_slow",
}

impl fmt::Display for DenialCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
