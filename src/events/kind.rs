//! Kinds: what can happen.
//!
//! A new kind takes:
//! 1. a row in the table below, under its group, with the wire name `group.past_participle`; the name never changes, since the
//!    chain covers it;
//! 2. a row in docs/events.md, an entry in the enum `EventKind` of `src/admin/openapi.json` and one in `OWN_KINDS` of
//!    `src/policy/event_type.rs`, which cannot use this module (tests compare all three);
//! 3. a phrase and an icon in `www/src/history/events.ts`, which the compiler asks for;
//! 4. a call of the registry's `events::record` in the change's own transaction, with a `detail` that gives fields by their names,
//!    before and after as `{"from", "to"}`, and holds no token, no hash, no address of a person, and no number that is not whole.

use std::fmt;

use serde::{Serialize, Serializer};

/// Makes the enum, its names and the list of all from one table.
macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)+) => {
        /// What can happen.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind {
            $($(#[$doc])* $variant,)+
        }

        impl Kind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The kind's name, as the API writes it.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }
        }
    };
}

kinds! {
    /// An integration was made.
    IntegrationCreated = "integration.created",
    /// Its name, description, scopes or end changed.
    IntegrationEdited = "integration.edited",
    /// Its tokens are refused until somebody resumes it.
    IntegrationPaused = "integration.paused",
    /// Its tokens are no longer refused.
    IntegrationResumed = "integration.resumed",
    /// A notice: it ends in 30, 15, 7 or 1 days, or sooner: `days` says in how many.
    IntegrationExpiring = "integration.expiring",
    /// Its end has come.
    IntegrationExpired = "integration.expired",
    /// A notice: nothing uses it, and it is paused or deleted in 15, 7 or 1 days.
    IntegrationIdle = "integration.idle",
    /// It was deleted.
    IntegrationDeleted = "integration.deleted",
    /// Its last change was undone.
    IntegrationRestored = "integration.restored",
    /// Somebody tried a token of it from the admin API.
    IntegrationTested = "integration.tested",
    /// A new token was made; the old one ended at once or ends later.
    RotationStarted = "rotation.started",
    /// The new token was used for the first time.
    RotationFirstUse = "rotation.first_use",
    /// A notice: the old token is still used 3 days, 1 day or 1 hour before its end.
    RotationOldStillUsed = "rotation.old_still_used",
    /// The old token ends later than before.
    RotationExtended = "rotation.extended",
    /// The old token stays, the new one is dead.
    RotationCancelled = "rotation.cancelled",
    /// The old token was ended before its time.
    RotationFinished = "rotation.finished",
    /// The old token reached its deadline.
    RotationLapsed = "rotation.lapsed",
    /// A notice: the token is so old that it should be rotated.
    RotationDue = "rotation.due",
    /// A token was reported as leaked.
    TokenExposed = "token.exposed",
    /// A policy was published.
    PolicyPublished = "policy.published",
    /// An earlier policy was put in force again.
    PolicyRolledBack = "policy.rolled_back",
    /// A person was added.
    PersonAdded = "person.added",
    /// What a person may do, or their name, changed.
    PersonChanged = "person.changed",
    /// A person was removed.
    PersonRemoved = "person.removed",
    /// A person was unlinked from the account that they signed in with.
    PersonUnbound = "person.unbound",
    /// A person signed in.
    PersonSignedIn = "person.signed_in",
    /// Somebody signed in with the owner key.
    OwnerKeyUsed = "owner_key.used",
    /// A session was ended before its time.
    SessionEnded = "session.ended",
    /// An automation key was made.
    KeyCreated = "key.created",
    /// An automation key's name, permissions, bound of scopes or end changed.
    KeyChanged = "key.changed",
    /// An automation key was deleted.
    KeyDeleted = "key.deleted",
    /// An automation key got a new text.
    KeyRotationStarted = "key.rotation.started",
    /// An automation key's old text stays, the new one is dead.
    KeyRotationCancelled = "key.rotation.cancelled",
    /// An automation key's old text was ended before its time.
    KeyRotationFinished = "key.rotation.finished",
    /// The token rules changed.
    SettingsChanged = "settings.changed",
    /// A feature was switched on or off.
    FeatureChanged = "feature.changed",
    /// The agency got its id.
    AgencySet = "agency.set",
    /// The agency's id or name changed.
    AgencyChanged = "agency.changed",
    /// A sub-account was added.
    SubAccountAdded = "sub_account.added",
    /// A sub-account was renamed.
    SubAccountRenamed = "sub_account.renamed",
    /// A webhook endpoint was made.
    EndpointCreated = "endpoint.created",
    /// A webhook endpoint's address, description or kinds changed, or somebody switched it on or off.
    EndpointChanged = "endpoint.changed",
    /// A webhook endpoint got a new secret.
    EndpointSecretRotated = "endpoint.secret_rotated",
    /// A webhook endpoint was deleted.
    EndpointDeleted = "endpoint.deleted",
    /// Deliveries to a webhook endpoint fail.
    EndpointFailing = "endpoint.failing",
    /// A webhook endpoint was disabled.
    EndpointDisabled = "endpoint.disabled",
    /// Somebody deleted the recorded usage of an integration. If the answer was 503, the usage store has not done it yet.
    UsageDeleted = "usage.deleted",
    /// A rewrite of all of KV began.
    RegistryResynced = "registry.resynced",
    /// The chain begins, or continues after events of a release that has no chain.
    ChainStarted = "chain.started",
}

/// The text names no kind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no kind of event {0:?}")]
pub struct UnknownKind(pub String);

impl Kind {
    /// Reads a kind's name.
    ///
    /// # Errors
    /// [`UnknownKind`].
    pub fn parse(name: &str) -> Result<Self, UnknownKind> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == name).ok_or_else(|| UnknownKind(name.to_owned()))
    }

    /// What it belongs to: its name up to the first dot.
    pub fn group(self) -> &'static str {
        self.as_str().split_once('.').map_or(self.as_str(), |(group, _)| group)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_found_by_its_name_alone() {
        for kind in Kind::ALL {
            assert_eq!(Kind::parse(kind.as_str()), Ok(*kind));
            let same: Vec<_> = Kind::ALL.iter().filter(|other| other.as_str() == kind.as_str()).collect();
            assert_eq!(same, [kind]);
        }
        for name in ["", "integration", "integration.", "Integration.Created", "integration.created ", "key.*"] {
            assert_eq!(Kind::parse(name), Err(UnknownKind(name.to_owned())));
        }
    }

    #[test]
    fn a_group_is_what_comes_before_the_first_dot() {
        assert_eq!([Kind::KeyRotationStarted.group(), Kind::OwnerKeyUsed.group()], ["key", "owner_key"]);
    }
}
