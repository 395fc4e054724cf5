//! The changes to an integration.

use super::{Integration, check_end};
use crate::admin::{AdminError, Edit, NewToken, Rotate};
use crate::rotation::LiveToken;
use crate::scope::ScopeSet;
use crate::time::Timestamp;
use crate::token::TokenHash;

/// A change to one integration.
#[derive(Clone, Debug)]
pub enum Change {
    /// New name, description, scopes or end.
    Edit(Edit),
    /// A new token, and maybe a new end.
    Rotate(NewToken, TokenHash),
    /// Back to the outgoing token.
    CancelRotation,
    /// The outgoing token dies now.
    FinishRotation {
        /// Whether it is reported as leaked.
        leaked: bool,
    },
    /// The outgoing token lives on for longer.
    ExtendRotation {
        /// When the window began.
        began: Timestamp,
        /// Its new end.
        until: Timestamp,
    },
    /// The tokens are refused from now on.
    Pause,
    /// The tokens are not refused any more, unless they have ended.
    Resume,
    /// [`Change::FinishRotation`] is undone.
    GiveBackToken(LiveToken, Timestamp),
    /// The removal of these scopes is undone.
    GiveBackScopes(ScopeSet),
}

impl Change {
    /// Whether it only ends tokens: that is possible even where the feature is switched off.
    pub fn revokes(&self) -> bool {
        matches!(self, Self::FinishRotation { .. } | Self::Pause)
    }

    /// Whether it is made because a token leaked.
    pub fn is_after_leak(&self) -> bool {
        matches!(self, Self::Rotate(NewToken { leaked: true, .. }, _) | Self::FinishRotation { leaked: true })
    }

    /// Whether it would bring back what has ended with the integration: such a change is refused then. A rotation may, where
    /// it ends all tokens and gives another end.
    pub fn needs_life(&self, before: &Integration) -> bool {
        match self {
            Self::Edit(edit) => edit.expires_at.is_some_and(|end| end != before.expires_at),
            Self::Rotate(NewToken { rotate: Rotate::Now, expires_at: Some(_), .. }, _) => false,
            Self::Rotate(..)
            | Self::CancelRotation
            | Self::FinishRotation { .. }
            | Self::ExtendRotation { .. }
            | Self::GiveBackToken(..) => true,
            Self::Pause | Self::Resume | Self::GiveBackScopes(_) => false,
        }
    }

    /// Whether the maximum lifetime applies to it. It does not apply to a change that only ends something or gives it back.
    pub fn obeys_max_lifetime(&self, before: &Integration, after: &Integration) -> bool {
        match self {
            Self::Edit(_) => before.scopes != after.scopes || before.expires_at != after.expires_at,
            Self::Rotate(..) | Self::ExtendRotation { .. } => true,
            _ => false,
        }
    }

    /// Checks that the end that it gives, if it gives one, is still to come.
    pub(super) fn check_end(&self, before: &Integration, now: Timestamp) -> Result<(), AdminError> {
        match self {
            Self::Edit(Edit { expires_at: Some(end), .. }) if *end != before.expires_at => check_end(*end, now),
            Self::Rotate(NewToken { expires_at: Some(end), .. }, _) => check_end(*end, now),
            _ => Ok(()),
        }
    }
}
