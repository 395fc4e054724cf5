//! A record as JSON in KV.

use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer, Serialize};

use super::{Corrupt, FIRST_VERSION, Live, Owner};
use crate::rotation::{LiveToken, Rotation};
use crate::scope::ScopeSet;
use crate::time::Timestamp;
use crate::token::{IntegrationId, TokenHash};

#[derive(Deserialize)]
pub(super) struct Versioned {
    pub v: u32,
    #[serde(default)]
    pub gone: Option<IgnoredAny>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredGone {
    pub v: u32,
    pub rev: u64,
    pub id: IntegrationId,
    pub gone: True,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredLive {
    v: u32,
    rev: u64,
    id: IntegrationId,
    owner: Owner,
    name: String,
    scopes: ScopeSet,
    tokens: Vec<StoredToken>,
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    expires_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    paused: Option<bool>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredToken {
    n: u32,
    hash: TokenHash,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    not_after: Option<Timestamp>,
}

/// The JSON value `true` and no other.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(try_from = "bool", into = "bool")]
pub(super) struct True;

impl TryFrom<bool> for True {
    type Error = &'static str;

    fn try_from(value: bool) -> Result<Self, &'static str> {
        value.then_some(Self).ok_or("not true")
    }
}

impl From<True> for bool {
    fn from(_: True) -> Self {
        true
    }
}

impl TryFrom<StoredLive> for Live {
    type Error = Corrupt;

    fn try_from(stored: StoredLive) -> Result<Self, Corrupt> {
        let StoredLive { v, rev, id, owner, name, scopes, tokens, expires_at, paused } = stored;
        if v == FIRST_VERSION && (expires_at.is_some() || paused.is_some()) {
            return Err(Corrupt::Field(v));
        }
        let (tokens, paused) = (rotation(tokens)?, paused.unwrap_or_default());
        Ok(Self { id, rev, owner, name, scopes, tokens, expires_at, paused })
    }
}

/// One token without a deadline, or the incoming one before an older one with a deadline.
fn rotation(tokens: Vec<StoredToken>) -> Result<Rotation, Corrupt> {
    let mut tokens = tokens.into_iter();
    let live = |token: StoredToken| LiveToken { n: token.n, hash: token.hash };
    match (tokens.next(), tokens.next(), tokens.next()) {
        (Some(only @ StoredToken { not_after: None, .. }), None, None) => Ok(Rotation::Steady(live(only))),
        (Some(incoming @ StoredToken { not_after: None, .. }), Some(outgoing), None) if incoming.n > outgoing.n => {
            let until = outgoing.not_after.ok_or(Corrupt::Tokens)?;
            Ok(Rotation::Rotating { outgoing: live(outgoing), until, incoming: live(incoming) })
        }
        _ => Err(Corrupt::Tokens),
    }
}

impl From<Live> for StoredLive {
    fn from(live: Live) -> Self {
        let v = live.version();
        let Live { id, rev, owner, name, scopes, tokens, expires_at, paused } = live;
        let stored = |token: LiveToken, not_after| StoredToken { n: token.n, hash: token.hash, not_after };
        let tokens = match tokens {
            Rotation::Steady(only) => vec![stored(only, None)],
            Rotation::Rotating { outgoing, until, incoming } => {
                vec![stored(incoming, None), stored(outgoing, Some(until))]
            }
        };
        Self { v, rev, id, owner, name, scopes, tokens, expires_at, paused: paused.then_some(true) }
    }
}

/// A field that may be left out, but not null.
fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(value: D) -> Result<Option<T>, D::Error> {
    T::deserialize(value).map(Some)
}

pub(super) fn parse<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, Corrupt> {
    serde_json::from_str(text).map_err(|error| Corrupt::Malformed { line: error.line(), column: error.column() })
}
