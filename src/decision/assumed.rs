//! A hypothetical integration, for questions about it.

use super::Subject;
use crate::record::{Live, Owner};
use crate::rotation::{LiveToken, Rotation};
use crate::scope::ScopeSet;
use crate::time::Timestamp;
use crate::token::{IntegrationId, TokenHash};

impl Subject {
    /// An integration of `owner` with `scopes`, with a token that never was minted.
    pub fn assumed(owner: Owner, scopes: ScopeSet) -> Self {
        let id = IntegrationId::from_entropy([0; 10]);
        let tokens = Rotation::Steady(LiveToken { n: 1, hash: TokenHash::ASSUMED });
        Self::Integration(Live {
            id,
            rev: 0,
            owner,
            name: "an integration".to_owned(),
            scopes,
            tokens,
            expires_at: None,
            paused: false,
        })
    }

    /// The same integration, paused or not, and with another end. Nobody stays nobody.
    #[must_use]
    pub fn with_life(self, paused: bool, expires_at: Option<Timestamp>) -> Self {
        match self {
            Self::Nobody => Self::Nobody,
            Self::Integration(live) => Self::Integration(Live { paused, expires_at, ..live }),
        }
    }
}
