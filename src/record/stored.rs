//! A record as JSON in KV.

use serde::Serialize;

use super::{Corrupt, FIRST_VERSION, Live, Owner};
use crate::json::{self, FromJson};
use crate::rotation::{LiveToken, Rotation};
use crate::scope::ScopeSet;
use crate::time::Timestamp;
use crate::token::{IntegrationId, TokenHash};

#[derive(Serialize)]
pub(super) struct StoredGone {
    pub v: u32,
    pub rev: u64,
    pub id: IntegrationId,
    pub gone: True,
}

crate::json_object!(StoredGone { v, rev, id, gone });

#[derive(Serialize)]
pub(super) struct StoredLive {
    v: u32,
    rev: u64,
    id: IntegrationId,
    owner: Owner,
    name: String,
    scopes: ScopeSet,
    tokens: Vec<StoredToken>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    paused: Option<bool>,
}

crate::json_object!(StoredLive { v, rev, id, owner, name, scopes, tokens, expires_at: given, paused: given });

#[derive(Serialize)]
struct StoredToken {
    n: u32,
    hash: TokenHash,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_after: Option<Timestamp>,
}

crate::json_object!(StoredToken { n, hash, not_after: given });

/// The JSON value `true` and no other.
#[derive(Clone, Copy, Serialize)]
#[serde(into = "bool")]
pub(super) struct True;

impl FromJson for True {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        bool::from_json(value)?.then_some(Self).ok_or_else(|| json::Error::new("not true"))
    }
}

impl From<True> for bool {
    fn from(_: True) -> Self {
        true
    }
}

/// A text's value, and the version that it says it is of.
pub(super) fn parse(text: &str) -> Result<(u32, json::Value<'_>), Corrupt> {
    let malformed = |place| Corrupt::Malformed { place };
    let value = json::Value::parse(text)
        .map_err(|error| malformed(format!("line {} column {}", error.line(), error.column())))?;
    let version = value.entry("v").cloned().and_then(|version| u32::from_json(version).ok());
    Ok((version.ok_or_else(|| malformed("v".to_owned()))?, value))
}

/// Makes a record's form of its value.
pub(super) fn made<T: FromJson>(value: json::Value) -> Result<T, Corrupt> {
    T::from_json(value).map_err(|fault| Corrupt::Malformed { place: fault.place })
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
